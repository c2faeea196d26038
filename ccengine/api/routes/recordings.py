"""Recordings: which there are, and their sound."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

import structlog
from aiohttp import web
from pydantic import Field

from ccengine.api.call_lists import CallPage, CallsQuery, filter_of, find_page, within_sight
from ccengine.api.faults import (
    CALL_UNKNOWN,
    PICTURE_MISSING,
    RECORDING_AWAY,
    RECORDING_BROKEN,
    RECORDING_GOES_ON,
    RECORDING_MISSING,
)
from ccengine.api.models import Shown
from ccengine.api.problems import BUSY, RANGE_WRONG
from ccengine.api.route import Asked, Media, Method, Nothing, Route
from ccengine.api.routes.calls import record_of
from ccengine.api.sounds import listener_of, send_sound
from ccengine.keeping.order import RAW

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.api.route import AnyRoute
    from ccengine.reporting.call_record import CallRecord

log = structlog.get_logger()

SOUND: Final = Media("audio/wav", "The sound, or with `Range` a part of it.")
KEPT_SOUND: Final = Media(
    "audio/*", "The sound as WAV, Opus in Ogg, or MP3; or with `Range` a part of it."
)
SOUND_FAULTS: Final = (
    RECORDING_MISSING,
    RECORDING_GOES_ON,
    RECORDING_BROKEN,
    RECORDING_AWAY,
    RANGE_WRONG,
    BUSY,
)
"""What may be wrong with the sound of a call that is seen."""
ENDING: Final = ".wav"
SpanName = Literal["caller", "agent", "cross_talk", "silence", "hold", "pause"]


class PictureShown(Shown):
    """A recording to be drawn. Times in `spans` are hundredths of a second from its begin."""

    seconds: float
    caller: str = Field(
        description="Loudness by tenths of a second, two hexadecimal digits each: 255 times the "
        "root of the loudest sample's share of full scale."
    )
    agent: str = Field(description="Of what the caller hears, likewise.")
    spans: list[tuple[SpanName, int, int]] = Field(
        description="What goes on, from when to when. They tile the recording."
    )


async def list_recordings(asked: Asked[CallsQuery, Nothing]) -> web.StreamResponse:
    """List recorded calls that are over.

    Raises:
        ReaderBusy: there is no time for it.
    """
    which = replace(filter_of(asked.query), recorded=True)
    return await find_page(asked, within_sight(which, asked))


async def get_recording(asked: Asked[Nothing, Nothing]) -> web.StreamResponse:
    """Send a call's recording."""
    return await send_recording(asked, await record_of(asked))


async def send_recording(asked: Asked[Any, Any], record: CallRecord) -> web.StreamResponse:
    """Send the recording of a call whose sound the token may hear.

    Raises:
        Refused: there is none, or not yet.
    """
    if record.recording is None:
        raise RECORDING_MISSING.because()
    if record.ended_at is None and record.talk_ended_at is None:
        raise RECORDING_GOES_ON.because()
    if record.recording.endswith(RAW):
        return await send_sound(asked, record)
    return await _send(asked, record, record.recording)


async def get_picture(asked: Asked[Nothing, Nothing]) -> web.Response:
    """Tell who talks when in a call's recording."""
    return await send_picture(asked, await record_of(asked))


async def send_picture(asked: Asked[Any, Any], record: CallRecord) -> web.Response:
    """Send what is drawn of the recording of a call whose sound the token may hear.

    Raises:
        Refused: nobody has looked at it.
    """
    picture = await asked.ports.library.keeping.picture(record.call)
    if picture is None:
        raise PICTURE_MISSING.because()
    return web.json_response(picture)


async def get_comment(asked: Asked[Nothing, Nothing]) -> web.StreamResponse:
    """Send what a caller said of the call when they were asked how it was."""
    record = await record_of(asked)
    if record.survey_comment is None:
        raise RECORDING_MISSING.because()
    return await _send(asked, record, record.survey_comment)


async def _send(asked: Asked[Any, Any], record: CallRecord, recording: str) -> web.StreamResponse:
    """Send a file of a call's; aiohttp knows ranges and conditions."""
    folder = asked.ports.library.recordings
    file = await asyncio.to_thread(_file, folder, record, recording)
    if file is None:
        raise RECORDING_MISSING.because()
    _check_range(asked, file.stat().st_size)
    await asked.ports.library.keeping.note(record, listener_of(asked), 0.0, 0.0)
    log.info("recording_sent", actor=asked.identity.name, call_id=record.call)
    return web.FileResponse(file, headers={"Content-Type": SOUND.content_type})


def _file(folder: Path, record: CallRecord, recording: str) -> Path | None:
    """Return the file, None if there is none where the client's recordings are."""
    own = (folder / record.tenant / record.client).resolve()
    name = recording.removesuffix(ENDING)
    file = (folder / f"{name}{ENDING}").resolve()
    return file if file.is_relative_to(own) and file.is_file() else None


def _check_range(asked: Asked[Any, Any], size: int) -> None:
    """Refuse a range that is none, with a reason; aiohttp would say nothing but so."""
    try:
        part = asked.request.http_range
    except ValueError:
        raise RANGE_WRONG.because() from None
    starts_behind = part.start is not None and part.start >= size
    if starts_behind:
        raise RANGE_WRONG.because(detail=f"The recording has {size} bytes.")


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listRecordings",
        method=Method.GET,
        path="/recordings",
        summary="Recorded calls that are over, the newest first",
        query=CallsQuery,
        body=Nothing,
        answer=CallPage,
        handler=list_recordings,
        faults=(BUSY,),
    ),
    Route(
        operation="getRecording",
        method=Method.GET,
        path="/calls/{call}/recording",
        summary="The sound of a call",
        description="Takes `Range`, `If-Range` and `If-None-Match`. Who was given which part is "
        "noted before it is sent.",
        query=Nothing,
        body=Nothing,
        answer=KEPT_SOUND,
        handler=get_recording,
        faults=(CALL_UNKNOWN, *SOUND_FAULTS),
        statuses={206: "A part of the sound.", 304: "It is as it was."},
    ),
    Route(
        operation="getPicture",
        method=Method.GET,
        path="/calls/{call}/picture",
        summary="Who talks when in the recording of a call, to be drawn",
        query=Nothing,
        body=Nothing,
        answer=PictureShown,
        handler=get_picture,
        faults=(CALL_UNKNOWN, PICTURE_MISSING),
    ),
    Route(
        operation="getComment",
        method=Method.GET,
        path="/calls/{call}/comment",
        summary="What the caller said of a call in its survey",
        description="Takes `Range`, `If-Range`, `If-None-Match` and `If-Modified-Since`.",
        query=Nothing,
        body=Nothing,
        answer=SOUND,
        handler=get_comment,
        faults=(CALL_UNKNOWN, RECORDING_MISSING, RANGE_WRONG),
        statuses={206: "A part of the sound.", 304: "It is as it was."},
    ),
)
