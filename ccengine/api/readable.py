"""Readings in the reader's process, as routes ask for them: with the journal written up to now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

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
        ReaderBusy: there is no time for it, which is answered for all routes in one place.
    """
    library = asked.ports.library
    library.show()
    return await library.reader.run(reading, *args, **kwargs)
