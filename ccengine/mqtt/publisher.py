"""One task that sends what happened to the broker, over every reconnect."""

from __future__ import annotations

import asyncio
import random
import ssl
from collections import deque
from typing import TYPE_CHECKING

import aiomqtt
import orjson
import structlog
from paho.mqtt.subscribeoptions import SubscribeOptions

from ccengine.mqtt.broker import BrokerAddress
from ccengine.mqtt.topics import (
    GONE,
    Message,
    agent_message,
    all_call_states,
    call_message,
    closure_message,
    engine_message,
    message_of,
)
from ccengine.reporting.rows import is_void

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ccengine.core.commands import ShowAgent, ShowCall, ShowClosure
    from ccengine.core.ids import ClientId, Instant, TenantId
    from ccengine.reporting.rows import JournalRow

__all__ = ["BrokerAddress", "Publisher"]

log = structlog.get_logger()

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_LEAVING_SECONDS = 1.0
_AT_LEAST_ONCE = 1


class Publisher:
    """Sends what it is shown; never makes anybody wait for the broker.

    Args:
        broker: where to send to.
        tenant: whose engine this is.
        node: this engine's Asterisk.
        now: the engine's clock; None leaves its own status undated.
        limit: messages kept while the broker is away; the oldest are dropped first. What is
            retained is not lost with them: the latest of each is sent after each connect.
    """

    def __init__(
        self,
        broker: BrokerAddress,
        *,
        tenant: TenantId,
        node: str,
        now: Callable[[], Instant] | None = None,
        limit: int = 10_000,
    ) -> None:
        self.dropped = 0
        self.connected = False
        self._broker = broker
        self._tenant = tenant
        self._node = node
        self._now = now
        self._limit = limit
        self._outbox: deque[Message] = deque()
        self._retained: dict[str, Message] = {}
        self._wake = asyncio.Event()

    def observe(self, rows: Sequence[JournalRow]) -> None:
        """Have a step of the core published; a void step is not."""
        if not is_void(rows):
            for row in rows:
                message = message_of(row)
                if message is not None:
                    self._put(message)

    def show_agents(self, agents: Iterable[ShowAgent], at: Instant, *, seq: int = 0) -> None:
        """Have agents' present states published: at start, when the broker's may be stale.

        Args:
            agents: all of them.
            at: this instant.
            seq: number of the journal's last row.
        """
        for shown in agents:
            self._put(agent_message(self._tenant, self._node, shown, at, seq))

    def show_calls(
        self, calls: Iterable[tuple[ClientId, ShowCall]], at: Instant, *, seq: int = 0
    ) -> None:
        """Have it published where each call is that is alive, likewise."""
        for client, shown in calls:
            self._put(call_message(self._tenant, self._node, client, shown, at, seq))

    def show_closures(self, closures: Iterable[ShowClosure], at: Instant, *, seq: int = 0) -> None:
        """Have it published which numbers are closed, and which are open, likewise."""
        for shown in closures:
            self._put(closure_message(self._tenant, self._node, shown, at, seq))

    async def run(self) -> None:
        """Connect, publish, reconnect, for ever. Cancelled, it says that the engine is offline."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            try:
                await self._session()
            except* (aiomqtt.MqttError, OSError) as errors:
                log.warning("broker_lost", host=self._broker.host, cause=str(errors.exceptions[0]))
            if self.connected:
                self.connected = False
                pause = _FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _session(self) -> None:
        async with self._client() as client:
            await self._send(client, self._status("online"))
            self.connected = True
            log.info("broker_connected", host=self._broker.host)
            for message in list(self._retained.values()):
                await self._send(client, message)
            # Last: whoever follows us has all calls by now, and loses those that are over.
            options = SubscribeOptions(qos=_AT_LEAST_ONCE, noLocal=True)
            await client.subscribe(all_call_states(self._tenant), options=options)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._watch(client))
                    group.create_task(self._publish(client))
            except asyncio.CancelledError:
                await self._take_leave(client)
                raise

    def _client(self) -> aiomqtt.Client:
        broker = self._broker
        will = self._status("offline", dated=False)
        return aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.user,
            password=broker.password,
            tls_context=ssl.create_default_context() if broker.secure else None,
            identifier=f"ccengine-{self._tenant}-{self._node}",
            protocol=aiomqtt.ProtocolVersion.V5,
            will=aiomqtt.Will(will.topic, will.payload, qos=_AT_LEAST_ONCE, retain=True),
            timeout=5.0,
            keepalive=10,
        )

    async def _publish(self, client: aiomqtt.Client) -> None:
        while True:
            self._wake.clear()
            await self._send_all(client)
            await self._wake.wait()

    async def _send_all(self, client: aiomqtt.Client) -> None:
        while self._outbox:
            message = self._outbox[0]
            await self._send(client, message)
            if self._outbox and self._outbox[0] is message:  # else it was dropped meanwhile
                self._outbox.popleft()

    async def _take_leave(self, client: aiomqtt.Client) -> None:
        try:
            async with asyncio.timeout(_LEAVING_SECONDS):
                await self._send_all(client)
                await self._send(client, self._status("offline"))
        except (aiomqtt.MqttError, TimeoutError) as error:
            log.warning("broker_left_unsaid", cause=str(error))

    async def _watch(self, client: aiomqtt.Client) -> None:
        """Notice at once when the broker goes, and have it forget calls that are over.

        They ended while the broker was away, or an earlier engine left them.
        """
        async for message in client.messages:
            topic = str(message.topic)
            ours = message.retain and _node_of(message.payload) == self._node
            if ours and topic not in self._retained:
                self._put(Message(topic, GONE, retain=True))

    def _status(self, status: str, *, dated: bool = True) -> Message:
        at = self._now() if dated and self._now is not None else None
        return engine_message(self._tenant, self._node, status, at)

    @staticmethod
    async def _send(client: aiomqtt.Client, message: Message) -> None:
        await client.publish(
            message.topic, message.payload, qos=_AT_LEAST_ONCE, retain=message.retain
        )

    def _put(self, message: Message) -> None:
        if message.payload == GONE:
            self._retained.pop(message.topic, None)
        elif message.retain:
            self._retained[message.topic] = message
        if len(self._outbox) >= self._limit:
            self._outbox.popleft()
            self.dropped += 1
        self._outbox.append(message)
        self._wake.set()


def _node_of(payload: object) -> object:
    try:
        body = orjson.loads(payload) if isinstance(payload, bytes) else None
    except orjson.JSONDecodeError:
        return None
    return body.get("node") if isinstance(body, dict) else None
