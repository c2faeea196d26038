"""Waiting for what comes true by itself, never longer than said."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LOOK_EVERY_SECONDS = 0.02
PATIENCE_SECONDS = 20.0
"""On a machine that is busy with other tests; waiting costs only who waits in vain."""

Found = TypeVar("Found")


async def until(
    what: str, condition: Callable[[], Found | None], *, seconds: float = PATIENCE_SECONDS
) -> Found:
    """Wait until the condition gives something true, and return it; AssertionError if not."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not (found := condition()):
        if loop.time() >= deadline:
            message = f"not within {seconds:g} s: {what}"
            raise AssertionError(message)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return found


async def until_seen(
    what: str,
    condition: Callable[[], Awaitable[Found | None]],
    *,
    seconds: float = PATIENCE_SECONDS,
) -> Found:
    """Do the same with a condition that has to ask somebody."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not (found := await condition()):
        if loop.time() >= deadline:
            message = f"not within {seconds:g} s: {what}"
            raise AssertionError(message)
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return found
