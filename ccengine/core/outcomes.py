"""Outcomes of calls: what agents, and others for them, say of a call."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core import debriefs, lead_calls, lead_outcomes, shifts
from ccengine.core.agents import Outcome
from ccengine.core.errors import NoLead, NothingToSay, UnknownDisposition, ValuesTooLarge
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.core.agents import Agent, Debrief
    from ccengine.core.events import (
        FormFilled,
        LeadCallbackBooked,
        OutcomeEntryEnded,
        OutcomeEntryStarted,
        OutcomeSet,
    )
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, CallId, Instant

ENTRY_SECONDS = 180.0
"""For so long typing keeps a wrap-up from ending, should nobody tell that it is over."""

MOST_VALUES = 60
LONGEST_VALUE = 500


def set_outcome(floor: Floor, event: OutcomeSet, now: Instant) -> None:
    """Take what is said of a call in the place of what was said before.

    Raises:
        NothingToSay: the agent has no such call, or it is too late.
        UnknownDisposition: the queue has no such disposition or contact reason.
    """
    agent, debrief = _debrief(floor, event.agent, event.call, now)
    rules = debriefs.rules_of(floor, debrief)
    for word, known in (
        (event.disposition, rules.dispositions),
        (event.contact_reason, ("", *rules.contact_reasons)),
    ):
        if word not in known:
            message = f"calls of '{debrief.queue or debrief.client}' have no outcome '{word}'"
            raise UnknownDisposition(message)
    outcome = Outcome(
        disposition=event.disposition,
        contact_reason=event.contact_reason,
        resolved=event.resolved,
        by=event.by,
        form=debrief.outcome.form,
    )
    debriefs.say(floor, agent, debrief, outcome, now)
    lead_calls.note_disposition(floor, event.call, event.disposition, now)
    lead_outcomes.correct_disposition(floor, agent.id, event.call, event.disposition, now)
    if _lasts_for_want_of_this(agent):
        shifts.finish_wrap_up(floor, agent.id, now)


def fill_form(floor: Floor, event: FormFilled, now: Instant) -> None:
    """Take note of which version of a form was filled in; the values stay in the journal.

    Raises:
        NothingToSay: the agent has no such call, or it is too late.
        ValuesTooLarge: more than a form can hold.
    """
    agent, debrief = _debrief(floor, event.agent, event.call, now)
    sizes = [max(len(name), len(value)) for name, value in event.values.items()]
    if len(sizes) > MOST_VALUES or max(sizes, default=0) > LONGEST_VALUE:
        message = f"a form holds up to {MOST_VALUES} values of {LONGEST_VALUE} characters"
        raise ValuesTooLarge(message)
    debriefs.say(floor, agent, debrief, replace(debrief.outcome, form=event.form), now)
    lead_outcomes.note_form(floor, event)


def book_callback(floor: Floor, event: LeadCallbackBooked, now: Instant) -> None:
    """Promise a lead another call.

    Raises:
        NothingToSay: the agent has no such call, or it is too late.
        NoLead: no campaign has dialed it.
    """
    agent, debrief = _debrief(floor, event.agent, event.call, now)
    if debrief.campaign is None:
        message = f"call '{event.call}' is of no campaign: it has no lead to be called back"
        raise NoLead(message)
    lead_outcomes.promise(floor, agent.id, event)


def start_entry(floor: Floor, event: OutcomeEntryStarted, now: Instant) -> None:
    """Keep a wrap-up, and the time for corrections, from ending while the agent types.

    Raises:
        NothingToSay: the agent has no such call, or it is too late.
    """
    agent, debrief = _debrief(floor, event.agent, event.call, now)
    if debrief.closes_at is not None:
        closes_at = max(debrief.closes_at, now + ENTRY_SECONDS)
        debriefs.keep(agent, replace(debrief, closes_at=closes_at))
    if agent.state is AgentState.WRAP_UP and agent.until is not None:
        shifts.hold_wrap_up(floor, agent, now + ENTRY_SECONDS)


def end_entry(floor: Floor, event: OutcomeEntryEnded, now: Instant) -> None:
    """Let the wrap-up end when it would have; at once if that has passed."""
    agent = floor.roster.get(event.agent)
    if agent.call == event.call and agent.typing_until is not None:
        shifts.resume_wrap_up(floor, agent, now)


def replan(floor: Floor, now: Instant) -> None:
    """Let off agents of whom a new plan no longer asks what they owe."""
    for agent in floor.roster.all():
        if debriefs.forgive(floor, agent, now) and _lasts_for_want_of_this(agent):
            shifts.finish_wrap_up(floor, agent.id, now)


def _lasts_for_want_of_this(agent: Agent) -> bool:
    return agent.overdue and agent.state is AgentState.WRAP_UP  # else: the limit of a reason


def _debrief(floor: Floor, agent_id: AgentId, call: CallId, now: Instant) -> tuple[Agent, Debrief]:
    agent = floor.roster.get(agent_id)
    debrief = debriefs.find(floor, agent, call, now)
    if debrief is None:
        message = f"agent '{agent_id}' has nothing to say of call '{call}', or it is too late"
        raise NothingToSay(message)
    return agent, debrief
