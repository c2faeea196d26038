"""The queue_log: line by line for a small day, strictly read for random and simulated ones."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from ccengine.core import events
from ccengine.core.events import Party
from ccengine.core.ids import AgentId, PhoneId
from ccengine.core.queues import Limits, Overflow
from ccengine.reporting.kpis.facts import Grain
from ccengine.reporting.kpis.formulas import BY_NAME
from ccengine.reporting.queue_log import QueueLog
from ccengine.reporting.rows import in_steps
from ccengine.storage.journal import Journal
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.queue_log_file import QueueLogFile
from tests.core.builders import TENANT, queue_named
from tests.reporting.kpis.days import from_file, of, rebuilt, serve, tally_of
from tests.reporting.kpis.queue_log_reader import Wrong, read
from tests.reporting.shift import MOVES, NODE, Shift, plan
from tests.simulator.days import play, scenario_file
from tests.sizes import by_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from ccengine.core.ids import CallId
    from ccengine.reporting.rows import JournalRow
    from tests.reporting.kpis import queue_log_reader
    from tests.reporting.kpis.days import Watched
    from tests.reporting.shift import Move

ANNA, BOB = AgentId("anna"), AgentId("bob")
BILLING, SALES = queue_named("billing"), queue_named("sales")


def lines_of(rows: Iterable[JournalRow], grain: Grain = Grain.SECOND) -> list[str]:
    fold = QueueLog(grain)
    return [line for step in in_steps(rows) for line in fold.take(step)]


@pytest.fixture
def shift(tmp_path: Path) -> Iterator[Shift]:
    made = Shift(tmp_path / "journal.sqlite")
    made.open_doors()
    yield made
    made.journal.close()


def log_in(shift: Shift, *agents: AgentId) -> None:
    for place, agent in enumerate(agents):
        shift.post(events.AgentLoggedIn(agent=agent, phone=PhoneId(f"20{place}")))


def test_a_call_as_app_queue_writes_it(shift: Shift) -> None:
    log_in(shift, ANNA)
    call = shift.enter("c1")
    shift.answer(call)
    shift.wait(30)
    shift.post(events.ConversationEnded(call=call, agent=ANNA, by=Party.CALLER))
    shift.hang_up(call)
    assert lines_of(shift.rows()) == [
        "1000|NONE|NONE|NONE|QUEUESTART|",
        "1000|NONE|NONE|anna|AGENTLOGIN|PJSIP/phone-200",
        "1000|NONE|nova/billing|anna|ADDMEMBER|",
        "1000|NONE|nova/sales|anna|ADDMEMBER|",
        "1002|c1|nova/billing|NONE|ENTERQUEUE||+380*******67|1",
        "1004|c1|nova/billing|anna|CONNECT|1|c1.1|1",
        "1034|c1|nova/billing|anna|COMPLETECALLER|1|30|1",
    ]


def test_who_gives_up_is_told_with_the_place_in_line(shift: Shift) -> None:
    first, second = shift.enter("c1"), shift.enter("c2")
    shift.wait(5)
    shift.hang_up(first)
    shift.wait(2)
    shift.hang_up(second)
    assert [line for line in lines_of(shift.rows()) if "ABANDON" in line] == [
        "1009|c1|nova/billing|NONE|ABANDON|1|1|7",
        "1011|c2|nova/billing|NONE|ABANDON|1|2|7",
    ]


def test_phones_that_rang_in_vain(shift: Shift) -> None:
    log_in(shift, ANNA, BOB)
    call = shift.enter("c1")
    shift.wait(20)  # the first does not answer, the second declines, the caller leaves
    agent, offer = shift.offer_of(call)
    shift.wait(1.5)
    shift.post(events.OfferDeclined(call=call, agent=agent, offer=offer, reason="no"))
    shift.post(events.AgentWentReady(agent=agent))
    shift.wait(6)
    shift.hang_up(call)
    told = [line.split("|")[3:] for line in lines_of(shift.rows()) if "|c1|" in line]
    other = "bob" if agent == "anna" else "anna"
    assert told == [
        ["NONE", "ENTERQUEUE", "", "+380*******67", "1"],
        [other, "RINGNOANSWER", "20000"],
        [agent, "RINGNOANSWER", "1500"],
        [agent, "RINGCANCELED", "6000"],
        ["NONE", "ABANDON", "1", "1", "27"],
    ]


def test_pauses_and_log_outs_close_what_was_open(shift: Shift) -> None:
    log_in(shift, ANNA)
    shift.post(events.AgentPaused(agent=ANNA, queue=SALES))
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="lunch | tea\n"))
    shift.wait(60)
    shift.post(events.AgentLoggedOut(agent=ANNA))
    lines = lines_of(shift.rows())
    assert [line.split("|", 3)[3] for line in lines if int(line.split("|")[0]) > 1000] == [
        "anna|UNPAUSEALL|",
        "anna|UNPAUSE|",
        "anna|REMOVEMEMBER|",
        "anna|REMOVEMEMBER|",
        "anna|AGENTLOGOFF|PJSIP/phone-200|60",
    ]
    assert "1000|NONE|NONE|anna|PAUSEALL|lunch  tea" in lines
    found = read(lines)
    assert found.logged_in == {"anna": 60}
    assert found.paused == {"anna": 60}


def test_ways_out_of_a_line(shift: Shift) -> None:
    usual = plan(version="2")
    limits = Limits(wait_seconds=10, overflow=Overflow(queue=SALES))
    queues = {**usual.queues, BILLING: replace(usual.queues[BILLING], limits=limits)}
    shift.post(events.PlanLoaded(plan=replace(usual, queues=queues)))
    call = shift.enter("c1")
    shift.wait(14)
    shift.post(events.ExitChosen(call=call, key="9", to=Overflow(voicemail=True)))
    shift.hang_up(call)
    lines = lines_of(shift.rows())
    assert "1000|NONE|NONE|NONE|CONFIGRELOAD|" in lines
    assert [line.split("|", 2)[2] for line in lines if "|c1|" in line] == [
        "nova/billing|NONE|ENTERQUEUE||+380*******67|1",
        "nova/billing|NONE|EXITWITHTIMEOUT|1|1|10",
        "nova/sales|NONE|ENTERQUEUE||+380*******67|1",
        "nova/sales|NONE|EXITWITHKEY|9|1|1|4",
    ]


def test_callers_who_are_sent_on(shift: Shift) -> None:
    log_in(shift, ANNA, BOB)
    call = shift.enter("c1")
    agent = shift.answer(call)
    shift.wait(10)
    shift.post(events.CallTransferred(call=call, agent=agent, queue=SALES))
    shift.wait(1)
    again = shift.answer(call)
    shift.wait(5)
    shift.hang_up(call, by=Party.AGENT)
    told = [line.split("|", 2)[2] for line in lines_of(shift.rows()) if "|c1|" in line]
    assert told == [
        "nova/billing|NONE|ENTERQUEUE||+380*******67|1",
        f"nova/billing|{agent}|CONNECT|1|c1.1|1",
        f"nova/billing|{agent}|BLINDTRANSFER|nova/sales|queues|1|10|1",
        "nova/sales|NONE|ENTERQUEUE||+380*******67|1",
        f"nova/sales|{again}|CONNECT|2|c1.2|1",
        f"nova/sales|{again}|COMPLETEAGENT|2|5|1",
    ]


def test_an_agent_who_hangs_up_first_dumps_the_caller(shift: Shift) -> None:
    log_in(shift, ANNA)
    call = shift.enter("c1")
    agent, offer = shift.offer_of(call)
    shift.post(events.OfferAccepted(call=call, agent=agent, offer=offer))
    shift.post(events.ConversationFailed(call=call, agent=agent))
    lines = lines_of(shift.rows())
    assert "1002|c1|nova/billing|anna|AGENTDUMP|" in lines
    assert read(lines).open == ["c1"]


@given(moves=MOVES)
@settings(max_examples=by_size(small=150, full=300), deadline=None)
def test_no_random_day_makes_a_wrong_log(
    tmp_path_factory: pytest.TempPathFactory, moves: list[Move]
) -> None:
    shift = Shift(tmp_path_factory.mktemp("shift") / "journal.sqlite")
    live = QueueLog()
    told: list[str] = []
    shift.observers.append(lambda rows: told.extend(live.take(rows)))
    try:
        shift.open_doors("anna", "bob")
        shift.play(moves)
        for call in list(shift.center.calls):
            shift.hang_up(call)
        assert told == lines_of(shift.rows())
        found = read(told)
        assert found.open == []
    finally:
        shift.journal.close()


# --- a simulated day ---------------------------------------------------------------------------

CROWDED = """\
seed: 7
day: 2026-03-02
zone: Europe/Kyiv
from: 08:00
until: 10:00
arrivals:
  - {number: 600200, calls_per_hour: 60, keys: {1: 60, 2: 40}}
  - {queue: dnipro/vip, calls_per_hour: 15}
everywhere:
  talk: {mean_seconds: 100}
  patience: {mean_seconds: 60}
answering: {delay: {mean_seconds: 4}, miss_percent: 8, away_seconds: 40}
shifts:
  - {teams: [dnipro-desk], from: 08:00, until: 10:00}
"""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated morning's journal."""
    folder = tmp_path_factory.mktemp("simulated")
    _, steps = play(scenario_file(folder, CROWDED))
    journal = Journal.open(folder / "journal.sqlite", tenant=TENANT, node=NODE)
    live, fine = (rebuilt((), 0.0, grain) for grain in Grain)
    for step in steps:
        (rows,) = journal.write([step])
        live.take(rows)
        fine.take(rows)
    journal.close()
    LIVE[Grain.MILLISECOND], LIVE[Grain.SECOND] = tally_of(live), tally_of(fine)
    return folder / "journal.sqlite"


LIVE: dict[Grain, Watched] = {}


@pytest.mark.parametrize("grain", Grain)
def test_live_rebuilt_and_the_queue_log_agree_to_the_last_digit(
    simulated: Path, grain: Grain
) -> None:
    """Figures of the fold, live and from the file, beside those computed here from the log."""
    with JournalReader.open(simulated) as reader:
        log = read(lines_of(reader.rows(), grain))
        last = reader.newest()[1]
    assert log.open == []
    again = tally_of(from_file(simulated, last, grain))
    contacts = [_contacts(LIVE[grain]), _contacts(again)]
    assert contacts[0] == contacts[1]
    assert sorted(log.queues) == ["dnipro/billing", "dnipro/technical", "dnipro/vip"]
    for name, queue in log.queues.items():
        counts = of(again, queue=name)
        _agree(queue, counts_of=counts.__getattribute__)
        _figures_agree(queue, {one: BY_NAME[one].of(counts) for one in COMPARED})
    for agent, there in log.logged_in.items():
        counts = of(again, agent=agent)
        assert counts.logged_in == there * 1000
        assert counts.not_ready == log.paused.get(agent, Decimal(0)) * 1000
    assert sum(queue.rings_missed for queue in log.queues.values()) > 5


COMPARED = ("SL v1", "SL v2", "SL v3", "SL v4", "SL v5", "ASA v1", "abandon time v1", "talk v1")
TARGET, SHORT = 30, 5  # of the demo's contract


def _contacts(tally: Watched) -> dict[object, object]:
    return {place: counts for place, counts in tally.cells.items() if place[1].kind}


def _agree(queue: queue_log_reader.Queue, counts_of: object) -> None:
    assert callable(counts_of)
    for name in ("offered", "answered", "abandoned", "left"):
        assert counts_of(name) == getattr(queue, name), name
    assert counts_of("wait_answered") == sum(queue.waits) * 1000
    assert counts_of("wait_abandoned") == sum(queue.abandon_waits) * 1000
    assert counts_of("talk") == sum(queue.talks) * 1000
    assert counts_of("answered") > 10


def _figures_agree(queue: queue_log_reader.Queue, figures: dict[str, Fraction | None]) -> None:
    """Compute the figures anew, from the lists of waits and talks alone."""
    answered, given_up = queue.waits, queue.abandon_waits
    good = sum(wait <= TARGET for wait in answered)
    early = sum(wait <= TARGET for wait in given_up)
    short = sum(wait < SHORT for wait in given_up)
    whole = len(answered) + len(given_up)
    expected = {
        "SL v1": Fraction(good, len(answered)),
        "SL v2": Fraction(good + early, whole),
        "SL v3": Fraction(good, whole),
        "SL v4": Fraction(good, whole - early),
        "SL v5": Fraction(good, whole - short),
        "ASA v1": Fraction(sum(answered) * 1000) / len(answered),
        "abandon time v1": Fraction(sum(given_up) * 1000) / len(given_up) if given_up else None,
        "talk v1": Fraction(sum(queue.talks) * 1000) / len(queue.talks),
    }
    assert figures == expected


# --- the reader itself, and the file -----------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["1|c1|q|NONE|JOINEMPTY|"], "unknown event"),
        (["1|c1|q|NONE|ENTERQUEUE||123"], "wrong number of parameters"),
        (["1|c1|q|NONE|ENTERQUEUE||123|0"], "is not"),
        (["1|c1|q|anna|CONNECT|1|c1.1|1"], "does not wait"),
        (["2|c1|q|NONE|ENTERQUEUE||1|1", "1|c1|q|NONE|ABANDON|1|1|0"], "time goes back"),
        (["1|c1|q|NONE|ENTERQUEUE||1|1", "2|c1|q|NONE|ABANDON|1|2|1"], "entered as 1"),
        (["1|c1|q|NONE|ENTERQUEUE||1|1", "2|c1|r|NONE|ABANDON|1|1|1"], "waits in q"),
        (["1|NONE|NONE|anna|AGENTLOGOFF|PJSIP/1|3"], "not logged in"),
    ],
)
def test_the_reader_is_strict(lines: list[str], words: str) -> None:
    with pytest.raises(Wrong, match=words):
        read(lines)


@pytest.mark.parametrize("moved", ["while it runs", "in between", "never"])
def test_the_file_is_gone_on_with_after_a_restart(tmp_path: Path, moved: str) -> None:
    shift = Shift(tmp_path / "journal.sqlite")
    path = tmp_path / "logs" / "queue_log"
    old = path.with_name("queue_log.1")
    try:
        shift.open_doors("anna")
        first = QueueLogFile(path, shift.journal.path)
        first.start(0)
        shift.observers.append(first.observe)
        serve(shift, shift.enter("c1"), talk=10.0)
        waiting: CallId = shift.enter("c2")
        _close(first)
        shift.observers.clear()
        shift.hang_up(waiting)  # nobody wrote that
        if moved == "in between":
            path.rename(old)  # as logrotate does
        second = QueueLogFile(path, shift.journal.path)
        second.start(shift.rows()[-1].number)
        shift.observers.append(second.observe)
        shift.hang_up(shift.enter("c3"))
        if moved == "while it runs":
            _until(lambda: "|c3|" in path.read_text())
            path.rename(old)
        shift.hang_up(shift.enter("c4"))
        _close(second)
        files = [one for one in (old, path) if one.exists()]
        assert len(files) == 1 + (moved != "never")
        written = [line for one in files for line in one.read_text().splitlines()]
        assert written == lines_of(shift.rows())
        assert read(written).open == []
    finally:
        shift.journal.close()


def test_what_others_wrote_before_there_was_a_log_is_left_to_reports(tmp_path: Path) -> None:
    shift = Shift(tmp_path / "journal.sqlite")
    path = tmp_path / "logs" / "queue_log"
    try:
        shift.open_doors("anna")
        log = QueueLogFile(path, shift.journal.path)
        log.start(shift.rows()[-1].number)
        shift.observers.append(log.observe)
        shift.hang_up(shift.enter("c1"))
        _close(log)
        assert [line.split("|")[1] for line in path.read_text().splitlines()] == ["c1"] * 3
    finally:
        shift.journal.close()


def _close(log: QueueLogFile) -> None:
    """Close, and wait for longer than an engine does: the machine may be busy."""
    log.close()
    log._thread.join(30)
    assert not log._thread.is_alive()


def _until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(600):
        if condition():
            return
        pause.wait(0.05)
    pytest.fail("not within 30 s")
