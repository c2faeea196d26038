"""What the law of a place asks of whoever dials. Data: where it is written is config's business.

A rule holds for purposes and modes, and has one fact: hours, a cap, a pause, a limit … All that
apply to a call hold at once, so where places disagree the strictest wins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ccengine.core.dialer.purposes import AUTOMATIC, Mode, Purpose
from ccengine.core.periods import Period

HOUR_SECONDS: Final = 3600.0
RING_FLOOR_SECONDS: Final = 15.0
"""No rule that was read allows to hang up on a ringing phone earlier."""


class Per(StrEnum):
    """Whose attempts are counted together."""

    NUMBER = "number"
    PERSON = "person"  #: all of their numbers
    DEBT = "debt"  #: a person's, and of one debt


class Across(StrEnum):
    """Over whose campaigns they are counted."""

    TENANT = "tenant"  #: all clients'
    CLIENT = "client"
    CAMPAIGN = "campaign"


class Result(StrEnum):
    """How an attempt ended, with what the agent said of it."""

    OPEN = "open"  #: it has not
    ANSWERED = "answered"  #: there was a conversation, or an unattended call was heard
    REFUSED = "refused"  #: likewise, and they did not want it
    CUT_OFF = "cut_off"  #: they hung up before anything was said
    ABANDONED = "abandoned"  #: a person answered, and no agent was there in time
    MACHINE = "machine"  #: taken for one
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    REJECTED = "rejected"
    INVALID = "invalid"  #: nobody has this number
    FAILED = "failed"  #: the network or a trunk would not
    CANCELLED = "cancelled"  #: we hung up while it rang
    LOST = "lost"  #: nobody knows


class How(StrEnum):
    """Which calls need consent."""

    ANY = "any"
    AUTOMATIC = "automatic"  #: that a machine dials
    UNATTENDED = "unattended"  #: in which nobody speaks


class Denominator(StrEnum):
    """Of what abandoned calls are a share."""

    LIVE_ANSWERS = "live_answers"  #: calls that a person answered
    TO_AGENTS = "to_agents"  #: those of them that an agent spoke with, and those abandoned
    CONNECTED = "connected"  #: those that an agent spoke with
    PLACED = "placed"  #: all calls


class WindowKind(StrEnum):
    """Over what time a share is taken."""

    DAY = "day"  #: from midnight to midnight
    MONTH = "month"  #: of the calendar
    THIRTY_DAYS = "30_days"  #: one after the other from the campaign's first call on
    CAMPAIGN = "campaign"  #: all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingTimes:
    """When calls may be placed, in one time zone where the called person may be."""

    zone: str
    periods: tuple[Period, ...]  #: in order, none touching; some weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class Lasting:
    """A length of time. Neither hours nor days: without an end."""

    hours: int | None = None
    days: int | None = None

    @property
    def seconds(self) -> float | None:
        """Its length. Days are never shorter than days of the calendar, on which clocks may be
        put back: so what was kept by seconds was kept by every way to count days."""
        if self.days is not None:
            return self.days * 24 * HOUR_SECONDS + HOUR_SECONDS
        return None if self.hours is None else self.hours * HOUR_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptCap(Lasting):
    """At most so many attempts within any stretch of time."""

    at_most: int
    per: Per = Per.NUMBER
    across: Across = Across.TENANT
    counting: tuple[Result, ...] = ()  #: none: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(Lasting):
    """No call for some time, or ever again, after attempts with such an end."""

    after: tuple[Result, ...]
    per: Per = Per.PERSON
    across: Across = Across.CLIENT


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteedAgent(Lasting):
    """After such attempts only calls for which an agent is kept free. Without an end: until there
    was a conversation."""

    after: tuple[Result, ...]
    across: Across = Across.CLIENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrub:
    """Numbers are compared with a register, and not with an old copy."""

    register: str
    days: int | None = None  #: its copy is at most so old; None: of any age


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentNeed:
    """The person has agreed before."""

    to: How = How.ANY
    written: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AbandonLimit:
    """How many calls may be abandoned."""

    percent: float
    of: Denominator = Denominator.LIVE_ANSWERS
    window: WindowKind
    per_seller: bool = False  #: each seller's calls of a campaign by themselves
    detector_errors: bool = True  #: people taken for machines count as abandoned


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDuty:
    """What an answered call that no agent takes must say."""

    within_seconds: float = 2.0
    says: tuple[str, ...] = ()  #: name, number, purpose
    opt_out: bool = False  #: by a key or the voice, in the message


@dataclass(frozen=True, slots=True, kw_only=True)
class RingFloor:
    """No call is given up while it has rung for less."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long what proves all this is kept."""

    years: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """Not at all."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatched:
    """A limit on abandoned calls that nobody counts for the campaign: none may be risked."""

    limit: str  #: its rule's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What no program can see to: told to people."""

    text: str


Fact = (
    CallingTimes
    | AttemptCap
    | Pause
    | GuaranteedAgent
    | Scrub
    | ConsentNeed
    | AbandonLimit
    | MessageDuty
    | RingFloor
    | Retention
    | Ban
    | Unwatched
    | Duty
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One fact, where it comes from, and which calls it is for."""

    id: str  #: `<place>.<name>`, as in `US-FL.hours`
    place: str  #: of the called person, which has it by itself or from what it is a part of
    source: str
    checked: str  #: the day on which somebody compared it with its source, or `no`
    fact: Fact
    purposes: tuple[Purpose, ...] = ()  #: none: all
    modes: tuple[Mode, ...] = ()  #: none: all
    unless_consent: bool = False  #: it does not hold for whoever has agreed to be called
    is_last_resort: bool = False  #: where the place has no other of its kind

    def is_for(self, purpose: Purpose, mode: Mode) -> bool:
        """Tell whether it holds for such calls."""
        return (not self.purposes or purpose in self.purposes) and (
            not self.modes or mode in self.modes
        )


@dataclass(frozen=True, slots=True)
class LawText:
    """All rules that were in force, as proof of them is kept."""

    version: str  #: SHA-256 of the text
    text: str  #: JSON, with the keys of dialing.yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """All rules for one number: of its own place, and of the person's address."""

    rules: tuple[Rule, ...]
    unruled: tuple[str, ...] = ()  #: places of which nobody wrote rules; empty text: none is known
    text: LawText | None = field(default=None, compare=False)  #: what they were taken from

    def rules_for(self, purpose: Purpose, mode: Mode) -> tuple[Rule, ...]:
        """Return those that hold for such calls.

        A last resort makes way for a place's own rule of its kind, but for consent: one kind of it
        says nothing of another.
        """
        found = [rule for rule in self.rules if rule.is_for(purpose, mode)]
        own = {(rule.place, type(rule.fact)) for rule in found if not rule.is_last_resort}
        return tuple(
            rule
            for rule in found
            if not (rule.is_last_resort and (rule.place, type(rule.fact)) in own)
            or isinstance(rule.fact, ConsentNeed)
        )


def consent_covers(need: How, mode: Mode) -> bool:
    """Tell whether calls of a mode are among those that need consent."""
    match need:
        case How.ANY:
            return True
        case How.AUTOMATIC:
            return mode in AUTOMATIC
        case How.UNATTENDED:
            return mode is Mode.UNATTENDED


def ring_floor_seconds(rules: tuple[Rule, ...]) -> float:
    """Return how long a call rings at least."""
    floors = (rule.fact.seconds for rule in rules if isinstance(rule.fact, RingFloor))
    return max(RING_FLOOR_SECONDS, *floors, 0.0)


def abandon_limits(rules: tuple[Rule, ...]) -> tuple[tuple[str, AbandonLimit], ...]:
    """Return all limits with the ids of their rules, the smallest first: each holds."""
    found = [(rule.id, rule.fact) for rule in rules if isinstance(rule.fact, AbandonLimit)]
    return tuple(sorted(found, key=lambda one: (one[1].percent, one[0])))
