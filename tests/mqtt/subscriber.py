"""Somebody who listens to a broker."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import aiomqtt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Subscriber:
    """Everything that the broker passes on."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, dict[str, Any], bool]] = []
        self.payloads: list[bytes] = []  #: as they came

    def actions(self, topic: str) -> list[str]:
        return [body.get("action", "") for name, body, _ in self.messages if name == topic]

    def last(self, topic: str) -> dict[str, Any]:
        bodies = [body for name, body, _ in self.messages if name == topic]
        return bodies[-1] if bodies else {}

    async def run(self, port: int) -> None:
        async with aiomqtt.Client("127.0.0.1", port) as client:
            await client.subscribe("#", qos=1)
            async for message in client.messages:
                payload = message.payload or b"{}"  # empty: it is gone
                self.payloads.append(bytes(payload))  # type: ignore[arg-type]
                body = json.loads(payload)  # type: ignore[arg-type]
                self.messages.append((str(message.topic), body, message.retain))


@asynccontextmanager
async def running(*jobs: Any) -> AsyncIterator[list[asyncio.Task[None]]]:
    with suppress(asyncio.CancelledError):
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job) for job in jobs]
            yield tasks
            for task in tasks:
                task.cancel()
