"""Attempts that were made, and until when they are too many for another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import Across, Per, Result
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ccengine.core.dialer.rules import AttemptCap, GuaranteedAgent, Pause


@dataclass(frozen=True, slots=True, kw_only=True)
class DialRequest:
    """A call that somebody would like to place."""

    number: str  #: E.164
    client: str
    campaign: str
    purpose: Purpose
    mode: Mode
    person: str = ""  #: the client's own key of whoever is called; empty: nobody knows
    numbers: tuple[str, ...] = ()  #: E.164, all that are known of theirs
    debt: str = ""  #: what is collected
    agent_guaranteed: bool = False  #: an agent is kept free until it ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call that was placed, or is about to be."""

    at: Instant
    number: str  #: E.164
    client: str
    campaign: str
    purpose: Purpose
    person: str = ""
    debt: str = ""
    result: Result = Result.OPEN
    ended_at: Instant | None = None  #: None: it has not, or nobody knows


def counted(
    attempts: Iterable[Attempt], request: DialRequest, per: Per, across: Across
) -> list[Attempt]:
    """Return those that count together with what is asked for, in order of time."""
    found = [
        one for one in attempts if _is_of(one, request, per) and _is_among(one, request, across)
    ]
    return sorted(found, key=lambda one: one.at)


def capped_until(cap: AttemptCap, attempts: Sequence[Attempt], now: Instant) -> Instant | None:
    """Return when one more attempt is within the cap; not after now: it is already.

    Args:
        cap: of a length.
        attempts: that count, in order of time.
        now: when the next one would be.

    Returns:
        None: it never is.
    """
    counting = [one for one in attempts if not cap.counting or one.result in _or_open(cap.counting)]
    if cap.at_most <= 0:
        return None
    if len(counting) < cap.at_most:
        return now
    if cap.seconds is None:
        return None
    # The stretch before now may hold one less than the cap: so the one that is so far back has
    # to be out of it.
    return counting[-cap.at_most].at + cap.seconds


def paused_until(pause: Pause, attempts: Sequence[Attempt], now: Instant) -> Instant | None:
    """Return when a pause is over; not after now: there is none. None: it never is."""
    return _since_last(pause.after, pause.seconds, attempts, now)


def kept_until(lane: GuaranteedAgent, attempts: Sequence[Attempt], now: Instant) -> Instant | None:
    """Return until when an agent is to be kept free; not after now: not any more. None: until
    there was a conversation."""
    talked = [one.at for one in attempts if one.result in (Result.ANSWERED, Result.REFUSED)]
    since = [
        one for one in attempts if lane.seconds is not None or one.at > max(talked, default=-1)
    ]
    return _since_last(lane.after, lane.seconds, since, now)


def _since_last(
    after: tuple[Result, ...], seconds: float | None, attempts: Sequence[Attempt], now: Instant
) -> Instant | None:
    ended = (max(one.at, one.ended_at or one.at) for one in attempts if one.result in after)
    last = max(ended, default=None)
    if last is None:
        return now
    return None if seconds is None else last + seconds


def _or_open(counting: tuple[Result, ...]) -> tuple[Result, ...]:
    # What is still ringing, or was lost with an engine, may end as any of them.
    return (*counting, Result.OPEN, Result.LOST)


def _is_of(attempt: Attempt, request: DialRequest, per: Per) -> bool:
    if per is Per.NUMBER:
        return attempt.number == request.number
    # A key is the client's own: another client's may be somebody else's.
    is_same_person = (
        request.person != ""
        and attempt.person == request.person
        and attempt.client == request.client
    )
    is_theirs = attempt.number in (request.number, *request.numbers) or is_same_person
    if per is Per.PERSON or not is_theirs:
        return is_theirs
    return "" in (attempt.debt, request.debt) or attempt.debt == request.debt


def _is_among(attempt: Attempt, request: DialRequest, across: Across) -> bool:
    match across:
        case Across.TENANT:
            return True
        case Across.CLIENT:
            return attempt.client == request.client
        case Across.CAMPAIGN:
            return (attempt.client, attempt.campaign) == (request.client, request.campaign)
