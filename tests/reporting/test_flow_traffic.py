"""Counts per step, and where callers hang up; and one call's way with its keys counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import events
from ccengine.core.events import Party, Reached
from ccengine.core.ids import CallId, ClientId, QueueId, TenantId
from ccengine.reporting.flow_story import path
from ccengine.reporting.flow_traffic import At, Traffic
from ccengine.reporting.rows import JournalRow

if TYPE_CHECKING:
    from ccengine.core.events import Event

NOVA = ClientId("nova")


def row(event: Event, call: str) -> JournalRow:
    return JournalRow(
        number=1,
        at=1.0,
        kind="event",
        type=type(event).__name__,
        schema=1,
        tenant=TenantId("demo"),
        client=NOVA,
        call=CallId(call),
        agent=None,
        node="node1",
        because=None,
        what=event,
    )


def went(call: str, *steps: str, keys: int = 0) -> list[JournalRow]:
    name = CallId(call)
    return [
        row(events.FlowStepEntered(call=name, flow="main", step=step, keys=keys), call)
        for step in steps
    ]


def ended(call: str, by: Party = Party.CALLER, reached: Reached | None = None) -> JournalRow:
    event = events.CallEnded(call=CallId(call), by=by, cause="x", reached=reached)
    return row(event, call)


def at(step: str) -> At:
    return At(NOVA, "main", step)


def counted(*rows: JournalRow) -> Traffic:
    traffic = Traffic()
    traffic.take(rows)
    return traffic


def test_steps_and_ways_are_counted_over_calls() -> None:
    traffic = counted(*went("a", "menu", "sales"), *went("b", "menu", "menu", "lost"))
    assert traffic.entered == {at("menu"): 2, at("sales"): 1, at("lost"): 1}
    assert traffic.went == {(at("menu"), at("sales")): 1, (at("menu"), at("lost")): 1}


def test_who_hangs_up_in_a_step_is_lost_there() -> None:
    traffic = counted(*went("a", "menu"), ended("a"), *went("b", "menu", "ask"), ended("b"))
    assert traffic.hung_up == {at("menu"): 1, at("ask"): 1}


def test_who_got_through_or_was_ended_by_us_is_not_lost() -> None:
    call = CallId("a")
    queued = row(events.CallQueued(call=call, queue=QueueId("nova/sales")), "a")
    message = row(events.MessageAsked(call=CallId("c"), queue=QueueId("nova/sales")), "c")
    traffic = counted(
        *went("a", "menu"), queued, ended("a"),
        *went("b", "bye"), ended("b", Party.ENGINE),
        *went("c", "message"), message, ended("c"),
        *went("d", "out"), ended("d", Party.CALLER, Reached.PARTNER_TALK),
    )  # fmt: skip
    assert not traffic.hung_up


def inside(call: str, *steps: str) -> list[JournalRow]:
    """Steps of a flow that the step `ask` of the other one calls."""
    name = CallId(call)
    return [
        row(events.FlowStepEntered(call=name, flow="sub", step=one, returns=("main/ask",)), call)
        for one in steps
    ]


def test_a_flow_that_is_called_is_a_part_of_the_step_that_calls_it() -> None:
    traffic = counted(
        *went("a", "ask"), *inside("a", "pin", "back"), *went("a", "menu"), ended("a"),
        *went("b", "ask"), *inside("b", "pin"), ended("b"),
    )  # fmt: skip
    pin, back = At(NOVA, "sub", "pin"), At(NOVA, "sub", "back")
    assert traffic.went == {
        (at("ask"), pin): 2,
        (pin, back): 1,
        (at("ask"), at("menu")): 1,
    }
    assert traffic.hung_up == {at("menu"): 1, pin: 1, at("ask"): 1}


def test_a_way_is_told_with_the_number_of_keys_and_never_the_keys() -> None:
    rows = [*went("a", "hours", "menu"), *went("a", "ask", keys=1), *went("a", "end", keys=4)]
    assert path(rows) == "main: hours → menu -1 key-> ask -4 keys-> end"
