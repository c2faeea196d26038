"""What is shown of a rehearsal while it goes on: what the engine says of it, and the far ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape

from ccengine.cli.output import count
from ccengine.cli.tables import Table

if TYPE_CHECKING:
    from ccengine.phone.far_ends import Deed

Shown = Mapping[str, Any]
"""A campaign, as `GET /campaigns/CLIENT/CAMPAIGN` has it."""
Line = tuple[str, str]
"""What it is about, and what is said."""

AGAIN: Final = ("waiting", "callback")
LEFT: Final = ("fresh", "claimed", "dialing", *AGAIN)
"""States of leads that will be dialed, or are being."""


def leads_left(now: Shown) -> int:
    """Return how many leads are not done."""
    return sum(now["leads"].get(state, 0) for state in LEFT)


def is_through(now: Shown) -> bool:
    """Tell whether nobody is left; leads are counted at most every 15 s, so they do not tell it."""
    has_begun = now["figures"]["dialed"] > 0
    return has_begun and not now["hopper"] and not leads_left(now) and is_quiet(now)


def is_quiet(now: Shown) -> bool:
    """Tell whether none of its calls goes on."""
    return not any(now["calls"].values())


def lines_of(now: Shown, called: Mapping[Deed, int]) -> Sequence[Line]:
    """Return what is shown of a campaign, line by line.

    Args:
        now: as the engine shows it.
        called: what far ends have done, each call counted.
    """
    agents, calls, done = now["agents"], now["calls"], now["figures"]
    used, again = done["utilisation_percent"], sum(now["leads"].get(one, 0) for one in AGAIN)
    return [
        ("campaign", f"{now['campaign']}, {now['mode']}, {now['state']}"),
        (
            "agents",
            f"{agents['idle']} free, {agents['busy']} with calls, {agents['wrap_up']} in wrap-up",
        ),
        ("utilisation", "" if used is None else f"{used:.0f} %, talk and wrap-up"),
        (
            "calls now",
            f"{calls['in_the_air']} ringing, {calls['waiting']} answered and waiting, "
            f"{calls['talking']} talking",
        ),
        (
            "calls so far",
            f"{done['dialed']} dialed, {done['answered']} answered, {done['abandoned']} abandoned, "
            f"{done['unanswered']} unanswered, {done['machines']} machines",
        ),
        ("far ends", told(called)),
        *map(_limit, now["limits"]),
        ("leads left", f"{leads_left(now)}, {again} of them later again"),
    ]


def told(called: Mapping[Deed, int]) -> str:
    """Return what far ends have done, in words."""
    return ", ".join(f"{number} {deed.replace('_', ' ')}" for deed, number in called.items())


def table_of(lines: Sequence[Line]) -> Table:
    """Return lines as a table."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, text in lines:
        table.add_row(f"[dim]{name}[/]", escape(text))
    return table


def _limit(limit: Shown) -> Line:
    share, live, over = limit["abandoned_percent"], limit["live"], limit["window"]
    counted = f"{0 if share is None else share:.1f} % of {count(live or 0, 'answer')}"
    name = f"abandoned, {over.replace('_', ' ')}"
    return name, f"{counted}, at most {limit['percent']:g} %"
