"""States of agents and calls, and the transition tables: the only place that knows the steps.

Two rules: whatever moves an agent or a call from state to state is a row in a table below, and a
step without a row raises `IllegalTransition` and changes nothing. The diagrams in
`ccengine/README.md` are drawn from these tables, and a test compares them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ccengine.core.errors import IllegalTransition

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What kind of work waits in a line; all are matched by the same rules."""

    CALL = "call"
    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    TASK = "task"
    OUTBOUND = "outbound"  #: an agent dialled somebody outside by hand
    INTERNAL = "internal"  #: an agent calls a colleague
    CONSULT = "consult"  #: the same during a customer's call, and because of it
    LEAD = "lead"  #: a campaign has dialed somebody


ITEMS = frozenset({Kind.CALLBACK, Kind.VOICEMAIL})
"""What waits without a caller on the line."""


class AgentState(StrEnum):
    """What an agent is doing."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    NOT_READY = "not_ready"
    OFFERED = "offered"  #: the phone rings
    ON_CALL = "on_call"  #: from answer to the end of the conversation
    WRAP_UP = "wrap_up"


AT_WORK = frozenset(
    {AgentState.AVAILABLE, AgentState.OFFERED, AgentState.ON_CALL, AgentState.WRAP_UP}
)
WITH_CALLS = frozenset({AgentState.ON_CALL, AgentState.WRAP_UP})


class AgentStep(StrEnum):
    """What moves an agent."""

    LOG_IN = "logs in"
    LOG_IN_NOT_READY = "logs in, not ready"
    LOG_OUT = "logs out"
    READY = "goes ready"
    NOT_READY = "goes not ready"
    OFFER = "is offered a call"
    DIAL = "dials by hand"
    ACCEPT = "answers"
    MISS = "declines or does not answer"
    MISS_AND_STAY = "declines or does not answer, and may again"
    WITHDRAW = "caller leaves first"
    FAIL = "leg lost before the bridge"
    WRAP_UP = "conversation ends"
    EXTEND = "needs longer"
    FINISH = "wrap-up ends"
    FINISH_NOT_READY = "wrap-up ends, not ready was asked for"
    FINISH_OFFLINE = "wrap-up ends, log-out was asked for"


class CallState(StrEnum):
    """Where a call is, as routing sees it."""

    IN_FLOW = "in_flow"
    WAITING = "waiting"
    STRAYED = "strayed"  #: waits, but in the dialplan's fallback: keeps the place, gets no offers
    POSTPONED = "postponed"  #: work without a caller, before its time: keeps the place, no offers
    OFFERED = "offered"
    DIALING = "dialing"  #: an agent has dialled, the far end rings
    CONNECTING = "connecting"  #: the agent answered, the bridge is being made
    TALKING = "talking"
    SENT_OUT = "sent_out"  #: an agent has sent it to the client's own staff, who are rung
    HANDED_OUT = "handed_out"  #: talks with the client's own staff
    ENDED = "ended"


IN_LINE = frozenset({CallState.WAITING, CallState.OFFERED, CallState.STRAYED})
"""Waits in a queue, nobody has answered yet. Work put off has a place there, too."""


class CallStep(StrEnum):
    """What moves a call."""

    QUEUE = "enters a queue"
    STRAY = "strays to the fallback"
    RETURN = "returns"
    POSTPONE = "is put off"
    RESUME = "its time has come"
    OFFER = "is offered to an agent"
    UNOFFER = "offer declined, unanswered or withdrawn"
    GIVE_UP = "the one it was for cannot be had"
    HAND_OVER = "another agent takes over"
    SEND_OUT = "is sent to the client's staff"
    HAND_OUT = "the client's staff take over"
    DIVERT = "is sent elsewhere"
    ACCEPT = "agent answers"
    CONNECT = "is bridged"
    DISCONNECT = "agent's leg lost before the bridge"
    RING_ON = "agent's leg lost before the bridge, other phones ring"
    TALK_ENDS = "conversation ends"
    END = "ends"


AGENT_TRANSITIONS: Mapping[AgentState, Mapping[AgentStep, AgentState]] = {
    AgentState.OFFLINE: {
        AgentStep.LOG_IN: AgentState.AVAILABLE,
        AgentStep.LOG_IN_NOT_READY: AgentState.NOT_READY,
    },
    AgentState.AVAILABLE: {
        AgentStep.OFFER: AgentState.OFFERED,
        AgentStep.DIAL: AgentState.ON_CALL,
        AgentStep.READY: AgentState.AVAILABLE,
        AgentStep.NOT_READY: AgentState.NOT_READY,
        AgentStep.LOG_OUT: AgentState.OFFLINE,
    },
    AgentState.NOT_READY: {
        AgentStep.DIAL: AgentState.ON_CALL,
        AgentStep.READY: AgentState.AVAILABLE,
        AgentStep.NOT_READY: AgentState.NOT_READY,
        AgentStep.LOG_OUT: AgentState.OFFLINE,
    },
    AgentState.OFFERED: {
        AgentStep.ACCEPT: AgentState.ON_CALL,
        AgentStep.MISS: AgentState.NOT_READY,
        AgentStep.MISS_AND_STAY: AgentState.AVAILABLE,
        AgentStep.WITHDRAW: AgentState.AVAILABLE,
        AgentStep.READY: AgentState.OFFERED,
        AgentStep.NOT_READY: AgentState.NOT_READY,
        AgentStep.LOG_OUT: AgentState.OFFLINE,
    },
    AgentState.ON_CALL: {
        AgentStep.WRAP_UP: AgentState.WRAP_UP,
        AgentStep.WITHDRAW: AgentState.AVAILABLE,
        AgentStep.FAIL: AgentState.NOT_READY,
        AgentStep.READY: AgentState.ON_CALL,
        AgentStep.NOT_READY: AgentState.ON_CALL,
        AgentStep.LOG_OUT: AgentState.ON_CALL,
    },
    AgentState.WRAP_UP: {
        AgentStep.EXTEND: AgentState.WRAP_UP,
        AgentStep.DIAL: AgentState.ON_CALL,
        AgentStep.FINISH: AgentState.AVAILABLE,
        AgentStep.FINISH_NOT_READY: AgentState.NOT_READY,
        AgentStep.FINISH_OFFLINE: AgentState.OFFLINE,
        AgentStep.READY: AgentState.AVAILABLE,
        AgentStep.NOT_READY: AgentState.NOT_READY,
        AgentStep.LOG_OUT: AgentState.OFFLINE,
    },
}

CALL_TRANSITIONS: Mapping[CallState, Mapping[CallStep, CallState]] = {
    CallState.IN_FLOW: {
        CallStep.QUEUE: CallState.WAITING,
        CallStep.OFFER: CallState.OFFERED,
        CallStep.END: CallState.ENDED,
    },
    CallState.WAITING: {
        CallStep.OFFER: CallState.OFFERED,
        CallStep.DIVERT: CallState.IN_FLOW,
        CallStep.STRAY: CallState.STRAYED,
        CallStep.POSTPONE: CallState.POSTPONED,
        CallStep.END: CallState.ENDED,
    },
    CallState.POSTPONED: {
        CallStep.RESUME: CallState.WAITING,
        CallStep.DIVERT: CallState.IN_FLOW,
        CallStep.END: CallState.ENDED,
    },
    CallState.STRAYED: {
        CallStep.RETURN: CallState.WAITING,
        CallStep.END: CallState.ENDED,
    },
    CallState.OFFERED: {
        CallStep.OFFER: CallState.OFFERED,
        CallStep.ACCEPT: CallState.CONNECTING,
        CallStep.UNOFFER: CallState.WAITING,
        CallStep.GIVE_UP: CallState.IN_FLOW,
        CallStep.STRAY: CallState.STRAYED,
        CallStep.END: CallState.ENDED,
    },
    CallState.DIALING: {
        CallStep.CONNECT: CallState.TALKING,
        CallStep.END: CallState.ENDED,
    },
    CallState.CONNECTING: {
        CallStep.CONNECT: CallState.TALKING,
        CallStep.DISCONNECT: CallState.WAITING,
        CallStep.POSTPONE: CallState.POSTPONED,
        CallStep.GIVE_UP: CallState.IN_FLOW,
        CallStep.RING_ON: CallState.OFFERED,
        CallStep.END: CallState.ENDED,
    },
    CallState.TALKING: {
        CallStep.TALK_ENDS: CallState.IN_FLOW,
        CallStep.HAND_OVER: CallState.TALKING,
        CallStep.SEND_OUT: CallState.SENT_OUT,
        CallStep.HAND_OUT: CallState.HANDED_OUT,
        CallStep.END: CallState.ENDED,
    },
    CallState.SENT_OUT: {
        CallStep.HAND_OUT: CallState.HANDED_OUT,
        CallStep.UNOFFER: CallState.WAITING,
        CallStep.GIVE_UP: CallState.IN_FLOW,
        CallStep.STRAY: CallState.STRAYED,
        CallStep.END: CallState.ENDED,
    },
    CallState.HANDED_OUT: {
        CallStep.END: CallState.ENDED,
    },
    CallState.ENDED: {},
}


def next_agent_state(state: AgentState, step: AgentStep) -> AgentState:
    """Return the state after the step.

    Raises:
        IllegalTransition: the table has no such step from this state.
    """
    try:
        return AGENT_TRANSITIONS[state][step]
    except KeyError:
        message = f"an agent who is {state} cannot take the step '{step}'"
        raise IllegalTransition(message) from None


def next_call_state(state: CallState, step: CallStep) -> CallState:
    """Return the state after the step.

    Raises:
        IllegalTransition: the table has no such step from this state.
    """
    try:
        return CALL_TRANSITIONS[state][step]
    except KeyError:
        message = f"a call that is {state} cannot take the step '{step}'"
        raise IllegalTransition(message) from None
