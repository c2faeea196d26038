"""What becomes of a recording after its call: how it is kept, who heard it, holds, erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import CALL_UNKNOWN, RECORDING_MISSING, REFUSED
from ccengine.api.models import Shown, Utc
from ccengine.api.problems import BUSY
from ccengine.api.route import Asked, Change, Method, Nothing, Route, Strict
from ccengine.api.routes.calls import record_of
from ccengine.keeping.keeping import NotThere
from ccengine.storage.kept import KeptRecording, KeptState

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.keeping.keeping import Refusal


class KeptShown(Shown):
    """A recording, as it is kept."""

    call: str
    client: str
    queue: str | None
    agents: tuple[str, ...]
    started_at: Utc
    state: KeptState = Field(
        description="`due`: Asterisk's files are not joined yet; `kept`: signed and sealed."
    )
    seconds: float | None
    missing_seconds: float | None = Field(
        description="Should have been recorded, and are not in it."
    )
    format: str | None
    channels: str | None
    bytes: int | None = Field(description="Of the sound.")
    sha256: str | None = Field(description="Of the sound.")
    kept_at: Utc | None
    expires_at: Utc | None = Field(description="It is erased then, unless it is on hold.")
    hold_reason: str | None = Field(description="Nobody may erase it meanwhile.")
    hold_at: Utc | None
    is_in_store: bool
    erased_at: Utc | None
    erased_because: str | None
    silence_percent: float | None
    talk_over_percent: float | None


class PlayShown(Shown):
    """Sound that somebody was given."""

    number: int
    at: Utc
    actor: str = Field(description="The token's name.")
    role: str
    from_seconds: float
    to_seconds: float


class PlayList(Shown):
    """The last first."""

    plays: list[PlayShown]


class Verdict(Shown):
    """Whether a recording is what was recorded."""

    faults: list[str] = Field(
        description="Each begins with the name of a file; empty: it is what was recorded."
    )


class Reason(Strict):
    """Why."""

    reason: str = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")


async def get_kept(asked: Asked[Nothing, Nothing]) -> KeptShown:
    """Return how a call's recording is kept."""
    return _shown(await _row_of(asked))


async def verify(asked: Asked[Nothing, Nothing]) -> Verdict:
    """Read all of a recording, and say whether it is what was recorded.

    Raises:
        ReaderBusy: there is no time for it.
    """
    row = await _row_of(asked)
    try:
        return Verdict(faults=await asked.ports.library.keeping.verify(row.call))
    except NotThere:
        raise REFUSED.because(detail=f"the recording is {row.state}") from None


async def list_plays(asked: Asked[Nothing, Nothing]) -> PlayList:
    """Return who was given a call's recording."""
    record = await record_of(asked)
    plays = await asked.ports.library.keeping.plays(record.call)
    return PlayList(plays=[PlayShown.model_validate(one) for one in plays])


async def hold(asked: Asked[Nothing, Reason]) -> Change:
    """Put a recording on hold."""
    row = await _row_of(asked)
    reason = asked.body.reason.strip()
    refusal = await asked.ports.library.keeping.hold(row.call, reason, asked.identity.name)
    return await _changed(asked, row, refusal)


async def release(asked: Asked[Nothing, Reason]) -> Change:
    """Let the rules apply to a recording again."""
    row = await _row_of(asked)
    refusal = await asked.ports.library.keeping.release(row.call)
    return await _changed(asked, row, refusal)


async def erase(asked: Asked[Nothing, Reason]) -> Change:
    """Have a recording erased."""
    row = await _row_of(asked)
    reason = asked.body.reason.strip()
    refusal = await asked.ports.library.keeping.erase(row.call, reason)
    return await _changed(asked, row, refusal)


async def _row_of(asked: Asked[Any, Any]) -> KeptRecording:
    """Return the recording of the call in the request's address.

    Raises:
        Refused: there is no such call that the token sees, or no recording of it.
    """
    record = await record_of(asked)
    row = await asked.ports.library.keeping.get(record.call)
    if row is None:
        raise RECORDING_MISSING.because(detail="A recording is kept some seconds after its call.")
    return row


async def _changed(
    asked: Asked[Nothing, Reason], before: KeptRecording, refusal: Refusal | None
) -> Change:
    if refusal is not None:
        raise REFUSED.because(detail=refusal.value)
    after = await asked.ports.library.keeping.get(before.call) or before
    return Change(
        target=f"recording {before.call}",
        before={"state": before.state, "hold_reason": before.hold_reason},
        after={
            "state": after.state,
            "hold_reason": after.hold_reason,
            "reason": asked.body.reason.strip(),
        },
        answer=_shown(after),
    )


def _shown(row: KeptRecording) -> KeptShown:
    named = {name: getattr(row, name, None) for name in KeptShown.model_fields}
    return KeptShown.model_validate({**named, "is_in_store": row.stored is not None})


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="getKeptRecording",
        method=Method.GET,
        path="/calls/{call}/recording/kept",
        summary="How the recording of a call is kept",
        query=Nothing,
        body=Nothing,
        answer=KeptShown,
        handler=get_kept,
        faults=(CALL_UNKNOWN, RECORDING_MISSING),
    ),
    Route(
        operation="verifyRecording",
        method=Method.GET,
        path="/calls/{call}/recording/faults",
        summary="Whether the recording of a call is what was recorded",
        description="Its manifest's signature, its seal and its sound are looked at, here or in "
        "the store, so it takes as long as reading all of it.",
        query=Nothing,
        body=Nothing,
        answer=Verdict,
        handler=verify,
        faults=(CALL_UNKNOWN, RECORDING_MISSING, REFUSED, BUSY),
    ),
    Route(
        operation="listPlays",
        method=Method.GET,
        path="/calls/{call}/recording/plays",
        summary="Who was given the recording of a call, when, and which part of it",
        query=Nothing,
        body=Nothing,
        answer=PlayList,
        handler=list_plays,
        faults=(CALL_UNKNOWN,),
    ),
    Route(
        operation="holdRecording",
        method=Method.POST,
        path="/calls/{call}/recording/hold",
        summary="Legal hold: nothing erases the recording of a call until it is released",
        query=Nothing,
        body=Reason,
        answer=KeptShown,
        handler=hold,
        faults=(CALL_UNKNOWN, RECORDING_MISSING, REFUSED),
    ),
    Route(
        operation="releaseRecording",
        method=Method.POST,
        path="/calls/{call}/recording/release",
        summary="End a legal hold",
        query=Nothing,
        body=Reason,
        answer=KeptShown,
        handler=release,
        faults=(CALL_UNKNOWN, RECORDING_MISSING, REFUSED),
    ),
    Route(
        operation="eraseRecording",
        method=Method.POST,
        path="/calls/{call}/recording/erase",
        summary="Erase the recording of a call, here and in its store, within seconds",
        description="What became of it stays known. Refused while it is on hold.",
        query=Nothing,
        body=Reason,
        answer=KeptShown,
        handler=erase,
        faults=(CALL_UNKNOWN, RECORDING_MISSING, REFUSED),
    ),
)
