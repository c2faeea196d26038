"""Scripted far ends, called by a phone of ours over loopback."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import TYPE_CHECKING

import pytest

from ccengine.phone import Account, CallFailed, Phone
from ccengine.phone.far_ends import Deed, FarEndBook, FarEnds, Manners

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AGENT_HZ = 650
QUICK = Manners(
    ring_seconds=(0.05, 0.1), talk_seconds=(0.8, 0.9), greeting_seconds=0.3, agent_hz=AGENT_HZ
)


@asynccontextmanager
async def called(deed: Deed) -> AsyncIterator[tuple[Phone, FarEndBook]]:
    """Have far ends that all do the same, and a phone whose calls come to them."""
    book = FarEndBook()
    async with (
        Phone(Account("far-ends")) as far,
        Phone(Account("trunk", port=far.address[1])) as near,
        asyncio.TaskGroup() as playing,
    ):
        task = playing.create_task(FarEnds(far, lambda _: deed, Random(1), QUICK, book).run())
        yield near, book
        task.cancel()


async def test_who_answers_says_when_an_agent_was_heard() -> None:
    async with called(Deed.ANSWERS) as (near, book):
        call = await near.call("24740001", tone_hz=AGENT_HZ)
        await call.ended(timeout_seconds=3)
        await asyncio.sleep(0.1)
        (one,) = book.answered
    assert (one.number, one.deed) == ("24740001", Deed.ANSWERS)
    assert one.agent_after is not None
    assert one.agent_after < 0.5 < one.lasted_seconds < 1.5


async def test_who_hears_somebody_else_has_heard_no_agent() -> None:
    async with called(Deed.ANSWERS) as (near, book):
        call = await near.call("24740001", tone_hz=900)
        await call.ended(timeout_seconds=3)
        await asyncio.sleep(0.1)
        (one,) = book.answered
    assert one.agent_after is None
    assert one.heard_after is not None


async def test_who_hears_nobody_says_so() -> None:
    async with called(Deed.IS_MACHINE) as (near, book):
        call = await near.call("24748001")
        await call.ended(timeout_seconds=3)
        await asyncio.sleep(0.1)
        (one,) = book.answered
    assert (one.deed, one.agent_after, one.heard_after) == (Deed.IS_MACHINE, None, None)


@pytest.mark.parametrize(("deed", "code"), [(Deed.IS_BUSY, 486), (Deed.FAILS, 503)])
async def test_who_refuses_does_so_with_the_reason(deed: Deed, code: int) -> None:
    async with called(deed) as (near, book):
        with pytest.raises(CallFailed) as failed:
            await near.call("24747001", timeout_seconds=2)
    assert failed.value.code == code
    assert (book.called, book.answered) == ({deed: 1}, [])


async def test_who_never_answers_rings_until_they_are_left_alone() -> None:
    async with called(Deed.NEVER_ANSWERS) as (near, book):
        outgoing = await near.dial("24744001")
        await outgoing.ringing(timeout_seconds=1)
        with suppress(TimeoutError):
            await outgoing.answered(timeout_seconds=0.3)
        assert outgoing.timeline.answered is None
        await outgoing.cancel()
    assert (book.called, book.answered) == ({Deed.NEVER_ANSWERS: 1}, [])


async def test_a_caller_who_gives_up_before_the_answer_was_called_and_not_answered() -> None:
    async with called(Deed.ANSWERS) as (near, book):
        outgoing = await near.dial("24740001")
        await outgoing.ringing(timeout_seconds=1)
        await outgoing.cancel()
        await asyncio.sleep(0.2)
    assert (book.called, book.answered) == ({Deed.ANSWERS: 1}, [])
