from __future__ import annotations

import asyncio

import pytest

from ccengine.calls.race import first_of
from ccengine.calls.scope import CallScope


class Broken(Exception):
    pass


@pytest.fixture
async def gone() -> asyncio.Future[str]:
    return asyncio.get_running_loop().create_future()


def hang_up_after(gone: asyncio.Future[str], seconds: float) -> None:
    asyncio.get_running_loop().call_later(seconds, gone.set_result, "hung up")


async def test_hang_up_ends_the_block_quietly(gone: asyncio.Future[str]) -> None:
    hang_up_after(gone, 1)
    async with CallScope(gone) as scope:
        await asyncio.sleep(3600)
    assert scope.hung_up
    await asyncio.sleep(1)  # nothing of the cancellation is left over


async def test_a_caller_who_is_gone_already_ends_it_at_the_first_wait(
    gone: asyncio.Future[str],
) -> None:
    gone.set_result("hung up")
    async with CallScope(gone) as scope:
        await asyncio.sleep(3600)
    assert scope.hung_up


async def test_a_block_that_ends_by_itself_is_left_alone(gone: asyncio.Future[str]) -> None:
    async with CallScope(gone) as scope:
        await asyncio.sleep(1)
    hang_up_after(gone, 1)
    await asyncio.sleep(2)
    assert not scope.hung_up


async def test_a_bug_in_the_block_passes(gone: asyncio.Future[str]) -> None:
    with pytest.raises(Broken):
        async with CallScope(gone):
            raise Broken


@pytest.mark.parametrize("shutdown_first", [True, False])
async def test_a_shutdown_passes_even_together_with_a_hang_up(
    gone: asyncio.Future[str],
    shutdown_first: bool,  # noqa: FBT001 - pytest passes by name
) -> None:
    reached = False

    async def session() -> None:
        nonlocal reached
        async with CallScope(gone):
            await asyncio.sleep(3600)
        await asyncio.sleep(0)
        reached = True

    async with asyncio.TaskGroup() as group:
        task = group.create_task(session())
        await asyncio.sleep(1)
        if shutdown_first:
            task.cancel()
            gone.set_result("hung up")
        else:
            gone.set_result("hung up")
            task.cancel()
    assert task.cancelled()
    assert not reached


async def test_the_first_of_two_waits_cancels_the_other() -> None:
    async def after(seconds: float, word: str) -> str:
        await asyncio.sleep(seconds)
        return word

    assert await first_of(after(1, "one"), after(2, "two")) == ("one", None)
    assert await first_of(after(2, "one"), after(1, "two")) == (None, "two")


async def test_an_error_in_either_is_raised_as_it_is() -> None:
    async def fail() -> str:
        raise Broken

    async def wait() -> str:
        await asyncio.sleep(3600)
        return "never"

    with pytest.raises(Broken):
        await first_of(wait(), fail())
