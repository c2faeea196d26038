"""Callers who help themselves: orders, appointments and tickets of the demo, on a whole engine."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ccengine.config.lookup_sources import Finding
from ccengine.core.events import CallEnded, CallQueued, FlowDataSet, FlowStepEntered
from tests.calls.center_on_fake import CenterOnFake
from tests.calls.examples import Examples

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LAYLA, KARIM, STRANGER = "971501000001", "+971501000002", "380441234567"
DATA_FLOWS = frozenset({"order", "appointment", "ticket"})
NEVER = 1000
LISTENING = 3.0  #: longer than each prompt here is, and shorter than anybody is waited for

Script = list[tuple[str, str]]
"""What is typed at which step, `flow/step`, one after the other."""

IN: Script = [("self-service/choose", "2"), ("verify/ask", "2468#")]
CANCELS: Script = [
    *IN,
    ("self-service/menu", "1"),
    ("order/ask", "50011#"),
    ("order/offer", "1"),
    ("order/sure", "1"),
    ("self-service/menu", "0"),
]
ORDER_STATE: Script = [
    *IN,
    ("self-service/menu", "1"),
    ("order/ask", "50012#"),
    ("self-service/menu", "0"),
]
CONFIRMS: Script = [
    *IN,
    ("self-service/menu", "2"),
    ("appointment/what", "1"),
    ("self-service/menu", "0"),
]
CANCELS_VISIT: Script = [
    *IN,
    ("self-service/menu", "2"),
    ("appointment/what", "3"),
    ("appointment/sure", "1"),
    ("self-service/menu", "0"),
]
MOVES: Script = [
    *IN,
    ("self-service/menu", "2"),
    ("appointment/what", "2"),
    ("appointment/take", "2"),
    ("appointment/take", "1"),
    ("self-service/menu", "0"),
]
OPENS: Script = [
    *IN,
    ("self-service/menu", "3"),
    ("ticket/offer", "1"),
    ("self-service/menu", "0"),
]
JOURNEYS = {
    "state of an order": ORDER_STATE,
    "order cancelled": CANCELS,
    "appointment confirmed": CONFIRMS,
    "appointment cancelled": CANCELS_VISIT,
    "appointment moved": MOVES,
    "ticket opened": OPENS,
}


@dataclass
class Calls:
    """Calls to 600102, and what became of them."""

    center: CenterOnFake
    shop: Examples
    made: int = 0
    channels: dict[str, str] = field(default_factory=dict)

    def arrives(self, caller: str = LAYLA) -> str:
        self.made += 1
        call = f"node1-1-{self.made}"
        self.channels[call] = self.center.asterisk.caller_arrives(
            call, number="600102", client="nour", caller=caller
        )
        return call

    def way(self, call: str) -> list[str]:
        entered = self.center.journal.events(FlowStepEntered)
        return [
            f"{one.flow}/{one.step}"
            for one in entered
            if isinstance(one, FlowStepEntered) and one.call == call
        ]

    async def types(
        self, call: str, script: Script, *, over_prompts: bool = True, hang_up_at: int = NEVER
    ) -> None:
        """Type each when its step has come, while its prompts are heard or after them.

        With `hang_up_at` they hang up at their n-th step.
        """
        seen = 0
        ends = [("", "")] if hang_up_at < NEVER else []
        for step, digits in [*script, *ends]:
            await self.center.until(
                lambda: step in self.way(call)[seen:] or len(self.way(call)) >= hang_up_at,  # noqa: B023
                seconds=120,
            )
            if len(self.way(call)) >= hang_up_at:
                await self.hang_up(call)
                return
            seen += self.way(call)[seen:].index(step) + 1
            if not over_prompts:
                await asyncio.sleep(LISTENING * (6 if step.endswith("choose") else 1))
            self.center.asterisk.dial_digits(self.channels[call], digits)

    async def queue(self, call: str) -> str:
        def found() -> list[str]:
            queued = self.center.journal.events(CallQueued)
            return [one.queue for one in queued if isinstance(one, CallQueued) and one.call == call]

        await self.center.until(found, seconds=300)
        return found()[0]

    def shown(self, call: str) -> dict[str, str]:
        told: dict[str, str] = {}
        for one in self.center.journal.events(FlowDataSet):
            if isinstance(one, FlowDataSet) and one.call == call:
                told |= one.shown
        return told

    def heard(self, call: str) -> str:
        played = self.center.asterisk.played
        here = self.channels[call]
        return " | ".join(self.shop.words.heard(one) for channel, one in played if channel == here)

    async def hang_up(self, call: str) -> None:
        self.center.asterisk.hang_up(self.channels[call])
        await self.center.until(lambda: call in self.ended())

    def ended(self) -> list[str]:
        ended = self.center.journal.events(CallEnded)
        return [one.call for one in ended if isinstance(one, CallEnded)]


@pytest.fixture
async def calls(center: CenterOnFake, tmp_path: Path) -> AsyncIterator[Calls]:
    examples = Examples(center, tmp_path)
    yield Calls(center, examples)
    examples.shop.close()


def to_come(calls: Calls, customer: str) -> dict[str, object]:
    """The customer's next appointment, as anybody who asks is told."""
    now = datetime.fromtimestamp(calls.center.engine.clock.now(), UTC)
    attendee = f"mailto:{customer}@customers.nour.example"
    found = calls.shop.visits.find(Finding.NEXT, {"attendee": attendee, "now": now})
    assert found is None or isinstance(found, dict)
    return found or {}


@pytest.mark.parametrize("over_prompts", [True, False], ids=["over the prompts", "after them"])
@pytest.mark.parametrize("script", JOURNEYS.values(), ids=JOURNEYS)
async def test_each_example_ends_with_the_agent_who_sees_what_was_done(
    calls: Calls, script: Script, *, over_prompts: bool
) -> None:
    before = to_come(calls, "1001")
    call = calls.arrives()
    await calls.types(call, script, over_prompts=over_prompts)
    assert await calls.queue(call) == "nour/technical"
    shown, heard = calls.shown(call), calls.heard(call)
    assert shown.pop("Verified") == "yes"
    assert (shown.pop("Customer"), shown.pop("Name")) == ("1001", "Layla Hassan")
    orders = dict(calls.shop.rows("SELECT number, state FROM orders"))
    match script:
        case _ if script is ORDER_STATE:
            assert "Order five zero zero, one two was sent. It will arrive on" in heard
            assert shown == {"order": "50012"}
        case _ if script is CANCELS:
            assert "is being prepared. It costs two hundred and forty-nine dirhams" in heard
            assert orders == {
                "50011": "cancelled",
                "50012": "sent",
                "50021": "new",
                "50031": "sent",
            }
            assert "Order five zero zero, one one is cancelled." in heard
            assert shown == {"order": "50011", "cancellation taken": "50011"}
        case _ if script is CONFIRMS:
            assert "Your appointment is on Wednesday, the seventh of January, at" in heard
            assert to_come(calls, "1001")["state"] == "confirmed"
            assert shown == {"appointment confirmed": "2026-01-07T10:00:00+04:00"}
        case _ if script is CANCELS_VISIT:
            assert to_come(calls, "1001") == {}
            assert "appointment/no-visit" in calls.way(call)
            assert shown == {"appointment cancelled": "2026-01-07T10:00:00+04:00"}
        case _ if script is MOVES:
            assert "free appointment on Friday, the ninth of January, at two p.m." in heard
            assert to_come(calls, "1001") == {
                **before,
                "begins": before["begins"].replace(day=9, hour=14),  # type: ignore[attr-defined]
                "ends": before["ends"].replace(day=9, hour=15),  # type: ignore[attr-defined]
                "state": "confirmed",
            }
            assert "Your appointment is on Friday, the ninth of January, at two p.m." in heard
            assert shown == {"appointment moved to": "2026-01-09T14:00:00+04:00"}
        case _:
            opened = "SELECT customer, topic, state FROM tickets WHERE key NOT LIKE 'example%'"
            assert calls.shop.rows(opened) == [("1001", "internet", "open")]
            ((comment,),) = calls.shop.rows("SELECT comment FROM tickets WHERE customer = '1001'")
            assert comment.endswith(".wav")
            assert shown == {"ticket opened": "internet"}
    assert "2468" not in calls.center.story()
    await calls.hang_up(call)
    calls.center.assert_nothing_left()


async def test_who_is_too_late_hears_so(calls: Calls) -> None:
    call = calls.arrives()
    await calls.types(call, CANCELS[:-2])
    await calls.center.until(lambda: calls.way(call)[-1] == "order/sure")
    calls.shop.shop.execute("UPDATE orders SET state = 'sent' WHERE number = '50011'")
    await calls.types(call, CANCELS[-2:])
    assert await calls.queue(call) == "nour/technical"
    heard = calls.heard(call)
    assert "Order five zero zero, one one was sent." in heard
    assert "is cancelled" not in heard
    await calls.hang_up(call)


async def test_what_is_carried_out_twice_is_done_once(calls: Calls) -> None:
    for script in (CANCELS, MOVES, OPENS):
        call = calls.arrives()
        await calls.types(call, script)
        await calls.queue(call)
        await calls.hang_up(call)
    after = [to_come(calls, "1001"), calls.shop.rows("SELECT * FROM tickets")]
    file = calls.shop.visits.file.read_bytes()
    for event in calls.shop.done:
        calls.shop.carry_out(event)
    assert [to_come(calls, "1001"), calls.shop.rows("SELECT * FROM tickets")] == after
    assert calls.shop.visits.file.read_bytes() == file


async def test_a_new_ticket_s_state_is_heard_in_the_next_call(calls: Calls) -> None:
    first = calls.arrives()
    await calls.types(first, OPENS)
    await calls.queue(first)
    await calls.hang_up(first)
    assert "We are working" not in calls.heard(first)
    second = calls.arrives()
    await calls.types(second, [*IN, ("self-service/menu", "3"), ("ticket/offer", "9")])
    await calls.center.until(lambda: calls.way(second)[-1] == "self-service/menu")
    assert "We are working on your ticket of" in calls.heard(second)
    await calls.hang_up(second)


async def test_three_wrong_pins_end_in_an_agent_with_a_mark_and_never_in_data(
    calls: Calls,
) -> None:
    call = calls.arrives()
    await calls.types(call, [IN[0], *[("verify/ask", f"111{n}#") for n in range(3)]])
    assert await calls.queue(call) == "nour/billing"
    assert calls.shown(call) == {"Verified": "no: three wrong PINs"}
    assert not {step.partition("/")[0] for step in calls.way(call)} & DATA_FLOWS
    assert calls.way(call).count("verify/check") == 3
    assert "Layla" not in calls.center.story()
    assert "1110" not in calls.center.story()
    assert calls.shop.rows("SELECT customer, count(*) FROM wrong_pins") == [("1001", 3)]
    await calls.hang_up(call)


async def test_guessing_over_many_calls_locks_the_customer_and_nobody_else(calls: Calls) -> None:
    for _ in range(3):
        call = calls.arrives(STRANGER)
        wrong = [("verify/ask", f"111{n}#") for n in range(3)]
        await calls.types(call, [IN[0], ("verify/number", "1001#"), *wrong])
        assert await calls.queue(call) == "nour/billing"
        await calls.hang_up(call)
    call = calls.arrives()
    await calls.types(call, [IN[0], *[IN[1]] * 3])  # the right one
    assert await calls.queue(call) == "nour/billing"
    other = calls.arrives(KARIM)
    await calls.types(other, [IN[0], ("verify/ask", "02111979"), ("self-service/menu", "0")])
    assert await calls.queue(other) == "nour/technical"


async def test_nobody_hears_of_what_is_another_customer_s(calls: Calls) -> None:
    call = calls.arrives()
    await calls.types(call, [*IN, ("self-service/menu", "1"), ("order/ask", "50021#")])
    await calls.center.until(lambda: calls.way(call).count("self-service/menu") == 2)
    assert "order/unknown" in calls.way(call)
    assert "Order" not in calls.heard(call)
    await calls.hang_up(call)


async def test_from_an_unknown_telephone_the_customer_number_is_asked_for(calls: Calls) -> None:
    call = calls.arrives(STRANGER)
    script = [
        IN[0],
        ("verify/number", "1003#"),
        ("verify/ask", "8642#"),
        ("self-service/menu", "0"),
    ]
    await calls.types(call, script)
    assert await calls.queue(call) == "nour/technical"
    assert calls.shown(call)["Name"] == "Sara Nasser"


@pytest.mark.parametrize("caller", [LAYLA, STRANGER])
async def test_who_types_nothing_talks_to_an_agent_who_knows(calls: Calls, caller: str) -> None:
    call = calls.arrives(caller)
    assert await calls.queue(call) == "nour/billing"
    assert calls.shown(call) == {"Verified": "no: no PIN was typed"}


@pytest.mark.parametrize("script", JOURNEYS.values(), ids=JOURNEYS)
async def test_who_falls_silent_anywhere_comes_to_an_agent(calls: Calls, script: Script) -> None:
    for typed in range(2, len(script)):
        call = calls.arrives()
        await calls.types(call, script[:typed])
        assert await calls.queue(call) == "nour/technical"
        assert calls.shown(call)["Verified"] == "yes"
        await calls.hang_up(call)
    calls.center.assert_nothing_left()


@pytest.mark.parametrize("script", [*JOURNEYS.values()], ids=JOURNEYS)
async def test_who_hangs_up_at_any_step_leaves_nothing_behind(calls: Calls, script: Script) -> None:
    whole = calls.arrives()
    await calls.types(whole, script)
    await calls.queue(whole)
    steps = len(calls.way(whole))
    await calls.hang_up(whole)
    for step in range(1, steps + 1):
        calls.shop.make_anew()
        call = calls.arrives()
        await calls.types(call, script, hang_up_at=step)
        assert calls.way(call) == calls.way(whole)[: len(calls.way(call))]
        assert calls.ended().count(call) == 1
        calls.center.assert_nothing_left()


async def test_while_the_database_is_down_callers_talk_to_an_agent(calls: Calls) -> None:
    calls.shop.is_down = True
    call = calls.arrives()
    await calls.types(call, IN[:1])
    assert await calls.queue(call) == "nour/billing"
    assert calls.shown(call) == {"Verified": "no: the database did not answer"}


async def test_one_that_dies_meanwhile_costs_nobody_their_call(calls: Calls) -> None:
    call = calls.arrives()
    await calls.types(call, [*IN, ("self-service/menu", "1")])
    calls.shop.is_down = True
    await calls.types(call, [("order/ask", "50011#")])
    await calls.center.until(lambda: calls.way(call).count("self-service/menu") == 2)
    assert "order/failed" in calls.way(call)
    assert await calls.queue(call) == "nour/technical"


async def test_an_engine_that_is_killed_asks_for_the_pin_again_and_counts_on(calls: Calls) -> None:
    call = calls.arrives()
    await calls.types(call, [IN[0], ("verify/ask", "1111#")])
    await calls.center.until(lambda: calls.way(call)[-2:] == ["verify/not-right", "verify/ask"])
    await calls.center.restart()
    calls.shop.take_over()
    await calls.center.until(lambda: calls.way(call)[-2:] == ["verify/ask", "verify/ask"])
    for wrong in ("1112#", "1113#"):
        seen = len(calls.way(call))
        calls.center.asterisk.dial_digits(calls.channels[call], wrong)
        await calls.center.until(lambda: "verify/wrong" in calls.way(call)[seen:])  # noqa: B023
        await asyncio.sleep(2)
    assert await calls.queue(call) == "nour/billing"
    assert calls.shown(call) == {"Verified": "no: three wrong PINs"}
