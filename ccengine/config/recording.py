"""How a client's calls are recorded: `recording:` in client.yaml. Whether, each queue says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from ccengine.config.sound_formats import Channels, SoundFormat
from ccengine.core.queues import OnDemand

if TYPE_CHECKING:
    from ccengine.core.queues import QueueSettings

USUAL_PAUSE_LIMIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    """The keys of `recording`."""

    channels: Channels = Channels.STEREO
    format: SoundFormat = SoundFormat.WAV
    pause_limit_seconds: Annotated[float, Field(gt=0, le=3600)] = USUAL_PAUSE_LIMIT_SECONDS
    """A pause that nobody ends is ended after so long."""
    on_demand: bool = False  #: agents may have any call recorded
    dialled: bool = True  #: calls outside that agents dial are recorded


USUAL_RECORDING = RecordingSettings()


def rule_for(settings: RecordingSettings, queue: QueueSettings | None) -> bool | OnDemand:
    """Return whether a call is recorded, or its agent may choose.

    Args:
        settings: the client's.
        queue: that the call came by; None: an agent has dialled it.
    """
    rule = settings.dialled if queue is None else queue.recorded
    return OnDemand.ON_DEMAND if rule is False and settings.on_demand else rule
