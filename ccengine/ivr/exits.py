"""A step's ways out, in words for people."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from ccengine.ivr.references import Names
from ccengine.ivr.step_names import GOES_TO, references
from ccengine.ivr.steps.callback import CallbackStep
from ccengine.ivr.steps.enqueue import EnqueueStep
from ccengine.ivr.steps.give_back import GiveBackStep
from ccengine.ivr.steps.hang_up import HangUpStep
from ccengine.ivr.steps.transfer import TransferStep
from ccengine.ivr.steps.voicemail import VoicemailStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.documents import Place
    from ccengine.ivr.step import Step

ENDS: Final = (
    EnqueueStep,
    TransferStep,
    VoicemailStep,
    CallbackStep,
    HangUpStep,
    GiveBackStep,
)
SHOWN_AT_MOST: Final = 3


@dataclass(frozen=True, slots=True)
class Exit:
    """One way out of a step."""

    label: str  #: what must happen; empty: nothing
    to: str
    by_key: bool  #: only if the caller presses something


def exits(step: Step) -> Iterator[Exit]:
    """Yield the ways out of a step, in the order of its keys."""
    for found in references(step):
        if found.what in GOES_TO:
            yield Exit(_label(found.place), found.name, found.what is Names.CHOICE)


def kind_of(step: Step) -> str:
    """Return the key that says which kind a step is."""
    return fields(step)[0].name


def about(step: Step) -> str:
    """Return what a step is about: its prompts, its queue, the value it looks at."""
    first = getattr(step, kind_of(step))
    if isinstance(first, dict):
        first = tuple(first)
    if isinstance(first, tuple):
        more = ", …" if len(first) > SHOWN_AT_MOST else ""
        return ", ".join(str(one) for one in first[:SHOWN_AT_MOST]) + more
    return str(first)


def isolated(text: str) -> str:
    """Keep what is written from right to left from turning what stands beside it (UAX #9)."""
    return text if text.isascii() else f"\u2068{text}\u2069"


def _label(place: Place) -> str:
    key, *below = (isolated(str(part)) for part in place)
    value = below[0] if below else ""
    match key:
        case "next":
            return ""
        case "digits":
            return value
        case "equals":
            return f"= {value}"
        case "begins":
            return f"{value}…"
        case "at_least":
            return f"≥ {value}"
        case _:
            return " ".join([key.replace("_", " "), *below])
