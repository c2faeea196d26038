"""A caller whom an agent sends to the client's own staff without waiting for their answer.

The caller stays with the engine, and hears music, until somebody there answers. Whoever cannot be
had is no end of the call: it goes back to the agent who sent it, or to the head of its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core import offers
from ccengine.core.commands import RingStaff
from ccengine.core.states import CallState, CallStep, next_call_state

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.events import StaffAnswered, StaffMissed
    from ccengine.core.floor import Floor
    from ccengine.core.ids import AgentId, Instant


def ring(floor: Floor, call: Call, number: str, sender: AgentId | None) -> None:
    """Have the staff rung for a call that is sent out; `sender` gets it back if they are missed."""
    call.offers_made += 1
    call.outside, call.back_to = f"{call.id}.{call.offers_made}", sender
    floor.ask(RingStaff(call=call.id, leg=call.outside, number=number))
    floor.move_call(call, call.state)


def hand_out(floor: Floor, event: StaffAnswered) -> None:
    """Let the staff have the caller."""
    call = floor.calls[event.call]
    state = next_call_state(call.state, CallStep.HAND_OUT)
    call.back_to, call.bridge = None, event.bridge
    floor.move_call(call, state)


def miss(floor: Floor, event: StaffMissed, now: Instant) -> None:
    """Take the call back: to who sent it, else to the head of its line."""
    call = floor.calls[event.call]
    call.outside = ""
    offers.fall_back(floor, call, CallStep.UNOFFER, event.reason, now)


def forget(call: Call) -> None:
    """Forget whom the call was sent to: the dialplan's fallback has it."""
    if call.state is CallState.SENT_OUT:
        call.outside, call.back_to = "", None
