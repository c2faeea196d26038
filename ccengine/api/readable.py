"""Readings in the reader's process, as routes ask for them: with the journal written up to now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ccengine.api.problems import BUSY
from ccengine.storage.reader_process import ReaderBusy

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.api.route import Asked
    from ccengine.storage.reader_process import Reader

Given = ParamSpec("Given")
Found = TypeVar("Found")


async def read(
    asked: Asked[Any, Any],
    reading: Callable[Given, Found],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Found:
    """Return what the reading returns.

    Raises:
        Refused: there is no time for it.
    """
    library = asked.ports.library
    library.show()
    return await _have_read(library.reader, reading, *args, **kwargs)


async def look_up(
    asked: Asked[Any, Any],
    reading: Callable[Given, Found],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> Found:
    """Return what a short reading returns; it does not wait behind long ones.

    Raises:
        Refused: there is no time for it.
    """
    return await _have_read(asked.ports.library.quick_reader, reading, *args, **kwargs)


async def _have_read(
    reader: Reader, reading: Callable[Given, Found], *args: Given.args, **kwargs: Given.kwargs
) -> Found:
    try:
        return await reader.run(reading, *args, **kwargs)
    except ReaderBusy as busy:
        raise BUSY.because(detail=str(busy)) from busy
