"""What a caller says, as samples, while their channel plays prompts undisturbed.

A snoop channel hears the caller alone; a bridge joins it with a media channel of Asterisk's
`chan_websocket`, which sends what it hears over a websocket to us. Each is named before it is
made; with the websocket closed Asterisk ends the media channel, and the snoop ends with the caller.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager, suppress
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import aiohttp

from ccengine.asterisk.ari.errors import AriError
from ccengine.asterisk.ari.sender import Sender, segment

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.router import Router

BRIDGE_NAME: Final = "cc:ear"
IN, OUT = "-in", "-out"  #: the snoop, and what gives its sound to us
EAR: Final = re.compile(r"\.ear-[0-9a-f]{8}(-in|-out)?")
CONNECTION: Final = "MEDIA_WEBSOCKET_CONNECTION_ID"
FORMAT: Final = "slin"  #: 16-bit samples at 8,000 Hz, in this machine's order
OPEN_SECONDS: Final = 3.0
CLOSE_SECONDS: Final = 2.0
LARGEST_MESSAGE: Final = 65_536
MOST_AT_ONCE: Final = 50
"""Fifty packets a second of each come through the engine's one thread: 0.5 % of a core, measured.
It must have time for all other calls."""


def is_ear(name: str) -> bool:
    """Tell whether a channel or a bridge is one by which a caller is, or was, listened to."""
    return EAR.search(name) is not None


def is_listened_by(router: Router, name: str) -> bool:
    """Tell whether it still is: by who has made it, and not by an engine that is gone."""
    return router.find(name.removesuffix(IN).removesuffix(OUT) + IN) is not None


class Fault(StrEnum):
    """Why not."""

    BRIDGE = "bridge"
    CALLER_GONE = "caller gone"
    NO_MEDIA_CHANNEL = "no media channel"
    NO_CONNECTION_ID = "no connection id"
    TOO_MANY = "as many are listened to as may be"


class CannotListen(Exception):
    """Asterisk gives no sound of the caller."""


class CallerSound:
    """Opens callers' sound.

    Args:
        router: gives handles of the channels and the bridge.
        url: of Asterisk's HTTP server.
    """

    def __init__(self, router: Router, url: str) -> None:
        self._router = router
        self._url = url
        self._open = 0
        self._sender = Sender(router.ari.transport, patience_seconds=0, may_send=lambda: True)

    @asynccontextmanager
    async def open(self, channel: Channel) -> AsyncIterator[AsyncIterator[bytes]]:
        """Give what the caller says, until the block ends or the caller leaves.

        Raises:
            CannotListen: the caller is gone, or Asterisk does not do it in time, or enough others
                are listened to.
            AriError: Asterisk refuses, or is away.
        """
        if self._open >= MOST_AT_ONCE:
            raise CannotListen(Fault.TOO_MANY)
        self._open += 1
        try:
            async with self._opened(channel) as sound:
                yield sound
        finally:
            self._open -= 1

    @asynccontextmanager
    async def _opened(self, channel: Channel) -> AsyncIterator[AsyncIterator[bytes]]:
        name = f"{channel.id}.ear-{uuid4().hex[:8]}"
        snoop, media = self._router.channel(name + IN), self._router.channel(name + OUT)
        bridge = self._router.bridge(name)
        try:
            async with aiohttp.ClientSession() as session:
                try:
                    async with asyncio.timeout(OPEN_SECONDS):
                        await bridge.create(name=BRIDGE_NAME)
                        await self._snoop(channel.id, snoop.id)
                        await self._make_media(media.id)
                        socket = await self._connect(session, media.id)
                        await snoop.entered()
                        await media.entered()
                        if not await bridge.add(snoop, media):
                            raise CannotListen(Fault.BRIDGE)
                except (TimeoutError, aiohttp.ClientError) as error:
                    raise CannotListen(type(error).__name__) from error
                async with socket:
                    yield _samples(socket)
        finally:
            await asyncio.shield(self._clear_away(snoop, media, name))

    async def _snoop(self, channel: str, snoop: str) -> None:
        query = {"app": self._router.ari.app, "spy": "in", "whisper": "none"}
        path = f"channels/{segment(channel)}/snoop/{segment(snoop)}"
        if not await self._sender.done("POST", path, query):
            raise CannotListen(Fault.CALLER_GONE)

    async def _make_media(self, media: str) -> None:
        query = {
            "app": self._router.ari.app,
            "channelId": segment(media),
            "external_host": "INCOMING",
            "transport": "websocket",
            "encapsulation": "none",
            "connection_type": "server",
            "format": FORMAT,
        }
        if not await self._sender.done("POST", "channels/externalMedia", query):
            raise CannotListen(Fault.NO_MEDIA_CHANNEL)

    async def _connect(
        self, session: aiohttp.ClientSession, media: str
    ) -> aiohttp.ClientWebSocketResponse:
        connection = await self._router.ari.variable(media, name=CONNECTION)
        if not connection:
            raise CannotListen(Fault.NO_CONNECTION_ID)
        socket = await session.ws_connect(
            f"{self._url}/media/{segment(connection)}",
            protocols=("media",),
            max_msg_size=LARGEST_MESSAGE,
        )
        await socket.send_str("ANSWER")
        return socket

    async def _clear_away(self, snoop: Channel, media: Channel, bridge: str) -> None:
        with suppress(AriError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                for one in (snoop, media):
                    await self._router.ari.hang_up(one.id)
                await self._router.bridge(bridge).destroy()
        for one in (snoop, media):
            self._router.forget(one.id)


async def _samples(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[bytes]:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.BINARY:
            yield message.data
