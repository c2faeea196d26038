"""What a caller says in a flow, recorded to a file of the call's own."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriRefused, AriTimeout
from ccengine.calls.sound_files import is_spoken, seconds_of
from ccengine.ivr.context import Taken

if TYPE_CHECKING:
    from ccengine.asterisk.ari.events import RecordingSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.ivr.context import Take

log = structlog.get_logger()

LEAST_SECONDS: Final = 1
"""Of what cannot be listened to: less is nobody's message."""
GRACE_SECONDS: Final = 3.0
"""For the tone before a recording, and for its end to be told."""
FAILED: Final = "failed"


def comment_of(call: Call, take: int) -> str:
    """Return the path below the recordings folder, without ending; nothing is the caller's.

    The same for the same step of the same pass, so that a later engine knows what this one records.

    Args:
        call: who speaks.
        take: counted from 1, within the step.
    """
    day = datetime.fromtimestamp(call.arrived_at, UTC).strftime("%Y/%m/%d")
    suffix = "" if take == 1 else f"-{take}"
    return f"{call.tenant}/{call.client}/comments/{day}/{call.id}-{call.flow_pass}{suffix}"


async def record_caller(
    wiring: Wiring, channel: Channel, call: Call, name: str, take: Take
) -> Taken | None:
    """Sound a tone and record until a key, a silence or the limit; None: nothing was said.

    Cancelled, it goes on recording, and Asterisk does nothing else for the channel until it ends.
    """
    ended: RecordingSnapshot | None = None
    try:
        async with asyncio.timeout(take.seconds + take.silence_seconds + GRACE_SECONDS):
            recording = await channel.record(
                name, seconds=take.seconds, silence_seconds=take.silence_seconds
            )
            if recording is None:
                return None
            ended = await recording.wait()
    except (AriRefused, AriTimeout, TimeoutError) as error:
        log.warning("comment_not_recorded", call_id=call.id, cause=str(error) or "no end told")
        await stop_recording(wiring, name)
    channel.clear_digits()  # the key that ended it is no answer to the next question
    return _taken(wiring, name, ended)


async def stop_recording(wiring: Wiring, name: str) -> None:
    """Have a recording end that may be under way: Asterisk keeps all prompts until it does."""
    with suppress(AriRefused, AriTimeout):
        await wiring.router.ari.stop_recording(name)


def _taken(wiring: Wiring, name: str, ended: RecordingSnapshot | None) -> Taken | None:
    """Judge what was recorded by its file: after a silence Asterisk tells a second of talking."""
    if ended is not None and ended.state == FAILED:
        return None
    path = f"{name}.wav"
    file = wiring.paths.recordings / path
    seconds = seconds_of(file)
    if seconds is not None:
        return Taken(path, round(seconds, 1)) if is_spoken(file) else None
    if ended is None or ended.duration_seconds < LEAST_SECONDS:
        return None
    return Taken(path, float(ended.duration_seconds))
