"""`ccengine explain`: why this agent, and the first reason for each of the others."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from ccengine.core import events
from ccengine.core.commands import OfferCall
from ccengine.core.explaining import Passed
from ccengine.core.ids import AgentId, CallId, ClientId, GroupId, LicenceId, PhoneId
from ccengine.core.periods import Period
from ccengine.core.plan import AgentSettings, Days, Plan, Rest, Share
from ccengine.core.queues import Affinity, Member, QueueSettings, RelaxStep, Strategy
from ccengine.reporting import explanation
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.moments import choices
from tests.cli.every_command import invoke
from tests.core.builders import CLIENT, TENANT, queue_named, skills
from tests.reporting.shift import MOVES, NODE, Move, Shift, arrived

if TYPE_CHECKING:
    from collections.abc import Iterator

LOANS = LicenceId("loans")
EXPERTS = GroupId("experts")
EXPERT = AgentSettings(
    name="A. Name",
    number="1",
    skills=skills("sales:5"),
    clients=(CLIENT,),
    licences={LOANS: Days()},
    groups=(EXPERTS,),
)
SALES = QueueSettings(
    skills=skills("sales:3"),
    licences=(LOANS,),
    groups=(EXPERTS,),
    wrap_up_seconds=30.0,
    misses=2,
    recorded=False,
)
READY = ("first", "second", "lost", "own", "busy", "wraps", "rung", "lunch", "weak", "bare", "late")
ODD: dict[str, dict[str, Any]] = {
    "weak": {"skills": skills("sales:2")},
    "bare": {"licences": {}},
    "stranger": {"clients": (ClientId("sirin"),)},
    "outsider": {"groups": ()},
}


@pytest.fixture
def shift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shift]:
    monkeypatch.setenv("CCENGINE_STATE", str(tmp_path))
    made = Shift(tmp_path / "journal" / "journal.sqlite")
    yield made
    made.journal.close()


def plan_with(agents: tuple[str, ...], rules: QueueSettings = SALES, **more: Any) -> Plan:
    expired = Period(ends=500.0)
    return Plan(
        tenant=TENANT,
        version="1",
        agents={AgentId(name): replace(EXPERT, **ODD.get(name, {})) for name in agents},
        queues={queue_named("sales"): rules},
        periods={
            AgentId("late"): {f"licence:{LOANS}": expired},
            AgentId("lapsed"): {"skill:sales": expired},
        },
        **more,
    )


def log_in(shift: Shift, *agents: str) -> None:
    for name in agents:
        place = list(shift.center.plan.agents).index(AgentId(name))
        phone = PhoneId(str(200 + place))
        shift.post(events.AgentLoggedIn(agent=AgentId(name), phone=phone))
        shift.wait(1)


def open_doors(shift: Shift, plan: Plan, *agents: str) -> None:
    shift.post(events.PlanLoaded(plan=plan))
    shift.post(events.SwitchResynced(node=NODE))
    log_in(shift, *agents)


def phone_of(shift: Shift, agent: str) -> PhoneId:
    return PhoneId(str(200 + list(shift.center.plan.agents).index(AgentId(agent))))


def explained(*arguments: str) -> list[dict[str, Any]]:
    result = invoke(["explain", *arguments, "--json"])
    assert result.exit_code == 0, result.output
    moments: list[dict[str, Any]] = json.loads(result.stdout)["moments"]
    return moments


def passed(moment: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {row["agent"]: (row["reason"], row["text"]) for row in moment["passed"]}


def everything(shift: Shift) -> None:
    """Have one agent for each reason, and then a call."""
    everybody = (*READY, "stranger", "outsider", "away", "lapsed")
    open_doors(shift, plan_with(everybody), "busy")
    talk = shift.enter("talk", "sales")
    shift.answer(talk)
    log_in(shift, "wraps")
    wrapped = shift.enter("wrapped", "sales")
    shift.answer(wrapped)
    log_in(shift, "rung")
    shift.enter("rings", "sales")
    log_in(shift, *(name for name in READY if name not in ("busy", "wraps", "rung")))
    log_in(shift, "stranger", "outsider")
    shift.post(events.AgentWentNotReady(agent=AgentId("lunch"), reason="lunch"))
    shift.post(events.PhoneLost(phone=phone_of(shift, "lost")))
    shift.post(events.OwnCallStarted(phone=phone_of(shift, "own"), channel="own-1"))
    shift.hang_up(wrapped)
    shift.enter("c1", "sales")


def test_each_agent_has_the_first_reason_that_holds(shift: Shift) -> None:
    everything(shift)
    (moment,) = explained("c1")
    assert (moment["offer"], moment["agent"]) == ("c1.1", "first")
    assert passed(moment) == {
        "second": ("ranked_lower", "ranked lower: idle for 11.0 s; first: idle for 12.0 s"),
        "lost": ("phone_lost", "phone 202 cannot be reached"),
        "own": ("own_call", "in a call of their own (own-1)"),
        "rung": ("offered", "rings with rings"),
        "busy": ("on_call", "on a call with talk"),
        "wraps": ("wrap_up", passed(moment)["wraps"][1]),
        "lunch": ("not_ready", "not ready: lunch"),
        "away": ("offline", "offline"),
        "weak": ("skill", "sales 2, needs 3"),
        "lapsed": ("skill", "sales 0, not valid at the time, needs 3"),
        "outsider": ("group", "not in group experts"),
        "late": ("licence", "licence loans, not valid at the time"),
        "bare": ("licence", "licence loans, missing"),
        "stranger": ("approval", "not approved for nova"),
    }
    assert passed(moment)["wraps"][1].startswith("wraps up with wrapped until 00:")
    order = [row["reason"] for row in moment["passed"]]
    assert order == sorted(order, key=list(Passed).index)


def test_it_is_told_as_a_table_of_bounded_size(shift: Shift) -> None:
    everything(shift)
    told = invoke(["explain", "c1", "--rows", "3"])
    assert told.exit_code == 0
    lines = told.stdout.splitlines()
    assert lines[0].endswith("nova/sales to first, open")
    assert "longest-idle: idle for 12.0 s; the caller waited 0.0 s" in lines[1]
    assert "needs sales 3, licence loans, group experts" in lines[2]
    assert lines[3].split() == ["agent", "passed", "over", "because"]
    assert [line.split()[0] for line in lines[4:7]] == ["second", "lost", "own"]
    assert lines[-1].strip().startswith("and 11 more: 1 offered, 1 on call, 1 wrap up, 1 not ready")


def test_what_is_changed_later_does_not_change_the_answer(shift: Shift) -> None:
    open_doors(shift, plan_with(("first", "second", "weak")), "first", "second", "weak")
    shift.enter("c1", "sales")
    before = explained("c1")
    easy = replace(SALES, skills={}, licences=(), groups=(), strategy=Strategy.LINEAR)
    shift.post(events.PlanLoaded(plan=plan_with(("second", "first", "weak"), easy)))
    shift.hang_up(CallId("c1"))
    shift.write_snapshot()
    (after,) = explained("c1")
    assert (before[0].pop("outcome"), after.pop("outcome")) == ("open", "caller_left")
    assert [after] == before


def test_offers_of_one_instant_each_see_the_state_of_their_own(shift: Shift) -> None:
    everybody = ("first", "second", "away")
    open_doors(shift, plan_with(everybody, replace(SALES, strategy=Strategy.RING_ALL)), "first")
    log_in(shift, "second")
    shift.enter("c1", "sales")
    first, second = explained("c1")
    assert passed(first)["second"][0] == "ranked_lower"
    assert passed(second)["first"] == ("offered", "rings with c1")
    assert explained("c1", "--offer", "2") == [second]


def test_why_nobody_at_an_instant_and_at_the_last_moment(shift: Shift) -> None:
    rules = replace(SALES, groups=(), relax=(RelaxStep(after_seconds=10, lower=skills("sales:1")),))
    open_doors(shift, plan_with(("first", "weak"), rules), "first", "weak")
    for name in ("first", "weak"):
        shift.post(events.AgentWentNotReady(agent=AgentId(name), reason="lunch"))
    shift.enter("c1", "sales")  # two seconds after it arrived
    shift.wait(30)
    (now,) = explained("c1")
    assert (now["offer"], passed(now)["weak"]) == (None, ("not_ready", "not ready: lunch"))
    shift.hang_up(CallId("c1"))
    (last,) = explained("c1")
    assert passed(last) == passed(now)
    (early,) = explained("c1", "--at", "5")
    assert passed(early)["weak"] == ("skill", "sales 2, needs 3")
    (later,) = explained("c1", "--at", "14")
    assert passed(later)["weak"][0] == "not_ready"
    over = invoke(["explain", "c1", "--at", "60"])
    assert over.exit_code == 1
    assert "looked for no agent then" in over.stderr


def test_house_rules_and_own_agents_and_penalties_are_named(shift: Shift) -> None:
    rules = replace(
        SALES,
        groups=(),
        affinity=Affinity(preferred_seconds=5),
        members=(Member(agent=AgentId("first"), penalty=1), Member(agent=AgentId("second"))),
    )
    everybody = ("first", "second", "away")
    shares = {CLIENT: Share(ceiling=1)}
    open_doors(shift, plan_with(everybody, rules, shares=shares), "first", "second", "away")
    shift.enter("c1", "sales")
    shift.enter("c2", "sales")
    (offered,) = explained("c1")
    assert offered["agent"] == "second"
    text = "ranked lower: penalty 1, idle for 5.0 s; second: idle for 4.0 s"
    assert passed(offered)["first"] == ("ranked_lower", text)
    assert passed(offered)["away"][0] == "member"
    (kept,) = explained("c2")
    assert passed(kept)["first"][1].startswith("house rule: ceiling of nova (penalty 1, idle")
    known = CallId("c3")
    shift.hang_up(CallId("c2"))
    shift.post(arrived(known))
    queued = events.CallQueued(call=known, queue=queue_named("sales"), agents=(AgentId("second"),))
    shift.post(queued)
    (alone,) = explained("c3")
    assert passed(alone)["first"] == ("not_own", "the caller's own agents come first: second")


def test_scores_of_own_agents_are_named(shift: Shift) -> None:
    rules = replace(SALES, affinity=Affinity(preferred_seconds=5))
    open_doors(shift, plan_with(("first", "second"), rules), "first", "second")
    first, second = AgentId("first"), AgentId("second")
    shift.post(arrived(CallId("c1")))
    shift.post(
        events.CallQueued(
            call=CallId("c1"),
            queue=queue_named("sales"),
            agents=(second, first),
            scores={second: 9, first: 7},
        )
    )
    (offered,) = explained("c1")
    assert offered["agent"] == "second"
    text = "ranked lower: score 7, idle for 2.0 s; second: score 9, idle for 1.0 s"
    assert passed(offered)["first"] == ("ranked_lower", text)


def test_while_asterisk_is_out_of_reach_nothing_is_offered(shift: Shift) -> None:
    open_doors(shift, plan_with(("first",)), "first")
    shift.post(events.SwitchLost(node=NODE))
    shift.enter("c1", "sales")
    (moment,) = explained("c1")
    assert passed(moment)["first"][0] == "free"


def test_who_rests_says_until_when(shift: Shift) -> None:
    rested = plan_with(("first", "second"), rest=Rest(seconds=60.0))
    open_doors(shift, rested, "first")
    call = shift.enter("c1", "sales")
    shift.answer(call)
    log_in(shift, "second")
    shift.hang_up(call)
    shift.wait(40)  # wrapped up, and still owed a rest
    shift.enter("c2", "sales")
    (moment,) = explained("c2")
    assert passed(moment)["first"] == ("resting", "resting until 00:18:16")


def test_what_this_version_would_not_have_done_is_not_explained(shift: Shift) -> None:
    open_doors(shift, plan_with(("first", "second")), "first", "second")
    shift.enter("c1", "sales")
    connection = sqlite3.connect(shift.journal.path)
    with connection:
        connection.execute(
            "UPDATE journal SET data = replace(CAST(data AS TEXT), 'first', 'second') "
            "WHERE type = 'OfferCall'"
        )
    connection.close()
    (moment,) = explained("c1")
    assert (moment["agent"], moment["explained"]) == ("second", False)
    assert "no reasons" in invoke(["explain", "c1"]).stdout


def test_the_first_versions_calls_are_explained_too(shift: Shift) -> None:
    first = Path(__file__).parents[1] / "reporting" / "first_version.jsonl"
    lines = [json.loads(line) for line in first.read_text().splitlines()]
    rows = [(*line[:-1], json.dumps(line[-1], separators=(",", ":")).encode()) for line in lines]
    connection = sqlite3.connect(shift.journal.path)
    with connection:
        connection.executemany(f"INSERT INTO journal VALUES ({', '.join('?' * 12)})", rows)
    connection.close()
    told = [moment for call in ("c1", "c2", "c3") for moment in explained(call)]
    assert [moment["explained"] for moment in told] == [True] * len(told)
    assert [moment["agent"] for moment in told][:3] == ["anna", "bob", "carl"]
    assert passed(told[1])["anna"] == ("not_ready", "not ready: busy")


def test_an_unknown_call_and_an_unknown_offer(shift: Shift) -> None:
    open_doors(shift, plan_with(("first",)), "first")
    shift.enter("c1", "sales")
    unknown = invoke(["explain", "c9"])
    assert (unknown.exit_code, "no call 'c9'" in unknown.stderr) == (1, True)
    unknown = invoke(["explain", "c1", "--offer", "9"])
    assert (unknown.exit_code, "has no offer 9" in unknown.stderr) == (1, True)


def test_every_reason_and_every_strategy_has_words() -> None:
    assert set(explanation._TEXTS) | {Passed.RANKED_LOWER} == set(Passed)
    assert set(explanation._UNITS) == set(Strategy)


@given(moves=MOVES)
@settings(max_examples=60, deadline=None)
def test_every_offer_of_a_random_shift_is_explained(moves: list[Move]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.sqlite"
        shift = Shift(path)
        shift.open_doors("anna", "bob", "carl")
        shift.play(moves)
        offers = [row.what for row in shift.rows() if isinstance(row.what, OfferCall)]
        made = {offer.offer: offer.agent for offer in offers}
        with JournalReader.open(path) as reader:
            found = choices(reader, made)
        assert set(found) == set(made)
        for offer, choice in found.items():
            everybody = {one.agent for one in choice.passed} | {made[offer]}
            assert everybody == {"anna", "bob", "carl"}
            assert len(choice.passed) == 2
        shift.journal.close()
