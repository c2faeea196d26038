"""What must hold between any two events. Tests check it after every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import dialing_invariants
from ccengine.core.acd.positions import Positions
from ccengine.core.acd.rest import REST_PREFIX
from ccengine.core.agents import WRAP_UP_PREFIX
from ccengine.core.closures import CLOSURE_PREFIX
from ccengine.core.coaching import SPEAKS, seat_of, why_over
from ccengine.core.desk import WRONG_PINS_AT_MOST
from ccengine.core.floor import HELP_PREFIX, LIMIT_PREFIX, PIN_PREFIX
from ccengine.core.ids import CallId
from ccengine.core.limits import WAIT_PREFIX
from ccengine.core.offers import CONNECT_PREFIX, RING_PREFIX
from ccengine.core.promises import position_of
from ccengine.core.relaxation import ALONE_PREFIX, RELAX_PREFIX
from ccengine.core.states import AgentState, AgentStep, CallState, Kind
from ccengine.core.turns import BEFORE_ITS_TURN, ITEM_PREFIX
from ccengine.core.work_items import Mode

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.floor import Floor
    from ccengine.core.work_items import Item

IN_LINE = frozenset(
    {
        CallState.WAITING,
        CallState.POSTPONED,
        CallState.STRAYED,
        CallState.OFFERED,
        CallState.CONNECTING,
    }
)
WITH_AGENT = frozenset(
    {CallState.OFFERED, CallState.DIALING, CallState.CONNECTING, CallState.TALKING}
)
WITH_OFFER = frozenset({CallState.OFFERED, CallState.CONNECTING})
BETWEEN_AGENTS = frozenset({Kind.INTERNAL, Kind.CONSULT})
MAY_OWE = frozenset({AgentState.WRAP_UP, AgentState.NOT_READY, AgentState.OFFLINE})
WITH_CALL = frozenset({AgentState.OFFERED, AgentState.ON_CALL})


def check(floor: Floor) -> None:
    """Check the whole floor.

    Raises:
        AssertionError: something does not hold; the message says what.
    """
    for agent in floor.roster.all():
        _check_agent(floor, agent)
    for call in floor.calls.values():
        _check_call(floor, call)
        if call.item is not None:
            _check_item(floor, call, call.item)
    _check_numbers(floor)
    _check_closures(floor)
    _check_coachings(floor)
    dialing_invariants.check(floor)
    _check_nobody_waits_in_vain(floor)


def _check_closures(floor: Floor) -> None:
    for name, closed in floor.closed.items():
        assert name in floor.plan.closures, f"closure {name} is closed, and nobody can open it"
        due = floor.deadlines.rank(CLOSURE_PREFIX + name)
        ends = None if due is None else due[0]
        assert ends == closed.until, f"closure {name} ends {closed.until}, is due {ends}"


def _check_coachings(floor: Floor) -> None:
    """Check that a coach has one agent, is offered nothing, and hears only who they may."""
    coaches = {one.coaching: one for one in floor.roster.all() if one.coaching is not None}
    _must(coaches.keys() == floor.coachings.keys(), "each coach's coaching", coaches)
    for coaching in floor.coachings.values():
        coach, call = coaches[coaching.id], floor.calls.get(coaching.seat.call or CallId(""))
        _must(coach.id == coaching.coach, "whose coaching", coaching)
        _must(coach.state is not AgentState.OFFERED, "offered while they coach", coach)
        heard = coaching.seat.call is not None
        _must(not heard or (call is not None and call.agent == coaching.agent), "hears", coaching)
        seen = coaching.seat.client in floor.shares.clients_of(coaching.coach)
        if coaching.ending:
            _must(not heard, "hears after the end", coaching)
        else:
            _must(not why_over(floor, coaching), "goes on, and may not", coaching)
            _must(coaching.seat == seat_of(floor, coaching), "hears what they should", coaching)
        _must(not heard or seen, "hears another client's call", coaching)
    speakers = [one.agent for one in floor.coachings.values() if one.mode in SPEAKS]
    _must(len(speakers) == len(set(speakers)), "two speak to one agent", speakers)


def _check_item(floor: Floor, call: Call, item: Item) -> None:
    story = call
    waits = call.state in BEFORE_ITS_TURN and not item.is_live
    _must(waits or call.state is not CallState.POSTPONED, "postponed: nobody is there", story)
    _must(
        (call.id in floor.items.postponed) == (call.state is CallState.POSTPONED),
        "postponed",
        story,
    )
    has_time = not item.is_live and not item.dropped
    _must(has_time or ITEM_PREFIX + call.id not in floor.deadlines, "its time is over", story)
    _must(call.state is not CallState.STRAYED or item.is_live, "only callers stray", story)
    _must(bool(item.leg) or not (item.answered or item.is_live), "here by a leg", story)
    expected = item.leg if item.answered else ""
    _must(item.is_live or call.channel == expected, "channel", story)
    is_dialed = bool(item.leg) and not item.is_live and call.kind is Kind.CALLBACK
    if is_dialed and item.mode is Mode.CUSTOMER_FIRST:
        _must(call.state is CallState.POSTPONED, "dialed before an agent has it", story)
    elif is_dialed:
        _must(call.state is CallState.CONNECTING, "dialed while an agent waits", story)
    if call.state is CallState.WAITING and not item.is_live:
        _must(item.is_due and item.behind is None, "its turn", story)
    front = floor.calls.get(item.behind) if item.behind is not None else None
    alone = item.behind is None or item.dropped
    _must(alone or (front and front.stands_for == call.id), "behind nobody", story)
    _must(not item.dropped or call.state is CallState.IN_FLOW, "dropped and gone", story)


def _check_numbers(floor: Floor) -> None:
    """Check that the index of numbers is what the items say, so that none waits twice."""
    waiting = [
        call
        for call in floor.calls.values()
        if call.item is not None
        and call.kind is Kind.CALLBACK
        and call.state in BEFORE_ITS_TURN
        and not call.item.is_live
    ]
    known = set(floor.items.callbacks.values())
    for call in waiting:
        _must(call.id in known, "its number is known", call)
    for (_, number), call_id in floor.items.callbacks.items():
        item = floor.calls[call_id].item
        _must(item is not None and item.to == number, "the number's item", number)


def _check_agent(floor: Floor, agent: Agent) -> None:
    story = agent
    _must((agent.phone is not None) == (agent.state is not AgentState.OFFLINE), "phone", story)
    if agent.phone is not None:
        _must(floor.roster.on_phone(agent.phone) is agent, "phone bound to them alone", story)
    _must(floor.matching.is_idle(agent.id) == agent.may_be_offered, "idle list in step", story)
    _must(
        (agent.rests_until is None) == (REST_PREFIX + agent.id not in floor.deadlines),
        "rest",
        story,
    )
    if agent.state in WITH_CALL:
        holders = [
            (call.id, offer)
            for call in floor.calls.values()
            for offer, holder in ((call.offer, call.agent), *call.others.items())
            if holder == agent.id
        ]
        holders += [
            (call.id, agent.offer)
            for call in floor.calls.values()
            if call.by == agent.id and call.kind is Kind.INTERNAL
        ]
        _must(holders == [(agent.call, agent.offer)], "exactly one call", story)
        _must(agent.offer is not None, "the call's offer", story)
    else:
        _must(agent.offer is None, "no offer", story)
    wrapping = (WRAP_UP_PREFIX + agent.id) in floor.deadlines
    wraps = agent.state is AgentState.WRAP_UP
    _must(wrapping == (wraps and not agent.overdue), "wrap-up deadline", story)
    _must(wraps == (agent.wrap_up_by is not None), "wrap-up's end", story)
    limited = (LIMIT_PREFIX + agent.id) in floor.deadlines
    _must((wrapping or limited) == (agent.until is not None), "until", story)
    _check_nothing_left_over(floor, agent)
    _check_desk(floor, agent, story, limited=limited)
    _check_debriefs(agent)


def _check_debriefs(agent: Agent) -> None:
    story = agent
    owed = [one for one in agent.debriefs if one.owed]
    _must(owed in ([], list(agent.debriefs[-1:])), "owes the outcome of the latest call", story)
    _must(all(one.closes_at is None for one in owed), "what is owed stays open", story)
    _must(not any(one.outcome.disposition for one in owed), "owes what is not given", story)
    _must(not owed or agent.state in MAY_OWE, "no call before the outcome", story)
    in_wrap_up = agent.state is AgentState.WRAP_UP
    _must(not (agent.overdue and in_wrap_up) or owed, "overdue for want of an outcome", story)
    _must(agent.typing_until is None or agent.until is not None, "typing in a wrap-up", story)


def _check_nothing_left_over(floor: Floor, agent: Agent) -> None:
    story = agent
    in_plan = agent.id in floor.plan.agents
    ends = [one for one in floor.coachings.values() if agent.id in (one.agent, one.coach)]
    _must(
        in_plan or agent.state is AgentState.ON_CALL or bool(ends),
        "out of the plan but for a call or coaching",
        story,
    )
    _must(in_plan or all(one.ending for one in ends), "coaching out of the plan ends", ends)
    asked = agent.finish is not AgentStep.FINISH
    may_ask = agent.state in (AgentState.ON_CALL, AgentState.WRAP_UP)
    _must(may_ask or not asked, "asked for nothing", story)
    _must(agent.state is AgentState.NOT_READY or not agent.reason, "no reason", story)
    may_have = agent.state in WITH_CALL or agent.state is AgentState.WRAP_UP
    _must(may_have or agent.call is None, "no call", story)


def _check_desk(floor: Floor, agent: Agent, story: object, *, limited: bool) -> None:
    away = agent.state is AgentState.NOT_READY
    _must(away or not limited, "limit only of a reason", story)
    wraps = agent.state is AgentState.WRAP_UP
    _must(away or wraps or not agent.overdue, "overdue only in a state that ends", story)
    _must(not (limited and agent.overdue), "a limit passes once", story)
    if agent.wrap_up_by is not None and agent.typing_until is None and not agent.overdue:
        _must(agent.until is not None and agent.until <= agent.wrap_up_by, "wrap-up's end", story)
    asks = HELP_PREFIX + agent.id in floor.deadlines
    _must(asks == agent.asks_for_help, "call for help", story)
    counted = PIN_PREFIX + agent.id in floor.deadlines
    _must(counted == (agent.wrong_pins > 0), "wrong PINs", story)
    locked = agent.wrong_pins >= WRONG_PINS_AT_MOST
    _must(locked == (agent.locked_until is not None), "locked", story)
    if agent.state is AgentState.OFFLINE:
        _must(not (agent.paused or asks), "nothing of a shift", story)


def _check_call(floor: Floor, call: Call) -> None:
    story = call
    _must(call.state is not CallState.ENDED, "ended calls are gone", story)
    waiting = call.state is CallState.WAITING
    _must(floor.matching.is_waiting(call.id) == waiting, "line in step", story)
    _must((call.agent is not None) == (call.state in WITH_AGENT), "agent", story)
    if call.state in WITH_OFFER:
        _must(call.offer is not None, "offer", story)
    _must(call.asked is None or call.agent is not None, "asked beside an agent", story)
    connecting = CONNECT_PREFIX + call.id in floor.deadlines
    _must(connecting == (call.state is CallState.CONNECTING), "lease of the connection", story)
    ringing = call.offer is not None and (RING_PREFIX + call.offer) in floor.deadlines
    _must(ringing == (call.state is CallState.OFFERED), "ring deadline", story)
    for offer in call.others:
        _must(call.state in WITH_OFFER, "others only until the caller talks", story)
        _must(RING_PREFIX + offer in floor.deadlines, "ring deadline of another", story)
    place = position_of(floor, call, floor.now)
    if place is not None and call.queue is not None:
        line = [floor.calls[one] for one in floor.shares.line(call.queue)]
        settings = floor.queue_settings(call.queue)
        anew = Positions().places(call.queue, line, settings, floor.now)
        _must(place == anew[call.id], "the place in line is kept in step", story)
    for prefix in (RELAX_PREFIX, ALONE_PREFIX, WAIT_PREFIX):
        pending = prefix + call.id in floor.deadlines
        _must(not pending or call.state in IN_LINE, f"{prefix} only in line", story)
    if call.agent is not None:
        agent = floor.roster.get(call.agent)
        _must(agent.call == call.id and agent.state in WITH_CALL, "agent has the call", story)
    _check_control(floor, call)


def _check_control(floor: Floor, call: Call) -> None:
    story = call
    for_one = call.state in WITH_OFFER
    _must(for_one or call.directed is None, "for one agent only until they talk", story)
    alone = call.agent == call.directed and not call.others
    _must(call.directed is None or alone, "one agent is reserved, and once", story)
    is_out = call.state is CallState.SENT_OUT
    _must(call.back_to is None or call.directed or is_out, "sent back by nobody", story)
    _must(call.outside or not is_out, "the staff's leg", story)
    talks = call.state is CallState.TALKING
    _must(talks or call.held is None, "held only while they talk", story)
    typing = call.card is None or talks or call.state is CallState.IN_FLOW
    _must(typing, "a card only while they talk, or in a flow", story)
    _must(talks or not call.conference, "a conference only while they talk", story)
    _must(call.kind in BETWEEN_AGENTS or call.by is None, "called by an agent", story)
    _must((call.kind is Kind.CONSULT) == (call.origin is not None), "consulted about", story)
    if call.by is not None and call.kind is Kind.INTERNAL:
        dialler = floor.roster.get(call.by)
        on_it = dialler.state is AgentState.ON_CALL and dialler.call == call.id
        _must(on_it, "who calls is on the call", story)
    consults = [one.id for one in floor.calls.values() if one.origin == call.id]
    known = floor.consult_of(call.id)
    _must(consults == ([] if known is None else [known.id]), "its consult", story)
    _must(len(consults) <= 1, "one consult at most", story)


def _check_nobody_waits_in_vain(floor: Floor) -> None:
    if floor.held:
        return
    free = [agent.id for agent in floor.roster.all() if agent.may_be_offered]
    now = floor.matching.now
    for call_id in floor.matching.waiting(now):
        call = floor.calls[call_id]
        requirement = floor.requirement_of(call)
        for agent_id in free:
            qualifies = requirement.lack_of(agent_id, floor.plan, now) is None
            rule = qualifies and floor.rule_against(agent_id, requirement, floor.now)
            _must(not qualifies or rule, f"{agent_id} is free and no rule forbids it", call)


def _must(holds: object, what: str, story: object) -> None:
    if not holds:
        message = f"invariant broken: {what}: {story}"
        raise AssertionError(message)
