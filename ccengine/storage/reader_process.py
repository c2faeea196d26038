"""Long readings, in a process of their own: calls must not wait while somebody looks something up.

A thread would not do: what is read has to be decoded, and that holds the interpreter.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final, ParamSpec, Protocol, TypeVar

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

log = structlog.get_logger()

Asked = ParamSpec("Asked")
Found = TypeVar("Found")

NICENESS: Final = 10
AT_ONCE: Final = 8
READING_SECONDS: Final = 30.0


class ReaderBusy(Exception):
    """Too many wait for their turn already, or the reading took too long."""


class ReadingFailed(Exception):
    """A reading ended with an error that cannot travel between processes: its kind and text."""


class Reader(Protocol):
    """Reads what takes long, where it holds nobody up."""

    async def run(
        self, read: Callable[Asked, Found], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Found:
        """Return what `read` returns; ReaderBusy when there is no time for it."""


class ReaderProcess:
    """One process that reads, one thing after the other. Made when it is first needed.

    Args:
        at_once: readings that may wait for their turn.
        seconds: so long one may take, with its waiting; then the process is ended.
    """

    def __init__(self, *, at_once: int = AT_ONCE, seconds: float = READING_SECONDS) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._pool: ProcessPoolExecutor | None = None
        self._waiting = 0

    async def run(
        self, read: Callable[Asked, Found], *args: Asked.args, **kwargs: Asked.kwargs
    ) -> Found:
        """Return what `read` returns there; function, arguments and result are pickled.

        Raises:
            ReaderBusy: it has no time for this.
            ReadingFailed: in place of an error that cannot be pickled. What `read` raises else.
        """
        if kwargs:
            message = "readings take arguments by place"
            raise TypeError(message)
        if self._waiting >= self._at_once:
            message = f"{self._waiting} others wait"
            raise ReaderBusy(message)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.get_running_loop().run_in_executor(
                    self._process(), _read, read, *args
                )
        except BrokenProcessPool as error:
            log.exception("reader_process_died")
            self._end(wait_for_it=False)
            raise ReaderBusy from error
        except TimeoutError as error:
            self._end(wait_for_it=False)  # it would keep the next one waiting, too
            message = f"it took longer than {self._seconds:g} s"
            raise ReaderBusy(message) from error
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the process, whatever it reads."""
        self._end(wait_for_it=True)

    def _process(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=_begin)
        return self._pool

    def _end(self, *, wait_for_it: bool) -> None:
        pool, self._pool = self._pool, None
        if pool is None:
            return
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - 3.14 has a method
            process.terminate()
        pool.shutdown(wait=wait_for_it, cancel_futures=True)


def _read(read: Callable[..., Found], *args: object) -> Found:
    """Read; an error that nobody could unpickle would end the process for all who wait."""
    try:
        return read(*args)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            message = f"{type(error).__name__}: {error}"
            raise ReadingFailed(message) from None
        raise


def _begin() -> None:
    """Make way for calls, and go when the engine goes, however it does."""
    os.nice(NICENESS)  # not SCHED_IDLE: beside it calls were later, p99 135 ms in place of 22
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)
