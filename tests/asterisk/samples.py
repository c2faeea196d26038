"""Events as a real Asterisk 22.10.1 sent them."""

from typing import Any

CHANNEL: dict[str, Any] = {
    "id": "1763760000.12",
    "name": "PJSIP/trunk-00000012",
    "state": "Up",
    "protocol_id": "a84b4c76e66710",
    "caller": {"name": "", "number": "0301234567"},
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {
        "context": "inbound",
        "exten": "s",
        "priority": 10,
        "app_name": "Stasis",
        "app_data": "ccengine,inbound",
    },
    "creationtime": "2026-11-21T21:41:18.861+0000",
    "language": "en",
    "channelvars": {"CC_CALL_ID": "1763760000-12", "CC_ROLE": "inbound", "CC_AGENT": ""},
}
BRIDGE: dict[str, Any] = {
    "id": "b1",
    "technology": "simple_bridge",
    "bridge_type": "mixing",
    "bridge_class": "stasis",
    "creator": "Stasis",
    "name": "cc:t1",
    "channels": ["t1.1"],
    "creationtime": "2026-11-21T21:41:25.685+0000",
    "video_mode": "talker",
}
PLAYBACK = {
    "id": "p1",
    "media_uri": "sound:x",
    "target_uri": "channel:1763760000.12",
    "language": "en",
    "state": "done",
}
RECORDING = {
    "name": "demo/acme/2026/11/21/t1",
    "format": "wav",
    "state": "done",
    "target_uri": "bridge:b1",
    "duration": 7,
}
ENDPOINT = {"technology": "PJSIP", "resource": "phone-101", "state": "online", "channel_ids": []}

EVENTS: dict[str, dict[str, Any]] = {
    "StasisStart": {"args": ["inbound"], "channel": CHANNEL},
    "StasisEnd": {"channel": CHANNEL},
    "ChannelCreated": {"channel": CHANNEL},
    "ChannelDestroyed": {"channel": CHANNEL, "cause": 17, "cause_txt": "User busy"},
    "ChannelHangupRequest": {"channel": CHANNEL, "cause": 32, "soft": True},
    "ChannelStateChange": {"channel": CHANNEL},
    "ChannelDtmfReceived": {"channel": CHANNEL, "digit": "1", "duration_ms": 100},
    "ChannelHold": {"channel": CHANNEL},
    "ChannelUnhold": {"channel": CHANNEL},
    "ChannelTalkingStarted": {"channel": CHANNEL},
    "ChannelTalkingFinished": {"channel": CHANNEL, "duration": 1979},
    "ChannelTransfer": {
        "state": "channel_progress",
        "refer_to": {
            "requested_destination": {"protocol_id": "", "destination": "204"},
            "destination_channel": CHANNEL,
        },
        "referred_by": {"source_channel": CHANNEL},
    },
    "ChannelUserevent": {
        "eventname": "ccengine-heard",
        "userevent": {"eventname": "ccengine-heard", "status": "HUMAN", "cause": "HUMAN-820-800"},
        "channel": CHANNEL,
    },
    "Dial": {"dialstatus": "RINGING", "peer": CHANNEL},
    "PlaybackStarted": {"playback": PLAYBACK},
    "PlaybackFinished": {"playback": PLAYBACK},
    "RecordingStarted": {"recording": RECORDING},
    "RecordingFinished": {"recording": RECORDING},
    "RecordingFailed": {"recording": RECORDING},
    "ChannelEnteredBridge": {"bridge": BRIDGE, "channel": CHANNEL},
    "ChannelLeftBridge": {"bridge": BRIDGE, "channel": CHANNEL},
    "BridgeDestroyed": {"bridge": BRIDGE},
    "ApplicationReplaced": {"application": "ccengine"},
    "EndpointStateChange": {"endpoint": ENDPOINT},
    "ContactStatusChange": {
        "endpoint": ENDPOINT,
        "contact_info": {
            "uri": "sip:phone-101@192.0.2.1:5060",
            "contact_status": "Unreachable",
            "aor": "phone-101",
            "roundtrip_usec": "0",
        },
    },
}


def event(kind: str, **changes: object) -> dict[str, Any]:
    """Give one event, with some of its fields changed."""
    common = {"type": kind, "timestamp": "2026-11-21T21:41:18.864+0000", "asterisk_id": "02:fc"}
    return {**common, **EVENTS[kind], **changes}
