"""What becomes of a call that a campaign dialed and somebody answered: talk, end, outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ccengine.core import lead_outcomes
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.dialer.runs import LeadCall
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CallId

PATIENCE_PREFIX: Final = "patience:"


def note_talk(floor: Floor, call: Call) -> None:
    """Take note that a lead talks with an agent: from now on theirs is a call like any other."""
    if call.lead is not None:
        call.lead = replace(call.lead, talked_with=call.agent)
        call.patience_until = None
        floor.deadlines.discard(PATIENCE_PREFIX + call.id)


def note_end(floor: Floor, call: Call) -> None:
    """Have a lead's attempt closed when nobody has anything more to say of it."""
    if call.lead is not None:
        floor.deadlines.discard(PATIENCE_PREFIX + call.id)
        floor.runs.closing[call.id] = call.lead


def close_ended(floor: Floor) -> None:
    """Close attempts whose agents have said how the call went, or may not any more."""
    for call, lead in list(floor.runs.closing.items()):
        agent = _agent_of(floor, lead)
        if agent is not None and agent.state is AgentState.WRAP_UP and agent.call == call:
            continue
        del floor.runs.closing[call]
        said = "" if agent is None else _said_by(agent, call)
        lead_outcomes.close(floor, call, lead, _outcome(lead), said)


def _outcome(lead: LeadCall) -> AttemptOutcome:
    if lead.talked_with is not None:
        return AttemptOutcome.ANSWERED
    return AttemptOutcome.ABANDONED if lead.abandoned else AttemptOutcome.CUT_OFF


def _agent_of(floor: Floor, lead: LeadCall) -> Agent | None:
    known = lead.talked_with is not None and floor.roster.has(lead.talked_with)
    return floor.roster.get(lead.talked_with) if known and lead.talked_with else None


def _said_by(agent: Agent, call: CallId) -> str:
    said = (one.outcome.disposition for one in reversed(agent.debriefs) if one.call == call)
    return next((word for word in said if word), "")
