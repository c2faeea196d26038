"""Why a call could be placed: what was asked at the moment of origination, and what was known.

It is kept with the attempt. Registers and consents change later; what was true then does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ccengine.core.dialer.judging import is_waived
from ccengine.core.dialer.numbers_known import reach_of
from ccengine.core.dialer.rules import (
    AttemptCap,
    Ban,
    CallingTimes,
    ConsentNeed,
    GuaranteedAgent,
    Law,
    LawText,
    Pause,
    Scrub,
    consent_covers,
)
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.core.dialer.attempts import DialRequest
    from ccengine.core.dialer.numbers_known import NumberFacts
    from ccengine.core.dialer.rules import How, Rule

JUDGED: Final = (CallingTimes, AttemptCap, Pause, GuaranteedAgent, Scrub, ConsentNeed, Ban)
"""Facts that say whether a number may be called; others say how."""


class Standing(StrEnum):
    """What a rule meant for a call that could be placed."""

    KEPT = "kept"  #: it was asked, and allowed the call
    WAIVED = "waived"  #: it does not hold for whoever agreed to be called
    APPLIES = "applies"  #: it says how the call goes on


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Nothing held the number back, and this is why."""

    law: LawText | None = None  #: all rules that were in force; None: nobody keeps them
    rules: Mapping[str, Standing] = field(default_factory=dict)  #: by id, those for such calls
    zones: tuple[str, ...] = ()  #: IANA; in which calling hours were looked at
    scrubs: Mapping[str, Instant] = field(default_factory=dict)  #: registers, and of when they were
    consents: tuple[int, ...] = ()  #: ids of those that cover the call


def clearance(request: DialRequest, law: Law, facts: NumberFacts, now: Instant) -> Clearance:
    """Return what allows a call that nothing holds back.

    Args:
        request: the call.
        law: as it was judged by.
        facts: likewise.
        now: the moment of origination.
    """
    rules = law.rules_for(request.purpose, request.mode)
    scrubs = {rule.fact.register for rule in rules if isinstance(rule.fact, Scrub)}
    zones = (rule.fact.zone for rule in rules if isinstance(rule.fact, CallingTimes))
    needs = list(_needs(rules, request))
    consents = (
        one.id
        for one in facts.consents
        if any(one.covers(request, now, to=to, written=written) for to, written in needs)
    )
    return Clearance(
        law=law.text,
        rules={rule.id: _standing(rule, request, facts, now) for rule in rules},
        zones=tuple(dict.fromkeys(zones)),
        scrubs={
            name: facts.scrubbed_at[name] for name in sorted(scrubs) if name in facts.scrubbed_at
        },
        consents=tuple(sorted(key for key in consents if key is not None)),
    )


def _standing(rule: Rule, request: DialRequest, facts: NumberFacts, now: Instant) -> Standing:
    if is_waived(rule, request, facts, now):
        return Standing.WAIVED
    return Standing.KEPT if isinstance(rule.fact, JUDGED) else Standing.APPLIES


def _needs(rules: tuple[Rule, ...], request: DialRequest) -> Iterator[tuple[How, bool]]:
    """Yield what somebody must have agreed to: how far it goes, and whether in writing."""
    for rule in rules:
        if rule.unless_consent:
            yield reach_of(request.mode), False
        if isinstance(rule.fact, ConsentNeed) and consent_covers(rule.fact.to, request.mode):
            yield rule.fact.to, rule.fact.written
