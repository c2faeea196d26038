"""Campaigns as routing and pacing need them: limits of the law included, hours as periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ccengine.config.clock_changes import begin_of, end_of
from ccengine.config.dialing_rules import built_in
from ccengine.config.lawbook import Lawbook
from ccengine.config.openings import periods_ahead
from ccengine.config.queue_names import full_name
from ccengine.config.whereabouts import Whereabouts
from ccengine.core.dialer.campaigns import CampaignPlan
from ccengine.core.dialer.pacing.budgets import Limit, Window
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.rules import Denominator, WindowKind, abandon_limits
from ccengine.core.ids import CampaignId, QueueId
from ccengine.core.periods import Period
from ccengine.core.queues import QueueSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.campaigns import Campaign, CampaignFile
    from ccengine.config.clients import Client
    from ccengine.config.dialing_rules import DialingRules
    from ccengine.core.dialer.rules import AbandonLimit
    from ccengine.core.ids import Instant

WINDOWS: Final = {
    WindowKind.DAY: Window.DAY,
    WindowKind.MONTH: Window.CALENDAR_MONTH,
    WindowKind.THIRTY_DAYS: Window.THIRTY_DAYS,
    WindowKind.CAMPAIGN: Window.CAMPAIGN,
}
LEAST_PERCENT: Final = 0.01
"""Of answers that may be abandoned where the rule says none: a share of 0 is no share."""

OWN_QUEUE: Final = ".leads"
"""Behind a campaign's name, of the line that one has whose agents are named by skills; no queue of
a client's can be called so."""


def campaign_plans(
    client: Client, rules: DialingRules, at: Instant
) -> Mapping[CampaignId, CampaignPlan]:
    """Return the plans of a client's campaigns that dial for agents.

    Args:
        client: whose.
        rules: the tenant's own, over those that come with the program.
        at: hours are given for some weeks from this instant on.
    """
    lawbook = Lawbook(rules.over(built_in()))
    return {
        CampaignId(one.id): _plan_of(client, one, lawbook, at)
        for one in client.campaigns.values()
        if one.settings.mode is not Mode.UNATTENDED
    }


def queues_of_campaigns(client: Client) -> Mapping[QueueId, QueueSettings]:
    """Return the lines of those campaigns whose agents are named by skills."""
    return {
        _queue_of(client, one): QueueSettings(skills=one.settings.skills)
        for one in client.campaigns.values()
        if one.settings.queue is None and one.settings.mode is not Mode.UNATTENDED
    }


def _queue_of(client: Client, campaign: Campaign) -> QueueId:
    return full_name(client.id, campaign.settings.queue or f"{campaign.name}{OWN_QUEUE}")


def _plan_of(client: Client, campaign: Campaign, lawbook: Lawbook, at: Instant) -> CampaignPlan:
    settings = campaign.settings
    return CampaignPlan(
        queue=_queue_of(client, campaign),
        mode=settings.mode,
        ratio=settings.ratio or 1.0,
        limits=_limits(client, settings, lawbook, at),
        ring_seconds=float(settings.ring_seconds),
        machine_dispositions=_machine_dispositions(client),
        lists=dict(settings.lists),
        periods=_periods(client, settings, at),
    )


def _machine_dispositions(client: Client) -> tuple[str, ...]:
    known = client.settings.dispositions.items()
    return tuple(name for name, one in known if one.machine)


def _limits(
    client: Client, settings: CampaignFile, lawbook: Lawbook, at: Instant
) -> tuple[Limit, ...]:
    """Return the law's limits, and the campaign's own if it is stricter than one of them."""
    country = settings.country or client.settings.country
    where = [Whereabouts(place=str(country), zones=("UTC",))] if country is not None else []
    law = lawbook.law_for(where, at).rules_for(settings.purpose, settings.mode)
    found = [_limit(_percent(fact), WINDOWS[fact.window]) for _, fact in abandon_limits(law)]
    own = settings.abandon_percent
    if own is not None:
        found.append(_limit(own, found[0].window if found else Window.DAY))
    return tuple(sorted(set(found), key=lambda one: (one.share, one.window)))


def _percent(fact: AbandonLimit) -> float:
    # Of calls that were connected to agents: those that were not are answered, too.
    share = fact.percent / 100
    return 100 * share / (1 + share) if fact.of is Denominator.CONNECTED else fact.percent


def _limit(percent: float, window: Window) -> Limit:
    return Limit(max(LEAST_PERCENT, percent) / 100, window, strict=percent < LEAST_PERCENT)


def _periods(client: Client, settings: CampaignFile, at: Instant) -> tuple[Period, ...] | None:
    """Return when it runs: hours, within its days and those of the contract. None: always."""
    schedule, contract, zone = settings.schedule, client.settings.contract, ZoneInfo(client.zone)
    starts = [schedule.starts, None if contract is None else contract.starts]
    untils = [schedule.until, None if contract is None else contract.until]
    first = max((begin_of(day, 0, zone) for day in starts if day is not None), default=None)
    last = min((end_of(day, 24 * 60, zone) for day in untils if day is not None), default=None)
    if schedule.hours is None:
        return None if first is None and last is None else (Period(first, last),)
    timetable = client.hours.get(schedule.hours)
    open_at = () if timetable is None else periods_ahead(timetable, at)
    within = (_within(one, first, last) for one in open_at)
    return tuple(one for one in within if one is not None)


def _within(period: Period, first: Instant | None, last: Instant | None) -> Period | None:
    starts = max((one for one in (period.starts, first) if one is not None), default=None)
    ends = min((one for one in (period.ends, last) if one is not None), default=None)
    is_empty = starts is not None and ends is not None and starts >= ends
    return None if is_empty else Period(starts, ends)
