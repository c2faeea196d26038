"""A caller types a payment card: apart from the agent, unrecorded, for the one who pays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.calls.card_ear import KEY_TONE
from ccengine.calls.keys import CardWish
from ccengine.core.events import (
    CardEntryEnded,
    CardEntryStarted,
    CardField,
    CardFieldTyped,
    CardOutcome,
    CardPaymentSent,
    ConversationEnded,
    HoldBy,
    HoldStarted,
    PauseReason,
    RecordingPaused,
    RecordingResumed,
)
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake

from tests.calls.card_desk import (
    CALL,
    CODE,
    EXPIRY,
    LEG,
    NUMBER,
    PayDesk,
    asked,
    endings,
    over,
    press,
    said_to_agent,
    talking,
    together,
    type_all,
)


async def test_a_card_is_typed_apart_paid_and_in_nothing_that_is_kept(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await talking(center)
    await asked(center, caller)
    assert center.asterisk.hears(LEG) == "silence"
    assert center.engine.center.calls[CALL].recording_pause is not None
    await type_all(center, caller)
    await center.until(lambda: bool(endings(center)))
    await center.until(lambda: together(center, caller))
    [(order, *typed)] = desk.asked
    assert typed == [NUMBER, EXPIRY, CODE]
    assert order.reference == CALL
    assert [len(desk.cards[0].number), len(desk.cards[0].code)] == [0, 0]  # wiped
    assert endings(center) == [CardOutcome.APPROVED]
    fields = [one.typed for one in center.journal.events(CardFieldTyped)]  # type: ignore[attr-defined]
    assert fields == [*CardField]
    await asyncio.sleep(1)
    kinds = (CardEntryStarted, RecordingPaused, CardEntryEnded, RecordingResumed)
    assert [type(one) for one in center.journal.events(*kinds)] == [*kinds]
    [paused] = center.journal.events(RecordingPaused)
    assert paused.reason is PauseReason.CARD  # type: ignore[attr-defined]
    kept = repr(center.journal.steps)
    assert NUMBER not in kept
    assert NUMBER[:10] not in kept
    tones = [media for channel, media in center.asterisk.played if channel == LEG]
    assert set(tones[:-1]) == {KEY_TONE}
    await over(center, caller)


async def test_a_wrong_number_is_asked_for_again_and_star_begins_anew(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await talking(center)
    await asked(center, caller)
    await press(center, caller, "4111111111111112#")
    await asyncio.sleep(4)
    assert not center.journal.events(CardFieldTyped)
    await press(center, caller, f"555*{NUMBER}#")
    await asyncio.sleep(3)
    await press(center, caller, "0165")  # long over
    await asyncio.sleep(4)
    await press(center, caller, EXPIRY)
    await asyncio.sleep(3)
    await press(center, caller, CODE)
    await center.until(lambda: together(center, caller))
    assert [typed for _, *typed in desk.asked] == [[NUMBER, EXPIRY, CODE]]
    await over(center, caller)


async def test_who_types_nothing_is_back_with_the_agent_and_nothing_is_paid(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await talking(center)
    await asked(center, caller)
    await center.until(lambda: together(center, caller), seconds=120)
    await asyncio.sleep(0.1)
    assert endings(center) == [CardOutcome.NOT_TYPED]
    assert center.journal.events(RecordingResumed)
    assert desk.asked == []
    await over(center, caller)


@pytest.mark.parametrize("keys", ["*8", "*6"])
async def test_the_agent_stops_it_by_a_code(center: CenterOnFake, desk: PayDesk, keys: str) -> None:
    caller = await talking(center)
    await asked(center, caller)
    await press(center, caller, NUMBER[:6])
    await press(center, LEG, keys)
    await center.until(lambda: together(center, caller))
    assert endings(center) == [CardOutcome.STOPPED]
    assert desk.asked == []
    await over(center, caller)


@pytest.mark.usefixtures("desk")
async def test_nothing_brings_anybody_to_the_caller_meanwhile(center: CenterOnFake) -> None:
    caller = await talking(center)
    await asked(center, caller)
    for keys in ("*1", "*2801#", "*7", "*9"):
        await press(center, LEG, keys)
        await asyncio.sleep(4)
        assert center.asterisk.hears(caller) != f"talk:{LEG}"
    refused = center.sessions.talks.recordings.of(center.engine.center.calls[CALL])
    assert await refused.resume("api") != ""
    assert not center.journal.events(HoldStarted, RecordingResumed)
    await center.until(lambda: together(center, caller), seconds=120)
    await over(center, caller)


@pytest.mark.usefixtures("desk")
async def test_a_phone_that_holds_meanwhile_holds_afterwards(center: CenterOnFake) -> None:
    caller = await talking(center)
    await asked(center, caller)
    center.asterisk.phone_holds(LEG)
    await asyncio.sleep(1)
    assert not center.asterisk.hears(caller).startswith("music")
    await press(center, LEG, "*8")
    await center.until(lambda: center.journal.events(HoldStarted))
    await center.until(lambda: center.asterisk.hears(caller).startswith("music"))
    await over(center, caller)


@pytest.mark.usefixtures("desk")
async def test_a_caller_who_leaves_ends_it(center: CenterOnFake) -> None:
    caller = await talking(center)
    await asked(center, caller)
    await press(center, caller, NUMBER[:6])
    await over(center, caller)
    assert endings(center) == [CardOutcome.CALLER_LEFT]


async def test_an_agent_who_leaves_ends_it(center: CenterOnFake, desk: PayDesk) -> None:
    caller = await talking(center)
    await asked(center, caller)
    await press(center, caller, NUMBER[:6])
    center.asterisk.hang_up(LEG)
    await center.until(lambda: center.journal.events(ConversationEnded))
    assert endings(center) == [CardOutcome.AGENT_LEFT]
    await over(center)
    assert desk.asked == []


async def test_a_payment_goes_on_without_its_caller_and_its_end_is_kept(
    center: CenterOnFake, desk: PayDesk
) -> None:
    desk.seconds = 8.0
    caller = await talking(center)
    await asked(center, caller)
    await type_all(center, caller)
    await center.until(lambda: center.journal.events(CardPaymentSent))
    await over(center, caller)
    assert endings(center) == []
    await asyncio.sleep(10)
    assert endings(center) == [CardOutcome.APPROVED]
    assert [len(card.number) for card in desk.cards] == [0]


@pytest.mark.parametrize("who", ["caller", "agent"])
async def test_who_hangs_up_while_they_are_told_leaves_a_payment_that_is_known(
    center: CenterOnFake, desk: PayDesk, who: str
) -> None:
    caller = await talking(center)
    await asked(center, caller)
    await type_all(center, caller)
    await center.until(lambda: center.journal.events(CardPaymentSent))
    await asyncio.sleep(2.0)  # it has been answered: both are being told
    assert not together(center, caller)
    center.asterisk.hang_up(caller if who == "caller" else LEG)
    await center.until(lambda: not center.engine.center.calls)
    [ended] = center.journal.events(CardEntryEnded)
    assert isinstance(ended, CardEntryEnded)
    assert (ended.outcome, ended.token, ended.last4) == (CardOutcome.APPROVED, "tok_9", "1111")
    assert len(desk.asked) == 1
    await over(center)


async def test_that_a_card_is_sent_is_on_disk_before_it_leaves(
    center: CenterOnFake, desk: PayDesk
) -> None:
    written: list[bool] = []

    def note() -> None:
        events = [step.event for step in center.journal.steps]
        written.append(any(isinstance(one, CardPaymentSent) for one in events))

    desk.leaves = note
    caller = await talking(center)
    await asked(center, caller)
    await type_all(center, caller)
    await center.until(lambda: bool(endings(center)))
    assert written == [True]
    await over(center, caller)


async def test_no_card_leaves_an_engine_that_can_write_nothing_down(
    center: CenterOnFake, desk: PayDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.connects_after = 1.0
    caller = await talking(center)
    await asked(center, caller)
    await type_all(center, caller)
    with monkeypatch.context() as patch:
        patch.setattr(center.engine, "write", lambda: False)
        await asyncio.sleep(2.0)
    assert desk.asked == []
    assert endings(center) == [CardOutcome.FAILED]
    await over(center, caller)


async def test_no_card_is_sent_of_who_has_left_before(center: CenterOnFake, desk: PayDesk) -> None:
    desk.connects_after = 3.0
    caller = await talking(center)
    await asked(center, caller)
    await type_all(center, caller)
    await asyncio.sleep(1.0)
    await over(center, caller)
    await asyncio.sleep(10)
    assert desk.asked == []
    assert endings(center) == [CardOutcome.CALLER_LEFT]


async def test_the_next_engine_knows_how_a_payment_ended_that_both_were_being_told(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await talking(center)
    await asked(center, caller)
    await type_all(center, caller)
    await center.until(lambda: center.journal.events(CardPaymentSent))
    await asyncio.sleep(2.0)
    await center.restart(away_seconds=2)
    await center.until(lambda: together(center, caller))
    await asyncio.sleep(5)
    assert endings(center) == [CardOutcome.APPROVED]
    assert said_to_agent(center)[-1] == Confirmation.CARD_TAKEN
    assert center.engine.center.calls[CALL].card is None
    assert center.engine.center.calls[CALL].recording_pause is None
    assert len(desk.asked) == 1
    await over(center, caller)


async def test_nothing_brings_anybody_to_the_caller_who_is_told_how_it_ended(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await talking(center)
    await asked(center, caller)
    await type_all(center, caller)
    await center.until(lambda: bool(endings(center)))
    call = center.engine.center.calls[CALL]
    held = HoldStarted(call=CALL, agent="olena", how=HoldBy.CODE)  # type: ignore[arg-type]
    assert "a card is being taken" in center.engine.post(held)
    assert call.recording_pause is not None
    await center.until(lambda: together(center, caller))
    await asyncio.sleep(0.5)
    assert call.card is None
    assert center.engine.post(held) == ""
    assert desk.asked
    await over(center, caller)


@pytest.mark.parametrize("sent", [False, True], ids=["typing", "paying"])
async def test_the_next_engine_brings_both_together_and_says_how_it_stands(
    center: CenterOnFake, desk: PayDesk, *, sent: bool
) -> None:
    desk.seconds = 1000.0
    caller = await talking(center)
    await asked(center, caller)
    await press(center, caller, NUMBER[:9])
    if sent:
        await press(center, caller, f"{NUMBER[9:]}#")
        await asyncio.sleep(3)
        await press(center, caller, EXPIRY)
        await asyncio.sleep(3)
        await press(center, caller, CODE)
        await center.until(lambda: center.journal.events(CardPaymentSent))
    await center.restart(away_seconds=2)
    await center.until(lambda: together(center, caller))
    await asyncio.sleep(5)
    assert together(center, caller)
    outcome = CardOutcome.UNKNOWN if sent else CardOutcome.ENGINE_LOST
    assert endings(center) == [outcome]
    told = "card-unknown-told" if sent else "card-begin-again"
    assert told in said_to_agent(center)
    assert center.journal.events(RecordingResumed)
    assert center.engine.center.calls[CALL].recording_pause is None
    await over(center, caller)


@pytest.mark.usefixtures("desk")
async def test_without_a_pause_of_the_recording_no_card_is_asked_for(center: CenterOnFake) -> None:
    caller = await talking(center)
    center.asterisk.manager.go_away()
    await press(center, LEG, "*8")
    await center.until(lambda: bool(endings(center)))
    assert endings(center) == [CardOutcome.NOT_PAUSED]
    assert together(center, caller) or center.asterisk.hears(caller) != "silence"
    await over(center, caller)


@pytest.mark.usefixtures("desk")
async def test_what_begins_to_record_as_the_card_begins_is_paused(center: CenterOnFake) -> None:
    caller = await talking(center)
    recording = center.sessions.talks.recordings.of(center.engine.center.calls[CALL])
    async with asyncio.TaskGroup() as group:
        group.create_task(recording.begin_anew("a gap"))
        await asyncio.sleep(0.0015)  # the first has been stopped, the next is asked for
        center.sessions.talks.controls[CALL].note_wish(CardWish(by="olena"))
    await center.until(lambda: center.journal.events(CardEntryStarted))
    await asyncio.sleep(2)
    monitors = center.asterisk.manager.of(caller)
    assert [one.muted for one in monitors] == [True]
    assert center.engine.center.calls[CALL].recording_pause is not None
    await over(center, caller)


async def test_no_card_is_typed_where_something_may_record_that_nobody_knows_of(
    center: CenterOnFake, desk: PayDesk
) -> None:
    caller = await talking(center, recorded=False)
    await center.kill()
    await center.wiring.recorder.start(caller, "demo/dnipro/orphan.raw")
    center.asterisk.manager.go_away()
    await center.start()
    center.wiring.payments = desk
    await asyncio.sleep(1)
    await press(center, LEG, "*8")
    await center.until(lambda: bool(endings(center)))
    assert endings(center) == [CardOutcome.NOT_PAUSED]
    center.asterisk.manager.come_back()
    await asyncio.sleep(1)
    assert center.asterisk.manager.of(caller) == []
    await over(center, caller)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("limit", [600.0, 3.0], ids=["goes on", "has ended meanwhile"])
async def test_a_pause_that_a_card_took_the_place_of_goes_on_after_it(
    center: CenterOnFake, limit: float
) -> None:
    caller = await talking(center)
    call = center.engine.center.calls[CALL]
    recording = center.sessions.talks.recordings.of(call)
    assert await recording.pause("olena", PauseReason.AGENT, limit_seconds=limit) == ""
    assert call.recording_pause is not None
    until = call.recording_pause.until
    await asked(center, caller)
    await asyncio.sleep(4)
    await press(center, LEG, "*8")
    await center.until(lambda: bool(endings(center)))
    await center.until(lambda: together(center, caller))
    await asyncio.sleep(2)
    [monitor] = center.asterisk.manager.of(caller)
    resumed = center.journal.events(RecordingResumed)
    if limit < 4:
        assert (call.recording_pause, monitor.muted) == (None, False)
        assert [one.guard for one in resumed if isinstance(one, RecordingResumed)] == [True]
    else:
        assert (resumed, monitor.muted) == ([], True)
        assert call.recording_pause is not None
        assert (call.recording_pause.by, call.recording_pause.reason) == ("olena", "agent")
        assert call.recording_pause.until == pytest.approx(until, abs=0.1)
    await over(center, caller)


async def test_a_client_without_a_payment_program_takes_no_card(center: CenterOnFake) -> None:
    caller = await talking(center)
    await press(center, LEG, "*8")
    await asyncio.sleep(3)
    assert not center.journal.events(CardEntryStarted)
    assert together(center, caller)
    await over(center, caller)
