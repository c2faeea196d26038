"""What agents say of calls to leads: it goes with the attempt, and corrects it while it may.

An attempt is closed with the agent's wrap-up. For some time after it agents may still say something
else (`debriefs`): then it is closed once more, as a correction.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ccengine.core.commands import CloseLead
from ccengine.core.debriefs import KEPT
from ccengine.core.dialer.leads import AttemptOutcome, Promise

if TYPE_CHECKING:
    from ccengine.core.dialer.runs import LeadCall
    from ccengine.core.events import FormFilled, LeadCallbackBooked
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, CallId, Instant

MAY_BE_TAKEN: Final = frozenset({AttemptOutcome.ANSWERED, AttemptOutcome.MACHINE})
"""One of these may have been taken for the other."""


def close(
    floor: Floor, call: CallId, lead: LeadCall, outcome: AttemptOutcome, disposition: str
) -> None:
    """Have an attempt closed with all that was said of it."""
    _tell(floor, call, replace(lead, outcome=outcome, disposition=disposition), corrects=False)


def correct_disposition(
    floor: Floor, agent: AgentId, call: CallId, disposition: str, now: Instant
) -> None:
    """Have an attempt that is closed end as its last agent says now."""
    before = _closed(floor, agent, call)
    if before is None:
        return
    plan, outcome = floor.plan.campaigns.get(before.campaign), before.outcome
    if plan is not None and outcome in MAY_BE_TAKEN:
        is_machine = disposition in plan.machine_dispositions
        outcome = AttemptOutcome.MACHINE if is_machine else AttemptOutcome.ANSWERED
        if plan.detector_errors and not is_machine and before.cut_off:
            before = with_error(floor, before, now)
            outcome = AttemptOutcome.ABANDONED
    _correct(floor, call, before, replace(before, disposition=disposition, outcome=outcome))


def with_error(floor: Floor, lead: LeadCall, now: Instant) -> LeadCall:
    """Count a person whom a detector has cut off as abandoned, once."""
    if not lead.cut_off or lead.abandoned:
        return lead
    run = floor.runs.known.get(lead.campaign)
    if run is not None:
        run.note_abandoned(now, lead)
        floor.runs.stirred = True
    return replace(lead, abandoned=True)


def find(floor: Floor, agent: AgentId, call: CallId) -> LeadCall | None:
    """Return the lead of an agent's call, as long as they may say something of it."""
    known = floor.calls.get(call)
    if known is not None:
        return known.lead
    return floor.runs.closing.get(call) or _closed(floor, agent, call)


def note_form(floor: Floor, event: FormFilled) -> None:
    """Keep what was filled in of a call to a lead, for its attempt."""
    _note(floor, event.agent, event.call, form=event.form, values=dict(event.values))


def promise(floor: Floor, agent: AgentId, event: LeadCallbackBooked) -> None:
    """Keep that a lead was promised another call, or that none is promised any more."""
    promised = None
    if event.due_at is not None:
        own = agent if event.is_own else None
        promised = Promise(due_at=event.due_at, number=event.number or None, agent=own)
    _note(floor, agent, event.call, promise=promised)


def _note(floor: Floor, agent: AgentId, call: CallId, **said: Any) -> None:
    known = floor.calls.get(call)
    if known is not None and known.lead is not None:
        known.lead = replace(known.lead, **said)
    elif call in floor.runs.closing:
        floor.runs.closing[call] = replace(floor.runs.closing[call], **said)
    elif (before := _closed(floor, agent, call)) is not None:
        _correct(floor, call, before, replace(before, **said))


def _closed(floor: Floor, agent: AgentId, call: CallId) -> LeadCall | None:
    return floor.runs.closed.get(agent, {}).get(call)


def _correct(floor: Floor, call: CallId, before: LeadCall, lead: LeadCall) -> None:
    if lead != before:
        _tell(floor, call, lead, corrects=True)


def _tell(floor: Floor, call: CallId, lead: LeadCall, *, corrects: bool) -> None:
    if lead.outcome is None:
        return
    if lead.talked_with is not None:
        latest = {**floor.runs.closed.get(lead.talked_with, {}), call: lead}
        floor.runs.closed[lead.talked_with] = dict([*latest.items()][-KEPT:])
    floor.ask(
        CloseLead(
            call=call,
            campaign=lead.campaign,
            lead=lead.lead,
            attempt=lead.attempt,
            number=lead.number,
            outcome=lead.outcome,
            ended_at=lead.ended_at,
            agent=lead.talked_with,
            disposition=lead.disposition,
            form=lead.form,
            values=lead.values,
            promise=lead.promise,
            is_late=lead.late and lead.talked_with is not None,
            corrects=corrects,
        )
    )
