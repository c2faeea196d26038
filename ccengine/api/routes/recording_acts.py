"""What is done with the recording of a call that goes on: pause, go on, begin, end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.faults import CALL_UNKNOWN, REFUSED
from ccengine.api.models import Shown, Utc
from ccengine.api.recording_at_desk import RecordingAct
from ccengine.api.route import Asked, Change, Method, Nothing, Route, Strict
from ccengine.api.routes.calls import call_of
from ccengine.core.events import PauseReason
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.core.calls import Call


class RecordingActAsked(Strict):
    """What is wanted of the recording."""

    act: RecordingAct


class RecordingNow(Shown):
    """Whether a call is being recorded."""

    call: str
    recorded: bool
    paused_by: str | None
    paused_for: PauseReason | None
    paused_until: Utc | None


async def act_on_recording(asked: Asked[Nothing, RecordingActAsked]) -> Change:
    """Pause the recording of a talk, have it go on, begin or end one.

    Raises:
        Refused: the call is in no talk, or it is not possible in it now.
    """
    call = call_of(asked)
    if call.state is not CallState.TALKING:
        raise REFUSED.because(detail="There is no talk.")
    before = _shown(call)
    refused = await _act(asked, call)
    if refused:
        raise REFUSED.because(detail=refused)
    after = _shown(call)
    return Change(
        target=f"call {call.id}",
        before=before.model_dump(mode="json"),
        after=after.model_dump(mode="json"),
        answer=after,
    )


async def _act(asked: Asked[Nothing, RecordingActAsked], call: Call) -> str:
    desk, identity = asked.ports.floor.recordings, asked.identity
    own = identity.scope.agent is not None and identity.scope.agent == call.agent
    by = str(call.agent) if own else identity.name
    match asked.body.act:
        case RecordingAct.PAUSE:
            return await desk.pause(call, by, PauseReason.AGENT if own else PauseReason.API)
        case RecordingAct.RESUME:
            return await desk.resume(call, by)
        case RecordingAct.BEGIN:
            return await desk.begin(call, by)
        case RecordingAct.END:
            return await desk.end(call, by)


def _shown(call: Call) -> RecordingNow:
    pause = call.recording_pause
    return RecordingNow(
        call=call.id,
        recorded=bool(call.recording),
        paused_by=None if pause is None else pause.by,
        paused_for=None if pause is None else pause.reason,
        paused_until=None if pause is None else pause.until,
    )


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="actOnRecording",
        method=Method.POST,
        path="/calls/{call}/recording",
        summary="Pause the recording of a talk, have it go on, begin or end one",
        description="What is paused is silent in the recording, and in the journal with who and "
        "why. It goes on by itself after the client's `recording.pause_limit_seconds`.",
        query=Nothing,
        body=RecordingActAsked,
        answer=RecordingNow,
        handler=act_on_recording,
        faults=(CALL_UNKNOWN, REFUSED),
    ),
)
