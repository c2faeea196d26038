"""How many calls each campaign places now: asked after every event, and each second.

Inbound comes first. Callers were offered to whoever is free before this; an agent for whom somebody
waits all the same does not count. An agent who serves several campaigns counts for one: for whose
call is in the air already, else by turns.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ccengine.core import lead_calls, previews, promised_calls, unattended
from ccengine.core.agents import Agent
from ccengine.core.commands import WithdrawCalls
from ccengine.core.dialer.pacing.situation import Ringing, Situation
from ccengine.core.dialer.purposes import Mode
from ccengine.core.dialer.runs import LeadCall, Run
from ccengine.core.ids import AgentId, CallId
from ccengine.core.placing import keeper_of, members_of, place, refill
from ccengine.core.states import AT_WORK, AgentState, CallState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ccengine.core.calls import Call
    from ccengine.core.dialer.leads import Lead
    from ccengine.core.dialer.pacing.situation import Decision
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CampaignId, Instant

NOBODY_LEFT: Final = "no agent is left"
SCORED_UP_TO: Final = 24
"""Agents at work: larger teams gain next to nothing by choosing whom to call, and decide slower."""

BUSY: Final = AT_WORK - {AgentState.AVAILABLE}


@dataclass(slots=True)
class Team:
    """The agents who count for one campaign now."""

    run: Run
    members: frozenset[AgentId]  #: all who qualify
    waiting: int = 0  #: leads who have answered and nobody is rung for
    idle: list[Agent] = field(default_factory=list)
    busy: list[Agent] = field(default_factory=list)


def settle(floor: Floor, now: Instant) -> None:
    """Tell laws what has ended, hang up what nobody could take, and place what they allow."""
    lead_calls.close_ended(floor, now)
    runs = floor.runs
    spells, runs.spells = runs.spells, []
    stirred, runs.stirred = runs.stirred, False
    for spell in spells:
        for run in runs.known.values():
            if spell.agent in _members(floor, run):
                _teach(run, spell.was, spell.seconds, paused=spell.paused)
    if floor.held or not stirred:
        return
    _withdraw(floor)
    previews.review(floor, now)
    teams = _teams(floor, now)
    for team in teams:
        _refill(floor, team.run, now)
        if team.run.plan.mode is Mode.PREVIEW:
            previews.show(floor, team.run, [agent.id for agent in team.idle], now)
        else:
            _place(floor, team, now)
    unattended.pace(floor, now)


def _teach(run: Run, was: AgentState, seconds: float, *, paused: bool) -> None:
    if was is AgentState.ON_CALL:
        run.law.talk_ended(seconds)
    else:
        run.law.wrap_up_ended(seconds, paused=paused)


def _members(floor: Floor, run: Run) -> tuple[AgentId, ...]:
    return members_of(floor, run.plan)


# --- nobody is left ---------------------------------------------------------------------------


def _withdraw(floor: Floor) -> None:
    """Have calls hung up that ring for a campaign whose last agent has left."""
    left: dict[CampaignId, list[CallId]] = {}
    for call, lead in floor.runs.air.items():
        if not lead.is_withdrawn:
            left.setdefault(lead.campaign, []).append(call)
    for campaign, calls in left.items():
        if has_agents(floor, campaign):
            continue
        for call in calls:
            floor.runs.air[call] = replace(floor.runs.air[call], is_withdrawn=True)
        floor.ask(WithdrawCalls(campaign=campaign, calls=tuple(calls), reason=NOBODY_LEFT))


def has_agents(floor: Floor, campaign: CampaignId) -> bool:
    """Tell whether anybody is at work who could talk with the campaign's leads, if they need it."""
    plan = floor.plan.campaigns.get(campaign)
    if plan is None or plan.is_unattended:
        return plan is not None
    members = members_of(floor, plan)
    return any(_is_at_work(floor.roster.get(one), floor, campaign) for one in members)


def _is_at_work(agent: Agent, floor: Floor, campaign: CampaignId) -> bool:
    queue = floor.plan.campaigns[campaign].queue
    away = queue in agent.paused or agent.phone_lost or bool(agent.own_calls)
    return agent.state in AT_WORK and not away and agent.coaching is None


# --- who counts for whom ----------------------------------------------------------------------


def _teams(floor: Floor, now: Instant) -> list[Team]:
    """Share agents out among the campaigns that place calls now."""
    waiting = _waiting(floor)
    teams = [
        Team(run, frozenset(_members(floor, run)), waiting[name])
        for name, run in sorted(floor.runs.known.items())
        if run.is_running
        and not run.plan.is_unattended
        and run.plan.is_open(now)
        and has_agents(floor, name)
    ]
    if not teams:
        return []
    wanted = _wanted_by_others(floor)
    _share_busy(floor, teams, wanted)
    _share_idle(floor, teams, _left(floor, teams, wanted, now), now)
    return teams


def _waiting(floor: Floor) -> Counter[CampaignId]:
    queues = {run.plan.queue for run in floor.runs.known.values()}
    calls = (floor.calls[call] for queue in sorted(queues) for call in floor.shares.line(queue))
    return Counter(
        call.lead.campaign
        for call in calls
        if call.lead is not None
        and call.patience_until is not None
        and call.state is CallState.WAITING
    )


def _wanted_by_others(floor: Floor) -> set[AgentId]:
    """Return the agents for whom somebody waits whom no campaign has dialed."""
    found: set[AgentId] = set()
    for requirement in floor.matching.lines():
        pool = floor.matching.pool(requirement)
        calls = (*pool.line, *pool.shared)
        if any(_is_nobodys(floor.calls[call]) for call in calls):
            found.update(pool.members)
    return found


def _is_nobodys(call: Call) -> bool:
    """Tell whether no campaign's pace counts on an agent for a call: a flow may have led here."""
    return call.lead is None or bool(call.lead.flow)


def _share_busy(floor: Floor, teams: list[Team], wanted: set[AgentId]) -> None:
    """Share out by their order, which seldom changes: who is busy counts on the same side."""
    for number, agent in enumerate(floor.roster.all()):
        if agent.state in BUSY and agent.id not in wanted:
            served = [team for team in teams if _serves(floor, team, agent)]
            if served:
                served[number % len(served)].busy.append(agent)


def _left(floor: Floor, teams: list[Team], wanted: set[AgentId], now: Instant) -> list[Agent]:
    """Return who is idle, whose turn it is first, without those kept for calls of no team."""
    taken = wanted | floor.runs.previews.keys()
    idle = [one for one in floor.roster.all() if one.may_be_offered and one.id not in taken]
    left = sorted(idle, key=lambda one: one.idle_rank)
    paced = {team.run.campaign for team in teams}
    for call, lead in floor.runs.air.items():  # of one that pauses, or is over
        plan = floor.plan.campaigns.get(lead.campaign)
        if lead.campaign not in paced and plan is not None and keeper_of(floor, call) is None:
            members = members_of(floor, plan)
            kept = next((one for one in left if one.id in members), None)
            left = [one for one in left if one is not kept]
    return [one for one in left if any(_may(floor, team, one, now) for team in teams)]


def _share_idle(floor: Floor, teams: list[Team], left: list[Agent], now: Instant) -> None:
    """Have each call in the air, or that waits, keep one; the others go round by turns."""
    for team in teams:
        owed = team.waiting + len(_for_anybody(floor, team.run))
        for agent in [one for one in left if _may(floor, team, one, now)][:owed]:
            left.remove(agent)
            team.idle.append(agent)
    order, turn = [*teams], floor.runs.turn
    if turn is not None:
        order = [team for team in teams if team.run.campaign > turn]
        order += [team for team in teams if team.run.campaign <= turn]
    for agent in left:
        found = next((team for team in order if _may(floor, team, agent, now)), None)
        if found is not None:
            found.idle.append(agent)
            order.remove(found)
            order.append(found)


def _for_anybody(floor: Floor, run: Run) -> list[LeadCall]:
    """Return the campaign's calls in the air for which no agent is kept already."""
    air = floor.runs.calls_of(run.campaign)
    return [one for call, one in air.items() if keeper_of(floor, call) is None]


def _serves(floor: Floor, team: Team, agent: Agent) -> bool:
    return agent.id in team.members and _is_at_work(agent, floor, team.run.campaign)


def _may(floor: Floor, team: Team, agent: Agent, now: Instant) -> bool:
    if not _has_leads(floor, team, agent, now) or not _serves(floor, team, agent):
        return False
    return not floor.rule_against(agent.id, floor.requirements.usual(team.run.plan.queue), now)


def _has_leads(floor: Floor, team: Team, agent: Agent, now: Instant) -> bool:
    """Tell whether an agent is of use to the campaign: others may have them meanwhile."""
    run = team.run
    is_wanted = run.hopper.is_for(agent.id, now) or team.waiting
    return bool(is_wanted or floor.runs.calls_of(run.campaign))


# --- calls ------------------------------------------------------------------------------------


def _refill(floor: Floor, run: Run, now: Instant) -> None:
    if not refill(floor, run, now, promised_calls.who_may_keep(floor, run)):
        promised_calls.ask(floor, run, now)


def _place(floor: Floor, team: Team, now: Instant) -> None:
    run = team.run
    team.idle = promised_calls.place_due(floor, run, team.idle, now)
    run.scores.renew(now)
    while _place_some(floor, team, now):
        pass


def _place_some(floor: Floor, team: Team, now: Instant) -> bool:
    """Place calls to those who come next; tell whether others may be due after them.

    That is so when the law has chosen among them, and has taken all: then those come next whom
    they were before in order.
    """
    run = team.run
    free = [agent.id for agent in team.idle]
    is_small = len(team.idle) + len(team.busy) <= SCORED_UP_TO
    few = run.hopper.next_few(now, free) if is_small else ()
    situation = _situation(floor, team, run.scores.of_all(few), now)
    decision = run.law.decide(situation)
    for rank in _ranks(run, decision, situation):
        lead = run.hopper.take(now, agents=free, rank=rank, promised=False)
        if lead is None:
            return False
        place(floor, run, lead, now, score=run.scores.of(lead) if is_small else None)
    return 0 < len(few) == len(decision.picks)


def _situation(floor: Floor, team: Team, scores: list[float], now: Instant) -> Situation:
    run = team.run
    air = floor.runs.calls_of(run.campaign)
    wrapping = [one for one in team.busy if one.state is AgentState.WRAP_UP]
    talking = [one for one in team.busy if one.state is not AgentState.WRAP_UP]
    return Situation(
        now_s=now - run.zero,
        idle=len(team.idle),
        waiting=team.waiting,
        staffed=len(team.idle) + len(team.busy),
        trunks_free=max(0, run.plan.calls_at_most - len(air)),
        ringing=[Ringing(one.placed_at - run.zero, one.score) for one in _for_anybody(floor, run)],
        talking=[one.state_since - run.zero for one in talking],
        wrapping=[one.state_since - run.zero for one in wrapping],
        scores=scores,
        work_ends_s=run.work_ends_s(now),
    )


def _ranks(
    run: Run, decision: Decision, situation: Situation
) -> Iterator[Callable[[Lead], float] | None]:
    """Yield by what each lead is to be taken: nearest to the score that the law has picked."""
    for number in range(min(decision.calls, situation.trunks_free)):
        if number >= len(decision.picks):
            yield None
        else:
            yield _nearest(run, situation.scores[decision.picks[number]])


def _nearest(run: Run, score: float) -> Callable[[Lead], float]:
    return lambda lead: -abs((run.scores.of(lead) or 0.0) - score)
