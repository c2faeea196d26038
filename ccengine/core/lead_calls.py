"""What becomes of a call that a campaign dialed and somebody answered: talk, end, outcome.

A machine that was taken for a person is no live answer: the law of pacing is told as soon as that
is known, else limits on abandoned calls would count by answers that were none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ccengine.core import lead_outcomes
from ccengine.core.dialer.leads import AttemptOutcome, MachineVerdict
from ccengine.core.events.dialing import HeardBy
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.dialer.runs import LeadCall
    from ccengine.core.events import LeadAbandoned, LeadMachineHeard
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CallId, Instant

PATIENCE_PREFIX: Final = "patience:"


def note_talk(floor: Floor, call: Call) -> None:
    """Take note that a lead talks with an agent: from now on theirs is a call like any other."""
    if call.lead is not None:
        call.lead = replace(call.lead, talked_with=call.agent)
        call.patience_until = None
        floor.deadlines.discard(PATIENCE_PREFIX + call.id)


def note_end(floor: Floor, call: Call, at: Instant) -> None:
    """Have a lead's attempt closed when nobody has anything more to say of it."""
    if call.lead is not None:
        floor.deadlines.discard(PATIENCE_PREFIX + call.id)
        has_heard = bool(call.lead.flow and call.step)
        floor.runs.closing[call.id] = replace(call.lead, heard=has_heard, ended_at=at)


def hear(floor: Floor, event: LeadMachineHeard, now: Instant) -> None:
    """Take note of who has answered, as an agent or a detector says."""
    lead = _find(floor, event.call)
    if lead is None or (lead.agent_says and event.by is HeardBy.DETECTOR):
        floor.ignored += 1
        return
    lead = replace(lead, verdict=event.verdict, agent_says=event.by is HeardBy.AGENT)
    if event.verdict is MachineVerdict.MACHINE and not lead.agent_says:
        lead = replace(lead, cut_off=event.call in floor.calls and not lead.abandoned)
    _judge(floor, event.call, lead, now)


def come_late(floor: Floor, event: LeadAbandoned, now: Instant) -> None:
    """Count somebody as abandoned whose agent came too late, and leave them together.

    Sources: 16 CFR 310.4(b)(4)(iii), 47 CFR 64.1200(a)(7): within two seconds, whatever comes then.
    """
    lead = _find(floor, event.call)
    is_machine = lead is not None and lead.verdict is MachineVerdict.MACHINE
    if lead is None or lead.abandoned or is_machine or event.call in floor.runs.air:
        floor.ignored += 1
        return
    run = floor.runs.known.get(lead.campaign)
    if run is not None:
        run.note_abandoned(now, lead)
        floor.runs.stirred = True
    _keep(floor, event.call, replace(lead, abandoned=True, late=True))


def note_disposition(floor: Floor, call: CallId, disposition: str, now: Instant) -> None:
    """Learn from what an agent says of a call to a lead whether a machine had answered."""
    lead = _find(floor, call)
    plan = None if lead is None else floor.plan.campaigns.get(lead.campaign)
    if lead is None or plan is None or not disposition:
        return
    is_machine = disposition in plan.machine_dispositions
    verdict = MachineVerdict.MACHINE if is_machine else MachineVerdict.PERSON
    lead = replace(lead, verdict=verdict, agent_says=True)
    if verdict is MachineVerdict.PERSON and plan.detector_errors:
        lead = lead_outcomes.with_error(floor, lead, now)
    _judge(floor, call, lead, now)


def _find(floor: Floor, call: CallId) -> LeadCall | None:
    alive = floor.calls.get(call)
    known = floor.runs.air.get(call) or floor.runs.closing.get(call)
    return known if alive is None else alive.lead


def _judge(floor: Floor, call: CallId, lead: LeadCall, now: Instant) -> None:
    """Keep the verdict; tell the law, once, of a machine that it has taken for a live answer.

    What was abandoned stays a live answer that was: that is never easier than the rule.
    """
    is_live = call not in floor.runs.air and not lead.abandoned
    if lead.verdict is MachineVerdict.MACHINE and is_live and not lead.disowned:
        run = floor.runs.known.get(lead.campaign)
        if run is not None:
            run.note_machine(now)
            floor.runs.stirred = True
        lead = replace(lead, disowned=True)
    _keep(floor, call, lead)


def _keep(floor: Floor, call: CallId, lead: LeadCall) -> None:
    """Put what is known of a call where it was found."""
    if call in floor.calls:
        floor.calls[call].lead = lead
    elif call in floor.runs.air:
        floor.runs.air[call] = lead
    else:
        floor.runs.closing[call] = lead


def close_ended(floor: Floor, now: Instant) -> None:
    """Close attempts whose agents have said how the call went, or may not any more."""
    for call, lead in list(floor.runs.closing.items()):
        agent = _agent_of(floor, lead)
        if agent is not None and agent.state is AgentState.WRAP_UP and agent.call == call:
            continue
        said = "" if agent is None else _said_by(agent, call)
        note_disposition(floor, call, said, now)
        lead = floor.runs.closing.pop(call)
        lead_outcomes.close(floor, call, lead, _outcome(lead), said)


def _outcome(lead: LeadCall) -> AttemptOutcome:
    if lead.verdict is MachineVerdict.MACHINE and not lead.abandoned:
        return AttemptOutcome.MACHINE
    if lead.abandoned:
        return AttemptOutcome.ABANDONED
    was_served = lead.talked_with is not None or lead.heard
    return AttemptOutcome.ANSWERED if was_served else AttemptOutcome.CUT_OFF


def _agent_of(floor: Floor, lead: LeadCall) -> Agent | None:
    known = lead.talked_with is not None and floor.roster.has(lead.talked_with)
    return floor.roster.get(lead.talked_with) if known and lead.talked_with else None


def _said_by(agent: Agent, call: CallId) -> str:
    said = (one.outcome.disposition for one in reversed(agent.debriefs) if one.call == call)
    return next((word for word in said if word), "")
