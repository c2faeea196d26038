"""Long readings in a process of their own: what it returns, and what becomes of it."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING

import pytest

from ccengine.storage.reader_process import NICENESS, ReaderBusy, ReaderProcess, ReadingFailed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def reader() -> Iterator[ReaderProcess]:
    made = ReaderProcess()
    yield made
    made.close()


def place(number: int) -> tuple[int, int, int]:
    return number, os.getpid(), os.nice(0)


def fail() -> None:
    message = "no such journal"
    raise LookupError(message)


def die() -> None:
    os._exit(9)


async def test_it_reads_elsewhere_and_makes_way_for_calls(reader: ReaderProcess) -> None:
    number, process, niceness = await reader.run(place, 7)
    assert number == 7
    assert process != os.getpid()
    assert niceness >= min(NICENESS, 19)
    assert (await reader.run(place, 8))[1] == process


async def test_its_errors_are_raised_here(reader: ReaderProcess) -> None:
    with pytest.raises(LookupError, match="no such journal"):
        await reader.run(fail)


class Twisted(Exception):
    """Can be pickled, and not unpickled."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} and {other}")


def twist() -> None:
    one = "this"
    raise Twisted(one, "that")


async def test_an_error_that_cannot_travel_is_told_and_ends_nothing(reader: ReaderProcess) -> None:
    process = (await reader.run(place, 1))[1]
    with pytest.raises(ReadingFailed, match="Twisted: this and that"):
        await reader.run(twist)
    assert (await reader.run(place, 2))[1] == process


async def test_when_it_dies_the_next_reading_has_another(reader: ReaderProcess) -> None:
    with pytest.raises(ReaderBusy):
        await reader.run(die)
    assert (await reader.run(place, 1))[0] == 1


async def test_a_reading_that_takes_too_long_is_given_up(
    reader: ReaderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    await reader.run(place, 1)
    monkeypatch.setattr(reader, "_seconds", 0.2)
    with pytest.raises(ReaderBusy, match="longer"):
        await reader.run(time.sleep, 30.0)
    monkeypatch.undo()
    assert (await reader.run(place, 2))[0] == 2


async def test_too_many_at_once_are_refused() -> None:
    reader = ReaderProcess(at_once=1)
    try:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(reader.run(place, 1))
            await asyncio.sleep(0)
            with pytest.raises(ReaderBusy, match="others wait"):
                await reader.run(place, 2)
        assert first.result()[0] == 1
    finally:
        reader.close()
