"""The first of two waits; the other is cancelled."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

First = TypeVar("First")
Second = TypeVar("Second")


async def first_of(
    first: Coroutine[Any, Any, First], second: Coroutine[Any, Any, Second]
) -> tuple[First | None, Second | None]:
    """Wait for either; the other's place holds None. When both are ready, both are returned.

    Neither may return None itself.
    """
    results: list[First | None] = [None]
    others: list[Second | None] = [None]

    async def run_first() -> None:
        results[0] = await first
        waiting_second.cancel()

    async def run_second() -> None:
        others[0] = await second
        waiting_first.cancel()

    try:
        async with asyncio.TaskGroup() as group:
            waiting_first = group.create_task(run_first())
            waiting_second = group.create_task(run_second())
    except ExceptionGroup as errors:
        # So that callers may catch what a plain await would have raised.
        raise errors.exceptions[0] from None
    finally:
        # One that was cancelled before it began would complain that nobody awaited it.
        first.close()
        second.close()
    return results[0], others[0]
