"""Where a page of a list ends: an instant and a call, as one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ccengine.storage.call_lists import Place

PLACE: Final = r"[0-9]{1,12}(\.[0-9]{1,9})?~[A-Za-z0-9_.-]{1,64}"


def written(place: Place) -> str:
    """Return the place as a text."""
    at, call = place
    return f"{at!r}~{call}"


def read_place(text: str | None) -> Place | None:
    """Return the place that was written, None if there was none."""
    if text is None:
        return None
    at, _, call = text.partition("~")
    return float(at), call
