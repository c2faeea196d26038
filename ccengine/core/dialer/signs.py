"""Signs: what is known of a lead before it is dialed that may tell whether it answers.

Each is a word of a few values, so that a campaign can learn what it is worth (`answer_scores.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.leads import LeadState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.dialer.leads import LastTry, Lead
    from ccengine.core.ids import Instant

HOUR_SECONDS: Final = 3600.0
DAY_SECONDS: Final = 86_400.0
FIRST_WEEKDAY: Final = 3  #: 1 January 1970 was a Thursday; Monday is 0
PREFIX_CHARACTERS: Final = 6
"""Of a number in international form, with its +: in most countries they tell the mobile network, or
that it is none, and the region."""

MOST_TRIES: Final = 4
SHORT_RING_SECONDS: Final = 10.0
AGES: Final = ((HOUR_SECONDS, "hour"), (DAY_SECONDS, "day"), (7 * DAY_SECONDS, "week"))


def signs_of(lead: Lead, at: Instant) -> tuple[str, ...]:
    """Return a lead's signs if it is dialed at an instant: hour and day there, history, network."""
    return (*_clock_signs(lead, at), *_history_signs(lead, at), f"number {_prefix_of(lead)}")


def _clock_signs(lead: Lead, at: Instant) -> Iterator[str]:
    """Yield hour and weekday by the called person's clock; where nobody knows it, by UTC."""
    offset = lead.utc_offset_seconds
    clock = "utc" if offset is None else "local"
    days, seconds = divmod(at + (offset or 0), DAY_SECONDS)
    yield f"{clock} hour {int(seconds // HOUR_SECONDS)}"
    yield f"{clock} day {(int(days) + FIRST_WEEKDAY) % 7}"


def _history_signs(lead: Lead, at: Instant) -> Iterator[str]:
    yield f"tries {min(lead.tries.attempts, MOST_TRIES)}"
    if lead.state is LeadState.CALLBACK:
        yield "promised"
    if lead.last_try is not None:
        yield f"last {lead.last_try.outcome}"
        yield f"ago {_age(at - lead.last_try.ended_at)}"
        yield f"rang {_rang(lead.last_try)}"


def _age(seconds: float) -> str:
    return next((word for most, word in AGES if seconds < most), "longer")


def _rang(last: LastTry) -> str:
    if last.rang_seconds is None:
        return "never"
    return "short" if last.rang_seconds < SHORT_RING_SECONDS else "long"


def _prefix_of(lead: Lead) -> str:
    return (lead.to_dial or "")[:PREFIX_CHARACTERS]
