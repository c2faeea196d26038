"""Plans and events with the details filled in that a test does not care about."""

from __future__ import annotations

from typing import Any

from ccengine.core import events
from ccengine.core.events import (
    CallArrived,
    CallbackAsked,
    CallMissed,
    MessageLeft,
    Party,
    Reached,
)
from ccengine.core.ids import (
    AgentId,
    CallId,
    ClientId,
    CoachingId,
    PhoneId,
    QueueId,
    SkillId,
    TenantId,
    queue_id,
)
from ccengine.core.plan import AgentSettings, Plan
from ccengine.core.queues import QueueSettings
from ccengine.core.states import Kind

TENANT = TenantId("demo")
CLIENT = ClientId("nova")


def skills(text: str) -> dict[SkillId, int]:
    """Read `billing:4 german:2`."""
    pairs = (word.split(":") for word in text.split())
    return {SkillId(skill): int(level) for skill, level in pairs}


def queue_named(name: str) -> QueueId:
    """Return the full name of a queue; without a client it is the test's usual client's."""
    return QueueId(name) if "/" in name else queue_id(CLIENT, name)


def agent_settings(has: str, clients: tuple[str, ...] = (CLIENT,)) -> AgentSettings:
    """Return an agent with skills as in `billing:4 german:2`."""
    approved = tuple(ClientId(client) for client in clients)
    return AgentSettings(name="A. Name", number="1000", skills=skills(has), clients=approved)


def queue_settings(
    needs: str = "",
    *,
    priority: int = 0,
    ring: float = 20.0,
    wrap_up: float = 15.0,
    recorded: bool = True,
) -> QueueSettings:
    """Return a queue that needs skills as in `billing:3`."""
    return QueueSettings(
        skills=skills(needs),
        priority=priority,
        ring_seconds=float(ring),
        wrap_up_seconds=float(wrap_up),
        recorded=recorded,
    )


def plan_of(
    agents: dict[str, AgentSettings],
    queues: dict[str, QueueSettings],
    *,
    ready_at_login: bool = True,
    version: str = "1",
    **house: Any,
) -> Plan:
    """Return a plan; queues without a client are the usual client's; `house` are its rules."""
    return Plan(
        tenant=TENANT,
        version=version,
        agents={AgentId(name): settings for name, settings in agents.items()},
        queues={queue_named(name): settings for name, settings in queues.items()},
        ready_at_login=ready_at_login,
        **house,
    )


def call_arrived(call: str, client: str = CLIENT) -> CallArrived:
    """Return the arrival of a call for a client."""
    return CallArrived(
        call=CallId(call),
        tenant=TENANT,
        client=ClientId(client),
        number="600100",
        caller="",
        channel=f"{call}-caller",
        node="node1",
        arrived_at=0.0,
    )


def call_missed(call: str, client: str = CLIENT) -> CallMissed:
    """Return what is told of a call that no engine took."""
    return CallMissed(
        call=CallId(call),
        tenant=TENANT,
        client=ClientId(client),
        number="600100",
        caller="",
        node="node1",
        arrived_at=1.0,
        ended_at=9.0,
        by=Party.CALLER,
        reached=Reached.FALLBACK,
    )


def callback_asked(call: str, to: str, queue: QueueId) -> CallbackAsked:
    """Return what is told when the caller of a call wants to be called back."""
    return CallbackAsked(
        call=CallId(f"{call}-cb"),
        origin=CallId(call),
        tenant=TENANT,
        client=ClientId(queue.partition("/")[0]),
        node="node1",
        number="600100",
        caller="",
        queue=queue,
        to=to,
    )


def message_left(call: str, queue: QueueId, at: float) -> MessageLeft:
    """Return what is told when the caller of a call has left a message."""
    return MessageLeft(
        call=CallId(f"{call}-vm"),
        origin=CallId(call),
        tenant=TENANT,
        client=ClientId(queue.partition("/")[0]),
        node="node1",
        number="600100",
        caller="",
        queue=queue,
        to="",
        recording=f"demo/nova/voicemail/{call}",
        seconds=7.0,
        left_at=at,
    )


def agent_dialled(
    call: str, agent: str, kind: Kind, origin: str | None = None
) -> events.AgentDialled:
    """Return what is told of a call that an agent makes."""
    return events.AgentDialled(
        call=CallId(call),
        agent=AgentId(agent),
        tenant=TENANT,
        client=CLIENT,
        number="99555",
        channel=f"{call}-side",
        leg=f"{call}-leg",
        kind=kind,
        node="node1",
        origin=None if origin is None else CallId(origin),
    )


def control_events(call: str, agent: str) -> list[events.Event]:
    """Return one of each thing that an agent may do with a call."""
    both: Any = {"call": CallId(call), "agent": AgentId(agent)}
    consult = CallId(f"{call}-x")
    return [
        agent_dialled("d1", agent, Kind.OUTBOUND),
        events.CallDirected(**both),
        events.CallTransferred(**both, queue=queue_named("billing")),
        events.CallHandedOver(**both, to_agent=AgentId("bob"), consult=consult),
        events.CallHandedOut(**both, consult=consult, channel="s", number="99"),
        events.StaffAnswered(call=CallId(call), leg="s", bridge="b"),
        events.StaffMissed(call=CallId(call), leg="s", reason="busy"),
        events.HoldStarted(**both, how=events.HoldBy.CODE),
        events.HoldEnded(**both),
        events.ConferenceStarted(**both, bridge="b", channel="s"),
    ]


def phone_named(number: str) -> PhoneId:
    """Return a phone by its extension."""
    return PhoneId(number)


def card_events(call: str, agent: str) -> list[events.Event]:
    """Return one of each that a card or a consent brings, in their order."""
    both: dict[str, Any] = {"call": CallId(call), "agent": AgentId(agent)}
    entry: dict[str, Any] = {"call": CallId(call), "entry": f"{call}.card1"}
    places = {"caller_place": "US-CA", "agent_place": "DE"}
    rule: dict[str, Any] = {"call": CallId(call), "rule": events.ConsentKind.ANNOUNCE, **places}
    heard = events.ConsentAnswer.HEARD
    asked = events.ConsentAsked(
        **rule, agent=AgentId(agent), prompt="announce-recording", version="en/0", language="en"
    )
    return [
        asked,
        events.ConsentGiven(**rule, answer=heard),
        events.ConsentRefused(**rule, answer=events.ConsentAnswer.NO_KEY),
        events.CardEntryStarted(**both, entry=f"{call}.card1", by="anna"),
        events.CardFieldTyped(**entry, typed=events.CardField.NUMBER),
        events.CardPaymentSent(**entry),
        events.CardEntryEnded(**entry, outcome=events.CardOutcome.APPROVED, token="tok_1"),
        events.CardTalkResumed(**entry),
    ]


def coaching_events(call: str, agent: str, coach: str) -> list[events.Event]:
    """Return one of each that coaching brings, in their order."""
    about: dict[str, Any] = {
        "coaching": CoachingId("coaching-1"),
        "coach": AgentId(coach),
        "agent": AgentId(agent),
    }
    mode, known = events.CoachMode.WHISPER, CallId(call)
    return [
        events.CoachingStarted(**about, channel="k", mode=mode),
        events.CoachModeChanged(**about, mode=mode),
        events.CoachRouted(**about, call=known, mode=mode, hears=(), heard_by=(), bridges=()),
        events.CoachParted(**about, call=known, reason="no call"),
        events.CoachLeaked(**about, call=known, mode=mode, reason="heard", planned=False),
        events.CallTakenOver(
            call=known,
            agent=AgentId(agent),
            to_agent=AgentId(coach),
            coaching=CoachingId("coaching-1"),
            channel="k",
        ),
        events.CoachingEnded(**about, reason="left"),
    ]
