"""Numbers that are closed by one switch: what callers hear, and how it is switched by phone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.core.events import CallQueued, FlowStepEntered, NumbersClosed, NumbersOpened
from ccengine.core.ids import ClosureId
from tests.calls.center_on_fake import DNIPRO
from tests.calls.test_feature_codes import PIN, dial, pins

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

__all__ = ["pins"]

BUILDING, LINES = ClosureId("building"), ClosureId("nour")


def close(center: CenterOnFake, closure: ClosureId = BUILDING, until: float | None = None) -> None:
    closed = NumbersClosed(closure=closure, by="api", reason="fire", until=until)
    assert not center.engine.post(closed)


def flows(center: CenterOnFake) -> list[str]:
    entered = center.journal.events(FlowStepEntered)
    return [f"{one.flow}/{one.step}" for one in entered if isinstance(one, FlowStepEntered)]


def closed(center: CenterOnFake) -> list[str]:
    return list(center.engine.center.closed(center.engine.clock.now()))


async def test_callers_hear_the_closure_s_own_flow_and_no_phone_rings(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    close(center)
    center.caller(number="600201")
    await center.until(center.ended)
    assert flows(center) == ["closure/closure", "closure/goodbye"]
    media = [media for _, media in center.asterisk.played]
    prompts = center.configuration.prompts
    assert media == [prompts.media("dnipro", name, "uk") for name in ("closure", "en/closure")]  # type: ignore[arg-type]
    assert center.journal.events(CallQueued) == []
    center.assert_nothing_left()


async def test_numbers_of_another_closure_are_served(center: CenterOnFake) -> None:
    await center.log_in("olena", answers_after=1.0)
    close(center, LINES)
    caller = center.caller(number="600201")
    await center.until(lambda: center.asterisk.hears(caller).startswith("talk"))
    center.asterisk.hang_up(caller)
    await center.until(center.ended)


async def test_who_waits_already_is_served_and_who_comes_after_the_end_too(
    center: CenterOnFake,
) -> None:
    first = center.caller("node1-1-1")
    await center.until(lambda: center.journal.events(CallQueued))
    close(center, until=center.engine.clock.now() + 60)
    center.caller("node1-1-2")
    await center.until(lambda: len(center.ended()) == 1)
    await center.log_in("olena", answers_after=1.0)
    await center.until(lambda: center.asterisk.hears(first).startswith("talk"))
    center.asterisk.hang_up(first)
    await asyncio.sleep(60)
    assert closed(center) == []
    center.caller("node1-1-3")
    await center.until(lambda: len(center.journal.events(CallQueued)) == 2)


async def test_a_restart_opens_nothing_and_leaves_who_hears_it_where_they_are(
    center: CenterOnFake,
) -> None:
    close(center)
    caller = center.caller(number="600200")
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"))
    await center.restart(away_seconds=0.5)
    assert closed(center) == [BUILDING]
    assert not center.engine.post(NumbersOpened(closure=BUILDING, by="api"))
    await center.until(center.ended)
    assert set(flows(center)) == {"closure/closure", "closure/goodbye"}  # judged once
    center.assert_nothing_left()


async def test_a_flow_that_a_reload_takes_away_leads_nobody_to_agents_who_were_sent_home(
    center: CenterOnFake,
) -> None:
    close(center)
    caller = center.caller(number="600201")
    await center.until(lambda: center.asterisk.hears(caller).startswith("sound:"))
    assert center.configuration.tenant is not None
    closures = center.configuration.tenant.settings.closures
    renamed = {name: replace(one, flow="flood") for name, one in closures.items()}
    flows_of_all = dict(center.configuration.flows)
    flows_of_all[DNIPRO, "flood"] = replace(flows_of_all.pop((DNIPRO, "closure")), name="flood")
    center.configuration = replace(center.configuration, flows=flows_of_all)
    center.set_tenant(closures=renamed)
    await center.restart(away_seconds=0.5)
    await center.until(center.ended)
    assert flows(center) == ["closure/closure", "flood/closure", "flood/goodbye"]
    assert center.journal.events(CallQueued) == []


async def test_by_phone_with_a_pin_and_one_key(center: CenterOnFake) -> None:
    await dial(center, "203", "closure", "1", keys=f"{PIN}1")
    assert closed(center) == [BUILDING]
    (event,) = center.journal.events(NumbersClosed)
    assert isinstance(event, NumbersClosed)
    assert (event.by, event.reason) == ("olena", "by phone")
    await dial(center, "203", "closure", "1", keys=f"{PIN}1")
    assert closed(center) == []
    center.assert_nothing_left()


async def said(center: CenterOnFake, phone: str, digits: str, keys: str = "") -> list[str]:
    channel = center.asterisk.feature_code(phone, "closure", digits)
    await asyncio.sleep(0.3)
    for key in keys:
        center.asterisk.dial_digit(channel, key)
        await asyncio.sleep(0.1)
    await center.until(lambda: channel not in center.asterisk.channels_left())
    return center.said_on(channel)


@pytest.mark.parametrize(
    ("phone", "digits", "keys", "expected"),
    [
        ("203", "1", f"{PIN}1", ["enter-pin", "numbers-are-open", "numbers-closed"]),
        ("203", "1", PIN, ["enter-pin", *["numbers-are-open"] * 3, "nothing-changed"]),
        ("203", "1", "", [*["enter-pin"] * 3, "refused"]),
        ("203", "2", PIN, ["not-allowed"]),  # olena may not close Nour's
        ("204", "1", PIN, ["not-allowed"]),  # taras may close nothing
        ("203", "7", PIN, ["no-such-closure"]),
        ("205", "1", f"304#{PIN}1", ["enter-number", "not-allowed"]),
        ("205", "1", f"303#{PIN}1", ["enter-number", "enter-pin"]),
    ],
)
async def test_what_is_said(
    center: CenterOnFake, phone: str, digits: str, keys: str, expected: list[str]
) -> None:
    heard = await said(center, phone, digits, keys)
    assert heard[: len(expected)] == expected
    assert closed(center) == ([BUILDING] if keys.endswith(f"{PIN}1") and "304" not in keys else [])


@pytest.mark.parametrize("was_closed", [False, True])
async def test_what_somebody_else_has_switched_meanwhile_is_left_as_it_is(
    center: CenterOnFake, *, was_closed: bool
) -> None:
    if was_closed:
        close(center)
    channel = center.asterisk.feature_code("203", "closure", "1")
    await asyncio.sleep(0.3)
    center.asterisk.dial_digits(channel, PIN)
    await asyncio.sleep(1)
    end = center.engine.clock.now() + 3600
    if was_closed:
        assert not center.engine.post(NumbersOpened(closure=BUILDING, by="api"))
    else:
        close(center, until=end)
    center.asterisk.dial_digit(channel, "1")
    await center.until(lambda: channel not in center.asterisk.channels_left())
    last = "numbers-opened" if was_closed else "numbers-closed"
    assert center.said_on(channel)[-1] == last
    shown = next(iter(center.engine.center.closures(center.engine.clock.now())))
    assert (shown.closed, shown.until) == (not was_closed, None if was_closed else end)
    assert len(center.journal.events(NumbersClosed, NumbersOpened)) == (2 if was_closed else 1)


async def test_a_wrong_pin_closes_nothing_and_counts(center: CenterOnFake) -> None:
    channel = center.asterisk.feature_code("203", "closure", "1")
    for _ in range(3):
        await asyncio.sleep(0.3)
        center.asterisk.dial_digits(channel, "999999")
        await asyncio.sleep(2)
    await center.until(lambda: channel not in center.asterisk.channels_left())
    assert center.said_on(channel) == ["enter-pin", "wrong-pin"] * 3 + ["refused"]
    assert closed(center) == []
    assert center.agent("olena").wrong_pins
