"""Calls that are promised to leads at a time by their own clock, if the law allows one then.

The law is asked again when the call is made (`storage/attempts`): this keeps agents from promising
what nobody may keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ccengine.config.campaigns import Campaign
from ccengine.config.clock_changes import begin_of
from ccengine.config.dialing_rules import DialingRules
from ccengine.config.lawbook import Lawbook
from ccengine.config.whereabouts import Whereabouts, whereabouts
from ccengine.core.dialer.attempts import DialRequest
from ccengine.core.dialer.campaigns import CampaignPlan
from ccengine.core.dialer.judging import judge
from ccengine.core.dialer.leads import Lead
from ccengine.core.dialer.numbers_known import NumberFacts
from ccengine.core.dialer.rules import Result
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from ccengine.core.dialer.verdicts import Verdict

DAYS_AHEAD: Final = 30
DAY_SECONDS: Final = 86_400.0
HALF_A_YEAR: Final = 182 * DAY_SECONDS
MINUTES: Final = 60
TRIES: Final = 20
"""What the law allows the campaign may not, and the other way round: so often both are asked."""


class NotBooked(ValueError):
    """No call can be promised so.

    Attributes:
        field: of the wish.
        remedy: what to do instead.
    """

    def __init__(self, message: str, *, field: str, remedy: str) -> None:
        super().__init__(message)
        self.field = field
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """When a lead wants to be called."""

    at: datetime  #: by the lead's clock, without a zone
    number: str  #: E.164
    zone: str = ""  #: IANA; empty: as number and address say


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A call can be promised."""

    due_at: Instant
    zone: str  #: by whose clock

    @property
    def local(self) -> str:
        """The time as the lead's clock shows it."""
        return local_text(self.due_at, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """By what a wish is looked at."""

    campaign: Campaign
    plan: CampaignPlan | None  #: in force; None: the core knows no such campaign
    rules: DialingRules  #: of all places
    facts: NumberFacts  #: of the number


def local_text(at: Instant, zone: str) -> str:
    """Return an instant as a local clock shows it, as in `2026-11-24T15:30`."""
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%dT%H:%M")


def instant_of(local: datetime, zone: str) -> Instant:
    """Return when a local clock shows a time, for the first time."""
    return begin_of(local.date(), local.hour * MINUTES + local.minute, ZoneInfo(zone))


def clocks_of(lead: Lead, number: str, usual: str, now: Instant) -> tuple[str, ...]:
    """Return by whose clocks a lead may live: of zones that show the same time, one.

    Args:
        lead: who.
        number: one of theirs, E.164.
        usual: the client's own zone: it comes first, where it may be theirs.
        now: this instant; clocks that are the same now and in half a year are one.
    """
    likely = _likely(lead, whereabouts(number, lead.place, lead.zone))
    ordered = sorted(likely, key=lambda zone: zone != usual)
    found: dict[tuple[str, ...], str] = {}
    for zone in ordered:
        shown = tuple(local_text(at, zone) for at in (now, now + HALF_A_YEAR))
        found.setdefault(shown, zone)
    return tuple(found.values())


def zone_of(lead: Lead, number: str, at: datetime, usual: str) -> str:
    """Return by whose clock a lead means a time, by address and else by number.

    Args:
        lead: who.
        number: one of theirs, E.164.
        at: the time, without a zone.
        usual: the client's own zone: it is theirs, where they may be there and elsewhere.

    Returns:
        The zone, IANA; empty where nobody knows.
    """
    where = whereabouts(number, lead.place, lead.zone)
    try:
        return _zone(Wish(at=at, number=number), lead, where)
    except NotBooked:
        return usual if usual in _likely(lead, where) else ""


def booked(wish: Wish, lead: Lead, terms: Terms, now: Instant) -> Booked:
    """Return when a lead is called back.

    Args:
        wish: when and on which number they want to be called.
        lead: who.
        terms: the campaign's and the law's.
        now: this instant.

    Raises:
        NotBooked: at no such time, or none that the law or the campaign allows: the remedy names
            the next one that they do.
    """
    if wish.number not in [one.number for one in lead.numbers if not one.is_dead]:
        message = "the lead has no such number that can be dialed"
        raise NotBooked(message, field="number", remedy="choose one of its numbers")
    where = whereabouts(wish.number, lead.place, lead.zone)
    zone = _zone(wish, lead, where)
    due_at = instant_of(wish.at, zone)
    if local_text(due_at, zone) != wish.at.strftime("%Y-%m-%dT%H:%M"):
        message = f"the clocks of {zone} never show that time: they are changed that night"
        raise NotBooked(message, field="at", remedy="choose another hour")
    if not now < due_at <= now + DAYS_AHEAD * DAY_SECONDS:
        message = f"it is {local_text(now, zone)} in {zone}: that is over, or too far ahead"
        raise NotBooked(message, field="at", remedy=f"choose a time within {DAYS_AHEAD} days")
    _check_allowed(_Case(lead, wish.number, terms, where, now), due_at, zone)
    return Booked(due_at=due_at, zone=zone)


def _zone(wish: Wish, lead: Lead, where: Sequence[Whereabouts]) -> str:
    """Return by whose clock a wish is meant.

    Raises:
        NotBooked: it may be several that differ then.
    """
    known = _known(where)
    if wish.zone:
        if wish.zone not in known:
            message = f"the lead is not in {wish.zone}, by number and address"
            raise NotBooked(
                message, field="zone", remedy=f"choose one of: {', '.join(known) or 'none known'}"
            )
        return wish.zone
    likely = _likely(lead, where)
    if not likely:
        message = "nobody knows the lead's time zone"
        raise NotBooked(message, field="at", remedy="import it with a column `zone` or `country`")
    at = {wish.at.replace(tzinfo=ZoneInfo(zone)).timestamp() for zone in likely}
    if len(at) > 1:
        message = "the lead may be in several time zones"
        raise NotBooked(message, field="zone", remedy=f"ask where they are: {', '.join(likely)}")
    return likely[0]


def _known(where: Sequence[Whereabouts]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(zone for one in where for zone in one.zones))


def _likely(lead: Lead, where: Sequence[Whereabouts]) -> tuple[str, ...]:
    """Return the zones of the address, or else of the number."""
    return (lead.zone,) if lead.zone else where[0].zones or _known(where)


@dataclass(frozen=True, slots=True)
class _Case:
    """A lead's wish, and all that it is compared with."""

    lead: Lead
    number: str
    terms: Terms
    where: Sequence[Whereabouts]
    now: Instant

    def verdict(self, at: Instant) -> Verdict:
        """Return what the law says of a call at an instant, as far as it is known today."""
        settings = self.terms.campaign.settings
        request = DialRequest(
            number=self.number,
            client=self.terms.campaign.client,
            campaign=self.terms.campaign.name,
            purpose=settings.purpose,
            mode=settings.mode,
            person=self.lead.person,
            numbers=tuple(one.number for one in self.lead.numbers),
            debt=self.lead.fields.get("debt", ""),
            agent_guaranteed=True,  # as for every promised call
        )
        law = Lawbook(self.terms.rules).law_for(self.where, at)
        return judge(request, law, self._facts(at), at)

    def _facts(self, at: Instant) -> NumberFacts:
        """Return what will be known: copies of registers are new then, and this call is over."""
        facts = self.terms.facts
        attempts = tuple(
            replace(one, result=Result.ANSWERED, ended_at=self.now)
            if one.result is Result.OPEN
            else one
            for one in facts.attempts
        )
        scrubbed = {name: max(at, when) for name, when in facts.scrubbed_at.items()}
        return replace(facts, attempts=attempts, scrubbed_at=scrubbed)


def _check_allowed(case: _Case, due_at: Instant, zone: str) -> None:
    verdict = case.verdict(due_at)
    if verdict.may_be_called and _opens(case, due_at) == due_at:
        return
    reasons = [hold.text for hold in verdict.holds]
    if not reasons:
        reasons.append(f"campaign '{case.terms.campaign.id}' does not call at that time")
    next_at = _next(case, due_at)
    if next_at is None:
        remedy = "no time is known at which they may be called"
    else:
        remedy = f"the next time at which they may be called is {local_text(next_at, zone)} {zone}"
    raise NotBooked("; ".join(reasons), field="at", remedy=remedy)


def _next(case: _Case, due_at: Instant) -> Instant | None:
    """Return from when on both the law and the campaign allow a call; None: not in weeks."""
    at: Instant = due_at
    for _ in range(TRIES):
        opens = _opens(case, at)
        if opens is None or opens > case.now + DAYS_AHEAD * DAY_SECONDS:
            return None
        verdict = case.verdict(opens)
        if verdict.may_be_called:
            return opens
        if verdict.until is None:
            return None
        at = verdict.until
    return None


def _opens(case: _Case, at: Instant) -> Instant | None:
    """Return when the campaign calls, not before then; None: not any more."""
    plan = case.terms.plan
    if plan is None or (plan.ends_at is not None and at >= plan.ends_at):
        return None
    if plan.is_open(at):
        return at
    later = [one.starts for one in plan.periods or () if one.starts is not None]
    return min((one for one in later if one > at), default=None)
