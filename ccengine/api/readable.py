"""Readings in the reader's process, as routes ask for them: with the journal written up to now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ccengine.api.problems import BUSY
from ccengine.storage.reader_process import ReaderBusy

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.api.route import Asked

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
    try:
        return await library.reader.run(reading, *args, **kwargs)
    except ReaderBusy as busy:
        raise BUSY.because(detail=str(busy)) from busy
