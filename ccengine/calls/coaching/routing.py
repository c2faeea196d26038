"""From what is set up to what shall be, step by step; each step is checked before it is asked for.

The coach's channel and a snoop at the agent's are together in a room of their own. Monitor and
whisper differ in the snoop's direction, so a change makes another snoop; to barge is to be in the
talk's bridge. The order is such that at no step anybody hears more than before or after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ccengine.calls.coaching.audibility import Direction, Seating, Setup, Snoop, leaks
from ccengine.core.events import CoachMode

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WHISPERS = {CoachMode.MONITOR: Direction.NONE, CoachMode.WHISPER: Direction.OUT}
"""Of a snoop at the *agent's* channel. At the caller's the sense would be the opposite one."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Make a snoop."""

    snoop: Snoop


@dataclass(frozen=True, slots=True)
class StopListening:
    """End a snoop."""

    snoop: Snoop


@dataclass(frozen=True, slots=True)
class Enter:
    """Put a channel into a bridge."""

    bridge: str
    channel: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Take a channel out of a bridge."""

    bridge: str
    channel: str


Step = Listen | StopListening | Enter | Leave


class WouldLeak(Exception):
    """A plan would let somebody hear a coach who must not."""


class Leaked(Exception):
    """Somebody hears a coach, or has for a moment, who must not."""


def snoop_for(seating: Seating, channel: str) -> Snoop | None:
    """Return by which snoop the coach hears the agent; None: by none."""
    if seating.mode is CoachMode.BARGE:
        return None
    return Snoop(channel, seating.leg, Direction.BOTH, WHISPERS[seating.mode])


def plan(
    setup: Setup, seating: Seating | None, *, coach: str, room: str, new_snoop: str
) -> list[Step]:
    """Return what leads to the seating, and nothing that is so already.

    Args:
        setup: how things are; of the snoops, this coach's alone.
        seating: how they shall be; None: the coach hears nothing.
        coach: the coach's channel.
        room: the bridge of the coach and the snoop.
        new_snoop: id of a snoop that is to be made.
    """
    wanted = None if seating is None else snoop_for(seating, new_snoop)
    same = [one for one in setup.snoops if wanted and replace(one, channel=new_snoop) == wanted]
    kept = same[0] if same else None
    steps: list[Step] = []
    place = _place(setup, seating, room)
    is_at = setup.bridge_of(coach)
    if is_at is not None and is_at != place:
        steps.append(Leave(is_at, coach))
    steps += [StopListening(one) for one in sorted(setup.snoops, key=str) if one is not kept]
    if wanted is not None and kept is None:
        steps += [Listen(wanted), Enter(room, wanted.channel)]
    elif kept is not None and setup.bridge_of(kept.channel) != room:
        steps.append(Enter(room, kept.channel))
    if place is not None and is_at != place:
        steps.append(Enter(place, coach))
    return steps


def _place(setup: Setup, seating: Seating | None, room: str) -> str | None:
    """Return the bridge in which the coach shall be; an agent in no bridge talks with nobody."""
    if seating is None:
        return None
    return setup.bridge_of(seating.leg) if seating.mode is CoachMode.BARGE else room


def after(setup: Setup, step: Step) -> Setup:
    """Return what a step leads to."""
    bridges = dict(setup.bridges)
    match step:
        case Listen(snoop):
            return replace(setup, snoops=setup.snoops | {snoop})
        case StopListening(snoop):
            left = {name: members - {snoop.channel} for name, members in bridges.items()}
            return Setup(left, setup.snoops - {snoop})
        case Enter(bridge, channel):
            left = {name: members - {channel} for name, members in bridges.items()}
            left[bridge] = left.get(bridge, frozenset()) | {channel}
            return replace(setup, bridges=left)
        case Leave(bridge, channel):
            bridges[bridge] = bridges.get(bridge, frozenset()) - {channel}
            return replace(setup, bridges=bridges)


def setups(setup: Setup, steps: Sequence[Step]) -> Iterator[Setup]:
    """Yield what each step leads to."""
    for step in steps:
        setup = after(setup, step)
        yield setup


def prove(setup: Setup, steps: Sequence[Step], seating: Seating, before: CoachMode) -> None:
    """Check a whole plan before its first step.

    Raises:
        WouldLeak: at some step, or at its end, somebody would hear what they must not.
    """
    last = setup
    for last in setups(setup, steps):
        wrong = leaks(last, seating, before, seating.mode)
        if wrong:
            raise WouldLeak("; ".join(wrong))
    wrong = leaks(last, seating)
    if wrong:
        raise WouldLeak("; ".join(wrong))
