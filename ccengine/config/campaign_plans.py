"""Campaigns as routing and pacing need them: limits of the law included, hours as periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ccengine.config.campaign_limits import limits_of
from ccengine.config.clock_changes import begin_of, end_of
from ccengine.config.dialing_rules import built_in
from ccengine.config.openings import periods_ahead
from ccengine.config.queue_names import full_name
from ccengine.core.dialer.campaigns import CampaignPlan
from ccengine.core.dialer.laws import limit_of
from ccengine.core.dialer.purposes import Mode
from ccengine.core.ids import CampaignId, QueueId
from ccengine.core.outcome_rules import OutcomeRules
from ccengine.core.periods import Period
from ccengine.core.queues import QueueSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.config.campaign_limits import CampaignLimits
    from ccengine.config.campaigns import Campaign, CampaignFile
    from ccengine.config.clients import Client
    from ccengine.config.dialing_rules import DialingRules
    from ccengine.core.ids import Instant

OWN_QUEUE: Final = ".leads"
"""Behind a campaign's name, of the line that one has whose agents are named by skills; no queue of
a client's can be called so."""


def campaign_plans(
    client: Client, rules: DialingRules, at: Instant
) -> Mapping[CampaignId, CampaignPlan]:
    """Return the plans of a client's campaigns.

    Args:
        client: whose.
        rules: the tenant's own, over those that come with the program.
        at: hours are given for some weeks from this instant on.
    """
    holding = rules.over(built_in())
    return {
        CampaignId(one.id): _plan_of(client, one, holding, at) for one in client.campaigns.values()
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


def _plan_of(client: Client, campaign: Campaign, rules: DialingRules, at: Instant) -> CampaignPlan:
    settings = campaign.settings
    ends_at, because = _last(client, settings)
    found = _limits(client, settings, rules, at)
    # In the order of `limits_of`: a window is opened by the place in it.
    limits = tuple(one.limit for one in found.limits)
    errors_count = any(one.detector_errors for one in limits)
    return CampaignPlan(
        queue=_queue_of(client, campaign),
        mode=settings.mode,
        flow=settings.flow or "",
        agreed=settings.consent,
        ratio=settings.ratio or 1.0,
        law=settings.pacing,
        limits=tuple(limit_of(one) for one in limits),
        ring_seconds=max(float(settings.ring_seconds), found.ring_floor_seconds),
        calls_at_most=settings.calls_at_most,
        shown_until=_shown_until(client, settings),
        preview_seconds=float(settings.preview_seconds),
        preview_then=settings.preview_then,
        machine_dispositions=_machine_dispositions(client),
        detector_errors=errors_count,
        detector_error_share=settings.detector.error_percent / 100 if errors_count else 0.0,
        lists=dict(settings.lists),
        periods=_periods(client, settings, at),
        outcome=_outcome(client, settings),
        own_callback_seconds=60.0 * settings.own_callback_minutes,
        starts_itself=settings.schedule.automatic,
        ends_at=ends_at,
        ends_because=because,
    )


def _outcome(client: Client, settings: CampaignFile) -> OutcomeRules:
    """Return what agents say of its calls: what its queue asks for, unless it says otherwise."""
    queue = client.settings.queues.get(settings.queue or "")
    asked = OutcomeRules() if queue is None else queue.outcome
    required = settings.outcome_required
    return client.in_force(
        replace(
            asked,
            required=asked.required if required is None else required,
            dispositions=settings.dispositions or asked.dispositions,
            form=settings.form or asked.form,
            script=settings.script or asked.script,
        )
    )


def _machine_dispositions(client: Client) -> tuple[str, ...]:
    known = client.settings.dispositions.items()
    return tuple(name for name, one in known if one.machine)


def _limits(
    client: Client, settings: CampaignFile, rules: DialingRules, at: Instant
) -> CampaignLimits:
    country = settings.country or client.settings.country
    return limits_of(settings, None if country is None else str(country), rules, at)


def _last(client: Client, settings: CampaignFile) -> tuple[Instant | None, str]:
    """Return when it is over at the latest, and why. None: never."""
    zone, contract = ZoneInfo(client.zone), client.settings.contract
    days = [
        (settings.schedule.until, "its last day is over"),
        (None if contract is None else contract.until, "the client's contract has ended"),
    ]
    ends = [(end_of(day, 24 * 60, zone), why) for day, why in days if day is not None]
    return min(ends, default=(None, ""), key=lambda one: one[0])


def _shown_until(client: Client, settings: CampaignFile) -> Instant | None:
    """Return when the last test of its numbers is too old: midnight after its last day."""
    tested = max((one.tested for one in settings.caller_ids.values()), default=None)
    if tested is None:
        return None
    try:
        last = tested + timedelta(days=settings.caller_id_days)
    except OverflowError:
        return None
    return end_of(last, 24 * 60, ZoneInfo(client.zone))


def _periods(client: Client, settings: CampaignFile, at: Instant) -> tuple[Period, ...] | None:
    """Return when it runs: hours, within its days and those of the contract. None: always."""
    schedule, contract, zone = settings.schedule, client.settings.contract, ZoneInfo(client.zone)
    starts = [schedule.starts, None if contract is None else contract.starts]
    first = max((begin_of(day, 0, zone) for day in starts if day is not None), default=None)
    last, _ = _last(client, settings)
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
