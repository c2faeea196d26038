"""Campaigns that run, and their calls that nobody has answered yet."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from ccengine.core.dialer.answer_scores import AnswerScores
from ccengine.core.dialer.campaigns import CampaignPlan
from ccengine.core.dialer.figures import Figures, WindowCount
from ccengine.core.dialer.hopper import Hopper
from ccengine.core.dialer.leads import (
    AttemptId,
    AttemptOutcome,
    Lead,
    LeadKey,
    MachineVerdict,
    Promise,
)
from ccengine.core.dialer.pacing.situation import PacingPolicy
from ccengine.core.ids import AgentId, CallId, CampaignId, Instant
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from collections.abc import Collection


ROUNDING: Final = 1e-9
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
    score: float | None = None  #: its lead's, as it was placed
    signs: tuple[str, ...] = ()  #: likewise: by which the campaign learns who answers
    is_withdrawn: bool = False  #: its session was told to hang up
    abandoned: bool = False  #: they answered, and no agent came in time
    late: bool = False  #: likewise, but one came all the same
    talked_with: AgentId | None = None  #: the last of them
    verdict: MachineVerdict | None = None  #: on who answered; an agent's comes before a detector's
    agent_says: bool = False  #: the verdict is the agent's
    disowned: bool = False  #: its law was told that a machine had answered
    form: str = ""  #: the version that was filled in; empty: none
    values: Mapping[str, str] = field(default_factory=dict)  #: of the form; never logged
    promise: Promise | None = None  #: of another call
    ended_at: Instant | None = None  #: the call, not its wrap-up; None: it goes on
    outcome: AttemptOutcome | None = None  #: None: the attempt is not closed yet
    disposition: str = ""  #: with which it was closed
    cut_off: bool = False  #: a detector has ended the talk, or the waiting for one
    flow: str = ""  #: of an unattended call: what who answers hears; empty: an agent comes
    shown: str = ""  #: likewise: the number of ours that they see
    heard: bool = False  #: likewise: its flow had begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A lead that an agent is shown, who may have it dialed or skip it."""

    campaign: CampaignId
    lead: Lead
    until: Instant


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
    rests: bool = False  #: it pauses because its schedule says so, and goes on by that
    refill_at: Instant = 0.0  #: leads are not asked for before
    asked: int = 0  #: leads that were asked for last
    promised_at: Instant = 0.0  #: whom a call is promised is not asked for before
    by: str = ""  #: who started or paused it last
    reason: str = ""
    since: Instant = 0.0  #: likewise, when
    figures: Figures = field(default_factory=Figures)
    windows: list[WindowCount] = field(default_factory=list)  #: of each limit of the plan
    errors_owed: float = 0.0  #: of people taken for machines before an agent came, not counted yet
    scores: AnswerScores = field(default_factory=AnswerScores)

    def note_dialed(self) -> None:
        """Count a call that is on its way."""
        self.figures.dialed += 1

    def note_skipped(self) -> None:
        """Count a lead that an agent was shown, and that was put off."""
        self.figures.skipped += 1

    def note_unanswered(self, now: Instant, call: LeadCall) -> None:
        """Learn that nobody has answered."""
        self.figures.unanswered += 1
        self.law.call_unanswered(now - self.zero, now - call.placed_at, call.score)
        self.scores.learn(call.signs, answered=False)

    def note_detected(self, now: Instant, call: LeadCall) -> None:
        """Learn that a machine was detected before an agent came; of some, that it was a person.

        Which of them were people nobody sees: an audit knows the share.
        """
        self.errors_owed += self.plan.detector_error_share
        if self.errors_owed < 1.0 - ROUNDING:
            self.note_unanswered(now, call)
            return
        self.errors_owed = max(0.0, self.errors_owed - 1.0)
        self.note_answered(now, call)
        self.note_abandoned(now, call)

    def note_answered(self, now: Instant, call: LeadCall) -> None:
        """Count a live answer, and learn from it."""
        self.figures.live += 1
        for window in self.windows:
            window.live += 1
        self.law.call_answered(now - self.zero, now - call.placed_at, call.score)
        self.scores.learn(call.signs, answered=True)

    def note_abandoned(self, now: Instant, call: LeadCall) -> None:
        """Count who has answered and got no agent: also whom a detector took for a machine.

        Whoever answered before the campaign was finished and begun anew was counted in that life.
        """
        self.figures.abandoned += 1
        self.figures.live = max(self.figures.live + call.disowned, self.figures.abandoned)
        self.figures.machines = max(0, self.figures.machines - call.disowned)
        for window in self.windows:
            window.abandoned += 1
            window.live += call.disowned
        self.law.call_abandoned(now - self.zero)

    def note_machine(self, now: Instant) -> None:
        """Take back a live answer that was none."""
        self.figures.machines += 1
        self.figures.live = max(self.figures.live - 1, self.figures.abandoned)
        for window in self.windows:
            window.live = max(0, window.live - 1)
        self.law.machine_heard(now - self.zero)

    def work_ends_s(self, now: Instant) -> float | None:
        """Return when the day's work ends, on the law's clock; None: nobody knows."""
        ends_at = self.plan.work_ends_at(now)
        return None if ends_at is None else ends_at - self.zero

    def open_window(self, which: int, count: WindowCount) -> None:
        """Begin the window of a limit, or take its counts from what is stored."""
        if which < len(self.windows):
            self.windows[which] = count
        ends_s = None if count.ends_at is None else count.ends_at - self.zero
        self.law.open_window(which, count.live, count.abandoned, ends_s)


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
    rests: bool = False
    promised_at: Instant = 0.0
    by: str = ""
    reason: str = ""
    since: Instant = 0.0
    figures: Figures = field(default_factory=Figures)
    windows: tuple[WindowCount, ...] = ()
    errors_owed: float = 0.0
    scores: Mapping[str, tuple[float, ...]] = field(default_factory=dict)  #: what was learned


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsSnapshot:
    """All of them."""

    runs: tuple[RunSnapshot, ...] = ()
    air: Mapping[CallId, LeadCall] = field(default_factory=dict)
    closing: Mapping[CallId, LeadCall] = field(default_factory=dict)
    closed: Mapping[AgentId, Mapping[CallId, LeadCall]] = field(default_factory=dict)
    previews: Mapping[AgentId, Preview] = field(default_factory=dict)
    turn: CampaignId | None = None
    asked: Mapping[CampaignId, Instant] = field(default_factory=dict)
    over: tuple[CampaignId, ...] = ()


NO_RUNS: Final = RunsSnapshot()


class Runs:
    """All campaigns that run."""

    def __init__(self) -> None:
        self.known: dict[CampaignId, Run] = {}
        self.air: dict[CallId, LeadCall] = {}  #: asked for, dialed or ringing
        self.closing: dict[CallId, LeadCall] = {}  #: over, and an agent may still say how it went
        self.closed: dict[AgentId, dict[CallId, LeadCall]] = {}  #: each agent's latest calls
        self.previews: dict[AgentId, Preview] = {}  #: what agents are shown now
        self.turn: CampaignId | None = None  #: which got a free agent last
        self.asked: dict[CampaignId, Instant] = {}  #: to follow the schedule, and when
        self.over: set[CampaignId] = set()  #: finished by somebody: no schedule starts them
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
        """Return the leads that are shown, in the air, on a call that is alive, or to be closed."""
        calls = (*self.air.values(), *self.closing.values(), *alive)
        return {one.lead for one in calls} | {one.lead.key for one in self.previews.values()}

    def snapshot(self) -> RunsSnapshot:
        """Return all of it as plain data."""
        return RunsSnapshot(
            runs=tuple(_snapshot_of(run) for run in self.known.values()),
            air=dict(self.air),
            closing=dict(self.closing),
            closed={agent: dict(calls) for agent, calls in self.closed.items()},
            previews=dict(self.previews),
            turn=self.turn,
            asked=dict(self.asked),
            over=tuple(sorted(self.over)),
        )


def _snapshot_of(run: Run) -> RunSnapshot:
    return RunSnapshot(
        campaign=run.campaign,
        agents=run.agents,
        zero=run.zero,
        is_running=run.is_running,
        refill_at=run.refill_at,
        asked=run.asked,
        promised_at=run.promised_at,
        leads=run.hopper.leads,
        credit=run.hopper.credit,
        memory=run.law.memory(),
        rests=run.rests,
        by=run.by,
        reason=run.reason,
        since=run.since,
        figures=copy(run.figures),
        windows=tuple(copy(one) for one in run.windows),
        errors_owed=run.errors_owed,
        scores=run.scores.memory(),
    )
