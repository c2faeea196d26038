"""Requests by name. Ids are ours, so that their events can be awaited before they are sent.

A bool says whether it was done; False means that what it is about is gone, which is normal: people
hang up whenever they like. Statuses stay in this package.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from weakref import WeakValueDictionary

from ccengine.asterisk.ari.decode import (
    decode_bridge,
    decode_channel,
    decode_endpoint,
    decode_playback,
    decode_recording,
)
from ccengine.asterisk.ari.errors import AriRefused, BadRequest
from ccengine.asterisk.ari.events import (
    BridgeSnapshot,
    ChannelSnapshot,
    EndpointSnapshot,
    PlaybackSnapshot,
    RecordingSnapshot,
)
from ccengine.asterisk.ari.formats import with_format
from ccengine.asterisk.ari.reading import many, one, part, text
from ccengine.asterisk.ari.results import (
    AsteriskInfo,
    HangUpReason,
    Originated,
    TransferOutcome,
    Unreachable,
)
from ccengine.asterisk.ari.sender import (
    Sender,
    already_made,
    check_values,
    gone_from_bridge,
    joined,
    message_of,
    no_such_source,
    not_found,
    refusal,
    segment,
)
from ccengine.asterisk.ari.transport import Method, Request, Transport

APP = "ccengine"
"""Our name at Asterisk, as the dialplan writes it, too."""

_CONFLICT = 409
_UNFIT_FOR_ARGUMENT = frozenset('(){}[]$,\\"/ ')


class Ari:
    """Asterisk's REST interface as far as a contact centre needs it.

    Args:
        transport: what carries the requests.
        app: our name at Asterisk.
        patience_seconds: how long a request waits for a lost connection to come back.
        may_send: asked before each request; False refuses it, as if there were no connection.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        app: str = APP,
        patience_seconds: float = 10.0,
        may_send: Callable[[], bool] = lambda: True,
    ) -> None:
        self.app = app
        self.transport = transport
        self.may_send = may_send
        self._sender = Sender(transport, patience_seconds=patience_seconds, may_send=may_send)
        self._bridge_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # Asterisk itself

    async def info(self) -> AsteriskInfo:
        """Ask for version and start time; judge the version with `versions.judge_version`."""
        body = await self._sender.get("asterisk/info")
        system, status = part(body, "system"), part(body, "status")
        return AsteriskInfo(
            str(system.get("version", "")),
            str(status.get("startup_time", "")),
            str(system.get("entity_id", "")),
        )

    async def endpoint(self, technology: str, resource: str) -> EndpointSnapshot | None:
        """Look at one phone; None: no such endpoint."""
        path = f"endpoints/{segment(technology)}/{segment(resource)}"
        return one(await self._sender.get(path), decode_endpoint)

    async def endpoints(self, technology: str) -> tuple[EndpointSnapshot, ...]:
        """List all phones and trunks of one technology, such as "PJSIP"."""
        path = f"endpoints/{segment(technology)}"
        return many(await self._sender.get(path, aside=True), decode_endpoint)

    async def global_variable(self, name: str) -> str:
        """Read a global variable; empty when it is not set. Functions are not evaluated."""
        return text(await self._sender.get("asterisk/variable", {"variable": name}), "value") or ""

    async def forget_database_key(self, family: str, key: str) -> None:
        """Take a key out of Asterisk's own database; quiet when it is not there.

        Nothing else can be done with that database from here (`live_dangerously=no`).
        """
        query = {"variable": f"DB_DELETE({_argument(family)}/{_argument(key)})", "value": ""}
        await self._sender.done("POST", "asterisk/variable", query)

    async def run_errand(self, channel_id: str, *, context: str, extension: str) -> None:
        """Have the dialplan run an extension that answers nobody; it ends some time later."""
        endpoint = f"Local/{extension}@{context}"
        await self.originate_into_dialplan(
            channel_id=channel_id, endpoint=endpoint, context=context, timeout_seconds=5
        )

    # Channels

    async def channels(self) -> tuple[ChannelSnapshot, ...]:
        """List every channel of this Asterisk, ours or not."""
        return many(await self._sender.get("channels", aside=True), decode_channel)

    async def channel(self, channel_id: str) -> ChannelSnapshot | None:
        """Look at one channel."""
        return one(await self._sender.get(f"channels/{segment(channel_id)}"), decode_channel)

    async def originate(
        self,
        *,
        channel_id: str,
        endpoint: str,
        app_args: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
        caller_id: str = "",
        timeout_seconds: int = 30,
    ) -> Originated | Unreachable:
        """Ring an endpoint; when it answers it comes to us with `app_args`.

        Whoever answers while no engine is connected is hung up on: Asterisk has nowhere to go.
        """
        query = {
            "endpoint": endpoint,
            "channelId": segment(channel_id),
            "app": self.app,
            "appArgs": joined(app_args, "app_args"),
            "callerId": caller_id,
            "timeout": str(timeout_seconds),
        }
        return await self._originate(query, variables or {})

    async def originate_into_dialplan(
        self,
        *,
        channel_id: str,
        endpoint: str,
        context: str,
        variables: Mapping[str, str] | None = None,
        caller_id: str = "",
        timeout_seconds: int = 30,
        once: bool = False,
    ) -> Originated | Unreachable:
        """Ring an endpoint; when it answers it runs `context`, which can hand it to us.

        So the leg outlives our absence. Its events before it is handed over come only where we
        subscribe to its endpoint. `once`: no lost connection has who was busy be rung again.
        """
        query = {
            "endpoint": endpoint,
            "channelId": segment(channel_id),
            "context": context,
            "extension": "s",
            "priority": "1",
            "callerId": caller_id,
            "timeout": str(timeout_seconds),
        }
        return await self._originate(query, variables or {}, once=once)

    async def subscribe_endpoint(self, endpoint: str) -> bool:
        """Be told of all channels of an endpoint, such as "PJSIP/phone-201"; False: none such.

        Asterisk keeps this over reconnects of ours, not over restarts of its own.
        """
        return await self._subscribe(f"endpoint:{endpoint}")

    async def subscribe_channel(self, channel_id: str) -> bool:
        """Be told of a channel after it has left us, to its end; False: it is gone."""
        return await self._subscribe(f"channel:{channel_id}")

    async def _subscribe(self, source: str) -> bool:
        path = f"applications/{self.app}/subscription"
        query = {"eventSource": source}
        return await self._sender.done("POST", path, query, when_gone=no_such_source)

    async def answer(self, channel_id: str) -> bool:
        """Answer a channel that rings us; harmless when it is answered."""
        return await self._on_channel("POST", channel_id, "answer")

    async def ring(self, channel_id: str) -> bool:
        """Let the far end hear ringing."""
        return await self._on_channel("POST", channel_id, "ring")

    async def stop_ringing(self, channel_id: str) -> bool:
        """End what `ring` began."""
        return await self._on_channel("DELETE", channel_id, "ring")

    async def hang_up(self, channel_id: str, *, reason: HangUpReason = HangUpReason.NORMAL) -> bool:
        """End a channel, wherever it is; False when it was gone already."""
        path = f"channels/{segment(channel_id)}"
        query = {"reason": reason.value}
        return await self._sender.done("DELETE", path, query, when_gone=not_found)

    async def start_music(self, channel_id: str, *, music_class: str = "default") -> bool:
        """Play music on hold; never to a channel inside a mixing bridge: both would be heard."""
        return await self._on_channel("POST", channel_id, "moh", {"mohClass": music_class})

    async def stop_music(self, channel_id: str) -> bool:
        """End the music; harmless when there is none."""
        return await self._on_channel("DELETE", channel_id, "moh")

    async def play(
        self, channel_id: str, *, playback_id: str, media: Sequence[str], language: str = ""
    ) -> bool:
        """Queue media such as "sound:name"; `PlaybackFinished` tells the end of all of it."""
        query = {"media": joined(media, "media")}
        if language:
            query["lang"] = language
        return await self._on_channel("POST", channel_id, f"play/{segment(playback_id)}", query)

    async def playback(self, playback_id: str) -> PlaybackSnapshot | None:
        """Look at a playback; None once it has ended."""
        return one(await self._sender.get(f"playbacks/{segment(playback_id)}"), decode_playback)

    async def stop_playback(self, playback_id: str) -> None:
        """End a playback; quiet when it has ended."""
        await self._sender.done("DELETE", f"playbacks/{segment(playback_id)}")

    async def report_transfer(self, channel_id: str, *, outcome: TransferOutcome) -> bool:
        """Answer a phone's REFER; after a success its legs are to be ended."""
        return await self._on_channel(
            "POST", channel_id, "transfer_progress", {"states": outcome.value}
        )

    async def send_digits(self, channel_id: str, *, digits: str) -> bool:
        """Send keys to the far end."""
        return await self._on_channel("POST", channel_id, "dtmf", {"dtmf": digits})

    async def set_variable(self, channel_id: str, *, name: str, value: str) -> bool:
        """Set a channel variable; while a prompt plays, Asterisk does it after that."""
        path = f"channels/{segment(channel_id)}/variable"
        query = {"variable": name, "value": value}
        return await self._sender.done("POST", path, query, aside=True)

    async def variable(self, channel_id: str, *, name: str) -> str | None:
        """Read a channel variable or function; None: not set, or the channel is gone."""
        path = f"channels/{segment(channel_id)}/variable"
        return text(await self._sender.get(path, {"variable": name}), "value")

    async def continue_in_dialplan(
        self, channel_id: str, *, context: str, extension: str, priority: int = 1
    ) -> bool:
        """Give a channel back to the dialplan; it leaves us with StasisEnd."""
        query = {"context": context, "extension": extension, "priority": str(priority)}
        return await self._on_channel("POST", channel_id, "continue", query)

    async def redirect(self, channel_id: str, *, endpoint: str) -> bool:
        """Send the far end somewhere else (SIP 302 or REFER); it leaves us."""
        return await self._on_channel("POST", channel_id, "redirect", {"endpoint": endpoint})

    # Bridges. Commands for one bridge wait for each other: Asterisk has crashed on their races.

    async def bridges(self) -> tuple[BridgeSnapshot, ...]:
        """List every bridge of this Asterisk, ours or not."""
        return many(await self._sender.get("bridges", aside=True), decode_bridge)

    async def bridge(self, bridge_id: str) -> BridgeSnapshot | None:
        """Look at one bridge."""
        return one(await self._sender.get(f"bridges/{segment(bridge_id)}"), decode_bridge)

    async def create_bridge(self, bridge_id: str, *, name: str, kind: str = "mixing") -> None:
        """Make a bridge; never use an id twice, Asterisk has crashed on it."""
        async with self._turn(bridge_id):
            path = f"bridges/{segment(bridge_id)}"
            query = {"type": kind, "name": name}
            await self._sender.done("POST", path, query, when_gone=already_made)

    async def add_to_bridge(
        self, bridge_id: str, *, channel_ids: Sequence[str], absorbs_keys: bool = False
    ) -> bool:
        """Put channels in; False when one of them, or the bridge, is gone: then none is in.

        A channel that plays a prompt would make all requests wait for its end: stop it first.
        """
        absorbs = "true" if absorbs_keys else "false"
        query = {"channel": joined(channel_ids, "channel_ids"), "absorbDTMF": absorbs}
        return await self._on_bridge(bridge_id, "addChannel", query)

    async def remove_from_bridge(self, bridge_id: str, *, channel_ids: Sequence[str]) -> None:
        """Take channels out, which are then silent but ours; quiet when they are not in it."""
        query = {"channel": joined(channel_ids, "channel_ids")}
        await self._on_bridge(bridge_id, "removeChannel", query)

    async def destroy_bridge(self, bridge_id: str) -> None:
        """End a bridge, which must be empty by now; quiet when it is gone."""
        async with self._turn(bridge_id):
            await self._sender.done("DELETE", f"bridges/{segment(bridge_id)}")

    # Recordings

    async def record_bridge(self, bridge_id: str, *, name: str, file_format: str = "wav") -> bool:
        """Record all that is heard in a bridge; `name` may hold folders. False: bridge gone.

        A recording of that name which is under way is taken for ours, begun by an earlier try.
        """
        query = {"name": name, "format": file_format, "ifExists": "fail", "beep": "false"}
        async with self._turn(bridge_id):
            return await self._record(f"bridges/{segment(bridge_id)}/record", query)

    async def record_channel(
        self, channel_id: str, *, name: str, seconds: int, silence_seconds: int
    ) -> bool:
        """Record what a channel says after a tone, to a key, a silence or the limit.

        The end is told as an event of the channel. An earlier file of that name is lost; what is
        under way by that name is taken for ours, begun by an earlier try. False: the channel is
        gone.
        """
        query = {
            "name": name,
            "format": "wav",
            "ifExists": "overwrite",
            "beep": "true",
            "terminateOn": "any",
            "maxDurationSeconds": str(seconds),
            "maxSilenceSeconds": str(silence_seconds),
        }
        return await self._record(f"channels/{segment(channel_id)}/record", query)

    async def _record(self, path: str, query: Mapping[str, str]) -> bool:
        try:
            return await self._sender.done("POST", path, query, when_gone=not_found)
        except AriRefused as error:
            if error.status == _CONFLICT:
                return await self.live_recording(query["name"]) is not None
            raise

    async def stop_recording(self, name: str) -> bool:
        """End a recording and keep the file; False when it has ended."""
        return await self._sender.done("POST", f"recordings/live/{segment(name)}/stop")

    async def live_recording(self, name: str) -> RecordingSnapshot | None:
        """Look at a recording that is under way."""
        return one(await self._sender.get(f"recordings/live/{segment(name)}"), decode_recording)

    async def _originate(
        self, query: Mapping[str, str], variables: Mapping[str, str], *, once: bool = False
    ) -> Originated | Unreachable:
        check_values(query)
        check_values(variables)
        channel_id = query["channelId"]
        request = Request("POST", "channels", with_format(query), {"variables": dict(variables)})
        response = await self._sender.send(request, once=once)
        if response.status == _CONFLICT and await self.channel(channel_id) is not None:
            return Originated(channel_id, repeated=True)
        if response.status in {_CONFLICT, 500}:
            # Asterisk tells an unreachable endpoint as 500, "Allocation failed"; and as 409 for as
            # long as its thread remembers an earlier 409.
            return Unreachable(f"{query['endpoint']}: {message_of(response)}")
        if not response.is_done:
            raise refusal(request, response)
        return Originated(channel_id)

    async def _on_channel(
        self,
        method: Method,
        channel_id: str,
        action: str,
        query: Mapping[str, str] | None = None,
    ) -> bool:
        path = f"channels/{segment(channel_id)}/{action}"
        return await self._sender.done(method, path, query)

    async def _on_bridge(self, bridge_id: str, action: str, query: Mapping[str, str]) -> bool:
        path = f"bridges/{segment(bridge_id)}/{action}"
        async with self._turn(bridge_id):
            return await self._sender.done("POST", path, query, when_gone=gone_from_bridge)

    def _turn(self, bridge_id: str) -> asyncio.Lock:
        return self._bridge_turns.setdefault(bridge_id, asyncio.Lock())


def _argument(value: str) -> str:
    """Check what becomes part of a dialplan function's argument."""
    if not value or not _UNFIT_FOR_ARGUMENT.isdisjoint(value):
        msg = "a database key that would be read as something else"
        raise BadRequest(msg)
    return value
