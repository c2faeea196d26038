"""What agents have said, and owe, of their latest calls.

An agent's part in a call has a debrief from the moment something is said of it, at the latest from
the end of the conversation. It closes some time after the wrap-up; one that is owed does not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core.agents import Debrief
from ccengine.core.commands import ShowOutcome
from ccengine.core.outcome_rules import NO_RULES, AtDeadline
from ccengine.core.states import AgentState, CallState, Kind

if TYPE_CHECKING:
    from ccengine.core.agents import Agent, Outcome
    from ccengine.core.floor import Floor
    from ccengine.core.ids import CallId, Instant
    from ccengine.core.outcome_rules import OutcomeRules

KEPT = 4
"""Debriefs of one agent: who corrects an outcome corrects one of the latest."""

OUTCOME_MISSING = "outcome missing"


def rules_of(floor: Floor, debrief: Debrief) -> OutcomeRules:
    """Return what the plan in force asks for.

    A campaign may ask for something else than its queue; of no queue's calls, what is asked of the
    client's.
    """
    dialed = None if debrief.campaign is None else floor.plan.campaigns.get(debrief.campaign)
    if dialed is not None and dialed.outcome is not None:
        return dialed.outcome
    settings = None if debrief.queue is None else floor.plan.queues.get(debrief.queue)
    if settings is not None:
        return settings.outcome
    return floor.plan.outcomes.get(debrief.client, NO_RULES)


def owed_by(agent: Agent) -> Debrief | None:
    """Return the debrief that keeps the agent from other calls, None if none does."""
    return next((one for one in agent.debriefs if one.owed), None)


def find(floor: Floor, agent: Agent, call: CallId, now: Instant) -> Debrief | None:
    """Return the agent's debrief of a call; None: there is nothing to say, or it is too late."""
    current = _current(floor, agent)
    if current is not None and current.call == call:
        return current
    open_ones = (one for one in reversed(agent.debriefs) if _is_open(one, now))
    return next((one for one in open_ones if one.call == call), None)


def latest(floor: Floor, agent: Agent, now: Instant) -> Debrief | None:
    """Return the debrief of the call the agent has or had last, None if it is too late."""
    current = _current(floor, agent)
    if current is not None or not agent.debriefs:
        return current
    return agent.debriefs[-1] if _is_open(agent.debriefs[-1], now) else None


def keep(agent: Agent, debrief: Debrief) -> None:
    """Put the debrief in the place of an earlier one of the same part."""
    known = [one.offer for one in agent.debriefs]
    if debrief.offer in known:
        place = known.index(debrief.offer)
        kept = (*agent.debriefs[:place], debrief, *agent.debriefs[place + 1 :])
    else:
        kept = (*agent.debriefs, debrief)
    agent.debriefs = kept[-KEPT:]


def note_conversation_over(floor: Floor, agent: Agent) -> None:
    """Have the agent owe an outcome if the queue requires one; they are still on the call."""
    debrief = _current(floor, agent)
    if debrief is not None:
        owed = rules_of(floor, debrief).required and not debrief.outcome.disposition
        keep(agent, debrief if owed == debrief.owed else replace(debrief, owed=owed))


def note_wrap_up_over(floor: Floor, agent: Agent, now: Instant) -> None:
    """Let a debrief close some time after the wrap-up; one that is owed waits."""
    last = agent.debriefs[-1] if agent.debriefs else None
    if agent.state is AgentState.WRAP_UP and last is not None and last.call == agent.call:
        keep(agent, last if last.owed else _closing(floor, last, now))


def say(floor: Floor, agent: Agent, debrief: Debrief, outcome: Outcome, now: Instant) -> None:
    """Take an outcome for what is known of the call."""
    said = replace(debrief, outcome=outcome)
    if said.owed and outcome.disposition:
        said = replace(said, owed=False)
        if agent.state is not AgentState.WRAP_UP:
            said = _closing(floor, said, now)
    keep(agent, said)
    _show(floor, agent, said)


def _show(floor: Floor, agent: Agent, said: Debrief, *, defaulted: bool = False) -> None:
    outcome = said.outcome
    floor.ask(
        ShowOutcome(
            call=said.call,
            agent=agent.id,
            offer=said.offer,
            disposition=outcome.disposition,
            contact_reason=outcome.contact_reason,
            resolved=outcome.resolved,
            by=outcome.by,
            form=outcome.form,
            defaulted=defaulted,
        )
    )


def forgive(floor: Floor, agent: Agent, now: Instant) -> bool:
    """Let off an agent of whom the plan no longer asks it; tell whether that was so."""
    debrief = owed_by(agent)
    if debrief is None or rules_of(floor, debrief).required:
        return False
    free = replace(debrief, owed=False)
    in_wrap_up = agent.state is AgentState.WRAP_UP
    keep(agent, free if in_wrap_up else _closing(floor, free, now))
    return True


def meet_deadline(floor: Floor, agent: Agent) -> AtDeadline | None:
    """Do what is to be done about an outcome that is missing at the wrap-up's deadline.

    Returns:
        What comes next instead of the wrap-up's end; None: it ends as it would have.
    """
    debrief = owed_by(agent)
    if debrief is None:
        return None
    rules = rules_of(floor, debrief)
    if rules.at_deadline is AtDeadline.DEFAULT and rules.default is not None:
        outcome = replace(debrief.outcome, disposition=rules.default)
        taken = replace(debrief, outcome=outcome, owed=False)  # it closes with the wrap-up
        keep(agent, taken)
        _show(floor, agent, taken, defaulted=True)
        return None
    is_not_ready = rules.at_deadline is AtDeadline.NOT_READY
    return AtDeadline.NOT_READY if is_not_ready else AtDeadline.EXTEND


def _current(floor: Floor, agent: Agent) -> Debrief | None:
    """Return the debrief of the call the agent is talking on; nothing is kept of a new one."""
    call = None if agent.call is None else floor.calls.get(agent.call)
    if agent.state is not AgentState.ON_CALL or call is None or agent.offer is None:
        return None
    if call.state is CallState.CONNECTING:
        return None  # it may still come to nothing
    if call.kind in (Kind.INTERNAL, Kind.CONSULT):
        return None  # of a talk between colleagues there is nothing to say
    known = next((one for one in agent.debriefs if one.offer == agent.offer), None)
    client = agent.client or call.client
    return known or Debrief(
        call=call.id,
        offer=agent.offer,
        client=client,
        queue=agent.serves,
        campaign=None if call.lead is None else call.lead.campaign,
    )


def _is_open(debrief: Debrief, now: Instant) -> bool:
    return debrief.closes_at is None or now < debrief.closes_at


def _closing(floor: Floor, debrief: Debrief, now: Instant) -> Debrief:
    return replace(debrief, closes_at=now + rules_of(floor, debrief).grace_seconds)
