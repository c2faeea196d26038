"""What is posted of a coaching: what is set up, by names that people know, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.coaching.audibility import heard
from ccengine.core.events import CoachingEnded, CoachLeaked, CoachParted, CoachRouted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ccengine.calls.coaching.audibility import Seating, Setup
    from ccengine.core.coachings import Coaching
    from ccengine.core.ids import CallId


def routed(
    coaching: Coaching, call: CallId, setup: Setup, seating: Seating, names: Mapping[str, str]
) -> CoachRouted:
    """Return what is set up, as Asterisk has it.

    Args:
        coaching: whose.
        call: that the coach hears.
        setup: as it is.
        seating: as it shall be.
        names: of other coaches, by their channels.
    """
    around = {setup.bridge_of(seating.leg), setup.bridge_of(seating.coach)}
    named = {**names, seating.leg: "agent", coaching.seat.customer: "customer"}
    own = (one.channel for one in setup.snoops if one.channel.startswith(f"{coaching.id}."))
    hearing = heard(setup)
    bridges = sorted(one for one in around if one is not None and one in setup.bridges)
    return CoachRouted(
        coaching=coaching.id,
        coach=coaching.coach,
        agent=coaching.agent,
        call=call,
        mode=seating.mode,
        hears=_named(named, (one.voice for one in hearing if one.listener == seating.coach)),
        heard_by=_named(named, (one.listener for one in hearing if one.voice == seating.coach)),
        bridges=tuple(f"{one}={'+'.join(sorted(setup.bridges[one]))}" for one in bridges),
        snoop=next(own, ""),
    )


def _named(names: Mapping[str, str], channels: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names.get(one, one) for one in channels))


def leaked(coaching: Coaching, seating: Seating, reason: str, *, planned: bool) -> CoachLeaked:
    """Return that somebody would have heard the coach, or did."""
    return CoachLeaked(
        coaching=coaching.id,
        coach=coaching.coach,
        agent=coaching.agent,
        call=coaching.seat.call,
        mode=seating.mode,
        reason=reason,
        planned=planned,
    )


def parted(told: CoachRouted, reason: str) -> CoachParted:
    """Return that the coach hears that call no more."""
    return CoachParted(
        coaching=told.coaching, coach=told.coach, agent=told.agent, call=told.call, reason=reason
    )


def ended(coaching: Coaching, reason: str, call: CallId | None = None) -> CoachingEnded:
    """Return that it is over."""
    return CoachingEnded(
        coaching=coaching.id, coach=coaching.coach, agent=coaching.agent, reason=reason, call=call
    )
