"""Callers whom no engine took: each is told of once, with the times that were."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.calls.unmet import LOOK_SECONDS, read_note
from ccengine.core.events import CallArrived, CallMissed, Party, Reached
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.asterisk.ari.transport import Request, Response
    from tests.calls.center_on_fake import CenterOnFake

NOTE = "node1-1-1:demo:dnipro:600201:380441234567:1700000000123:1700000009456"


def missed(center: CenterOnFake) -> list[CallMissed]:
    return [event for event in center.journal.events(CallMissed) if isinstance(event, CallMissed)]


def arrive_and_leave(center: CenterOnFake, call: str = "node1-1-1") -> None:
    center.asterisk.caller_arrives(
        call, number="600201", client="dnipro", caller="380441234567", leaves_at_once=True
    )


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_who_leaves_between_answer_and_stasis_is_told_of(center: CenterOnFake) -> None:
    left_at = now()
    arrive_and_leave(center)
    await center.until(lambda: missed(center), seconds=LOOK_SECONDS + 1)
    (event,) = missed(center)
    assert (event.call, event.client, event.number) == ("node1-1-1", "dnipro", "600201")
    assert (event.caller, event.node) == ("380441234567", "node1")
    assert event.arrived_at == pytest.approx(left_at, abs=0.002)
    assert event.ended_at == pytest.approx(left_at, abs=0.002)
    assert (event.by, event.reached) == (Party.CALLER, Reached.ARRIVAL)
    assert not center.journal.events(CallArrived)
    await center.until(lambda: not center.asterisk.notes())
    center.assert_nothing_left()


async def test_who_comes_and_goes_while_the_engine_is_away_is_told_of_when_it_is_back(
    center: CenterOnFake,
) -> None:
    await center.kill()
    arrived_at = now()
    caller = center.caller()
    await asyncio.sleep(7)
    center.asterisk.hang_up(caller)
    await asyncio.sleep(60)
    await center.start()
    await center.until(lambda: missed(center), seconds=1)
    (event,) = missed(center)
    assert event.arrived_at == pytest.approx(arrived_at, abs=0.002)
    assert event.ended_at == pytest.approx(arrived_at + 7, abs=0.002)
    assert event.reached is Reached.FALLBACK
    await center.until(lambda: not center.asterisk.notes())
    center.assert_nothing_left()


async def test_who_hangs_up_with_the_engine_is_not_noted(center: CenterOnFake) -> None:
    caller = center.caller()
    await asyncio.sleep(1)
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    assert not center.asterisk.notes()


async def test_who_is_taken_in_the_end_is_no_missed_call(center: CenterOnFake) -> None:
    await center.kill()
    caller = center.caller()
    await asyncio.sleep(3)
    await center.start()
    await center.until(lambda: center.engine.center.calls)
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    await asyncio.sleep(2 * LOOK_SECONDS)
    assert not missed(center)


async def test_who_strays_and_hangs_up_there_is_not_told_of_twice(center: CenterOnFake) -> None:
    caller = center.caller()
    await center.until(lambda: center.asterisk.hears(caller) == "music:default")
    center.asterisk.stray(caller)
    (call,) = center.engine.center.calls.values()
    await center.until(lambda: call.state is CallState.STRAYED)
    center.asterisk.hang_up(caller)
    assert center.asterisk.notes()
    await center.until(lambda: center.ended() and not center.asterisk.notes())
    assert not missed(center)
    center.assert_nothing_left()


async def test_killed_before_the_note_is_taken_away_it_is_told_once(center: CenterOnFake) -> None:
    center.asterisk.fail_next("POST", "asterisk/variable", 500)
    arrive_and_leave(center)
    await center.until(lambda: missed(center))
    assert center.asterisk.notes()
    await center.restart(away_seconds=1)
    await center.until(lambda: not center.asterisk.notes())
    await asyncio.sleep(2 * LOOK_SECONDS)
    assert len(missed(center)) == 1


async def test_the_note_is_taken_away_only_after_it_was_told(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_before: list[int] = []
    send = center.asterisk.request

    async def watch(request: Request) -> Response:
        if request.path == "asterisk/variable" and request.method == "POST":
            told_before.append(len(missed(center)))
        return await send(request)

    monkeypatch.setattr(center.asterisk, "request", watch)
    for number in range(3):
        arrive_and_leave(center, f"node1-1-{number}")
    await center.until(lambda: not center.asterisk.notes())
    assert told_before == [1, 2, 3]


async def test_what_cannot_be_read_or_fetched_stops_nobody(center: CenterOnFake) -> None:
    center.asterisk.world.database["cc-unmet"] = {"nonsense.": "1"}
    center.asterisk.fail_next("GET", "asterisk/variable", 500)
    arrive_and_leave(center)
    await center.until(lambda: missed(center), seconds=3 * LOOK_SECONDS)
    await center.until(lambda: center.asterisk.notes() == ["nonsense."])


async def test_more_than_a_list_holds_are_all_told_of(center: CenterOnFake) -> None:
    await center.kill()
    for number in range(100):
        arrive_and_leave(center, f"node1-1-{number}")
    await center.start()
    await center.until(lambda: not center.asterisk.notes())
    assert {event.call for event in missed(center)} == {f"node1-1-{n}" for n in range(100)}
    assert len(missed(center)) == 100


async def test_an_asterisk_that_has_started_anew_lists_its_old_notes(center: CenterOnFake) -> None:
    await center.kill()
    arrive_and_leave(center)
    center.asterisk.world.variables.clear()
    await center.start()
    await center.until(lambda: missed(center), seconds=1)


async def test_a_dialplan_that_lists_nothing_is_not_asked_without_end(
    center: CenterOnFake,
) -> None:
    center.asterisk.world.errands.clear()
    center.asterisk.world.variables.clear()
    center.asterisk.mark()
    await asyncio.sleep(6 * LOOK_SECONDS)
    assert len(center.asterisk.requests_since_mark()) <= 2 * 7


async def test_nothing_noted_costs_one_request_per_look(center: CenterOnFake) -> None:
    await asyncio.sleep(LOOK_SECONDS)
    center.asterisk.mark()
    await asyncio.sleep(6 * LOOK_SECONDS)
    assert len(center.asterisk.requests_since_mark()) <= 6


async def test_a_dropped_connection_only_delays_it(center: CenterOnFake) -> None:
    center.asterisk.drop_connection(stay_down=True)
    await center.until(lambda: not center.switchboard.connected)
    caller = center.caller()
    await asyncio.sleep(30)
    center.asterisk.hang_up(caller)
    center.asterisk.restore()
    await center.until(lambda: missed(center), seconds=LOOK_SECONDS + 11)


@pytest.mark.parametrize(
    ("how", "by", "reached"),
    [
        (":::", Party.CALLER, Reached.ARRIVAL),
        (":fallback::", Party.CALLER, Reached.FALLBACK),
        (":emergency:CANCEL:", Party.CALLER, Reached.EMERGENCY),
        (":emergency:ANSWER:", Party.CALLER, Reached.EMERGENCY_TALK),
        (":emergency:ANSWER:agent", Party.AGENT, Reached.EMERGENCY_TALK),
        (":voicemail:NOANSWER:", Party.CALLER, Reached.VOICEMAIL),
        (":message:CHANUNAVAIL:engine", Party.ENGINE, Reached.MESSAGE),
    ],
)
def test_a_note_says_how_far_the_caller_came(how: str, by: Party, reached: Reached) -> None:
    event = read_note(NOTE + how + ":.", "node1")
    assert event is not None
    assert (event.by, event.reached) == (by, reached)
    assert (event.arrived_at, event.ended_at) == (1700000000.123, 1700000009.456)


def test_a_hidden_caller_has_no_number() -> None:
    event = read_note(NOTE.replace("380441234567", "") + "::::.", "node1")
    assert event is not None
    assert event.caller == ""


@pytest.mark.parametrize(
    "note",
    ["", NOTE, NOTE + ":::", NOTE + "::::", NOTE + ":::x:.", NOTE + ":nowhere:::.",
     NOTE + ":::::.", NOTE + "::::.\n", "../etc" + NOTE + "::::.",
     NOTE.replace("1700000000123", "yesterday") + "::::."],
)  # fmt: skip
def test_what_the_dialplan_does_not_write_is_not_understood(note: str) -> None:
    assert read_note(note, "node1") is None
