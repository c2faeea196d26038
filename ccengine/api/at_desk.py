"""What an agent sees of the call at their desk, of their queues, and of where callers can go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.live import LiveShown, live
from ccengine.api.models import Shown, Utc
from ccengine.api.recording_at_desk import RecordingAtDesk, recording_at_desk
from ccengine.core.events import CardField, CardOutcome
from ccengine.core.ids import QueueId, client_of
from ccengine.core.states import CallState, Kind
from ccengine.reporting.masking import mask_within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.api.route import Asked
    from ccengine.core.agents import Agent
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId, ClientId


class ToldByFlow(Shown):
    """What the menu has learned of the caller."""

    label: str
    text: str


class CardAtDesk(Shown):
    """How far a caller is who types a payment card. No digit of it is shown to anybody."""

    typed: tuple[CardField, ...] = Field(description="What is typed, and can be.")
    paying: bool = Field(description="The payment program is asked.")


class DeskCallShown(LiveShown):
    """The call at an agent's desk."""

    client_name: str
    language: str = Field(description="To speak with the customer.")
    learned: list[ToldByFlow] = Field(description="What the menu has learned; never a secret.")
    line: str = Field(description="What the number dialed is for; empty: nobody wrote it down.")
    waited_seconds: float | None = Field(
        description="Before the agent answered; null: nobody has, see `waits_since`."
    )
    on_hold: bool
    in_conference: bool
    consults: str | None = Field(description="Whom the agent asks about it, or has asked in.")
    unwanted_recording: bool = Field(description="The caller does not want it.")
    takes_cards: bool = Field(description="The caller can be asked to type a payment card.")
    card: CardAtDesk | None = Field(description="While the caller types one, apart.")
    card_ended: CardOutcome | None = Field(description="How the last one of this call has ended.")
    recording: RecordingAtDesk
    booked_for: Utc | None = Field(description="A callback's time, if it has one.")
    attempts: int = Field(description="How often the customer was called back.")
    message_seconds: float | None = Field(description="How long the message is that was left.")


class QueueAtDesk(Shown):
    """A queue whose calls the agent may get."""

    queue: str
    client: str
    client_name: str
    extension: str | None
    paused: bool = Field(description="The agent wants none of its calls.")
    waiting: int


class Destination(Shown):
    """Where a caller of the present client can be sent to."""

    number: str
    label: str


def desk_call(call: Call, asked: Asked[Any, Any]) -> DeskCallShown:
    """Return the call as its agent sees it."""
    item, talks = call.item, call.state is CallState.TALKING
    consults = list(_consults(call, asked))
    return DeskCallShown(
        **dict(live(call, asked)),
        client_name=name_of(call.client, asked),
        language=_language(call, asked),
        learned=_learned(call, asked),
        line=_line(call, asked),
        waited_seconds=call.waited_seconds if talks else None,
        on_hold=call.held is not None,
        in_conference=any(one.conference for one in consults),
        consults=next((_whom(one, asked) for one in consults), None),
        unwanted_recording=call.consent is not None and not call.consent.given,
        takes_cards=talks and _takes_cards(call, asked),
        card=None
        if call.card is None or call.card.is_over
        else CardAtDesk(typed=call.card.typed, paying=call.card.is_sent),
        card_ended=None if call.card_ended is None else call.card_ended.outcome,
        recording=recording_at_desk(call, asked),
        booked_for=None if item is None else item.slot,
        attempts=0 if item is None else item.attempts,
        message_seconds=item.message_seconds if item is not None and item.message else None,
    )


def queues_at_desk(agent: Agent, asked: Asked[Any, Any]) -> list[QueueAtDesk]:
    """Return the agent's queues, in the order of the configuration."""
    return [
        QueueAtDesk(
            queue=queue,
            client=client_of(queue),
            client_name=name_of(client_of(queue), asked),
            extension=asked.ports.floor.center.plan.queues[queue].extension,
            paused=queue in agent.paused,
            waiting=asked.ports.floor.center.standing(queue)[0],
        )
        for queue in queues_of(agent.id, asked)
    ]


def queues_of(agent: AgentId, asked: Asked[Any, Any]) -> list[QueueId]:
    """Return the queues whose calls the agent may get, as far as the token sees them."""
    floor = asked.ports.floor
    found = floor.center.queues_of(agent, floor.now())
    return [queue for queue in found if asked.sight.queue(queue)]


def destinations(client: ClientId, asked: Asked[Any, Any]) -> list[Destination]:
    """Return the client's queues and its own people."""
    known = asked.ports.floor.tenant().clients.get(client)
    if known is None or not asked.sight.client(client):
        return []
    queues = [
        Destination(number=queue.extension, label=name)
        for name, queue in known.settings.queues.items()
        if queue.extension is not None
    ]
    staff = known.settings.staff.items()
    return [*queues, *(Destination(number=code, label=one.name) for code, one in staff)]


def name_of(client: ClientId, asked: Asked[Any, Any]) -> str:
    """Return a client's name, for people."""
    known = asked.ports.floor.tenant().clients.get(client)
    return client if known is None else known.settings.name


def _takes_cards(call: Call, asked: Asked[Any, Any]) -> bool:
    known = asked.ports.floor.tenant().clients.get(call.client)
    return known is not None and known.settings.payment is not None


def _learned(call: Call, asked: Asked[Any, Any]) -> list[ToldByFlow]:
    """Return what flows have learned, with the caller's number masked where it is everywhere."""
    hides = asked.sight.veil.hides(call.client)
    numbers = (call.caller, call.identity) if hides else ()
    return [
        ToldByFlow(label=name, text=mask_within(text, *numbers))
        for name, text in call.shown_data.items()
    ]


def _language(call: Call, asked: Asked[Any, Any]) -> str:
    tenant = asked.ports.floor.tenant()
    if call.language in tenant.settings.languages:
        return call.language
    route = tenant.route(call.number)
    if route is not None and route.client == call.client:
        return route.language
    known = tenant.clients.get(call.client)
    return tenant.language if known is None else known.language


def _line(call: Call, asked: Asked[Any, Any]) -> str:
    tenant = asked.ports.floor.tenant()
    route, known = tenant.route(call.number), tenant.clients.get(call.client)
    if route is None or known is None or route.client != call.client:
        return ""
    return known.settings.numbers[route.number].description or ""


def _consults(call: Call, asked: Asked[Any, Any]) -> Iterator[Call]:
    calls = asked.ports.floor.center.calls.values()
    return (one for one in calls if one.kind is Kind.CONSULT and one.origin == call.id)


def _whom(consult: Call, asked: Asked[Any, Any]) -> str:
    agents = asked.ports.floor.tenant().settings.agents
    asked_for = consult.agent or consult.directed
    if asked_for is None:
        return consult.number
    # Agents know whom they have dialed themselves; others may not see the colleague.
    is_seen = asked.identity.scope.agent is not None or asked.sight.agent(asked_for)
    known = agents.get(asked_for) if is_seen else None
    return consult.number if known is None else known.name
