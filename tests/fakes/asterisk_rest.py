"""Requests to the fake Asterisk, answered as the real one does: statuses, words, and waits.

Each answer here is checked against a real Asterisk by the contract suite in tests/asterisk.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import unquote

from ccengine.asterisk.ari.transport import Request, Response
from tests.fakes.asterisk_model import (
    FakeBridge,
    FakeChannel,
    FakePhone,
    FakePlayback,
    FakeRecording,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.asterisk_world import FakeWorld

_DONE = Response(204)
_CAUSES = {"busy": 17, "congestion": 34, "no_answer": 19, "answered_elsewhere": 26,
           "rejected": 21, "unallocated": 1, "timeout": 19}  # fmt: skip


class _No(Exception):
    def __init__(self, status: int, message: str, key: str = "message") -> None:
        super().__init__(message)
        self.response = Response(status, {key: message})


def _app_args(query: Mapping[str, str]) -> tuple[str, ...]:
    for who in ("agent", "customer"):
        if query.get("context", "").endswith(f"{who}-leg"):
            return (who,)
    return tuple(filter(None, query.get("appArgs", "").split(",")))


def _nobody(endpoint: str) -> FakePhone:
    # The dialplan lets nothing out that no rule allows, and says so by this cause.
    if "@callback-leg" in endpoint:
        return FakePhone("declines", 0.5, 29)
    return FakePhone("unreachable")


class FakeRest:
    """The request table."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world
        self.hang_up_seconds = 0.0  #: from the answer to such a request until the channel is gone

    async def handle(self, request: Request) -> Response:
        """Answer one request; some wait for the end of a prompt, as in Asterisk."""
        parts = [unquote(part) for part in request.path.split("/")]
        answer = getattr(self, f"_{request.method.lower()}_{parts[0]}", None)
        if answer is None:
            return Response(404, {"message": "Resource not found"})
        try:
            response: Response = await answer(parts[1:], request)
        except _No as no:
            return no.response
        return response

    # /asterisk /applications /endpoints

    async def _get_asterisk(self, parts: list[str], request: Request) -> Response:
        if parts == ["variable"]:
            return Response(
                200, {"value": self._world.variables.get(request.query["variable"], "")}
            )
        return Response(
            200,
            {
                "system": {"version": "22.11.0", "entity_id": "02:00:00:00:00:01"},
                "status": {"startup_time": "2026-11-21T10:00:00.000+0000"},
                "config": {"name": self._world.systemname},
            },
        )

    async def _post_asterisk(self, _parts: list[str], request: Request) -> Response:
        function, _, argument = request.query["variable"].removesuffix(")").partition("(")
        family, _, key = argument.partition("/")
        assert function == "DB_DELETE"
        self._world.database.get(family, {}).pop(key, None)
        return _DONE

    async def _put_applications(self, _parts: list[str], request: Request) -> Response:
        wanted = (request.body or {}).get("disallowed")
        assert isinstance(wanted, list)
        self._world.disallowed = frozenset(entry["type"] for entry in wanted)
        return Response(200, {"name": self._world.app})

    async def _get_endpoints(self, parts: list[str], _request: Request) -> Response:
        endpoint = "/".join(parts)
        if len(parts) == 1:
            known = [name for name in self._world.phones if name.startswith(f"{parts[0]}/")]
            return Response(200, [self._world.registrar.endpoint_as_json(name) for name in known])
        if endpoint not in self._world.phones:
            raise _No(404, "Endpoint not found")
        return Response(200, self._world.registrar.endpoint_as_json(endpoint))

    # /channels

    async def _get_channels(self, parts: list[str], request: Request) -> Response:
        if not parts:
            return Response(200, [c.as_json() for c in self._world.channels.values()])
        channel = self._world.channels.get(parts[0])
        if parts[1:] == ["variable"]:
            if channel is None:
                raise _No(404, "Provided channel was not found")
            value = channel.variables.get(request.query["variable"])
            if value is None:
                raise _No(404, "Provided variable was not found")
            return Response(200, {"value": value})
        if parts[1:] == ["rtp_statistics"]:
            packets = self._any_channel(parts[0]).packets
            if packets is None:
                raise _No(403, "Unsupported channel type")
            return Response(200, {"channel_uniqueid": parts[0], "rxcount": packets})
        return Response(200, self._any_channel(parts[0]).as_json())

    async def _post_channels(self, parts: list[str], request: Request) -> Response:
        if not parts:
            return self._originate(request)
        if parts[1] == "snoop":  # also of a channel that the dialplan has
            return self._snoop(self._any_channel(parts[0]), parts[2], request.query)
        channel = self._channel(parts[0])
        if parts[1] == "play":
            return self._play(channel, parts[2], request.query["media"].split(","))
        if parts[1] == "record":
            return self._record_channel(channel, request.query)
        if parts[1] == "transfer_progress":
            self._world.buttons.report_transfer(channel, request.query["states"])
            return _DONE
        if parts[1] in {"answer", "variable"}:
            await self._idle(channel)
        self._tell(channel, parts[1], request.query)
        return _DONE

    def _tell(self, channel: FakeChannel, action: str, query: Mapping[str, str]) -> None:
        match action:
            case "answer":
                channel.state = "Up"
            case "ring":
                channel.ringing_to_far_end = True
            case "moh":
                self._world.set_music(channel, query.get("mohClass", "default"))
            case "dtmf":
                channel.digits_sent += query["dtmf"]
            case "variable":
                self._set_variable(channel, query["variable"], query["value"])
            case "continue":
                channel.dialplan = (query["context"], query["extension"])
                assert not channel.music, "music goes on in the dialplan"
                self._soon(self._continue, channel)
            case "redirect":
                self._soon(self._world.hang_up, channel, 16, by_us=True)
            case _:
                raise _No(404, "Resource not found")

    def _set_variable(self, channel: FakeChannel, name: str, value: str) -> None:
        if name.startswith("TALK_DETECT("):
            self._world.speech.listen(channel, on=name == "TALK_DETECT(set)")
        else:
            channel.variables[name] = value
        if name == "TIMEOUT(absolute)":
            self._world.leads.limit_in_silence(channel, float(value))

    async def _delete_channels(self, parts: list[str], request: Request) -> Response:
        match parts[1:]:
            case []:
                channel = self._any_channel(parts[0])
                cause = _CAUSES.get(request.query.get("reason", ""), 16)
                seconds = self.hang_up_seconds
                self._soon(self._world.hang_up, channel, cause, seconds=seconds, by_us=True)
            case ["moh"]:
                self._world.set_music(self._channel(parts[0]), "")
            case ["ring"]:
                self._channel(parts[0]).ringing_to_far_end = False
            case _:
                raise _No(404, "Resource not found")
        return _DONE

    async def _post_applications(self, parts: list[str], request: Request) -> Response:
        assert parts[1:] == ["subscription"]
        kind, _, endpoint = request.query["eventSource"].partition(":")
        if kind == "channel":
            self._any_channel(endpoint)
            self._world.followed.add(endpoint)
            return Response(200, {"name": self._world.app})
        if endpoint not in self._world.phones:
            raise _No(422, "Endpoint not found")
        self._world.listened.add(endpoint)
        return Response(200, {"name": self._world.app})

    def _originate(self, request: Request) -> Response:
        query = request.query
        endpoint = query.get("endpoint", "")
        if not endpoint:
            raise _No(400, "Endpoint must be specified")
        if endpoint in self._world.errands:
            self._world.errands[endpoint]()
            return Response(200, {"id": query["channelId"]})
        phone = self._world.phones.get(endpoint, _nobody(endpoint))
        if phone.behaviour == "unreachable" or not phone.contacts:
            raise _No(500, "Allocation failed", "error")
        if query["channelId"] in self._world.channels:
            raise _No(409, "Channel with given unique ID already exists")
        variables = (request.body or {}).get("variables")
        assert isinstance(variables, dict)
        name, _, number = query.get("callerId", "").rpartition("<")
        channel = FakeChannel(
            query["channelId"],
            f"{endpoint}-{len(self._world.channels):08x}",
            "Down",
            self._world.now(),
            caller_number=number.strip(' ">'),
            caller_name=name.strip(' "'),
            originated=True,
            endpoint=endpoint,
            app=self._world.app,
            app_args=_app_args(query),
            dialplan=(query.get("context", ""), "s"),
            variables=dict(variables),
        )
        self._world.originate(channel, phone, float(query.get("timeout", "30")))
        return Response(200, channel.as_json())

    def _snoop(self, target: FakeChannel, name: str, query: Mapping[str, str]) -> Response:
        if name in self._world.channels:
            raise _No(409, "Channel with given unique ID already exists")
        made = self._world.snoop(target, name, query["spy"], query["whisper"])
        self._soon(self._world.enter_stasis, made)
        return Response(200, made.as_json())

    def _play(self, channel: FakeChannel, playback_id: str, media: list[str]) -> Response:
        playback = FakePlayback(playback_id, media, f"channel:{channel.id}")
        told = playback.as_json()
        self._soon(self._play_if_there, channel, playback)
        return Response(201, told)

    def _play_if_there(self, channel: FakeChannel, playback: FakePlayback) -> None:
        if channel.in_stasis:
            self._world.play(channel, playback)

    def _continue(self, channel: FakeChannel) -> None:
        self._world.leave_bridge(channel)
        self._world.leave_stasis(channel)
        self._world.leads.listen_beside(channel)

    # /playbacks

    async def _get_playbacks(self, parts: list[str], _request: Request) -> Response:
        found = self._world.find_playback(parts[0])
        if found is None:
            raise _No(404, "Playback not found")
        return Response(200, found[1].as_json())

    async def _delete_playbacks(self, parts: list[str], _request: Request) -> Response:
        found = self._world.find_playback(parts[0])
        if found is None:
            raise _No(404, "Playback not found")
        self._world.finish_playback(*found, "done")
        return _DONE

    # /bridges

    async def _get_bridges(self, parts: list[str], _request: Request) -> Response:
        if not parts:
            return Response(200, [b.as_json() for b in self._world.bridges.values()])
        return Response(200, self._bridge(parts[0]).as_json())

    async def _post_bridges(self, parts: list[str], request: Request) -> Response:
        query = request.query
        match parts:
            case [bridge_id]:
                return self._create_bridge(bridge_id, query["name"], query["type"])
            case [bridge_id, "addChannel"]:
                bridge = self._bridge(bridge_id)
                for channel in self._in_stasis(query["channel"]):
                    await self._idle(channel)
                    self._world.enter_bridge(channel, bridge)
                    channel.absorbs_keys = query.get("absorbDTMF") == "true"
            case [bridge_id, "removeChannel"]:
                self._bridge(bridge_id)
                channels = self._in_stasis(query["channel"])
                if any(channel.bridge_id != bridge_id for channel in channels):
                    raise _No(422, "Channel not in this bridge")
                for channel in channels:
                    await self._idle(channel)
                    self._world.leave_bridge(channel)
            case [bridge_id, "record"]:
                return self._record(self._bridge(bridge_id), query["name"], query["format"])
            case _:
                raise _No(404, "Resource not found")
        return _DONE

    async def _delete_bridges(self, parts: list[str], _request: Request) -> Response:
        self._world.destroy_bridge(self._bridge(parts[0]))
        return _DONE

    def _create_bridge(self, bridge_id: str, name: str, kind: str) -> Response:
        if bridge_id in self._world.bridges:
            raise _No(409, f"Bridge with id '{bridge_id}' already exists")
        self._world.bridges_asked[name] = kind
        bridge = FakeBridge(bridge_id, name, kind.partition(",")[0], self._world.now())
        if "video_sfu" in kind:
            bridge.technology = "softmix"
        self._world.bridges[bridge_id] = bridge
        return Response(200, bridge.as_json())

    def _record(self, bridge: FakeBridge, name: str, file_format: str) -> Response:
        if file_format not in {"wav", "ulaw", "sln"}:
            raise _No(422, "specified format is unknown on this system")
        if name in self._world.recordings:
            raise _No(409, f"Recording '{name}' already exists and can not be overwritten")
        started = asyncio.get_running_loop().time()
        recording = FakeRecording(name, file_format, bridge.id, started)
        self._world.record(recording)
        return Response(201, recording.as_json())

    def _record_channel(self, channel: FakeChannel, query: Mapping[str, str]) -> Response:
        known = self._world.recordings.get(query["name"])
        if known is not None and (known.state == "recording" or query["ifExists"] == "fail"):
            raise _No(409, "Recording already in progress")
        return Response(201, self._world.voices.record(channel, query).as_json())

    # /recordings/live

    async def _get_recordings(self, parts: list[str], _request: Request) -> Response:
        return Response(200, self._recording(parts).as_json())

    async def _post_recordings(self, parts: list[str], _request: Request) -> Response:
        self._world.end_recording(self._recording(parts))
        return _DONE

    # Look-ups, each with its own words for "gone"

    def _any_channel(self, channel_id: str) -> FakeChannel:
        channel = self._world.channels.get(channel_id)
        if channel is None:
            raise _No(404, "Channel not found")
        return channel

    def _channel(self, channel_id: str) -> FakeChannel:
        channel = self._any_channel(channel_id)
        if not channel.in_stasis:
            raise _No(409, "Channel not in Stasis application")
        return channel

    def _in_stasis(self, ids: str) -> list[FakeChannel]:
        found = []
        for channel_id in ids.split(","):
            channel = self._world.channels.get(channel_id)
            if channel is None:
                raise _No(400, "Channel not found")
            if not channel.in_stasis:
                raise _No(422, "Channel not in Stasis application")
            found.append(channel)
        return found

    def _bridge(self, bridge_id: str) -> FakeBridge:
        bridge = self._world.bridges.get(bridge_id)
        if bridge is None:
            raise _No(404, "Bridge not found")
        return bridge

    def _recording(self, parts: list[str]) -> FakeRecording:
        recording = self._world.recordings.get(parts[1]) if len(parts) > 1 else None
        if recording is None or recording.state != "recording":
            raise _No(404, "Recording not found")
        return recording

    async def _idle(self, channel: FakeChannel) -> None:
        # Asterisk hands these to the channel's own thread, which is busy with the prompt.
        while channel.playbacks:
            await channel.playbacks[0].done.wait()

    def _soon(
        self, act: object, channel: FakeChannel, *args: object, seconds: float = 0, **kwargs: object
    ) -> None:
        """After the answer, as in Asterisk; unless the channel is gone by then."""
        assert callable(act)
        loop = asyncio.get_running_loop()

        def carry_out() -> None:
            if channel.id in self._world.channels:
                act(channel, *args, **kwargs)

        loop.call_later(seconds, carry_out) if seconds else loop.call_soon(carry_out)
