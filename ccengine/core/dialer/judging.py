"""Whether a number may be called now: every rule that says no, and until when it does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.attempts import (
    DialRequest,
    capped_until,
    counted,
    kept_until,
    paused_until,
)
from ccengine.core.dialer.numbers_known import NumberFacts, reach_of
from ccengine.core.dialer.rules import (
    AttemptCap,
    Ban,
    CallingTimes,
    ConsentNeed,
    GuaranteedAgent,
    Pause,
    Per,
    Scrub,
    Unwatched,
    consent_covers,
)
from ccengine.core.dialer.verdicts import Hold, HoldReason, Verdict
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ccengine.core.dialer.attempts import Attempt
    from ccengine.core.dialer.rules import Across, Law, Rule
    from ccengine.core.periods import Period

HOUSE: Final = "the house's own rule"
DAY_SECONDS: Final = 86_400.0
OWN_LIST: Final = "own do-not-call list"
AGAIN_AT_MOST: Final = 20
"""What lets go may find that consent ended meanwhile, or a register's copy got old."""


def judge(request: DialRequest, law: Law, facts: NumberFacts, now: Instant) -> Verdict:
    """Return every hold of a number at an instant; where places disagree, the strictest wins.

    Nothing is left out after the first hold: who asks why wants to know all of it. Wishes and
    attempts count whenever they were: another program's clock may be a little ahead of ours.

    Args:
        request: the call.
        law: of the places where the person may be.
        facts: as they are in the store at this moment.
        now: the moment of origination.
    """
    rules = law.rules_for(request.purpose, request.mode)
    places = tuple(_of_places(law))

    def holds_at(when: Instant) -> tuple[Hold, ...]:
        case = _Case(request, facts, when)
        in_force = (rule for rule in rules if not is_waived(rule, request, facts, when))
        found = (hold for rule in in_force for hold in _of_rule(case, rule))
        return tuple(dict.fromkeys((*places, *_of_wishes(case), *found)))

    openings = [rule.fact.periods for rule in rules if isinstance(rule.fact, CallingTimes)]
    holds = holds_at(now)
    return Verdict(holds=holds, until=_free_at(holds, holds_at, openings, now) if holds else None)


def _free_at(
    holds: tuple[Hold, ...],
    holds_at: Callable[[Instant], tuple[Hold, ...]],
    openings: Sequence[Sequence[Period]],
    now: Instant,
) -> Instant | None:
    """Return when nothing holds it any more; None: never, or not in the weeks known."""
    known_until = min((one[-1].ends or math.inf for one in openings if one), default=math.inf)
    free: Instant = now
    for _ in range(AGAIN_AT_MOST):
        ends = [hold.until for hold in holds if hold.reason is not HoldReason.OUTSIDE_HOURS]
        if None in ends:
            return None
        free = max((end for end in ends if end is not None), default=free)
        if free >= known_until:
            return free  # nobody knows the hours then: not before
        opening = common_opening(openings, free)
        if opening is None:
            return None
        free, holds = opening, holds_at(opening)
        if not holds:
            return free
    return None


@dataclass(frozen=True, slots=True)
class _Case:
    request: DialRequest
    facts: NumberFacts
    now: Instant

    def attempts(self, rule: Rule, per: Per, across: Across) -> Sequence[Attempt]:
        """Return the attempts that a rule counts: of its own purposes only."""
        found = counted(self.facts.attempts, self.request, per, across)
        return [one for one in found if not rule.purposes or one.purpose in rule.purposes]


def _of_places(law: Law) -> Iterator[Hold]:
    for place in law.unruled:
        reason = HoldReason.NO_RULES if place else HoldReason.NO_PLACE
        text = f"there are no rules for {place}" if place else "nobody knows where the number is"
        yield Hold(reason=reason, rule="places", source=HOUSE, checked="", text=text, until=None)


def _of_wishes(case: _Case) -> Iterator[Hold]:
    for one in case.facts.opt_outs:
        if one.client in ("", case.request.client):
            whose = f"by {one.client}" if one.client else "by anybody"
            yield Hold(
                reason=HoldReason.DO_NOT_CALL,
                rule=OWN_LIST,
                source=HOUSE,
                checked="",
                text=f"the person does not want to be called {whose}",
                until=None,
            )


def is_waived(rule: Rule, request: DialRequest, facts: NumberFacts, now: Instant) -> bool:
    """Tell whether a rule does not hold, because the person agreed to be called."""
    return rule.unless_consent and facts.has_consent(request, now, to=reach_of(request.mode))


def _of_rule(case: _Case, rule: Rule) -> Iterator[Hold]:
    match rule.fact:
        case CallingTimes():
            yield from _of_hours(case, rule, rule.fact)
        case AttemptCap():
            yield from _of_cap(case, rule, rule.fact)
        case Pause():
            yield from _of_pause(case, rule, rule.fact)
        case GuaranteedAgent():
            yield from _of_lane(case, rule, rule.fact)
        case Scrub():
            yield from _of_register(case, rule, rule.fact)
        case ConsentNeed():
            yield from _of_consent(case, rule, rule.fact)
        case Ban() | Unwatched():
            yield _forbidden(rule, rule.fact)
        case _:
            pass  # it says how to call, not whether


def _of_hours(case: _Case, rule: Rule, times: CallingTimes) -> Iterator[Hold]:
    if not any(period.holds(case.now) for period in times.periods):
        until = common_opening([times.periods], case.now)
        text = f"no calls at this hour in {rule.place} ({times.zone})"
        yield _hold(rule, HoldReason.OUTSIDE_HOURS, text, until)


def _of_cap(case: _Case, rule: Rule, cap: AttemptCap) -> Iterator[Hold]:
    until = capped_until(cap, case.attempts(rule, cap.per, cap.across), case.now)
    text = f"{cap.at_most} attempts per {cap.per}{_within(cap)} were made"
    yield from _until(case, rule, HoldReason.ATTEMPT_CAP, text, until)


def _of_pause(case: _Case, rule: Rule, pause: Pause) -> Iterator[Hold]:
    until = paused_until(pause, case.attempts(rule, pause.per, pause.across), case.now)
    text = f"no call{_within(pause)} after: {', '.join(pause.after)}"
    yield from _until(case, rule, HoldReason.PAUSE, text, until)


def _of_lane(case: _Case, rule: Rule, lane: GuaranteedAgent) -> Iterator[Hold]:
    if case.request.agent_guaranteed:
        return
    until = kept_until(lane, case.attempts(rule, Per.NUMBER, lane.across), case.now)
    text = f"only with an agent kept free{_within(lane)} after: {', '.join(lane.after)}"
    yield from _until(case, rule, HoldReason.AGENT_NOT_GUARANTEED, text, until)


def _until(
    case: _Case, rule: Rule, reason: HoldReason, text: str, until: Instant | None
) -> Iterator[Hold]:
    if until is None or until > case.now:
        yield _hold(rule, reason, text, until)


def _of_register(case: _Case, rule: Rule, scrub: Scrub) -> Iterator[Hold]:
    if scrub.register in case.facts.registered:
        text = f"the number is on the register {scrub.register}"
        yield _hold(rule, HoldReason.REGISTERED, text, None)
    scrubbed_at = case.facts.scrubbed_at.get(scrub.register)
    if scrubbed_at is None:
        text = f"numbers were never compared with the register {scrub.register}"
        yield _hold(rule, HoldReason.REGISTER_STALE, text, None)
    elif scrub.days is not None and case.now - scrubbed_at > scrub.days * DAY_SECONDS:
        age = int((case.now - scrubbed_at) // DAY_SECONDS)
        text = f"the copy of {scrub.register} is {age} days old, and may be {scrub.days}"
        yield _hold(rule, HoldReason.REGISTER_STALE, text, None)


def _of_consent(case: _Case, rule: Rule, need: ConsentNeed) -> Iterator[Hold]:
    if not consent_covers(need.to, case.request.mode):
        return
    if not case.facts.has_consent(case.request, case.now, to=need.to, written=need.written):
        how = " in writing" if need.written else ""
        text = f"no consent{how} to {case.request.purpose} calls ({need.to})"
        yield _hold(rule, HoldReason.NO_CONSENT, text, None)


def _forbidden(rule: Rule, fact: Ban | Unwatched) -> Hold:
    if isinstance(fact, Ban):
        return _hold(rule, HoldReason.BANNED, fact.why, None)
    text = f"{fact.limit} is not watched: its country is not of the campaign"
    return _hold(rule, HoldReason.LIMIT_UNWATCHED, text, None)


def _hold(rule: Rule, reason: HoldReason, text: str, until: Instant | None) -> Hold:
    return Hold(
        reason=reason,
        rule=rule.id,
        source=rule.source,
        checked=rule.checked,
        text=text,
        until=until,
    )


def _within(fact: AttemptCap | Pause | GuaranteedAgent) -> str:
    if fact.days is not None:
        return f" within {fact.days} d"
    return "" if fact.hours is None else f" within {fact.hours} h"


def common_opening(openings: Sequence[Sequence[Period]], at: Instant) -> Instant | None:
    """Return the first instant from one on at which all are open; None: not in the weeks known.

    Args:
        openings: periods of each, in order of time.
        at: not before then.
    """
    when = at
    while True:
        later = when
        for periods in openings:
            ahead = [one for one in periods if one.ends is None or one.ends > later]
            if not ahead:
                return None
            later = max(later, min(one.starts or 0.0 for one in ahead))
        if later == when:
            return when
        when = later
