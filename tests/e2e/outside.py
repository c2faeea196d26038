"""A client's own world outside: a broker and a program that is told of calls, both come and go."""

from __future__ import annotations

import sqlite3
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from ccengine.config.secret_files import read_secret
from tests.e2e.configuration import DNIPRO, configured
from tests.e2e.engine_container import docker
from tests.e2e.waits import until
from tests.mqtt.mosquitto import Broker
from tests.mqtt.subscriber import Subscriber, running
from tests.webhooks.receiver import Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.e2e.system import System
    from tests.webhooks.receiver import Taken

HOOK = "crm"
CLIENT = "dnipro"
VOUCHERS = "/usr/local/share/ca-certificates"


class Program:
    """The client's program, and what the engine's command line says of it."""

    def __init__(self, system: System, receiver: Receiver) -> None:
        self._system = system
        self.receiver = receiver

    @property
    def secret(self) -> str:
        """What its messages are signed with."""
        return read_secret(self._system.paths.webhook_secret(CLIENT, HOOK))

    def of(self, call: str) -> list[Taken]:
        """Return what it took of a call, as it came."""
        return [one for one in self.receiver.accepted if one.body["call_id"] == call]

    def actions(self, call: str) -> list[str]:
        """Return what happened to a call, each message once, as it came first."""
        named = {one.headers["webhook-id"]: one.body["action"] for one in reversed(self.of(call))}
        return list(reversed(named.values()))

    async def ccengine(self, *arguments: str) -> bytes:
        """Give a command to the engine's command line."""
        return await self._system.engine.command(*arguments)

    async def dead(self) -> list[dict[str, Any]]:
        """Return what is not tried any more."""
        found: list[dict[str, Any]] = orjson.loads(
            await self.ccengine("webhook", "letters", "--dead", "--json")
        )
        return found

    def letters(self) -> list[tuple[int, int, str]]:
        """Return number, attempts and state of what was not taken."""
        with closing(sqlite3.connect(self._system.paths.database)) as database:
            query = "SELECT number, attempts, state FROM webhook_letters ORDER BY number"
            return list(database.execute(query))

    def let_time_pass(self, *, attempts: int) -> None:
        """Make what waits due now, after so many tries: a day of them is long."""
        with closing(sqlite3.connect(self._system.paths.database, timeout=10)) as database:
            database.execute("UPDATE webhook_letters SET attempts = ?, next_at = 0", (attempts,))
            database.commit()


@asynccontextmanager
async def outside(system: System, folder: Path) -> AsyncIterator[tuple[Broker, Program]]:
    """Have a broker, and a webhook of dnipro's, for the block."""
    broker = Broker(folder, urlsplit(system.settings.mqtt_url).port or 0)
    await broker.start()
    try:
        async with receiving(folder) as receiver, _vouched_for(system, receiver):
            url = f"https://127.0.0.1:{receiver.port}/hook"
            hook = f"webhooks: {{{HOOK}: {{url: '{url}', private: yes}}}}\nqueues:\n"
            async with configured(system, (DNIPRO, "queues:\n", hook)):
                await system.write_asterisk_files()  # and the webhook's secret
                await system.kill_engine()
                yield broker, Program(system, receiver)
    finally:
        await broker.stop()


@asynccontextmanager
async def _vouched_for(system: System, receiver: Receiver) -> AsyncIterator[None]:
    """Have the engine's next start believe the receiver's certificate."""
    engine, file = system.engine.name, f"{VOUCHERS}/receiver.crt"
    await docker("cp", str(receiver.certificate), f"{engine}:{file}")
    await docker("exec", "--user", "0", engine, "update-ca-certificates")
    try:
        yield
    finally:
        await docker("exec", "--user", "0", engine, "rm", file)
        await docker("exec", "--user", "0", engine, "update-ca-certificates", "--fresh")


@asynccontextmanager
async def listening(broker: Broker) -> AsyncIterator[Subscriber]:
    """Listen to the broker for the block: first comes what it has retained."""
    subscriber = Subscriber()
    async with running(subscriber.run(broker.port)):
        yield subscriber


async def has_state(subscriber: Subscriber, topic: str, state: str) -> None:
    """Wait until the last of a topic is this state."""
    await until(f"{topic} is {state}", lambda: subscriber.last(topic).get("state") == state)
