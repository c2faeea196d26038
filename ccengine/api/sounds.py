"""Sends the sound of recordings: whole or a part, while it is being opened, on no disk."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from aiohttp import web

from ccengine.api.faults import (
    RECORDING_AWAY,
    RECORDING_BROKEN,
    RECORDING_GOES_ON,
    RECORDING_MISSING,
)
from ccengine.api.problems import BUSY, RANGE_WRONG
from ccengine.keeping.keeping import Listener, NotThere, StillWritten
from ccengine.keeping.opening import Exit
from ccengine.keeping.player import CannotOpen, PlayerBusy

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ccengine.api.problems import Refused
    from ccengine.api.route import Asked
    from ccengine.keeping.keeping import Sound
    from ccengine.reporting.call_record import CallRecord

log = structlog.get_logger()

WHOLE_SOON = "It is whole in some seconds."
HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class Part(NamedTuple):
    """Which bytes are wanted."""

    start: int
    end: int
    is_whole: bool


def listener_of(asked: Asked[Any, Any]) -> Listener:
    """Return who is given the sound."""
    return Listener(asked.identity.name, asked.identity.role)


async def send_sound(asked: Asked[Any, Any], record: CallRecord) -> web.StreamResponse:
    """Send a call's recording.

    Raises:
        Refused: it is not there, or is not what was kept.
        ReaderBusy: there is no time for it.
    """
    keeping = asked.ports.library.keeping
    try:
        sound = await keeping.sound(record)
    except NotThere as error:
        raise RECORDING_MISSING.because(detail=_told(error)) from None
    except StillWritten:
        raise RECORDING_GOES_ON.because(detail=WHOLE_SOON) from None
    tag = f'"{sound.tag}"'
    if any(one.value in (sound.tag, "*") for one in asked.request.if_none_match or ()):
        return web.Response(status=304, headers={**HEADERS, "ETag": tag})
    part = _part_of(asked.request, sound, tag)
    pieces = keeping.play(sound, listener_of(asked), part.start, part.end)
    async with contextlib.aclosing(pieces):
        first = await _first(pieces)
        log.info("recording_sent", actor=asked.identity.name, call_id=record.call)
        response = _begun(sound, part, tag)
        await response.prepare(asked.request)
        await response.write(first)
        try:
            async for piece in pieces:
                await response.write(piece)
        except CannotOpen:
            # What was sent was right; who listens must not take it for all of it.
            log.exception("recording_broken", call_id=record.call)
            if asked.request.transport is not None:
                asked.request.transport.abort()
            return response
        await response.write_eof()
    return response


async def _first(pieces: AsyncGenerator[bytes]) -> bytes:
    """Return the first piece: until it is there, an error can be told.

    Raises:
        Refused: there is none.
    """
    try:
        return await anext(pieces)
    except StopAsyncIteration:
        return b""
    except PlayerBusy:
        raise BUSY.because(detail="So many listen already.") from None
    except NotThere as error:
        raise RECORDING_MISSING.because(detail=_told(error)) from None
    except StillWritten:
        raise RECORDING_GOES_ON.because(detail=WHOLE_SOON) from None
    except CannotOpen as error:
        raise _cannot_open(error) from None


def _cannot_open(error: CannotOpen) -> Refused:
    match error.exit:
        case Exit.DESTROYED:
            return RECORDING_MISSING.because(detail="The key that opened it was destroyed.")
        case Exit.BROKEN:
            return RECORDING_BROKEN.because()
        case Exit.DONE | Exit.UNREACHABLE:
            return RECORDING_AWAY.because()


def _begun(sound: Sound, part: Part, tag: str) -> web.StreamResponse:
    headers = {**HEADERS, "ETag": tag, "Content-Type": sound.content_type}
    if not part.is_whole:
        headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{sound.bytes}"
    response = web.StreamResponse(status=200 if part.is_whole else 206, headers=headers)
    response.content_length = part.end - part.start
    return response


def _part_of(request: web.Request, sound: Sound, tag: str) -> Part:
    """Return which bytes are asked for.

    Raises:
        Refused: there are no such bytes.
    """
    whole = Part(0, sound.bytes, is_whole=True)
    if request.headers.get("If-Range", tag) != tag:
        return whole
    try:
        asked = request.http_range
    except ValueError:
        raise RANGE_WRONG.because() from None
    if asked.start is None and asked.stop is None:
        return whole
    start, end, _ = asked.indices(sound.bytes)
    if start >= end:
        raise RANGE_WRONG.because(detail=f"The recording has {sound.bytes} bytes.")
    return Part(start, end, is_whole=False)


def _told(error: NotThere) -> str:
    return f"It is {error}." if error.args else ""
