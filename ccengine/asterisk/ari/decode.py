"""From JSON to events. Nothing that Asterisk or anybody else sends may raise here."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ccengine.asterisk.ari.events import (
    ApplicationReplaced,
    AriEvent,
    BridgeDestroyed,
    BridgeSnapshot,
    ChannelCreated,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelHold,
    ChannelLeftBridge,
    ChannelSnapshot,
    ChannelStateChange,
    ChannelTalkingFinished,
    ChannelTalkingStarted,
    ChannelTransfer,
    ChannelUnhold,
    ChannelUserevent,
    ContactStatusChange,
    Dial,
    EndpointSnapshot,
    EndpointStateChange,
    PlaybackFinished,
    PlaybackSnapshot,
    PlaybackStarted,
    RecordingFailed,
    RecordingFinished,
    RecordingSnapshot,
    RecordingStarted,
    StasisEnd,
    StasisStart,
    UnknownEvent,
)

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something that should have been an event; `reason` names the field, never its value."""

    type: str
    reason: str


class _WrongTypeError(ValueError):
    """A field is there but is not of the promised type."""


def _text(value: object, name: str) -> str:
    if type(value) is str:
        return value
    raise _WrongTypeError(name)


def _number(value: object, name: str) -> int:
    if type(value) is int:
        return value
    raise _WrongTypeError(name)


def _mapping(value: object, name: str) -> Raw:
    if type(value) is dict:
        return value
    raise _WrongTypeError(name)


def _texts(value: object, name: str) -> tuple[str, ...]:
    if type(value) is list and all(type(item) is str for item in value):
        return tuple(value)
    raise _WrongTypeError(name)


def decode_channel(value: object) -> ChannelSnapshot:
    """Read a channel, from an event or from a listing; raises KeyError or ValueError."""
    raw = _mapping(value, "channel")
    caller = _mapping(raw.get("caller", {}), "caller")
    dialplan = _mapping(raw.get("dialplan", {}), "dialplan")
    variables = _mapping(raw.get("channelvars", {}), "channelvars")
    if not all(type(value) is str for value in variables.values()):
        variables = {name: value for name, value in variables.items() if type(value) is str}
    return ChannelSnapshot(
        _text(raw["id"], "id"),
        _text(raw["name"], "name"),
        _text(raw["state"], "state"),
        _text(caller.get("number", ""), "caller.number"),
        _text(caller.get("name", ""), "caller.name"),
        _text(dialplan.get("app_name", ""), "dialplan.app_name"),
        _text(dialplan.get("app_data", ""), "dialplan.app_data"),
        _text(raw.get("creationtime", ""), "creationtime"),
        _text(raw.get("language", ""), "language"),
        variables,
        _text(dialplan.get("exten", ""), "dialplan.exten"),
    )


def decode_endpoint(value: object) -> EndpointSnapshot:
    """Read an endpoint; raises KeyError or ValueError."""
    raw = _mapping(value, "endpoint")
    return EndpointSnapshot(
        _text(raw["technology"], "endpoint.technology"),
        _text(raw["resource"], "endpoint.resource"),
        _text(raw.get("state", "unknown"), "endpoint.state"),
        _texts(raw.get("channel_ids", []), "endpoint.channel_ids"),
    )


def decode_bridge(value: object) -> BridgeSnapshot:
    """Read a bridge; raises KeyError or ValueError."""
    raw = _mapping(value, "bridge")
    return BridgeSnapshot(
        _text(raw["id"], "id"),
        _text(raw.get("name", ""), "name"),
        _text(raw.get("bridge_type", ""), "bridge_type"),
        _texts(raw.get("channels", []), "channels"),
        _text(raw.get("technology", ""), "technology"),
    )


def decode_playback(value: object) -> PlaybackSnapshot:
    """Read a playback; raises KeyError or ValueError."""
    raw = _mapping(value, "playback")
    return PlaybackSnapshot(
        _text(raw["id"], "id"),
        _text(raw.get("media_uri", ""), "media_uri"),
        _text(raw.get("target_uri", ""), "target_uri"),
        _text(raw["state"], "state"),
    )


def decode_recording(value: object) -> RecordingSnapshot:
    """Read a recording; raises KeyError or ValueError."""
    raw = _mapping(value, "recording")
    return RecordingSnapshot(
        _text(raw["name"], "name"),
        _text(raw.get("format", ""), "format"),
        _text(raw["state"], "state"),
        _text(raw.get("target_uri", ""), "target_uri"),
        _number(raw.get("duration", 0), "duration"),
        _text(raw.get("cause", ""), "cause"),
    )


def _channel_or_none(value: object) -> ChannelSnapshot | None:
    return None if value is None else decode_channel(value)


def _transfer(raw: Raw) -> ChannelTransfer:
    to, by = _mapping(raw["refer_to"], "refer_to"), _mapping(raw["referred_by"], "referred_by")
    asked = _mapping(to.get("requested_destination", {}), "refer_to.requested_destination")
    return ChannelTransfer(
        decode_channel(by["source_channel"]),
        _text(asked.get("destination", ""), "refer_to.requested_destination.destination"),
        _channel_or_none(to.get("destination_channel")),
        _text(raw.get("state", ""), "state"),
    )


def _user_event(raw: Raw) -> AriEvent:
    if "channel" not in raw:  # somebody's who tells it of a bridge, or of nothing
        return UnknownEvent("ChannelUserevent")
    told = _mapping(raw.get("userevent", {}), "userevent")
    return ChannelUserevent(
        decode_channel(raw["channel"]),
        _text(raw["eventname"], "eventname"),
        {name: value for name, value in told.items() if type(value) is str},
    )


def _endpoint(raw: Raw) -> EndpointStateChange:
    endpoint = decode_endpoint(raw["endpoint"])
    return EndpointStateChange(endpoint.technology, endpoint.resource, endpoint.state)


def _contact(raw: Raw) -> ContactStatusChange:
    endpoint = decode_endpoint(raw["endpoint"])
    contact = _mapping(raw["contact_info"], "contact_info")
    return ContactStatusChange(
        endpoint.technology,
        endpoint.resource,
        _text(contact["uri"], "contact_info.uri"),
        _text(contact["contact_status"], "contact_info.contact_status"),
    )


_DECODERS: Mapping[str, Callable[[Raw], AriEvent]] = {
    "StasisStart": lambda raw: StasisStart(
        decode_channel(raw["channel"]),
        _texts(raw["args"], "args"),
        _channel_or_none(raw.get("replace_channel")),
    ),
    "StasisEnd": lambda raw: StasisEnd(decode_channel(raw["channel"])),
    "ChannelCreated": lambda raw: ChannelCreated(decode_channel(raw["channel"])),
    "ChannelDestroyed": lambda raw: ChannelDestroyed(
        decode_channel(raw["channel"]),
        _number(raw["cause"], "cause"),
        _text(raw.get("cause_txt", ""), "cause_txt"),
        _number(raw.get("tech_cause", 0), "tech_cause"),
    ),
    "ChannelHangupRequest": lambda raw: ChannelHangupRequest(
        decode_channel(raw["channel"]),
        _number(raw.get("cause", 0), "cause"),
        raw.get("soft") is True,
    ),
    "ChannelStateChange": lambda raw: ChannelStateChange(decode_channel(raw["channel"])),
    "ChannelDtmfReceived": lambda raw: ChannelDtmfReceived(
        decode_channel(raw["channel"]),
        _text(raw["digit"], "digit"),
        _number(raw.get("duration_ms", 0), "duration_ms"),
        _text(raw.get("timestamp", ""), "timestamp"),
    ),
    "ChannelHold": lambda raw: ChannelHold(decode_channel(raw["channel"])),
    "ChannelUnhold": lambda raw: ChannelUnhold(decode_channel(raw["channel"])),
    "ChannelTalkingStarted": lambda raw: ChannelTalkingStarted(decode_channel(raw["channel"])),
    "ChannelTalkingFinished": lambda raw: ChannelTalkingFinished(decode_channel(raw["channel"])),
    "ChannelTransfer": _transfer,
    "ChannelUserevent": _user_event,
    "Dial": lambda raw: Dial(
        _text(raw["dialstatus"], "dialstatus"),
        decode_channel(raw["peer"]),
        _channel_or_none(raw.get("caller")),
    ),
    "PlaybackStarted": lambda raw: PlaybackStarted(decode_playback(raw["playback"])),
    "PlaybackFinished": lambda raw: PlaybackFinished(decode_playback(raw["playback"])),
    "RecordingStarted": lambda raw: RecordingStarted(decode_recording(raw["recording"])),
    "RecordingFinished": lambda raw: RecordingFinished(decode_recording(raw["recording"])),
    "RecordingFailed": lambda raw: RecordingFailed(decode_recording(raw["recording"])),
    "ChannelEnteredBridge": lambda raw: ChannelEnteredBridge(
        decode_bridge(raw["bridge"]), decode_channel(raw["channel"])
    ),
    "ChannelLeftBridge": lambda raw: ChannelLeftBridge(
        decode_bridge(raw["bridge"]), decode_channel(raw["channel"])
    ),
    "BridgeDestroyed": lambda raw: BridgeDestroyed(decode_bridge(raw["bridge"])),
    "ApplicationReplaced": lambda raw: ApplicationReplaced(
        _text(raw.get("application", ""), "application")
    ),
    "EndpointStateChange": _endpoint,
    "ContactStatusChange": _contact,
}


def decode(raw: object) -> AriEvent | Malformed:
    """Turn parsed JSON into an event; whatever it is, this returns."""
    if type(raw) is not dict:
        return Malformed("", "not an object")
    kind = raw.get("type")
    if type(kind) is not str:
        return Malformed("", "type")
    decoder = _DECODERS.get(kind)
    if decoder is None:
        return UnknownEvent(kind)
    try:
        return decoder(raw)
    except KeyError as error:
        return Malformed(kind, f"missing {error.args[0]}")
    except _WrongTypeError as error:
        return Malformed(kind, f"wrong type of {error}")


class Tally:
    """Counts what was not understood, for `/healthz` and for one log line of each kind."""

    def __init__(self) -> None:
        self.unknown: Counter[str] = Counter()
        self.malformed: Counter[tuple[str, str]] = Counter()

    def note_unknown(self, event: UnknownEvent) -> bool:
        """Count it; True the first time this type is seen."""
        self.unknown[event.type] += 1
        return self.unknown[event.type] == 1

    def note_malformed(self, malformed: Malformed) -> bool:
        """Count it; True the first time this kind of damage is seen."""
        key = (malformed.type, malformed.reason)
        self.malformed[key] += 1
        return self.malformed[key] == 1
