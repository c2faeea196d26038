"""All that was told outside of the engine, as it came: by the feed, the broker and a webhook."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp
import aiomqtt

from ccengine.cli.top import SUBPROTOCOL
from ccengine.config.secrets import api_token
from tests.e2e.outside import CLIENT, Program, listening, outside
from tests.e2e.system import System
from tests.e2e.waits import until
from tests.mqtt.mosquitto import Broker
from tests.mqtt.subscriber import Subscriber, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


ENDED = "call_ended"
PLACES = ("feed", "broker", "webhook")


@dataclass
class ToldOutside:
    """Three who listen."""

    system: System
    broker: Broker
    subscriber: Subscriber
    program: Program
    feed: list[bytes] = field(default_factory=list)

    def contents(self) -> list[tuple[str, bytes]]:
        """Return all that was told, by who was."""
        told = (
            self.feed,
            self.subscriber.payloads,
            [one.raw for one in self.program.receiver.asked],
        )
        return [(place, b"\n".join(said)) for place, said in zip(PLACES, told, strict=True)]

    async def follow_feed(self) -> None:
        """Keep what comes over the websocket of who may see everything."""
        async with (
            aiohttp.ClientSession(self.system.settings.api_url) as session,
            session.ws_connect("/feed", protocols=(SUBPROTOCOL,)) as socket,
        ):
            await socket.send_json({"type": "subscribe", "token": api_token(self.system.paths)})
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self.take(message.data)

    def take(self, message: str) -> None:
        """Keep one message of the feed."""
        self.feed.append(message.encode())

    async def until_all_told(self, call: str) -> None:
        """Wait until all three know that a call is over: nothing more comes of it."""
        topic = f"ccengine/demo/{CLIENT}/call/{call}"
        await until("the program is told", lambda: ENDED in self.program.actions(call))
        await until("the broker is told", lambda: ENDED in self.subscriber.actions(topic))
        await until(
            "the feed tells", lambda: any(_ends(one, call) for one in self.feed), seconds=20
        )

    async def plant(self, text: str) -> None:
        """Let each of the three be told something, by their own ways as far as there are."""
        said = json.dumps({"planted": text, "call_id": "", "action": ""})
        self.take(said)
        async with aiomqtt.Client("127.0.0.1", self.broker.port) as publisher:
            await publisher.publish("planted", said, qos=1)
        receiver = self.program.receiver
        url = f"https://127.0.0.1:{receiver.port}/hook"
        async with aiohttp.ClientSession() as session:
            await session.post(url, data=said, ssl=receiver.tls)
        await until(
            "all are told",
            lambda: all(b"planted" in content for _, content in self.contents()),
        )


@asynccontextmanager
async def told_outside(system: System, folder: Path) -> AsyncIterator[ToldOutside]:
    """Listen to all that is told outside for the block. The engine begins anew for it."""
    async with outside(system, folder) as (broker, program):
        await system.engine_is_back()
        async with listening(broker) as subscriber:
            told = ToldOutside(system, broker, subscriber, program)
            async with running(told.follow_feed()):
                await until(
                    "the feed has begun", lambda: len(told.feed) >= len(("hello", "snapshot"))
                )
                yield told


def _ends(message: bytes, call: str) -> bool:
    """Tell whether a message of the feed says that a call is over."""
    changes = json.loads(message).get("changes", ())
    return any(
        one.get("call_id") == call and (one["type"] == "CallGone" or one.get("state") == "ended")
        for one in changes
    )
