"""What Asterisk tells us: a closed union, to be taken apart by `match`.

Plain frozen dataclasses, decoded by a table in `decode`: half the cost of a validating model, and
these types are read by everything above. A field that nobody above uses is not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

_NO_VARIABLES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class ChannelSnapshot:
    """A channel at one moment; `variables` holds those that ari.conf's `channelvars=` names."""

    id: str
    name: str
    state: str
    caller_number: str = ""
    caller_name: str = ""
    app_name: str = ""
    app_data: str = ""
    creation_time: str = ""
    language: str = ""
    variables: Mapping[str, str] = field(default_factory=lambda: _NO_VARIABLES)
    extension: str = ""  #: where the dialplan is; at first what was dialled

    @property
    def created_at(self) -> datetime:
        """When Asterisk made the channel, in UTC; parsed on demand, few need it."""
        return datetime.strptime(self.creation_time, "%Y-%m-%dT%H:%M:%S.%f%z").astimezone(UTC)

    @property
    def is_up(self) -> bool:
        """Answered."""
        return self.state == "Up"

    def in_app(self, app: str) -> bool:
        """It is in Stasis, and the application is this one."""
        return self.app_name == "Stasis" and self.app_data.split(",", 1)[0] == app


@dataclass(frozen=True, slots=True)
class BridgeSnapshot:
    """A bridge at one moment."""

    id: str
    name: str
    kind: str
    channel_ids: tuple[str, ...]
    technology: str = ""  #: by which it mixes now, as "simple_bridge" or "softmix"

    @property
    def mixes(self) -> bool:
        """Tell whether its members hear each other, which those of a holding bridge do not."""
        return "mixing" in self.kind

    @property
    def keeps_keys(self) -> bool:
        """Tell whether keys of who is alone in it, and not absorbed, come again (22.10.1)."""
        return self.technology == "softmix"


@dataclass(frozen=True, slots=True)
class EndpointSnapshot:
    """A phone at one moment: `state` is "online", "offline" or "unknown"."""

    technology: str
    resource: str
    state: str
    channel_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaybackSnapshot:
    """Media that plays, waits to play or has ended (`state` "done" or "failed")."""

    id: str
    media_uri: str
    target_uri: str
    state: str


@dataclass(frozen=True, slots=True)
class RecordingSnapshot:
    """A recording; durations are in whole seconds, as Asterisk counts them."""

    name: str
    format: str
    state: str
    target_uri: str
    duration_seconds: int = 0
    cause: str = ""


@dataclass(frozen=True, slots=True)
class StasisStart:
    """A channel came to us: a new call, a leg of ours that answered, or one that comes back."""

    channel: ChannelSnapshot
    args: tuple[str, ...]
    replaces: ChannelSnapshot | None = None


@dataclass(frozen=True, slots=True)
class StasisEnd:
    """A channel left us: hung up, or went on in the dialplan."""

    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class ChannelCreated:
    """A channel began at an endpoint that we listen to, ours or not; variables come later."""

    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class ChannelDestroyed:
    """A channel is no more. `cause` is Q.850, `tech_cause` the SIP status or 0."""

    channel: ChannelSnapshot
    cause: int
    cause_text: str
    tech_cause: int = 0


@dataclass(frozen=True, slots=True)
class ChannelHangupRequest:
    """Somebody wants the channel to end; `soft` when it was not the far end."""

    channel: ChannelSnapshot
    cause: int
    soft: bool


@dataclass(frozen=True, slots=True)
class ChannelStateChange:
    """It rings, or it was answered: see `channel.state`."""

    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class ChannelDtmfReceived:
    """A key was pressed."""

    channel: ChannelSnapshot
    digit: str
    duration_ms: int
    timestamp: str = ""
    """Asterisk's own, to the millisecond; tells a repetition of the event from another key."""


@dataclass(frozen=True, slots=True)
class ChannelHold:
    """A phone's own hold: the other side of its bridge hears music by now."""

    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class ChannelUnhold:
    """The phone is back."""

    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class ChannelTalkingStarted:
    """The far end speaks; told only of channels that `SoundOfChannels.listen` was asked for."""

    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class ChannelTalkingFinished:
    """The far end is silent again."""

    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class ChannelTransfer:
    """A phone asks by REFER to send its call on. Told again after each answer to it."""

    channel: ChannelSnapshot
    destination: str  #: what was dialled; empty: the call that `consulted` is in
    consulted: ChannelSnapshot | None
    state: str  #: what we have answered last


@dataclass(frozen=True, slots=True)
class ChannelUserevent:
    """The dialplan tells something of a channel that it has, by UserEvent()."""

    channel: ChannelSnapshot
    name: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dial:
    """How dialling `peer` goes: "" at the start, RINGING, then ANSWER, BUSY, NOANSWER, …"""

    status: str
    peer: ChannelSnapshot
    caller: ChannelSnapshot | None = None


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """The first media of a playback can be heard."""

    playback: PlaybackSnapshot


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """All media played, or it was stopped, or could not be played."""

    playback: PlaybackSnapshot


@dataclass(frozen=True, slots=True)
class RecordingStarted:
    """The file is being written."""

    recording: RecordingSnapshot


@dataclass(frozen=True, slots=True)
class RecordingFinished:
    """The file is complete."""

    recording: RecordingSnapshot


@dataclass(frozen=True, slots=True)
class RecordingFailed:
    """There is no file, or it is not complete; `recording.cause` may say why."""

    recording: RecordingSnapshot


@dataclass(frozen=True, slots=True)
class ChannelEnteredBridge:
    """Filtered at Asterisk unless asked for: the answer to our own request says the same."""

    bridge: BridgeSnapshot
    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class ChannelLeftBridge:
    """Filtered at Asterisk unless asked for: the channel's end says the same."""

    bridge: BridgeSnapshot
    channel: ChannelSnapshot


@dataclass(frozen=True, slots=True)
class BridgeDestroyed:
    """Filtered at Asterisk unless asked for: only we destroy our bridges."""

    bridge: BridgeSnapshot


@dataclass(frozen=True, slots=True)
class ApplicationReplaced:
    """The wire's form of `Replaced`; it never reaches the stream."""

    application: str


@dataclass(frozen=True, slots=True)
class EndpointStateChange:
    """A phone came online or went offline; sent only for subscribed endpoints."""

    technology: str
    resource: str
    state: str


@dataclass(frozen=True, slots=True)
class ContactStatusChange:
    """One registration of a phone we listen to came, went, or answers no more."""

    technology: str
    resource: str
    uri: str
    status: str  #: "NonQualified" (new), "Reachable", "Unreachable", "Removed" or "Unknown"


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """A type that nobody here has a use for; counted."""

    type: str


AriEvent = (
    StasisStart
    | StasisEnd
    | ChannelCreated
    | ChannelDestroyed
    | ChannelHangupRequest
    | ChannelStateChange
    | ChannelDtmfReceived
    | ChannelHold
    | ChannelUnhold
    | ChannelTalkingStarted
    | ChannelTalkingFinished
    | ChannelTransfer
    | ChannelUserevent
    | Dial
    | PlaybackStarted
    | PlaybackFinished
    | RecordingStarted
    | RecordingFinished
    | RecordingFailed
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | BridgeDestroyed
    | ApplicationReplaced
    | EndpointStateChange
    | ContactStatusChange
    | UnknownEvent
)


@dataclass(frozen=True, slots=True)
class Connected:
    """Connection `number` stands and its filter is set; resync now, what comes next is newer."""

    number: int


@dataclass(frozen=True, slots=True)
class Disconnected:
    """Connection `number` is down; events are lost until the next `Connected`."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """Another engine took our application over: stop, and touch no call. The stream ends here."""

    number: int


StreamItem = AriEvent | Connected | Disconnected | Replaced
