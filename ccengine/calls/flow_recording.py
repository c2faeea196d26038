"""What a caller says in a flow, recorded to a file of the call's own."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriRefused, AriTimeout
from ccengine.calls.sound_files import seconds_of
from ccengine.ivr.context import Taken

if TYPE_CHECKING:
    from ccengine.asterisk.ari.events import RecordingSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.ivr.context import Take

log = structlog.get_logger()

LEAST_SECONDS: Final = 1
"""That were not silent: less is nobody's message."""
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
    seconds = _seconds_of(wiring, name, ended)
    return Taken(f"{name}.wav", seconds) if seconds >= LEAST_SECONDS else None


async def stop_recording(wiring: Wiring, name: str) -> None:
    """Have a recording end that may be under way: Asterisk keeps all prompts until it does."""
    with suppress(AriRefused, AriTimeout):
        await wiring.router.ari.stop_recording(name)


def _seconds_of(wiring: Wiring, name: str, ended: RecordingSnapshot | None) -> float:
    """Return how long the recording is; 0: nobody said anything."""
    if ended is None:  # while we were deaf
        return seconds_of(wiring.paths.recordings / f"{name}.wav") or 0.0
    spoken = ended.duration_seconds if ended.talking_seconds is None else ended.talking_seconds
    is_message = ended.state != FAILED and spoken >= LEAST_SECONDS
    return float(ended.duration_seconds) if is_message else 0.0
