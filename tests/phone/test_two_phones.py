"""Two of our phones call each other over loopback: real sockets, real sound, no server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from ccengine.phone import (
    Account,
    Call,
    CallFailed,
    CallOver,
    IncomingCall,
    OutgoingCall,
    Party,
    Phone,
    PhoneError,
    RequestFailed,
)

ANNA_HZ, BOB_HZ = 440, 660


@dataclass
class Pair:
    anna: Phone
    bob: Phone

    async def rings(self) -> tuple[OutgoingCall, IncomingCall]:
        outgoing = await self.anna.dial("100", tone_hz=ANNA_HZ)
        incoming = await self.bob.incoming(timeout_seconds=1)
        incoming.ring()
        await outgoing.ringing(timeout_seconds=1)
        return outgoing, incoming

    async def talk(self) -> tuple[Call, Call]:
        outgoing, incoming = await self.rings()
        bobs = await incoming.answer(tone_hz=BOB_HZ)
        return await outgoing.answered(timeout_seconds=1), bobs


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    async with (
        Phone(Account("bob")) as bob,
        Phone(Account("anna", port=bob.address[1], display_name='A "q"')) as anna,
    ):
        yield Pair(anna, bob)


async def test_each_hears_the_others_tone_and_not_their_own(pair: Pair) -> None:
    annas, bobs = await pair.talk()
    await annas.heard.wait_for_tone(BOB_HZ, timeout_seconds=1)
    await asyncio.sleep(1)
    assert annas.heard.tone(BOB_HZ) >= 0.95
    assert bobs.heard.tone(ANNA_HZ) >= 0.95
    assert annas.heard.tone(ANNA_HZ) == bobs.heard.tone(BOB_HZ) == 0.0
    assert annas.heard.largest_gap() < 0.2


async def test_the_times_of_both_sides_can_be_compared(pair: Pair) -> None:
    outgoing, incoming = await pair.rings()
    await asyncio.sleep(0.1)
    annas, bobs = (await incoming.answer(tone_hz=BOB_HZ)), (await outgoing.answered())
    await bobs.heard.wait_for_audio(timeout_seconds=1)
    await annas.hang_up()
    await bobs.ended(timeout_seconds=1)
    ours, theirs = outgoing.timeline, incoming.timeline
    order = [ours.invited, theirs.invited, theirs.ringing, ours.ringing, theirs.answered]
    order += [ours.answered, ours.first_audio, ours.ended]
    assert order == sorted(time for time in order if time is not None)


async def test_who_calls_whom_is_told(pair: Pair) -> None:
    await pair.anna.dial("*72#", caller_id="+4930123")
    incoming = await pair.bob.incoming()
    assert incoming.caller.uri.user == "+4930123"
    assert incoming.called == "*72%23"
    await pair.anna.dial("100", headers=[("X-Lab", "caller")])
    second = await pair.bob.incoming()
    assert (second.caller.uri.user, second.caller.name) == ("anna", 'A "q"')
    assert second.headers.get("x-lab") == "caller"
    assert len(pair.bob.incoming_calls) == 2


async def test_the_called_side_hangs_up(pair: Pair) -> None:
    annas, bobs = await pair.talk()
    ending = await bobs.hang_up(reason="Q.850;cause=16")
    assert ending.by is Party.US
    theirs = await annas.ended(timeout_seconds=1)
    assert (theirs.by, theirs.code, theirs.reason) == (Party.THEM, 200, "Q.850;cause=16")
    assert await bobs.hang_up() is ending


async def test_the_caller_hangs_up(pair: Pair) -> None:
    annas, bobs = await pair.talk()
    await annas.hang_up()
    assert (await bobs.ended(timeout_seconds=1)).by is Party.THEM
    with pytest.raises(CallOver):
        await bobs.heard.wait_for_tone(999)


async def test_both_hang_up_at_once(pair: Pair) -> None:
    annas, bobs = await pair.talk()
    async with asyncio.TaskGroup() as group:
        group.create_task(annas.hang_up(timeout_seconds=1))
        group.create_task(bobs.hang_up(timeout_seconds=1))
    assert annas.ending
    assert bobs.ending


async def test_the_caller_cancels(pair: Pair) -> None:
    outgoing, incoming = await pair.rings()
    ours = await outgoing.cancel()
    assert (ours.by, ours.code) == (Party.US, 487)
    theirs = await incoming.ended(timeout_seconds=1)
    assert (theirs.by, theirs.code) == (Party.THEM, 487)
    with pytest.raises(CallFailed):
        await incoming.answer()
    with pytest.raises(CallFailed, match="487"):
        await outgoing.answered()


async def test_a_caller_who_gave_up_is_not_handed_out(pair: Pair) -> None:
    first = await pair.anna.dial("100")
    await first.ringing(timeout_seconds=0.1) if first.timeline.ringing else None
    await asyncio.sleep(0.05)
    await first.cancel()
    await pair.anna.dial("200")
    assert (await pair.bob.incoming(timeout_seconds=1)).called == "200"
    assert [call.called for call in pair.bob.incoming_calls] == ["100", "200"]


@pytest.mark.parametrize("code", [486, 603])
async def test_the_called_side_declines(pair: Pair, code: int) -> None:
    outgoing, incoming = await pair.rings()
    incoming.decline(code)
    with pytest.raises(CallFailed) as failed:
        await outgoing.answered(timeout_seconds=1)
    assert failed.value.code == code
    assert outgoing.ending
    assert outgoing.ending.by is Party.THEM


async def test_nobody_answers(pair: Pair) -> None:
    outgoing, incoming = await pair.rings()
    with pytest.raises(TimeoutError):
        await outgoing.answered(timeout_seconds=0.1)
    assert (await incoming.ended(timeout_seconds=1)).by is Party.THEM


async def test_the_answer_crosses_the_cancel(pair: Pair) -> None:
    outgoing, incoming = await pair.rings()
    async with asyncio.TaskGroup() as group:
        group.create_task(outgoing.cancel())
        bobs = await incoming.answer()
    assert (await bobs.ended(timeout_seconds=1)).by is Party.THEM
    assert outgoing.ending
    assert outgoing.ending.by is Party.US


async def test_an_answer_may_take_its_time_unless_the_caller_leaves(pair: Pair) -> None:
    _outgoing, incoming = await pair.rings()
    async with asyncio.TaskGroup() as group:
        answering = group.create_task(incoming.answer(after_seconds=0.1))
    assert incoming.timeline.answered is not None
    assert incoming.timeline.answered - (incoming.timeline.ringing or 0) >= 0.1
    assert answering.result().ending is None
    second, waiting = await pair.rings()
    async with asyncio.TaskGroup() as group:
        group.create_task(second.cancel())
        with pytest.raises(CallFailed):
            await waiting.answer(after_seconds=5)


@pytest.mark.parametrize("by", ["rtp", "info"])
async def test_digits_arrive_once_and_in_order(pair: Pair, by: str) -> None:
    annas, bobs = await pair.talk()
    await annas.send_digits("122#", by="info" if by == "info" else "rtp", tone_ms=60, gap_ms=40)
    await bobs.heard.wait_for_digits("122#", timeout_seconds=1)
    assert [digit.digit for digit in bobs.heard.digits] == ["1", "2", "2", "#"]


async def test_who_is_hung_up_on_while_pressing_keys_waits_no_longer(pair: Pair) -> None:
    annas, bobs = await pair.talk()
    async with asyncio.timeout(3), asyncio.TaskGroup() as group:
        pressing = group.create_task(annas.send_digits("123456789#"))
        await bobs.heard.wait_for_digits("1", timeout_seconds=1)
        await bobs.hang_up()
    assert pressing.result() is None
    assert annas.ending is not None


async def test_a_side_can_change_its_sound(pair: Pair) -> None:
    annas, bobs = await pair.talk()
    annas.play_tone(880)
    await bobs.heard.wait_for_tone(880, timeout_seconds=1)
    annas.play(None)
    await bobs.heard.wait_for_silence(seconds=0.2, timeout_seconds=2)
    packets = len(bobs.heard.packets())
    await asyncio.sleep(0.1)
    assert len(bobs.heard.packets()) == packets


async def test_on_hold_only_the_holder_is_heard(pair: Pair) -> None:
    annas, bobs = await pair.talk()
    await bobs.hold()
    await bobs.heard.wait_for_silence(seconds=0.2, timeout_seconds=1)
    await annas.heard.wait_for_tone(BOB_HZ, timeout_seconds=1)
    await bobs.resume()
    await bobs.heard.wait_for_tone(ANNA_HZ, timeout_seconds=1)


async def test_a_refused_transfer_leaves_the_call_up(pair: Pair) -> None:
    annas, _ = await pair.talk()
    with pytest.raises(RequestFailed, match="603"):
        await annas.transfer("200")
    assert annas.ending is None


async def test_before_the_answer_there_are_no_digits(pair: Pair) -> None:
    outgoing, _ = await pair.rings()
    with pytest.raises(PhoneError):
        await outgoing._call.send_digits("1")


async def test_leaving_the_block_hangs_up_and_cancels() -> None:
    async with Phone(Account("bob")) as bob:
        async with Phone(Account("anna", port=bob.address[1])) as anna:
            pair = Pair(anna, bob)
            _, talking = await pair.talk()
            _, ringing = await pair.rings()
        assert (await talking.ended(timeout_seconds=1)).by is Party.THEM
        assert (await ringing.ended(timeout_seconds=1)).by is Party.THEM


async def test_leaving_the_block_declines() -> None:
    async with AsyncExitStack() as stack:
        bob = await stack.enter_async_context(Phone(Account("bob")))
        async with Phone(Account("anna", port=bob.address[1])) as anna:
            outgoing, _ = await Pair(anna, bob).rings()
            await stack.aclose()
            with pytest.raises(CallFailed, match="480"):
                await outgoing.answered(timeout_seconds=1)


async def test_a_mistake_in_the_phone_itself_does_not_stay_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mistake(*_: object) -> None:
        raise ZeroDivisionError

    async def script() -> None:
        async with Phone(Account("bob")) as bob, Phone(Account("a", port=bob.address[1])) as anna:
            await anna.call("1", timeout_seconds=1)

    monkeypatch.setattr("ccengine.phone.phone.sdp_in", mistake)
    with pytest.raises(ExceptionGroup) as found:
        await script()
    assert found.group_contains(ZeroDivisionError)


async def test_an_error_in_the_script_comes_out_as_it_is() -> None:
    with pytest.raises(KeyError):
        async with Phone(Account("bob")):
            raise KeyError


async def test_a_cancelled_script_leaves_nothing_behind() -> None:
    async def script(dialled: asyncio.Event) -> None:
        async with Phone(Account("bob", port=9)) as phone:
            await phone.dial("1")
            dialled.set()
            await asyncio.sleep(60)

    dialled = asyncio.Event()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await script(dialled)
    assert dialled.is_set()
