"""Moves to a store that this process plays: what happens at once with them, or is in the way."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.config.keeping import KeepingRules, Store
from ccengine.keeping.errands import move_one, remove_one
from ccengine.keeping.faults import SealedChanged, StoreFailed
from ccengine.keeping.sealing import digest_of
from ccengine.storage.kept import KeptState

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.keeping.order import Move
    from ccengine.keeping.places import Place
    from tests.keeping.house import KeepingHouse


class Memory:
    """A store, in place of the process that asks real ones."""

    def __init__(self) -> None:
        self.objects: set[str] = set()
        self.begun = asyncio.Event()  #: something is there, and nobody was told yet
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.fault: Exception | None = None  #: after it was put there
        self.away: str | None = None  #: takes nothing whose name ends so

    async def run(self, what: Callable[..., Any], *args: Any) -> Any:
        """Do what the process would do."""
        if what is move_one:
            return await self._move(*args)
        if what is remove_one:
            return self._remove(*args)
        return what(*args)

    async def _move(self, what: Move) -> str:
        if digest_of(what.kept / what.file).sha256 != what.sha256:
            message = "not what was sealed"
            raise SealedChanged(message)
        if self.away is not None and what.file.endswith(self.away):
            message = "it is away"
            raise StoreFailed(message)
        self.objects.add(what.stored)
        self.begun.set()
        await self.goes_on.wait()
        if self.fault is not None:
            raise self.fault
        return what.stored

    def _remove(self, place: Place, item: str) -> None:
        if self.away is not None:
            message = "it is away"
            raise StoreFailed(message)
        self.objects.discard(place.named(item))


@pytest.fixture
def store(here: KeepingHouse) -> Memory:
    """A store for nour."""
    memory = Memory()
    object.__setattr__(here.house, "mover", memory)
    here.rule("nour", in_store("http://127.0.0.1:9"))
    return memory


def in_store(endpoint: str) -> KeepingRules:
    return KeepingRules(store=Store(endpoint=endpoint, bucket="abc"))


# --- erased meanwhile -----------------------------------------------------------------------


async def test_what_is_erased_while_it_is_moved_is_gone_there_too(
    here: KeepingHouse, store: Memory
) -> None:
    here.talk("c1")
    await here.keep()
    store.goes_on.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(here.mover.turn())
        await store.begun.wait()
        assert await here.keeping.erase("c1", "GDPR 17") is None
        await here.keep()
        assert (await here.row("c1")).state is KeptState.ERASING  # not before the move has ended
        store.goes_on.set()
    here.shift.wait(10)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert store.objects == set()
    assert here.files("kept") == set()


async def test_what_could_not_be_read_back_is_erased_there_too(
    here: KeepingHouse, store: Memory
) -> None:
    here.talk("c1")
    await here.keep()
    store.fault = StoreFailed("something else was read")
    await here.mover.turn()
    assert (await here.row("c1")).stored is None
    here.rule("nour", in_store("http://127.0.0.1:10"))  # and the next one fails as well
    here.shift.wait(60)
    await here.mover.turn()
    assert len(store.objects) == 2
    assert await here.keeping.erase("c1", "GDPR 17") is None
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert store.objects == set()


async def test_killed_between_the_store_and_the_row_it_is_erased_there_too(
    here: KeepingHouse, store: Memory
) -> None:
    here.talk("c1")
    await here.keep()
    store.goes_on.clear()
    async with asyncio.TaskGroup() as group:
        turn = group.create_task(here.mover.turn())
        await store.begun.wait()
        turn.cancel()
    here.begin()  # another engine
    object.__setattr__(here.house, "mover", store)
    assert await here.keeping.erase("c1", "GDPR 17") is None
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert store.objects == set()


# --- in the way -----------------------------------------------------------------------------


async def test_one_that_was_changed_here_does_not_hold_up_the_others(
    here: KeepingHouse, store: Memory
) -> None:
    for call in ("c1", "c2", "c3"):
        here.talk(call)
    await here.keep()
    file = here.house.sealed(await here.row("c1"))
    assert file is not None
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    await here.mover.turn()
    rows = [await here.row(call) for call in ("c1", "c2", "c3")]
    assert [row.stored is not None for row in rows] == [False, True, True]
    assert here.mover.away == frozenset()
    assert (rows[0].attempts, rows[0].detail) == (1, "not what was sealed")
    assert rows[0].put_to == ()  # so that to erase it, no store is needed
    assert len(store.objects) == 2


async def test_one_that_its_store_does_not_take_is_behind_the_others(
    here: KeepingHouse, store: Memory
) -> None:
    for call in ("c1", "c2", "c3"):
        here.talk(call)
    await here.keep()
    store.away = "c1.wav.age"  # nobody knows that it is this one only
    for _ in range(3):
        await here.mover.turn()
        here.shift.wait(1_900)
    rows = [await here.row(call) for call in ("c1", "c2", "c3")]
    assert [row.stored is not None for row in rows] == [False, True, True]
    store.away = None
    await here.mover.turn()
    assert (await here.row("c1")).stored is not None
    assert (await here.row("c1")).attempts == 0


async def test_erasures_that_fail_are_counted_until_they_are_done(
    here: KeepingHouse, store: Memory
) -> None:
    here.talk("c1")
    await here.keep()
    await here.mover.turn()
    await here.keep()
    store.away = ""
    await here.keeping.erase("c1", "GDPR 17")
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASING
    assert here.keeper.erasures_failing == 1
    assert here.keeper.failing == 0
    store.away = None
    here.shift.wait(3_600)
    await here.keep()
    assert (await here.row("c1")).state is KeptState.ERASED
    assert here.keeper.erasures_failing == 0
    assert store.objects == set()
