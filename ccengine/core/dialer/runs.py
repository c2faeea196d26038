"""Campaigns that run, and their calls that nobody has answered yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from ccengine.core.commands import CloseLead
from ccengine.core.dialer.campaigns import CampaignPlan
from ccengine.core.dialer.hopper import Hopper
from ccengine.core.dialer.leads import AttemptId, Lead, LeadKey, MachineVerdict, Promise
from ccengine.core.dialer.pacing.situation import PacingPolicy
from ccengine.core.ids import AgentId, CallId, CampaignId, Instant
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from collections.abc import Collection


NOT_STORED: Final = AttemptId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadCall:
    """What a call carries that a campaign has asked for."""

    campaign: CampaignId
    lead: LeadKey
    number: str  #: E.164, with +
    placed_at: Instant  #: asked for, and then dialed
    attempt: AttemptId = NOT_STORED  #: empty: none is stored yet
    agent: AgentId | None = None  #: who promised the call
    score: float | None = None
    is_withdrawn: bool = False  #: its session was told to hang up
    abandoned: bool = False  #: they answered, and no agent came in time
    talked_with: AgentId | None = None  #: the last of them
    verdict: MachineVerdict | None = None  #: on who answered; an agent's comes before a detector's
    agent_says: bool = False  #: the verdict is the agent's
    disowned: bool = False  #: its law was told that a machine had answered
    form: str = ""  #: the version that was filled in; empty: none
    values: Mapping[str, str] = field(default_factory=dict)  #: of the form; never logged
    promise: Promise | None = None  #: of another call


@dataclass(slots=True, kw_only=True)
class Run:
    """A campaign that was started and is not finished."""

    campaign: CampaignId
    plan: CampaignPlan  #: that the law was made for
    law: PacingPolicy
    hopper: Hopper
    agents: int  #: of those who serve it, when its law was made
    zero: Instant  #: the law's clock counts from here: the start of a half hour
    is_running: bool = True  #: False: it pauses
    refill_at: Instant = 0.0  #: leads are not asked for before
    asked: int = 0  #: leads that were asked for last


class Spell(NamedTuple):
    """A talk or a wrap-up that is over."""

    agent: AgentId
    was: AgentState
    seconds: float
    paused: bool  #: the agent went away after it


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSnapshot:
    """A campaign that runs, as plain data."""

    campaign: CampaignId
    agents: int
    zero: Instant
    is_running: bool
    refill_at: Instant
    asked: int
    leads: tuple[Lead, ...]
    credit: Mapping[str, float]  #: the hopper's
    memory: Mapping[str, tuple[float, ...]]  #: the law's


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsSnapshot:
    """All of them."""

    runs: tuple[RunSnapshot, ...] = ()
    air: Mapping[CallId, LeadCall] = field(default_factory=dict)
    closing: Mapping[CallId, LeadCall] = field(default_factory=dict)
    closed: Mapping[AgentId, tuple[CloseLead, ...]] = field(default_factory=dict)
    turn: CampaignId | None = None


NO_RUNS: Final = RunsSnapshot()


class Runs:
    """All campaigns that run."""

    def __init__(self) -> None:
        self.known: dict[CampaignId, Run] = {}
        self.air: dict[CallId, LeadCall] = {}  #: asked for, dialed or ringing
        self.closing: dict[CallId, LeadCall] = {}  #: over, and an agent may still say how it went
        self.closed: dict[AgentId, tuple[CloseLead, ...]] = {}  #: each agent's latest
        self.turn: CampaignId | None = None  #: which got a free agent last
        self.stirred = False  #: something has changed that pacing goes by
        self.spells: list[Spell] = []  #: that ended, and no law was told of yet

    def note_agent(self, agent: AgentId, was: AgentState, now: AgentState, seconds: float) -> None:
        """Take note that an agent's state has changed, which lasted so long."""
        if self.known and was in (AgentState.ON_CALL, AgentState.WRAP_UP):
            paused = now in (AgentState.NOT_READY, AgentState.OFFLINE)
            self.spells.append(Spell(agent, was, seconds, paused))

    def calls_of(self, campaign: CampaignId) -> dict[CallId, LeadCall]:
        """Return the campaign's calls in the air, in the order in which they were asked for."""
        return {call: one for call, one in self.air.items() if one.campaign == campaign}

    def leads_out(self, alive: Collection[LeadCall]) -> set[LeadKey]:
        """Return the leads that are in the air, on a call that is alive, or to be closed."""
        return {one.lead for one in (*self.air.values(), *self.closing.values(), *alive)}

    def snapshot(self) -> RunsSnapshot:
        """Return all of it as plain data."""
        return RunsSnapshot(
            runs=tuple(_snapshot_of(run) for run in self.known.values()),
            air=dict(self.air),
            closing=dict(self.closing),
            closed=dict(self.closed),
            turn=self.turn,
        )


def _snapshot_of(run: Run) -> RunSnapshot:
    return RunSnapshot(
        campaign=run.campaign,
        agents=run.agents,
        zero=run.zero,
        is_running=run.is_running,
        refill_at=run.refill_at,
        asked=run.asked,
        leads=run.hopper.leads,
        credit=run.hopper.credit,
        memory=run.law.memory(),
    )
