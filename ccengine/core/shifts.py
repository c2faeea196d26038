"""Agents' shifts: logging in and out, ready and not ready, wrap-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import debriefs, offers
from ccengine.core.agents import PHONE_LOST, WRAP_UP_PREFIX
from ccengine.core.commands import RemindAgent
from ccengine.core.debriefs import OUTCOME_MISSING
from ccengine.core.desk import forgive
from ccengine.core.errors import (
    LoginLocked,
    OutcomeMissing,
    PhoneTaken,
    ReasonRequired,
    UnknownAgent,
    WrapUpAtLimit,
)
from ccengine.core.outcome_rules import AtDeadline
from ccengine.core.queues import QueueSettings
from ccengine.core.reasons import AfterLimit
from ccengine.core.states import AgentState, AgentStep, next_agent_state

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.events import (
        AgentLoggedIn,
        AgentLoggedOut,
        AgentWentNotReady,
        AgentWentReady,
        OwnCallEnded,
        OwnCallStarted,
        PhoneFound,
        PhoneLost,
        WrapUpExtended,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant, PhoneId

LOGGED_IN = "logged in"
MOVABLE = frozenset(
    {AgentState.OFFLINE, AgentState.AVAILABLE, AgentState.NOT_READY, AgentState.WRAP_UP}
)

STAY_AWHILE = frozenset({AgentState.OFFLINE, AgentState.ON_CALL})
"""Whom a new plan no longer has, and there is nothing to log out, or not yet."""


def log_in(floor: Floor, event: AgentLoggedIn, now: Instant) -> None:
    """Bind the agent to the phone; from another phone this is a move.

    Raises:
        LoginLocked: too many wrong PINs were given lately.
        PhoneTaken: an agent with a call is bound to the phone, or the agent has a call elsewhere.
        UnknownAgent: the plan has no such agent.
    """
    agent = floor.roster.get(event.agent)
    if agent.id not in floor.plan.agents:
        message = f"agent '{agent.id}' is no longer in the plan"
        raise UnknownAgent(message)
    if agent.locked_until is not None:
        message = f"agent '{agent.id}' is locked: too many wrong PINs"
        raise LoginLocked(message)
    other = floor.roster.on_phone(event.phone)
    for present in (agent, other):
        if present is not None and present.state not in MOVABLE:
            message = f"agent '{present.id}' is {present.state}"
            raise PhoneTaken(message)
    owes = debriefs.owed_by(agent) is not None
    may_be_ready = floor.plan.ready_at_login and not owes
    step = AgentStep.LOG_IN if may_be_ready else AgentStep.LOG_IN_NOT_READY
    state = next_agent_state(AgentState.OFFLINE, step)
    if other is not None and other is not agent:
        _leave(floor, other, now)
    forget_wrap_up(floor, agent, now)
    floor.move_agent(agent, AgentState.OFFLINE, now)
    if agent.phone is None:
        agent.since = now
    floor.seat(agent, event.phone)
    floor.move_agent(agent, state, now)
    if state is AgentState.NOT_READY:
        floor.give_reason(agent, OUTCOME_MISSING if owes else LOGGED_IN, now)
    forgive(floor, agent)
    floor.show_agent(agent)


def log_out(floor: Floor, event: AgentLoggedOut, now: Instant) -> None:
    """Let the agent go: now, or after the call they are on."""
    agent = floor.roster.get(event.agent)
    next_agent_state(agent.state, AgentStep.LOG_OUT)
    if agent.state is AgentState.OFFERED:
        offers.withdraw_from_agent(floor, agent, AgentStep.LOG_OUT, "agent logged out", now)
    elif agent.state is AgentState.ON_CALL:
        agent.finish, agent.finish_reason = AgentStep.FINISH_OFFLINE, ""
    else:
        _leave(floor, agent, now)


def go_ready(floor: Floor, event: AgentWentReady, now: Instant) -> None:
    """Let the agent have calls: now, or after the call they are on.

    Raises:
        OutcomeMissing: they must say first how their last call went.
    """
    agent = floor.roster.get(event.agent)
    state = next_agent_state(agent.state, AgentStep.READY)
    expect_nothing_owed(agent)
    if agent.state is AgentState.ON_CALL:
        agent.finish, agent.finish_reason = AgentStep.FINISH, ""
    elif agent.state is not AgentState.OFFERED:
        agent.retry_at, agent.rests_until = 0.0, None  # whoever says so sits at the phone
        forget_wrap_up(floor, agent, now)
        floor.move_agent(agent, state, now)
        floor.show_agent(agent)


def go_not_ready(floor: Floor, event: AgentWentNotReady, now: Instant) -> None:
    """Spare the agent calls: now, or after the call they are on.

    Raises:
        OutcomeMissing: in wrap-up, they must say first how the call went.
        ReasonRequired: the plan asks for one of its reasons, and this is none.
    """
    agent = floor.roster.get(event.agent)
    if floor.plan.reason_required and event.reason not in floor.plan.reasons:
        message = f"'{event.reason}' is no reason of the plan, which requires one"
        raise ReasonRequired(message)
    state = next_agent_state(agent.state, AgentStep.NOT_READY)
    if agent.state is AgentState.WRAP_UP:
        expect_nothing_owed(agent)
    if agent.state is AgentState.OFFERED:
        offers.withdraw_from_agent(floor, agent, AgentStep.NOT_READY, event.reason, now)
    elif agent.state is AgentState.ON_CALL:
        agent.finish, agent.finish_reason = AgentStep.FINISH_NOT_READY, event.reason
    elif agent.state is AgentState.NOT_READY and agent.reason == event.reason:
        floor.show_agent(agent)  # saying it again makes no limit longer
    else:
        forget_wrap_up(floor, agent, now)
        floor.move_agent(agent, state, now)
        floor.give_reason(agent, event.reason, now)
        floor.show_agent(agent)


def pass_limit(floor: Floor, agent_id: AgentId, now: Instant) -> None:
    """Do what follows when an agent was not ready for as long as the reason may last."""
    agent = floor.roster.get(agent_id)
    rule = floor.plan.reasons.get(agent.reason)
    then = AfterLimit.REMIND if rule is None else rule.then
    if then is AfterLimit.READY and debriefs.owed_by(agent) is not None:
        then = AfterLimit.REMIND
    floor.ask(RemindAgent(agent=agent.id, reason=agent.reason, then=then))
    match then:
        case AfterLimit.REMIND:
            agent.until, agent.overdue = None, True
            floor.show_agent(agent)
        case AfterLimit.READY:
            floor.move_agent(agent, next_agent_state(agent.state, AgentStep.READY), now)
            floor.show_agent(agent)
        case AfterLimit.LOG_OUT:
            _leave(floor, agent, now)


def start_wrap_up(floor: Floor, agent: Agent, seconds: float, now: Instant) -> None:
    """Give the agent time after a conversation; whom the plan no longer has leaves at once."""
    state = next_agent_state(agent.state, AgentStep.WRAP_UP)
    debriefs.note_conversation_over(floor, agent)
    agent.wrap_up_by = now + max(seconds, _queue_of(floor, agent).wrap_up_at_most_seconds)
    agent.offer = None
    floor.move_agent(agent, state, now)
    if agent.id not in floor.plan.agents:
        _leave(floor, agent, now)
    elif seconds > 0:
        _set_wrap_up(floor, agent, now + seconds)
    else:
        end_wrap_up(floor, agent.id, now)


def end_wrap_up(floor: Floor, agent_id: AgentId, now: Instant) -> None:
    """Meet the wrap-up's deadline; without a required outcome it may go on."""
    agent = floor.roster.get(agent_id)
    match debriefs.meet_deadline(floor, agent):
        case AtDeadline.EXTEND:
            agent.overdue, agent.until, agent.typing_until = True, None, None
            floor.show_agent(agent)
            return
        case AtDeadline.NOT_READY if agent.finish is AgentStep.FINISH:
            agent.finish, agent.finish_reason = AgentStep.FINISH_NOT_READY, OUTCOME_MISSING
        case _:
            pass
    finish_wrap_up(floor, agent_id, now)


def hold_wrap_up(floor: Floor, agent: Agent, until: Instant) -> None:
    """Have the wrap-up end no earlier, until it is resumed; it has a deadline."""
    if agent.typing_until is None:
        agent.typing_until = agent.until
    _set_wrap_up(floor, agent, max(until, agent.until or until))


def resume_wrap_up(floor: Floor, agent: Agent, now: Instant) -> None:
    """Have a wrap-up that was held end when it would have; at once if that has passed."""
    until, agent.typing_until = agent.typing_until or now, None
    if until > now:
        _set_wrap_up(floor, agent, until)
    else:
        floor.deadlines.discard(WRAP_UP_PREFIX + agent.id)
        end_wrap_up(floor, agent.id, now)


def extend_wrap_up(floor: Floor, event: WrapUpExtended) -> None:
    """Let the wrap-up last longer, within what the queue allows.

    Raises:
        WrapUpAtLimit: it lasts as long as it may already.
    """
    agent = floor.roster.get(event.agent)
    next_agent_state(agent.state, AgentStep.EXTEND)
    ends = agent.until if agent.typing_until is None else agent.typing_until
    if ends is None or agent.wrap_up_by is None or ends >= agent.wrap_up_by:
        message = f"the wrap-up of agent '{agent.id}' cannot be longer"
        raise WrapUpAtLimit(message)
    settings = _queue_of(floor, agent)
    until = min(ends + settings.wrap_up_extension_seconds, agent.wrap_up_by)
    if agent.typing_until is not None:
        agent.typing_until = until
    _set_wrap_up(floor, agent, max(until, agent.until or until))


def finish_wrap_up(floor: Floor, agent_id: AgentId, now: Instant) -> None:
    """End the wrap-up: what the agent asked for during the call comes true."""
    agent = floor.roster.get(agent_id)
    state = next_agent_state(agent.state, agent.finish)
    reason = agent.finish_reason
    if state is AgentState.OFFLINE:
        _leave(floor, agent, now)
        return
    forget_wrap_up(floor, agent, now)
    floor.move_agent(agent, state, now)
    if state is AgentState.NOT_READY:
        floor.give_reason(agent, reason, now)
    floor.show_agent(agent)


def lose_phone(floor: Floor, event: PhoneLost, now: Instant) -> None:
    """Take whoever sits at the phone out of rotation; what rings there is offered on."""
    floor.lost_phones.add(event.phone)
    agent = floor.roster.on_phone(event.phone)
    if agent is None or agent.phone_lost:
        return
    agent.phone_lost = True
    if agent.state is AgentState.OFFERED:
        offers.withdraw_from_agent(floor, agent, AgentStep.MISS_AND_STAY, PHONE_LOST, now)
    else:
        _show_barred(floor, agent)


def find_phone(floor: Floor, event: PhoneFound) -> None:
    """Put whoever sits at the phone back into rotation, at the turn they had."""
    floor.lost_phones.discard(event.phone)
    agent = floor.roster.on_phone(event.phone)
    if agent is not None and agent.phone_lost:
        agent.phone_lost = False
        _show_barred(floor, agent)


def start_own_call(floor: Floor, event: OwnCallStarted) -> None:
    """Offer nothing to an agent who is in a call of their own."""
    known = floor.own_calls.get(event.phone, ())
    if event.channel not in known:
        _note_own_calls(floor, event.phone, (*known, event.channel))


def end_own_call(floor: Floor, event: OwnCallEnded) -> None:
    """Let the agent be offered calls again when the last of their own is over."""
    known = floor.own_calls.get(event.phone, ())
    if event.channel in known:
        _note_own_calls(floor, event.phone, tuple(one for one in known if one != event.channel))


def end_rest(floor: Floor, agent_id: AgentId) -> None:
    """Let an agent who has rested be offered calls."""
    agent = floor.roster.get(agent_id)
    floor.wake(agent)
    floor.show_agent(agent)


def retire(floor: Floor, now: Instant) -> None:
    """Log out agents whom a new plan no longer has; after the call if they are on one."""
    for agent in floor.roster.all():
        if agent.id in floor.plan.agents or agent.state in STAY_AWHILE:
            continue
        if agent.state is AgentState.OFFERED:
            offers.withdraw_from_agent(floor, agent, AgentStep.LOG_OUT, "no longer in plan", now)
        else:
            _leave(floor, agent, now)


def rest_anew(floor: Floor, now: Instant) -> None:
    """Have available agents rest as a new plan says."""
    for agent in floor.roster.all():
        if agent.state is AgentState.AVAILABLE:
            floor.rest_anew(agent, now)


def _note_own_calls(floor: Floor, phone: PhoneId, channels: tuple[str, ...]) -> None:
    if channels:
        floor.own_calls[phone] = channels
    else:
        del floor.own_calls[phone]
    agent = floor.roster.on_phone(phone)
    if agent is not None:
        agent.own_calls = channels
        _show_barred(floor, agent)


def _show_barred(floor: Floor, agent: Agent) -> None:
    floor.place_agent(agent)
    if agent.state is AgentState.AVAILABLE:
        floor.show_agent(agent)


def _leave(floor: Floor, agent: Agent, now: Instant) -> None:
    state = next_agent_state(agent.state, AgentStep.LOG_OUT)
    forget_wrap_up(floor, agent, now)
    floor.move_agent(agent, state, now)
    floor.let_go(agent)
    floor.show_agent(agent)


def _queue_of(floor: Floor, agent: Agent) -> QueueSettings:
    """Return the rules of the queue whose call the agent has or had; the usual ones for others."""
    return QueueSettings() if agent.serves is None else floor.queue_settings(agent.serves)


def _set_wrap_up(floor: Floor, agent: Agent, until: Instant) -> None:
    agent.until = until
    floor.set_deadline(WRAP_UP_PREFIX + agent.id, until)
    floor.show_agent(agent)


def expect_nothing_owed(agent: Agent) -> None:
    """Check that the agent has said how their calls went.

    Raises:
        OutcomeMissing: they must say so first.
    """
    debrief = debriefs.owed_by(agent)
    if debrief is not None:
        message = f"agent '{agent.id}' must say first how call '{debrief.call}' went"
        raise OutcomeMissing(message)


def forget_wrap_up(floor: Floor, agent: Agent, now: Instant) -> None:
    """End the wrap-up, with all that was asked for."""
    debriefs.note_wrap_up_over(floor, agent, now)
    floor.deadlines.discard(WRAP_UP_PREFIX + agent.id)
    agent.call = agent.offer = agent.until = agent.typing_until = agent.wrap_up_by = None
    agent.overdue = False
    agent.finish, agent.finish_reason = AgentStep.FINISH, ""
