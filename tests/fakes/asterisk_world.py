"""What happens inside the fake Asterisk: calls come and go, prompts take their time."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.fakes.asterisk_keys import FakeKeys
from tests.fakes.asterisk_leads import FakeLeads
from tests.fakes.asterisk_model import (
    CHANNEL_VARIABLES,
    Event,
    FakeBridge,
    FakeChannel,
    FakePhone,
    FakePlayback,
    FakeRecording,
)
from tests.fakes.asterisk_registrar import FakeRegistrar
from tests.fakes.asterisk_speech import FakeSpeech
from tests.fakes.asterisk_transfers import FakeButtons
from tests.fakes.asterisk_voices import FakeVoices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EPOCH = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
_RETRY_SECONDS = 5.0
_CUSTOMER_TRIES = 20
CAUSES = {0: "Unknown", 16: "Normal Clearing", 17: "User busy", 19: "User alerting, no answer",
          21: "Call Rejected", 26: "Answered elsewhere"}  # fmt: skip


class FakeWorld:
    """State and events; knows nothing of requests or sockets."""

    def __init__(self, app: str, systemname: str) -> None:
        self.app = app
        self.systemname = systemname
        self.channels: dict[str, FakeChannel] = {}
        self.bridges: dict[str, FakeBridge] = {}
        self.bridges_asked: dict[str, str] = {}  # types by name, also of those that are gone
        self.recordings: dict[str, FakeRecording] = {}
        self.phones: dict[str, FakePhone] = {}
        self.played: list[tuple[str, str]] = []
        self.media_seconds: dict[str, float] = {"tone:ring": 3600.0}
        self.begin_seconds = 0.0  #: from a prompt's request to its sound
        self.missing_media: set[str] = set()
        self.disallowed: frozenset[str] = frozenset()
        self.listened: set[str] = set()  # endpoints all of whose channels are told of
        self.followed: set[str] = set()  # channels that are told of wherever they are
        self.hangup_handlers: dict[str, Callable[[FakeChannel], None]] = {}  # by context
        self.swallowed: set[str] = set()  # types of event that get lost on their way
        self.database: dict[str, dict[str, str]] = {}  # families of Asterisk's own
        self.variables: dict[str, str] = {}  # global ones
        self.errands: dict[str, Callable[[], None]] = {
            "Local/list@unmet": lambda: self.list_keys("cc-unmet", "CC_UNMET")
        }
        self.sink: Callable[[Event], None] | None = None
        self.events_sent: list[Event] = []
        self._numbers = itertools.count(1)
        self.buttons = FakeButtons(self.emit)
        self.speech = FakeSpeech(self.emit)
        self.registrar = FakeRegistrar(self)
        self.voices = FakeVoices(self)
        self.keys = FakeKeys(self)
        self.leads = FakeLeads(self)

    @property
    def _loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    def now(self) -> str:
        at = _EPOCH + timedelta(seconds=self._loop.time())
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}+0000"

    def emit(self, kind: str, **fields: object) -> None:
        """Tell the application, if there is one and it wants to know; otherwise it is lost."""
        if self.sink is None or kind in self.disallowed or self._is_unheard(fields):
            return
        if kind in self.swallowed:
            return
        event: Event = {"type": kind, "timestamp": self.now(), "application": self.app, **fields}
        self.events_sent.append(event)
        self.sink(event)

    def _is_unheard(self, fields: Mapping[str, object]) -> bool:
        # A channel that the dialplan runs is told of only where its endpoint is subscribed to.
        told = fields.get("channel") or fields.get("peer")
        if not isinstance(told, dict):
            return False
        channel = self.channels.get(told["id"])
        if channel is None or channel.in_stasis or not channel.waits_in_dialplan:
            return False
        return channel.endpoint not in self.listened and channel.id not in self.followed

    # Channels

    def arrive(
        self, channel_id: str, args: tuple[str, ...], caller: str, variables: Mapping[str, str]
    ) -> FakeChannel:
        """A channel that the dialplan answered and is about to hand to the application."""
        channel = FakeChannel(
            channel_id,
            f"PJSIP/trunk-{next(self._numbers):08x}",
            "Up",
            self.now(),
            caller_number=caller,
            app_args=args,
            app=self.app,
            dialplan=("inbound", "s"),
            variables=dict(variables),
        )
        self.channels[channel_id] = channel
        return channel

    def snoop(self, target: FakeChannel, name: str, spy: str, whisper: str) -> FakeChannel:
        """A channel that listens at another; it ends with that one."""
        made = FakeChannel(
            name,
            f"Snoop/{target.id}-{next(self._numbers):08x}",
            "Up",
            self.now(),
            app=self.app,
            originated=True,
            snoops_at=target.id,
            directions=(spy, whisper),
        )
        self.channels[name] = made
        return made

    def enter_stasis(self, channel: FakeChannel) -> None:
        """Stasis(): at once FAILED without an application, and then the dialplan goes on."""
        if self.sink is not None:
            channel.in_stasis = True
            channel.stasis_status = ""
            channel.music = ""
            self.emit("StasisStart", args=list(channel.app_args), channel=channel.as_json())
            return
        channel.stasis_status = "FAILED"
        if channel.waits_in_dialplan:
            channel.tries += 1
            if channel.tries > _CUSTOMER_TRIES and channel.dialplan[0].endswith("customer-leg"):
                self.end_channel(channel, 16)
            else:
                self.later(channel, 1.0, lambda: self.enter_stasis(channel))
            return
        if channel.originated or channel.variables.get("CC_ROLE") != "inbound":
            self.end_channel(channel, 16)
            return
        self._fall_back(channel)

    def stray(self, channel: FakeChannel) -> None:
        """Out of Stasis into the fallback, which tries the engine again and again."""
        self.leave_bridge(channel)
        self.leave_stasis(channel)
        channel.stasis_status = ""
        self._fall_back(channel)

    def _fall_back(self, channel: FakeChannel) -> None:
        channel.reached = "fallback"
        channel.dialplan = ("fallback", "s")
        channel.music = "default"
        self.later(channel, _RETRY_SECONDS, lambda: self.enter_stasis(channel))

    def _note_unmet(self, channel: FakeChannel) -> None:
        """What the dialplan does when a caller's last place was not with an engine."""
        told = {"CC_REACHED": channel.reached, "CC_ENDED_BY": "", **channel.variables}
        ended = int(self._loop.time() * 1000)
        whose = ("CC_CALL_ID", "CC_TENANT", "CC_CLIENT", "CC_NUMBER")
        fields = [*(told[name] for name in whose), channel.caller_number]
        fields += [
            told["CC_ARRIVED_AT"],
            str(ended),
            told["CC_REACHED"],
            "",
            told["CC_ENDED_BY"],
            ".",
        ]
        self.database.setdefault("cc-unmet", {})[":".join(fields)] = "1"
        self.list_keys("cc-unmet", "CC_UNMET")

    def list_keys(self, family: str, variable: str) -> None:
        """What the dialplan does for who cannot look into the database; it cuts long lists off."""
        listed = ",".join(self.database.get(family, {}))[:4095]
        self.variables[variable] = f"listed,{listed}"

    def later(self, channel: FakeChannel, seconds: float, act: Callable[[], None]) -> None:
        """Do something to a channel unless it is gone by then."""
        timer = self._loop.call_later(
            seconds, lambda: act() if channel.id in self.channels else None
        )
        channel.timers.append(timer)

    def originate(
        self, channel: FakeChannel, phone: FakePhone, timeout_seconds: float
    ) -> FakeChannel:
        """Ring a phone that is there."""
        self.channels[channel.id] = channel
        self._tell_creation(channel)
        self.emit("Dial", dialstatus="", peer=channel.as_json())
        self._loop.call_soon(self._ring, channel, phone, timeout_seconds)
        return channel

    def _ring(self, channel: FakeChannel, phone: FakePhone, timeout_seconds: float) -> None:
        if channel.id not in self.channels:
            return
        channel.state = "Ringing"
        self.emit("ChannelStateChange", channel=channel.as_json())
        self.emit("Dial", dialstatus="RINGING", peer=channel.as_json())
        if timeout_seconds > 0:
            self.later(channel, timeout_seconds, lambda: self.fail_dial(channel, 19, "NOANSWER"))
        if phone.behaviour == "answers":
            self.later(channel, phone.after, lambda: self.pick_up(channel))
        elif phone.behaviour == "declines":
            self.later(channel, phone.after, lambda: self.decline(channel, phone.cause))

    def _tell_creation(self, channel: FakeChannel) -> None:
        # The variables that an originate sets are not there yet.
        if channel.endpoint in self.listened:
            told = {**channel.as_json(), "channelvars": dict.fromkeys(CHANNEL_VARIABLES, "")}
            self.emit("ChannelCreated", channel=told)

    def dial_out(self, channel: FakeChannel) -> None:
        """A call that a phone makes by itself, as far as the ringing at the other end."""
        self.channels[channel.id] = channel
        self._tell_creation(channel)

    def pick_up(self, channel: FakeChannel) -> None:
        """The phone that rings is answered."""
        channel.stop_timers()
        channel.state = "Up"
        self.emit("ChannelStateChange", channel=channel.as_json())
        self.emit("Dial", dialstatus="ANSWER", peer=channel.as_json())
        if channel.dialplan[0].endswith("lead-answered"):
            self.leads.wait(channel)
        else:
            self.enter_stasis(channel)

    def decline(self, channel: FakeChannel, cause: int) -> None:
        """The phone that rings refuses."""
        self.fail_dial(channel, cause, "BUSY" if cause == 17 else "NOANSWER")

    def fail_dial(self, channel: FakeChannel, cause: int, status: str) -> None:
        """A phone that rang does so no more."""
        self.emit("ChannelHangupRequest", channel=channel.as_json(), cause=cause)
        self.emit("Dial", dialstatus=status, peer=channel.as_json())
        self.end_channel(channel, cause)

    def hang_up(self, channel: FakeChannel, cause: int, *, by_us: bool) -> None:
        """A channel's end, asked for by its person or by the application."""
        told: Event = {} if cause == 16 else {"cause": cause}  # a plain BYE carries none
        if by_us:
            told = {"cause": 32, "soft": True}
        self.emit("ChannelHangupRequest", channel=channel.as_json(), **told)
        if channel.originated and channel.state != "Up":
            self.emit("Dial", dialstatus="NOANSWER", peer=channel.as_json())
        self.end_channel(channel, cause)

    def end_channel(self, channel: FakeChannel, cause: int) -> None:
        """Take a channel out of everything. Its partner in a bridge stays."""
        if self.channels.pop(channel.id, None) is None:
            return
        if channel.dialplan[0] in self.hangup_handlers:
            self.hangup_handlers[channel.dialplan[0]](channel)
        channel.stop_timers()
        for snoop in [one for one in self.channels.values() if one.snoops_at == channel.id]:
            self._loop.call_soon(self.end_channel, snoop, 16)
        self.voices.gone(channel.id)
        self.leave_bridge(channel)
        self.leave_stasis(channel)
        sent_on = channel.dialplan == ("fallback", "voicemail") or channel.dialplan[0] == "partner"
        if channel.variables.get("CC_ROLE") == "inbound" and (
            sent_on or channel.stasis_status != "SUCCESS"
        ):
            self._note_unmet(channel)
        if channel.dialplan[0] == "customer-leg" and channel.stasis_status == "FAILED":
            self.database.setdefault("cc-called", {})[channel.id] = "1"
            self.list_keys("cc-called", "CC_CALLED")
        if (
            channel.originated
            or channel.id in self.followed
            or (channel.endpoint and channel.endpoint in self.listened)
        ):
            # An inbound leg's end is told by StasisEnd alone, unless somebody subscribes to it.
            cause_text = CAUSES.get(cause, "Unknown")
            self.emit(
                "ChannelDestroyed", channel=channel.as_json(), cause=cause, cause_txt=cause_text
            )

    def leave_stasis(self, channel: FakeChannel) -> None:
        """Out of the application, by its end or into the dialplan."""
        while channel.playbacks:
            self.finish_playback(channel, channel.playbacks[0], "done", go_on=False)
        channel.music = ""
        if channel.in_stasis:
            channel.in_stasis = False
            channel.stasis_status = "SUCCESS"
            self.emit("StasisEnd", channel=channel.as_json())

    # Playbacks: one after the other for each channel, whether anybody listens or not

    def play(self, channel: FakeChannel, playback: FakePlayback) -> None:
        """Queue media for a channel."""
        channel.playbacks.append(playback)
        if self.begin_seconds:
            self.later(channel, self.begin_seconds, lambda: self._begin(channel))
        else:
            self._begin(channel)

    def _begin(self, channel: FakeChannel) -> None:
        if channel.playbacks and channel.playbacks[0].state == "queued":
            self._start_media(channel, channel.playbacks[0])

    def _start_media(self, channel: FakeChannel, playback: FakePlayback) -> None:
        media = playback.media[playback.at]
        playback.state = "playing"
        channel.music = ""  # a prompt takes its place, and it does not come back
        self.played.append((channel.id, media))
        self.emit("PlaybackStarted", playback=playback.as_json())
        missing = media in self.missing_media
        seconds = 0.0 if missing else self.media_seconds.get(media, 1.0)
        self.later(channel, seconds, lambda: self._end_media(channel, playback))

    def _end_media(self, channel: FakeChannel, playback: FakePlayback) -> None:
        if not channel.playbacks or channel.playbacks[0] is not playback:
            return
        if playback.at + 1 < len(playback.media):
            playback.at += 1
            self._start_media(channel, playback)
            return
        unheard = all(media in self.missing_media for media in playback.media)
        self.finish_playback(channel, playback, "failed" if unheard else "done")

    def finish_playback(
        self, channel: FakeChannel, playback: FakePlayback, state: str, *, go_on: bool = True
    ) -> None:
        """End a playback and start what waits behind it."""
        was_first = channel.playbacks[0] is playback
        channel.playbacks.remove(playback)
        playback.state = state
        playback.done.set()
        self.emit("PlaybackFinished", playback=playback.as_json())
        if go_on and was_first and channel.playbacks:
            self._start_media(channel, channel.playbacks[0])
        elif go_on and not channel.playbacks and channel.music_to_come is not None:
            channel.music, channel.music_to_come = channel.music_to_come, None

    def set_music(self, channel: FakeChannel, music: str) -> None:
        """Start music, or stop it with an empty class: after a prompt, if one plays."""
        if channel.playbacks:
            channel.music_to_come = music
        else:
            channel.music = music

    def find_playback(self, playback_id: str) -> tuple[FakeChannel, FakePlayback] | None:
        """Look a playback up that has not ended."""
        for channel in self.channels.values():
            for playback in channel.playbacks:
                if playback.id == playback_id:
                    return channel, playback
        return None

    # Bridges and recordings

    def enter_bridge(self, channel: FakeChannel, bridge: FakeBridge) -> None:
        """Into a bridge, and by that out of the one before."""
        self.leave_bridge(channel)
        channel.bridge_id = bridge.id
        bridge.channel_ids.append(channel.id)
        self.emit("ChannelEnteredBridge", bridge=bridge.as_json(), channel=channel.as_json())
        self.keys.met(bridge)

    def leave_bridge(self, channel: FakeChannel) -> None:
        """Out of whatever bridge it is in."""
        bridge = self.bridges.get(channel.bridge_id)
        channel.bridge_id, channel.holds = "", False
        self.keys.left(channel)
        if bridge is not None:
            bridge.channel_ids.remove(channel.id)
            self.emit("ChannelLeftBridge", bridge=bridge.as_json(), channel=channel.as_json())

    def record(self, recording: FakeRecording) -> None:
        """Start to record a bridge."""
        self.recordings[recording.name] = recording
        self.emit("RecordingStarted", recording=recording.as_json())

    def end_recording(self, recording: FakeRecording, *, told: bool = True) -> None:
        """The file is complete."""
        recording.state = "done"
        recording.ended_at = self._loop.time()
        if told:
            self.emit("RecordingFinished", recording=recording.as_json())

    def destroy_bridge(self, bridge: FakeBridge) -> None:
        """End a bridge. With channels still in it, the end of its recording is never told."""
        was_empty = not bridge.channel_ids
        for channel_id in list(bridge.channel_ids):
            self.leave_bridge(self.channels[channel_id])
        for recording in self.recordings.values():
            if recording.bridge_id == bridge.id and recording.state == "recording":
                self.end_recording(recording, told=was_empty)
        del self.bridges[bridge.id]
        self.emit("BridgeDestroyed", bridge=bridge.as_json())
