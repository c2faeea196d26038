"""An agent's desk: whom they serve, what to say and fill in, and how the call went."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from ccengine.api.agents import AgentShown, agent_of, shown
from ccengine.api.at_desk import (
    DeskCallShown,
    Destination,
    QueueAtDesk,
    desk_call,
    destinations,
    queues_at_desk,
)
from ccengine.api.faults import AGENT_UNKNOWN, CALL_UNKNOWN, REFUSED
from ccengine.api.lead_at_desk import LeadAtDesk, PreviewAtDesk, leads_at_desk
from ccengine.api.live import live
from ccengine.api.models import Shown, Utc
from ccengine.api.papers import (
    ChoiceShown,
    FormShown,
    ScriptShown,
    form_of,
    form_shown,
    script_of,
    script_shown,
)
from ccengine.api.ports import TalkAct
from ccengine.api.problems import FIELDS_WRONG, FieldProblem
from ccengine.api.route import NAME, Asked, Change, Method, Nothing, Route, Strict
from ccengine.config.form_values import faults, remedy_for
from ccengine.config.names import mistake
from ccengine.core.agents import Debrief
from ccengine.core.events import FormFilled, OutcomeEntryEnded, OutcomeEntryStarted, OutcomeSet
from ccengine.core.ids import CallId, OfferId
from ccengine.core.outcomes import LONGEST_VALUE, MOST_VALUES
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.events import Event

DIGITS = "[0-9]{1,20}"


def _dialable(text: str) -> str:
    if re.fullmatch(DIGITS, text) is None:
        message = "this is no number that can be dialed"
        raise mistake(message, "Use 1 to 20 digits and nothing else.")
    return text


Dialable = Annotated[
    str,
    AfterValidator(_dialable),
    WithJsonSchema({"type": "string", "pattern": f"^{DIGITS}$"}),
]
Word = Annotated[str, Field(pattern=f"^{NAME}$")]
Value = Annotated[str, Field(max_length=LONGEST_VALUE)]


class DispositionShown(ChoiceShown):
    """How a call may have gone."""

    form: bool = Field(description="Whether the form is asked for then.")


class DebriefShown(Shown):
    """What is known and owed of an agent's part in a call."""

    call: str
    client: str
    queue: str | None
    disposition: str = Field(description="Empty: not said yet.")
    contact_reason: str
    resolved: bool | None
    by: str = Field(description="Who said so; empty: the agent.")
    owed: bool = Field(description="Required, and not given: the agent gets no other call.")
    closes_at: Utc | None = Field(description="Nothing may be said from then on.")
    dispositions: list[DispositionShown] = Field(description="What may be said.")
    contact_reasons: list[ChoiceShown]
    form: FormShown | None = Field(description="To be filled in.")
    script: ScriptShown | None


class DeskShown(Shown):
    """All that an agent needs to see of the present call, or the last."""

    agent: AgentShown
    call: DeskCallShown | None = Field(description="While it is alive.")
    debrief: DebriefShown | None = Field(description="null: there is nothing to say.")
    script: ScriptShown | None = Field(description="Of the present call, or the last, or the lead.")
    lead: LeadAtDesk | None = Field(description="Whom a campaign has called: now, or last.")
    preview: PreviewAtDesk | None = Field(description="To be dialed or skipped: see `dialLead`.")
    reasons: list[str] = Field(description="For being not ready.")
    reason_required: bool
    usual_phone: str | None = Field(description="The agent's own, to log in at.")
    queues: list[QueueAtDesk] = Field(description="Whose calls the agent may get.")
    destinations: list[Destination] = Field(
        description="Where the present caller can be sent to, beside colleagues."
    )


class OutcomeGiven(Strict):
    """How the call went. It replaces what was said before."""

    disposition: Word
    contact_reason: Word | None = None
    resolved: bool | None = None


class FormGiven(Strict):
    """What was filled in. It replaces what was filled in before."""

    values: dict[Word, Value] = Field(max_length=MOST_VALUES)


class Typing(Strict):
    """Whether the agent types."""

    typing: bool


class TalkAsked(Strict):
    """What to do with the talk."""

    act: TalkAct
    to: Dialable | None = Field(
        None,
        description="Of a transfer or consult: a colleague's phone or number, a queue's extension, "
        "a code or number of the client's staff.",
    )


class TalkShown(Shown):
    """What is being done: watch the state, or the live feed."""

    call: str
    act: TalkAct


async def get_desk(asked: Asked[Nothing, Nothing]) -> DeskShown:
    """Show an agent's desk."""
    agent, floor = agent_of(asked), asked.ports.floor
    call = None if agent.call is None else floor.center.calls.get(agent.call)
    debrief = floor.center.debrief(agent.id, floor.now())
    is_seen = debrief is not None and asked.sight.client(debrief.client)
    if call is not None and not asked.sight.part(call.client, {agent.id}):
        call = None  # where several phones ring, each agent sees whom theirs rings for
    plan, known = floor.center.plan, floor.tenant().settings.agents.get(agent.id)
    leads = await leads_at_desk(agent, call, debrief if is_seen else None, asked)
    return DeskShown(
        agent=shown(agent, asked),
        call=None if call is None else desk_call(call, asked),
        debrief=_debrief(debrief, asked) if debrief is not None and is_seen else None,
        script=leads.script or _script(call, debrief if is_seen else None, asked),
        lead=leads.lead,
        preview=leads.preview,
        reasons=list(plan.reasons),
        reason_required=plan.reason_required,
        usual_phone=None if known is None else known.phone,
        queues=queues_at_desk(agent, asked),
        destinations=[] if call is None else destinations(call.client, asked),
    )


async def act_on_talk(asked: Asked[Nothing, TalkAsked]) -> Change:
    """Do with the agent's talk what keys on the phone would.

    Raises:
        Refused: the agent is in no talk, or it is not possible in it now.
    """
    agent, floor, body = agent_of(asked), asked.ports.floor, asked.body
    if (body.to is not None) != (body.act in WITH_TARGET):
        wrong = FieldProblem(
            field="to",
            problem="does not fit the act",
            remedy="Say where to transfer to or whom to consult; leave it out with other acts.",
        )
        raise FIELDS_WRONG.because(errors=[wrong])
    call = None if agent.call is None else floor.center.calls.get(agent.call)
    if call is None or agent.state is not AgentState.ON_CALL or not asked.sight.call(call):
        raise REFUSED.because(detail=f"agent '{agent.id}' is in no talk")
    before = live(call, asked).model_dump(mode="json")
    rejection = floor.act(call.id, body.act, body.to or "")
    if rejection:
        raise REFUSED.because(detail=rejection)
    return Change(
        target=f"call {call.id}, agent {agent.id}",
        before=before,
        after={"act": body.act, "to": body.to},
        answer=TalkShown(call=call.id, act=body.act),
    )


async def set_outcome(asked: Asked[Nothing, OutcomeGiven]) -> Change:
    """Say how a call went."""
    agent, before = _part_of(asked)
    given = asked.body
    return _say(
        asked,
        agent,
        before,
        OutcomeSet(
            call=before.call,
            agent=agent.id,
            disposition=given.disposition,
            contact_reason=given.contact_reason or "",
            resolved=given.resolved,
            by=asked.identity.on_behalf_of(agent.id),
        ),
    )


async def fill_form(asked: Asked[Nothing, FormGiven]) -> Change:
    """Fill in the form that the queue asks for.

    Raises:
        Refused: there is none, or a value cannot be.
    """
    agent, before = _part_of(asked)
    floor, values = asked.ports.floor, asked.body.values
    rules = floor.center.outcome_rules(before)
    form = form_of(floor.tenant(), before.client, rules.form)
    if form is None:
        raise REFUSED.because(detail="No form is asked for.")
    wrong = faults(form.file, values)
    if wrong:
        errors = [
            FieldProblem(
                field=f"values.{name}",
                problem=problem,
                remedy=remedy_for(form.file.fields.get(name)),
            )
            for name, problem in wrong.items()
        ]
        raise FIELDS_WRONG.because(errors=errors)
    by = asked.identity.on_behalf_of(agent.id)
    filled = FormFilled(call=before.call, agent=agent.id, form=form.ref, values=values, by=by)
    return _say(asked, agent, before, filled)


async def note_typing(asked: Asked[Nothing, Typing]) -> Change:
    """Keep the wrap-up from ending while the agent types."""
    agent, before = _part_of(asked)
    begins = asked.body.typing
    kind = OutcomeEntryStarted if begins else OutcomeEntryEnded
    return _say(asked, agent, before, kind(call=before.call, agent=agent.id))


def _part_of(asked: Asked[Any, Any]) -> tuple[Agent, Debrief]:
    """Return the agent, and their part in the call, both in the request's address.

    Raises:
        Refused: the token sees no such, or there is nothing to be said.
    """
    agent, floor = agent_of(asked), asked.ports.floor
    found = floor.center.debrief_of(agent.id, CallId(asked.path["call"]), floor.now())
    if found is None or not asked.sight.client(found.client):
        raise CALL_UNKNOWN.because(detail="The agent has no such call to say anything of now.")
    return agent, found


def _say(asked: Asked[Any, Any], agent: Agent, before: Debrief, event: Event) -> Change:
    floor = asked.ports.floor
    state = _debrief(before, asked)
    rejection = floor.post(event)
    if rejection:
        raise REFUSED.because(detail=rejection)
    after = floor.center.debrief_of(agent.id, before.call, floor.now()) or before
    said = _debrief(after, asked)
    return Change(
        target=f"call {before.call}, agent {agent.id}",
        before=_facts(state, before),
        after=_facts(said, after),
        answer=said,
    )


def _facts(state: DebriefShown, debrief: Debrief) -> dict[str, Any]:
    """Return what the audit keeps: what was filled in is the customer's, and in the journal."""
    said = {"disposition", "contact_reason", "resolved", "by", "owed"}
    return {**state.model_dump(mode="json", include=said), "form": debrief.outcome.form}


def _debrief(debrief: Debrief, asked: Asked[Any, Any]) -> DebriefShown:
    floor = asked.ports.floor
    tenant, rules = floor.tenant(), floor.center.outcome_rules(debrief)
    client = tenant.clients.get(debrief.client)
    dispositions = {} if client is None else client.settings.dispositions
    reasons = {} if client is None else client.settings.contact_reasons
    form = form_of(tenant, debrief.client, rules.form)
    script = script_of(tenant, debrief.client, rules.script)
    outcome = debrief.outcome
    return DebriefShown(
        call=debrief.call,
        client=debrief.client,
        queue=debrief.queue,
        disposition=outcome.disposition,
        contact_reason=outcome.contact_reason,
        resolved=outcome.resolved,
        by=outcome.by,
        owed=debrief.owed,
        closes_at=debrief.closes_at,
        dispositions=[
            DispositionShown(
                name=name, label=dispositions[name].label, form=dispositions[name].form
            )
            for name in rules.dispositions
            if name in dispositions
        ],
        contact_reasons=[
            ChoiceShown(name=name, label=reasons[name].label)
            for name in rules.contact_reasons
            if name in reasons
        ],
        form=None if form is None else form_shown(form),
        script=None if script is None else script_shown(script),
    )


def _script(call: Call | None, last: Debrief | None, asked: Asked[Any, Any]) -> ScriptShown | None:
    """Return what is to be said on a call, also before the agent answers, or was on the last."""
    part = last
    if call is not None:
        offer = call.offer or OfferId("")
        part = Debrief(call=call.id, offer=offer, client=call.client, queue=call.queue)
    if part is None:
        return None
    floor = asked.ports.floor
    script = script_of(floor.tenant(), part.client, floor.center.outcome_rules(part).script)
    return None if script is None else script_shown(script)


WITH_TARGET = frozenset({TalkAct.TRANSFER, TalkAct.CONSULT})
PART = "/agents/{agent}/calls/{call}"

ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="getDesk",
        method=Method.GET,
        path="/agents/{agent}/desk",
        summary="The present call, what to say and fill in, and what is owed",
        query=Nothing,
        body=Nothing,
        answer=DeskShown,
        handler=get_desk,
        faults=(AGENT_UNKNOWN,),
    ),
    Route(
        operation="actOnTalk",
        method=Method.POST,
        path="/agents/{agent}/talk",
        summary="Hold, transfer, consult, hang up: as by keys on the phone",
        query=Nothing,
        body=TalkAsked,
        answer=TalkShown,
        handler=act_on_talk,
        faults=(AGENT_UNKNOWN, REFUSED),
    ),
    Route(
        operation="setOutcome",
        method=Method.PUT,
        path=f"{PART}/outcome",
        summary="How the agent's part in a call went",
        query=Nothing,
        body=OutcomeGiven,
        answer=DebriefShown,
        handler=set_outcome,
        faults=(AGENT_UNKNOWN, CALL_UNKNOWN, REFUSED),
    ),
    Route(
        operation="fillForm",
        method=Method.PUT,
        path=f"{PART}/form",
        summary="The form that the queue asks for, filled in",
        query=Nothing,
        body=FormGiven,
        answer=DebriefShown,
        handler=fill_form,
        faults=(AGENT_UNKNOWN, CALL_UNKNOWN, REFUSED),
    ),
    Route(
        operation="setTyping",
        method=Method.PUT,
        path=f"{PART}/typing",
        summary="Whether the agent types: meanwhile the wrap-up does not end",
        query=Nothing,
        body=Typing,
        answer=DebriefShown,
        handler=note_typing,
        faults=(AGENT_UNKNOWN, CALL_UNKNOWN, REFUSED),
    ),
)
