"""A call's lifetime: hang-up ends the block quietly, everything else passes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType


class CallScope:
    """Cancels what is inside when the caller is gone, and swallows only that cancellation.

    The same construction as `asyncio.timeout`, with a future in the place of the clock: when
    hang-up and shutdown coincide, the shutdown's cancellation still passes.
    """

    def __init__(self, gone: asyncio.Future[Any]) -> None:
        self._gone = gone
        self._task: asyncio.Task[Any] | None = None
        self._cancelling = 0
        self.hung_up = False  #: the caller's channel ended while the block ran

    async def __aenter__(self) -> Self:
        self._task = asyncio.current_task()
        if self._task is not None:
            self._cancelling = self._task.cancelling()
        self._gone.add_done_callback(self._end)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        self._gone.remove_done_callback(self._end)
        task, self._task = self._task, None
        if not self.hung_up or task is None:
            return False
        ours = task.uncancel() <= self._cancelling
        return ours and kind is not None and issubclass(kind, asyncio.CancelledError)

    def _end(self, _: asyncio.Future[Any]) -> None:
        if self._task is not None:
            self.hung_up = True
            self._task.cancel()
