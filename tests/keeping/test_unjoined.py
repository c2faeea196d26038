"""What is not kept yet is heard as it will be, and is on no disk but as Asterisk left it."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from ccengine.keeping.joining import join
from ccengine.keeping.keeping import NotThere, StillWritten
from ccengine.keeping.placing import Part
from ccengine.keeping.unjoined import HEADER, Unjoined
from tests.keeping.house import LISTENER
from tests.keeping.sounds import write_raw

if TYPE_CHECKING:
    from pathlib import Path

    from tests.keeping.house import KeepingHouse


async def read(sound: Unjoined, start: int, end: int) -> bytes:
    return b"".join([piece async for piece in sound.pieces(start, end)])


async def test_it_is_byte_for_byte_what_joining_makes(tmp_path: Path) -> None:
    parts = [Part(tmp_path / f"{number}.raw", 100.0 + 3.3 * number) for number in range(5)]
    for part, seconds in zip(parts, (1.0, 4.5, 0.0, 0.77, 0.0), strict=True):
        if seconds:
            write_raw(part.file, 440, 1000, seconds)
    parts[2].file.touch()  # the last one is not even there
    joined = join(parts, tmp_path / "joined.wav")
    wanted = (tmp_path / "joined.wav").read_bytes()
    sound = Unjoined.of(parts)
    assert sound is not None
    assert (sound.size, sound.seconds) == (len(wanted), joined.seconds)
    assert await read(sound, 0, sound.size) == wanted
    edges = (0, 20, HEADER.size, HEADER.size + 3, 40_000, 100_001, sound.size - 1, sound.size)
    for start in edges:
        for end in edges:
            if start < end:
                assert await read(sound, start, end) == wanted[start:end]


async def test_nothing_is_written_for_who_asks(here: KeepingHouse) -> None:
    here.talk("c1")
    await here.keeping.sound(here.record("c1"))  # it is as it was, or a range behind its end
    assert here.files("kept") == set()
    sound = await here.keeping.sound(here.record("c1"))
    pieces = here.keeping.play(sound, LISTENER)
    await anext(pieces)
    assert here.files("kept") == set()  # while somebody listens
    await pieces.aclose()
    assert here.files("kept") == set()


async def test_kept_while_somebody_listens_it_is_heard_to_the_end(here: KeepingHouse) -> None:
    here.talk("c1")
    before = await here.heard("c1")
    sound = await here.keeping.sound(here.record("c1"))
    pieces = here.keeping.play(sound, LISTENER)
    heard = [await anext(pieces)]
    await here.keep()
    assert here.files("recordings") == set()
    heard += [piece async for piece in pieces]
    assert b"".join(heard) == before


async def test_kept_before_the_first_byte_it_is_to_be_asked_for_again(here: KeepingHouse) -> None:
    here.talk("c1")
    before = await here.heard("c1")
    sound = await here.keeping.sound(here.record("c1"))
    plays = len(await here.keeping.plays("c1"))
    await here.keep()
    with pytest.raises(StillWritten):
        await anext(here.keeping.play(sound, LISTENER))
    assert len(await here.keeping.plays("c1")) == plays  # nothing was heard
    assert await here.heard("c1") == before


async def test_kept_while_it_is_looked_for_it_is_heard(
    here: KeepingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.talk("c1")
    looked = Unjoined.of
    loop = asyncio.get_running_loop()

    def late(parts: list[Part]) -> Unjoined | None:
        asyncio.run_coroutine_threadsafe(here.keep(), loop).result()
        return looked(parts)

    with monkeypatch.context() as patch:
        patch.setattr(Unjoined, "of", late)
        assert (await here.keeping.sound(here.record("c1"))).row is not None


async def test_empty_files_are_no_sound(here: KeepingHouse) -> None:
    for path in here.talk("c1"):
        file = here.folder / "recordings" / path
        file.write_bytes(b"")
        os.utime(file, (1, 1))
    with pytest.raises(NotThere):
        await here.heard("c1")
    assert await here.keeping.plays("c1") == []
