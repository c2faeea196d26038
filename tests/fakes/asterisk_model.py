"""Channels, bridges, playbacks and recordings as Asterisk has them: what a test can look at."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Literal

PhoneBehaviour = Literal["answers", "declines", "rings", "unreachable"]
Event = dict[str, Any]

CHANNEL_VARIABLES = (
    "CC_CALL_ID",
    "CC_TENANT",
    "CC_CLIENT",
    "CC_NUMBER",
    "CC_ARRIVED_AT",
    "CC_ROLE",
    "CC_AGENT",
    "CC_OFFER",
    "CC_PHONE",
    "CC_REACHED",
    "CC_ENDED_BY",
    "CC_MACHINE",
    "CC_WAITED_SINCE",
    "CC_MESSAGE_AT",
)


CONTACT = "sip:phone@192.0.2.1:5060"


@dataclass(frozen=True)
class FakeVerdict:
    """What AMD() says of whoever answers."""

    status: str = "HUMAN"
    cause: str = "HUMAN-820-800"
    after: float = 2.0  #: seconds of listening


@dataclass
class FakePhone:
    """How an endpoint reacts to being rung."""

    behaviour: PhoneBehaviour
    after: float = 0.0
    cause: int = 21
    contacts: list[str] = field(default_factory=lambda: [CONTACT])  # registered, and answering
    amd: FakeVerdict | None = None


@dataclass
class FakePlayback:
    """Media in a channel's queue; `done` is set at its end."""

    id: str
    media: list[str]
    target_uri: str
    state: str = "queued"
    at: int = 0
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def as_json(self) -> Event:
        told: Event = {
            "id": self.id,
            "media_uri": self.media[self.at],
            "target_uri": self.target_uri,
            "language": "en",
            "state": self.state,
        }
        if self.at + 1 < len(self.media):
            told["next_media_uri"] = self.media[self.at + 1]
        return told


@dataclass
class FakeChannel:
    """A channel; `app_data` is empty outside Stasis."""

    id: str
    name: str
    state: str
    created: str
    caller_number: str = ""
    caller_name: str = ""
    originated: bool = False
    endpoint: str = ""
    app_args: tuple[str, ...] = ()
    app: str = ""
    dialplan: tuple[str, str] = ("", "s")
    variables: dict[str, str] = field(default_factory=dict)
    in_stasis: bool = False
    stasis_status: str = ""
    tries: int = 0  #: of the dialplan to hand it over
    reached: str = ""
    music: str = ""
    music_to_come: str | None = None  #: asked for while a prompt plays: done at its end
    ringing_to_far_end: bool = False
    bridge_id: str = ""
    playbacks: deque[FakePlayback] = field(default_factory=deque)
    timers: list[asyncio.TimerHandle] = field(default_factory=list)
    digits_sent: str = ""
    packets: int | None = 0  #: of sound that came; None: it has no RTP
    listened: bool = False  #: it is told when its far end speaks
    speaks: bool = False
    holds: bool = False  # by its phone's own button
    absorbs_keys: bool = False  # what it presses goes to nobody in its bridge
    reported: list[str] = field(default_factory=list)  # to its REFER
    referred: dict[str, Any] = field(default_factory=dict)
    snoops_at: str = ""  #: whom it listens to, if it is a snoop
    directions: tuple[str, str] = ("", "")  #: of such: spy and whisper

    def as_json(self) -> Event:
        told: Event = {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "protocol_id": "",
            "caller": {"name": self.caller_name, "number": self.caller_number},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {"context": self.dialplan[0], "exten": self.dialplan[1], "priority": 1},
            "creationtime": self.created,
            "language": "en",
            "channelvars": {name: self.variables.get(name, "") for name in CHANNEL_VARIABLES},
        }
        if self.in_stasis:
            told["dialplan"]["app_name"] = "Stasis"
            told["dialplan"]["app_data"] = ",".join((self.app, *self.app_args))
        else:
            told["dialplan"]["app_name"] = "AppDial2" if self.originated else "Wait"
            told["dialplan"]["app_data"] = "(Outgoing Line)" if self.originated else "5"
        return told

    @property
    def waits_in_dialplan(self) -> bool:
        """It runs the dialplan's context for legs that wait for an engine."""
        return self.dialplan[0].endswith(("agent-leg", "customer-leg"))

    def stop_timers(self) -> None:
        for timer in self.timers:
            timer.cancel()
        self.timers.clear()


@dataclass
class FakeBridge:
    """A bridge and who is in it, in the order of their coming."""

    id: str
    name: str
    kind: str
    created: str
    channel_ids: list[str] = field(default_factory=list)
    technology: str = "simple_bridge"

    def as_json(self) -> Event:
        return {
            "id": self.id,
            "technology": self.technology,
            "bridge_type": self.kind,
            "bridge_class": "stasis",
            "creator": "Stasis",
            "name": self.name,
            "channels": sorted(self.channel_ids),
            "creationtime": self.created,
            "video_mode": "talker",
        }


@dataclass
class FakeRecording:
    """A recording; it goes on while nobody is connected."""

    name: str
    format: str
    bridge_id: str
    started_at: float
    state: str = "recording"
    ended_at: float | None = None
    of: str = ""  #: the channel, where it is not a bridge

    def as_json(self) -> Event:
        told: Event = {
            "name": self.name,
            "format": self.format,
            "state": self.state,
            "target_uri": f"channel:{self.of}" if self.of else f"bridge:{self.bridge_id}",
        }
        if self.ended_at is not None:
            told["duration"] = int(self.ended_at - self.started_at)
        return told
