"""Campaigns as they are shown: what their files say, whether they run, and how they go just now."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import CAMPAIGN_UNKNOWN
from ccengine.api.models import Shown, Utc
from ccengine.api.roles import SEE_AGENTS
from ccengine.core.dialer.figures import Figures
from ccengine.core.dialer.leads import LeadState
from ccengine.core.dialer.pacing.budgets import Window
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.ids import CampaignId, ClientId
from ccengine.core.states import AT_WORK, AgentState, CallState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.api.route import Asked
    from ccengine.config.campaigns import Campaign
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.runs import Run
    from ccengine.core.ids import Instant, QueueId

WAITS = frozenset({CallState.WAITING, CallState.OFFERED, CallState.CONNECTING})


class CampaignState(StrEnum):
    """Whether a campaign places calls."""

    STOPPED = "stopped"  #: not started, or finished
    RUNNING = "running"
    RESTING = "resting"  #: its schedule lets it place none now, and lets it go on by itself
    PAUSED = "paused"


class LimitShown(Shown):
    """How many of those who answer may find no agent."""

    window: Window = Field(description="Over which it is counted.")
    percent: float = Field(description="At most, of the calls that people answered.")
    live: int | None = Field(description="Answered in the time so far; null: it was not started.")
    abandoned: int | None = Field(description="Of these.")
    abandoned_percent: float | None = Field(description="The share; null: nobody has answered.")
    ends_at: Utc | None = Field(description="When it is counted anew; null: nobody knows.")


class FiguresShown(Shown):
    """What the campaign has come to since it was started; a finish forgets it."""

    dialed: int
    answered: int = Field(description="By people.")
    abandoned: int = Field(description="Of these: no agent came in time.")
    unanswered: int
    machines: int
    skipped: int = Field(
        description="Leads that agents were shown, and did not want or did not care for in time."
    )
    utilisation_percent: float | None = Field(
        description="Of the time that agents of its line were at work while it ran: with calls and "
        "their wrap-up."
    )


class AgentsShown(Shown):
    """Agents of the campaign's line who are at work; it shares them with whoever else waits."""

    idle: int
    busy: int = Field(description="Ringing or talking, whoever with.")
    wrap_up: int


class CallsShown(Shown):
    """The campaign's calls of this moment."""

    in_the_air: int = Field(description="Asked for or ringing; nobody has answered them yet.")
    waiting: int = Field(description="Somebody has answered, and talks with no agent yet.")
    talking: int


class CampaignShown(Shown):
    """A campaign, and how it goes."""

    campaign: str = Field(description="`client/campaign`.")
    client: str
    name: str
    mode: Mode
    purpose: Purpose
    queue: str | None = Field(description="Whose agents serve it; null: no agent does.")
    state: CampaignState
    by: str = Field(description="Who said so; empty: not seen, or nobody did.")
    reason: str
    since: Utc | None
    is_open: bool = Field(description="Its hours and days allow calls now.")
    agents: AgentsShown
    calls: CallsShown
    previews: int = Field(description="Leads that agents are shown, to be dialed or skipped.")
    figures: FiguresShown
    hopper: int = Field(description="Leads that are the next to be dialed.")
    leads: dict[LeadState, int] = Field(
        description="How many there were in each state some seconds ago; one that is missing: none."
    )
    limits: list[LimitShown] = Field(description="By law, or stricter; all of them hold.")


class CampaignSettingsShown(Shown):
    """What the campaign's file says."""

    seller: str = Field(description="On whose behalf people are called.")
    ratio: float | None = Field(description="Calls for each free agent, in mode `power`.")
    law: str | None = Field(description="By which a predictive campaign is paced.")
    caller_ids: list[str]
    ring_seconds: int
    calls_at_most: int | None = Field(description="In the air at a time.")
    hours: str | None = Field(description="Of the client's hours; null: at any.")
    starts: date | None = Field(description="First day.")
    until: date | None = Field(description="Last day.")
    lists: list[str]
    fields: list[str] = Field(description="Known of each lead beside its numbers.")
    script: str | None
    form: str | None
    abandon_percent: float | None = Field(description="Stricter than the law; null: as the law.")
    machines: str = Field(description="When answering machines are looked for.")


class OneCampaignShown(CampaignShown):
    """The same, with what its file says."""

    settings: CampaignSettingsShown


class CampaignList(Shown):
    """In the order of clients, and of files."""

    campaigns: list[CampaignShown]


def campaign_of(asked: Asked[Any, Any]) -> Campaign:
    """Return the campaign in the request's address.

    Raises:
        Refused: there is none that the token sees.
    """
    client = asked.ports.floor.tenant().clients.get(ClientId(asked.path["client"]))
    found = None if client is None else client.campaigns.get(asked.path["campaign"])
    if found is None or not asked.sight.client(found.client):
        raise CAMPAIGN_UNKNOWN.because()
    return found


def campaigns_seen(asked: Asked[Any, Any], client: str | None) -> list[Campaign]:
    """Return those that the token sees; of one client, if it is named."""
    return [
        campaign
        for one in asked.ports.floor.tenant().clients.values()
        if asked.sight.client(one.id) and client in (None, one.id)
        for campaign in one.campaigns.values()
    ]


def state_of(run: Run | None) -> CampaignState:
    """Return whether a campaign places calls; None: it was not started."""
    if run is None:
        return CampaignState.STOPPED
    if run.is_running:
        return CampaignState.RUNNING
    return CampaignState.RESTING if run.rests else CampaignState.PAUSED


def settings_of(campaign: Campaign, asked: Asked[Any, Any]) -> CampaignSettingsShown:
    """Return what the campaign's file says."""
    file = campaign.settings
    plan = asked.ports.floor.center.plan.campaigns.get(CampaignId(campaign.id))
    return CampaignSettingsShown(
        seller=file.seller,
        ratio=file.ratio,
        law=plan.law if plan is not None and plan.mode is Mode.PREDICTIVE else None,
        caller_ids=sorted(file.caller_ids),
        ring_seconds=file.ring_seconds,
        calls_at_most=None if plan is None else plan.calls_at_most,
        hours=file.schedule.hours,
        starts=file.schedule.starts,
        until=file.schedule.until,
        lists=list(file.lists),
        fields=list(file.fields),
        script=file.script,
        form=file.form,
        abandon_percent=file.abandon_percent,
        machines=file.machines,
    )


class Board:
    """How campaigns go at this moment: agents and calls are looked at once for all of them."""

    def __init__(self, asked: Asked[Any, Any]) -> None:
        self._center = asked.ports.floor.center
        self._now: Instant = asked.ports.floor.now()
        self._leads = asked.ports.library.lead_counts
        self._sees_agents = asked.identity.role in SEE_AGENTS
        self._calls = [call for call in self._center.calls.values() if call.lead is not None]
        self._agents = [
            (agent, self._center.queues_of(agent.id, self._now))
            for agent in self._center.agents()
            if agent.state in AT_WORK
        ]

    async def facts(self, campaign: Campaign) -> Mapping[str, Any]:
        """Return what `CampaignShown` has of a campaign."""
        name = CampaignId(campaign.id)
        run, plan = self._center.campaigns.get(name), self._center.plan.campaigns.get(name)
        queue = None if plan is None or plan.is_unattended else plan.queue
        return {
            "campaign": name,
            "client": campaign.client,
            "name": campaign.settings.name,
            "mode": campaign.settings.mode,
            "purpose": campaign.settings.purpose,
            "queue": queue,
            "state": state_of(run),
            "by": "" if run is None or not self._sees_agents else run.by,
            "reason": "" if run is None else run.reason,
            "since": None if run is None else run.since,
            "is_open": plan is not None and plan.is_open(self._now),
            "agents": self._agents_of(queue),
            "calls": self._calls_of(name),
            "previews": sum(one.campaign == name for one in self._center.previews.values()),
            "figures": _figures(Figures() if run is None else run.figures),
            "hopper": 0 if run is None else len(run.hopper.leads),
            "leads": await self._leads.of(campaign.client, campaign.name, self._now),
            "limits": [] if plan is None else _limits(plan, run),
        }

    def _agents_of(self, queue: QueueId | None) -> AgentsShown:
        found = [agent for agent, queues in self._agents if queue in queues]
        return AgentsShown(
            idle=sum(_is_idle(agent) for agent in found),
            busy=sum(agent.state in (AgentState.OFFERED, AgentState.ON_CALL) for agent in found),
            wrap_up=sum(agent.state is AgentState.WRAP_UP for agent in found),
        )

    def _calls_of(self, campaign: CampaignId) -> CallsShown:
        mine = [call for call in self._calls if call.lead and call.lead.campaign == campaign]
        ringing = sum(one.campaign == campaign for one in self._center.in_air.values())
        return CallsShown(
            in_the_air=ringing,
            waiting=sum(_waits(call) for call in mine),
            talking=sum(call.state is CallState.TALKING for call in mine),
        )


def _limits(plan: CampaignPlan, run: Run | None) -> list[LimitShown]:
    """Return the limits, with how far each is used where the campaign was started."""
    counts = () if run is None else run.windows
    return [
        LimitShown(
            window=limit.window,
            percent=_percent(limit.share),
            live=None if one is None else one.live,
            abandoned=None if one is None else one.abandoned,
            abandoned_percent=None if one is None or one.share is None else _percent(one.share),
            ends_at=None if one is None else one.ends_at,
        )
        for limit, one in zip_longest(plan.limits, counts[: len(plan.limits)])
    ]


def _figures(figures: Figures) -> FiguresShown:
    used = figures.utilisation
    return FiguresShown(
        dialed=figures.dialed,
        answered=figures.live,
        abandoned=figures.abandoned,
        unanswered=figures.unanswered,
        machines=figures.machines,
        skipped=figures.skipped,
        utilisation_percent=None if used is None else _percent(used),
    )


def _percent(share: float) -> float:
    return round(100 * share, 2)


def _is_idle(agent: Agent) -> bool:
    return agent.state is AgentState.AVAILABLE and not agent.barred


def _waits(call: Call) -> bool:
    lead = call.lead
    return lead is not None and call.state in WAITS and lead.talked_with is None
