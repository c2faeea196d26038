"""Why a call is, or would be, offered to this agent, and why to none of the others.

Asked of the core at the very instant of an offer, or at any other. Nothing of it is kept: whoever
wants to know later takes the core back to that instant by the journal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ccengine.core.acd.requirement import Requirement
from ccengine.core.ids import AgentId, CallId, Instant, OfferId, QueueId, SkillId
from ccengine.core.offers import dice_of
from ccengine.core.plan import order_in
from ccengine.core.queues import Strategy
from ccengine.core.states import AgentState, CallState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccengine.core.acd.requirement import Lack
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.plan import AgentSettings


class Passed(StrEnum):
    """The first thing that kept an agent from a call; nearest to having had it first."""

    RANKED_LOWER = "ranked_lower"
    FREE = "free"  #: nothing: offers are not made while the switch is out of reach
    HOUSE_RULE = "house_rule"
    PAUSED = "paused"  #: for this queue
    RESTING = "resting"
    PHONE_LOST = "phone_lost"
    OWN_CALL = "own_call"
    COACHES = "coaches"
    OFFERED = "offered"
    ON_CALL = "on_call"
    WRAP_UP = "wrap_up"
    NOT_READY = "not_ready"
    OFFLINE = "offline"
    NOT_OWN = "not_own"  #: the caller's own agents come first
    SKILL = "skill"
    GROUP = "group"
    MEMBER = "member"
    LICENCE = "licence"
    APPROVAL = "approval"
    NOT_IN_PLAN = "not_in_plan"


_ORDER = {reason: place for place, reason in enumerate(Passed)}
_LACKS: Mapping[str, Passed] = {
    "approval": Passed.APPROVAL,
    "licence": Passed.LICENCE,
    "member": Passed.MEMBER,
    "group": Passed.GROUP,
    "skill": Passed.SKILL,
    "caller's own agents": Passed.NOT_OWN,
}
_DOING: Mapping[AgentState, Passed] = {
    AgentState.OFFLINE: Passed.OFFLINE,
    AgentState.NOT_READY: Passed.NOT_READY,
    AgentState.OFFERED: Passed.OFFERED,
    AgentState.ON_CALL: Passed.ON_CALL,
    AgentState.WRAP_UP: Passed.WRAP_UP,
}
_IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED})
MISSING, EXPIRED = "missing", "not valid at the time"


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """An agent who was not chosen, and why. Only what the reason needs is set."""

    agent: AgentId
    reason: Passed
    name: str = ""  #: of the rule, skill, licence, group or client; why not ready; the phone
    detail: str = ""  #: more of the same
    has: int = 0  #: proficiency
    least: int = 0  #: proficiency asked for
    call: CallId | None = None  #: what they are busy with
    until: Instant | None = None  #: rest's or wrap-up's end
    value: float | None = None  #: what the strategy compares
    penalty: int = 0
    score: int | None = None  #: as the caller's own agent


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who was chosen for a call at an instant, if anybody, and who was not."""

    call: CallId
    queue: QueueId
    at: Instant
    strategy: Strategy
    held: bool  #: the switch was out of reach: nobody is offered anything
    relaxed: int  #: relax steps that had passed
    needs: Requirement
    offer: OfferId | None = None
    agent: AgentId | None = None
    value: float | None = None  #: what the strategy compares
    penalty: int = 0
    score: int | None = None  #: as the caller's own agent
    passed: tuple[PassedOver, ...] = ()  #: ranked lower first, in the strategy's order


def explain(floor: Floor, call: Call, chosen: AgentId | None, now: Instant) -> Choice | None:
    """Return why this agent and none of the others; None if the call does not look for one."""
    if call.queue is None or call.state not in _IN_LINE:
        return None
    if call.state is CallState.OFFERED and not floor.rings_all(call):
        return None
    judge = _Judge(floor, call, call.queue, now)
    penalty = judge.penalties.get(chosen, 0) if chosen is not None else 0
    return Choice(
        call=call.id,
        queue=call.queue,
        at=now,
        strategy=judge.strategy,
        held=floor.held,
        relaxed=call.relaxed,
        needs=judge.needs,
        offer=None if chosen is None else OfferId(f"{call.id}.{call.offers_made + 1}"),
        agent=chosen,
        value=None if chosen is None else judge.value(floor.roster.get(chosen)),
        penalty=penalty,
        score=None if chosen is None else judge.scores.get(chosen),
        passed=judge.others(chosen),
    )


def _places(order: Sequence[AgentId], last: AgentId | None) -> dict[AgentId, int]:
    """Return at which place each is asked, who comes after the last one first."""
    after = order.index(last) + 1 if last is not None and last in order else 0
    return {agent: place for place, agent in enumerate((*order[after:], *order[:after]))}


class _Judge:
    """Judges all agents for one call at one instant."""

    def __init__(self, floor: Floor, call: Call, queue: QueueId, now: Instant) -> None:
        self._floor = floor
        self._now = now
        self._queue = queue
        self.needs = floor.requirement_of(call)
        rules = floor.queue_settings(queue)
        by_order = self.needs.only and not self.needs.scores
        self.strategy = Strategy.LINEAR if by_order else rules.strategy
        self.scores = dict(zip(self.needs.only, self.needs.scores, strict=False))
        self.penalties = floor.penalties(queue)
        last, dice = floor.rung_before(call), dice_of(call)
        order = list(floor.matching.agents_for(call.id, last, dice))
        self._turns = {agent: place for place, agent in enumerate(order)}
        self._places = _places(self.needs.only or order_in(floor.plan, queue), last)

    def others(self, chosen: AgentId | None) -> tuple[PassedOver, ...]:
        """Return all agents but the chosen one, nearest to having had the call first."""
        judged = [self._judged(one) for one in self._floor.roster.all() if one.id != chosen]
        last = len(self._turns)
        ranked = sorted(
            judged, key=lambda one: (_ORDER[one.reason], self._turns.get(one.agent, last))
        )
        return tuple(ranked)

    def value(self, agent: Agent) -> float | None:
        """Return what the strategy compares: lower or higher is better, as it says."""
        match self.strategy:
            case Strategy.BEST_MATCH | Strategy.LEAST_SKILLED:
                return self._points(agent)
            case Strategy.LEAST_RECENT | Strategy.FEWEST_CALLS:
                return self._calls(agent)
            case Strategy.LINEAR:
                return self._places.get(agent.id, len(self._places)) + 1
            case Strategy.ROUND_ROBIN | Strategy.RANDOM | Strategy.WEIGHTED_RANDOM:
                turn = self._turns.get(agent.id)
                return None if turn is None else turn + 1
            case Strategy.LONGEST_IDLE | Strategy.RING_ALL:
                return round(self._now - agent.idle_rank[0], 3)

    def _judged(self, agent: Agent) -> PassedOver:
        settings = self._floor.plan.agents.get(agent.id)
        if settings is None:
            return PassedOver(agent=agent.id, reason=Passed.NOT_IN_PLAN)
        lack = self.needs.lack_of(agent.id, self._floor.plan, self._now)
        if lack is not None:
            return self._lacking(agent, settings, lack)
        if agent.state is not AgentState.AVAILABLE:
            return PassedOver(
                agent=agent.id,
                reason=_DOING[agent.state],
                name=agent.reason,
                call=agent.call,
                until=agent.until,
            )
        if self._queue in agent.paused:
            return PassedOver(agent=agent.id, reason=Passed.PAUSED, name=self._queue)
        return self._barred(agent) or self._free(agent)

    def _barred(self, agent: Agent) -> PassedOver | None:
        if agent.phone_lost:
            return PassedOver(agent=agent.id, reason=Passed.PHONE_LOST, name=agent.phone or "")
        if agent.own_calls:
            return PassedOver(agent=agent.id, reason=Passed.OWN_CALL, name=agent.own_calls[0])
        if agent.coaching is not None:
            return PassedOver(agent=agent.id, reason=Passed.COACHES, name=agent.coaching)
        if agent.rests_until is not None:
            return PassedOver(agent=agent.id, reason=Passed.RESTING, until=agent.rests_until)
        return None

    def _free(self, agent: Agent) -> PassedOver:
        rule = self._floor.rule_against(agent.id, self.needs, self._now)
        penalty = self.penalties.get(agent.id, 0)
        reason = Passed.FREE if self._floor.held else Passed.RANKED_LOWER
        return PassedOver(
            agent=agent.id,
            reason=Passed.HOUSE_RULE if rule else reason,
            name=rule,
            value=self.value(agent),
            penalty=penalty,
            score=self.scores.get(agent.id),
        )

    def _lacking(self, agent: Agent, settings: AgentSettings, lack: Lack) -> PassedOver:
        reason = _LACKS[lack.what]
        detail = ""
        if reason is Passed.LICENCE:
            detail = EXPIRED if lack.name in settings.licences else MISSING
        elif (reason is Passed.APPROVAL and lack.name in settings.clients) or (
            reason is Passed.SKILL and lack.has < settings.skills.get(SkillId(lack.name), 0)
        ):
            detail = EXPIRED
        return PassedOver(
            agent=agent.id,
            reason=reason,
            name=lack.name,
            detail=detail,
            has=lack.has,
            least=lack.least,
        )

    def _points(self, agent: Agent) -> int | None:
        settings = self._floor.plan.agents.get(agent.id)
        if settings is None:
            return None
        if self.strategy is Strategy.LEAST_SKILLED:
            return sum(settings.skills.values())
        wanted = {skill for skill, _ in (*self.needs.skills, *self.needs.preferred)}
        return sum(settings.skills.get(skill, 0) for skill in wanted)

    def _calls(self, agent: Agent) -> float | None:
        served = agent.served.get(self._queue)
        if self.strategy is Strategy.FEWEST_CALLS:
            return 0 if served is None else served.calls
        return None if served is None else round(self._now - served.last_ended_at, 3)
