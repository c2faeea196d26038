"""Cards that callers type in a flow, without an agent, on the fake Asterisk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.core.events import (
    CardEntryStarted,
    CardFieldTyped,
    CardOutcome,
    CardPaymentSent,
    RecordingPaused,
)
from ccengine.core.surveys import Survey
from ccengine.ivr.steps.card import CardStep
from tests.calls.in_flows import END, ends, flow

if TYPE_CHECKING:
    from ccengine.ivr.flow import Flow
    from tests.calls.center_on_fake import CenterOnFake

from tests.calls.card_desk import (
    CODE,
    EXPIRY,
    LEG,
    NUMBER,
    PayDesk,
    endings,
    press,
    talking,
    type_all,
)


def paying() -> Flow:
    ways = dict.fromkeys(("approved", "declined", "unknown", "failed", "no_input"), "bye")
    pay = CardStep(
        card=("greeting",), amount="12.50", reference="{caller}", into={"paid_by": "last4"}, **ways
    )
    return flow({"pay": pay, "bye": END})


async def in_flow(center: CenterOnFake) -> str:
    center.set_flows(paying())
    caller = center.caller()
    await center.until(lambda: center.journal.events(CardEntryStarted))
    await asyncio.sleep(1)
    return caller


async def test_in_a_flow_a_card_is_paid_without_an_agent(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await in_flow(center)
    await type_all(center, caller)
    await ends(center)
    [(order, *typed)] = desk.asked
    assert typed == [NUMBER, EXPIRY, CODE]
    assert (order.amount, order.reference) == ("12.50", "380441234567")
    assert endings(center) == [CardOutcome.APPROVED]
    assert not center.journal.events(RecordingPaused)
    kept = repr(center.journal.steps)
    assert "t:1111" in kept  # the last four, which the flow has asked for
    assert NUMBER[:8] not in kept


async def test_in_a_flow_a_payment_that_an_engine_died_in_is_not_asked_for_again(
    center: CenterOnFake, desk: PayDesk
) -> None:
    desk.seconds = 1000.0
    caller = await in_flow(center)
    await type_all(center, caller)
    await center.until(lambda: center.journal.events(CardPaymentSent))
    await center.restart()
    center.wiring.payments = desk
    await ends(center)
    assert endings(center) == [CardOutcome.UNKNOWN]
    assert len(desk.asked) == 1


async def test_in_a_flow_a_card_that_an_engine_died_in_is_typed_again(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await in_flow(center)
    await press(center, caller, NUMBER[:9])
    await center.restart()
    center.wiring.payments = desk
    await center.until(lambda: len(center.journal.events(CardEntryStarted)) > 1)
    await asyncio.sleep(1)
    await type_all(center, caller)
    await ends(center)
    assert endings(center) == [CardOutcome.ENGINE_LOST, CardOutcome.APPROVED]
    assert [typed for _, *typed in desk.asked] == [[NUMBER, EXPIRY, CODE]]


async def in_survey(center: CenterOnFake) -> str:
    """The agent has left a recorded talk; the survey after it takes a card."""
    center.set_flows(flow(dict(paying().steps), "survey"))
    center.set_queue("vip", survey=Survey(flow="survey", owner="Rania Haddad"))
    caller = await talking(center)
    center.asterisk.manager.go_away()
    center.asterisk.hang_up(LEG)
    return caller


async def test_in_a_flow_no_card_is_typed_while_a_recording_cannot_be_ended(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await in_survey(center)
    await center.until(lambda: center.journal.events(CardEntryStarted))
    assert [one.muted for one in center.asterisk.manager.of(caller)] == [False]
    await center.until(lambda: bool(endings(center)))
    assert endings(center) == [CardOutcome.NOT_PAUSED]
    assert center.journal.events(CardFieldTyped) == []
    await ends(center)
    assert desk.asked == []


async def test_in_a_flow_a_recording_that_still_goes_on_is_ended_before_a_card(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await in_survey(center)
    await center.until(lambda: center.journal.events(CardEntryStarted))
    center.asterisk.manager.come_back()
    await asyncio.sleep(2)
    assert not [one for one in center.asterisk.manager.of(caller) if not one.muted]
    await type_all(center, caller)
    await ends(center)
    assert endings(center) == [CardOutcome.APPROVED]
    assert len(desk.asked) == 1


async def test_in_a_flow_a_caller_who_hangs_up_while_typing_ends_it(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await in_flow(center)
    await press(center, caller, NUMBER[:6])
    center.asterisk.hang_up(caller)
    await ends(center)
    assert endings(center) == [CardOutcome.CALLER_LEFT]
    assert desk.asked == []
