"""The recording of the call at an agent's desk: how it is, and what can be done with it now."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.models import Shown, Utc
from ccengine.config.recording import rule_for
from ccengine.core.events import OWN_PAUSES, PauseReason
from ccengine.core.queues import OnDemand
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.api.route import Asked
    from ccengine.core.calls import Call


class RecordingAct(StrEnum):
    """What is wanted."""

    PAUSE = "pause"  #: the recording gets silence, for `recording.pause_limit_seconds` at most
    RESUME = "resume"
    BEGIN = "begin"  #: where the agent may choose
    END = "end"  #: likewise


class PauseAtDesk(Shown):
    """A recording that gets silence."""

    reason: PauseReason
    by: str = Field(description="Who paused it: an agent, or who uses the API.")
    since: Utc
    until: Utc = Field(description="It goes on by itself then.")


class RecordingAtDesk(Shown):
    """Whether the call is recorded."""

    goes_on: bool = Field(description="The call is recorded, or that is paused.")
    lost: bool = Field(description="It should be recorded, and is not: it is tried on.")
    pause: PauseAtDesk | None
    acts: tuple[RecordingAct, ...] = Field(description="What the agent may do now.")


def recording_at_desk(call: Call, asked: Asked[Any, Any]) -> RecordingAtDesk:
    """Return the recording as the call's agent sees it; of a call in no talk there is none."""
    talks, pause = call.state is CallState.TALKING, call.recording_pause
    shown = None
    if talks and pause is not None:
        shown = PauseAtDesk(reason=pause.reason, by=pause.by, since=pause.since, until=pause.until)
    return RecordingAtDesk(
        goes_on=talks and bool(call.recording),
        lost=talks and call.recording_lost,
        pause=shown,
        acts=_acts(call, rule=_rule(call, asked)) if talks and call.card is None else (),
    )


def _acts(call: Call, *, rule: bool | OnDemand) -> tuple[RecordingAct, ...]:
    ends = (RecordingAct.END,) if call.recorded_for and rule is not True else ()
    if call.recording_lost:
        return ends
    if not call.recording:
        is_refused = call.consent is not None and not call.consent.given
        may_begin = rule is OnDemand.ON_DEMAND and not is_refused
        return (RecordingAct.BEGIN,) if may_begin else ()
    if call.recording_pause is None:
        return (RecordingAct.PAUSE, *ends)
    return ends if call.recording_pause.reason in OWN_PAUSES else (RecordingAct.RESUME, *ends)


def _rule(call: Call, asked: Asked[Any, Any]) -> bool | OnDemand:
    known = asked.ports.floor.tenant().clients.get(call.client)
    queues = asked.ports.floor.center.plan.queues
    queue = None if call.queue is None else queues.get(call.queue)
    return False if known is None else rule_for(known.settings.recording, queue)
