"""A client at work, for the contract suite: on our fake over the wire, and on a real Asterisk."""

import asyncio
import itertools
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.ari.connection import AriAddress, Connection
from ccengine.asterisk.ari.events import (
    AriEvent,
    ChannelSnapshot,
    Connected,
    Disconnected,
    Replaced,
    StasisStart,
)
from ccengine.asterisk.ari.transport import Request
from ccengine.asterisk.backoff import Backoff
from ccengine.asterisk.channels import Channel
from ccengine.asterisk.router import Router
from ccengine.phone import Account, Phone
from tests.asterisk.handsets import (
    HANDSET,
    FakeHandset,
    FakePerson,
    Handset,
    Person,
    RealHandset,
    RealPerson,
)
from tests.conftest import RealAsterisk
from tests.fakes.asterisk import FakeAsterisk
from tests.fakes.asterisk_model import FakePhone
from tests.fakes.asterisk_server import PASSWORD, FakeAsteriskServer

APP = "ccengine-contract"
PROMPT = "sound:ccengine/please-wait"  # about seven seconds
SHORT = "sound:ccengine/goodbye"
_LOCAL = "Local/{}@ccengine-contract/n"
ANSWER, LATE, RING = _LOCAL.format("answer"), _LOCAL.format("late"), _LOCAL.format("ring")
BUSY, REJECT, ARRIVE = _LOCAL.format("busy"), _LOCAL.format("reject"), _LOCAL.format("arrive")
NOTE, FAMILY = _LOCAL.format("note"), "cc-contract"  # the engine under test has another family
NOWHERE = "PJSIP/nobody-has-this-name"

_run = f"{os.getpid():x}{time.time_ns():x}"  # ids of an earlier run may live on in Asterisk
_numbers = itertools.count(1)
_prepared: set[Path] = set()


def new_id(prefix: str = "c") -> str:
    """Give an id that was never used."""
    return f"{prefix}-{_run}-{next(_numbers)}"


class Desk:
    """A connection, requests by name, handles, and the events that came."""

    def __init__(
        self,
        address: AriAddress,
        fake: FakeAsterisk | None,
        phone: str,
        account: Account | None = None,
    ) -> None:
        self.fake = fake
        self.account = account
        self.phone = phone
        self.address = address
        self.connection = Connection(address, backoff=Backoff(first_seconds=0.02))
        self.ari = Ari(self.connection, app=APP, patience_seconds=3.0)
        self.router = Router(self.ari)
        self.seen: list[AriEvent] = []
        self.connections = 0
        self.replaced = False
        self.is_deaf = False
        self._arrivals: asyncio.Queue[ChannelSnapshot] = asyncio.Queue()

    async def run(self) -> None:
        """Take events as a switchboard does."""
        async for item in self.connection.events():
            match item:
                case Connected():
                    await self.router.resync()
                    self.connections += 1
                case Disconnected():
                    pass
                case Replaced():
                    self.replaced = True
                case _ if self.is_deaf:
                    pass
                case _:
                    self.seen.append(item)
                    if not self.router.deliver(item) and isinstance(item, StasisStart):
                        self._arrivals.put_nowait(item.channel)

    async def until(self, holds: Callable[[], bool], *, seconds: float = 5.0) -> None:
        """Wait for something that only time brings."""
        async with asyncio.timeout(seconds):
            while not holds():
                await self._moved()

    async def passed(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def _moved(self) -> None:
        await asyncio.sleep(0.01)

    async def leg(self, endpoint: str = ANSWER) -> Channel:
        """Ring an endpoint that answers."""
        channel = self.router.channel(new_id("leg"))
        await channel.originate(endpoint=endpoint, app_args=["agent"])
        await channel.entered()
        return channel

    async def wideband_leg(self) -> Channel:
        """Ring an endpoint that answers in g722, as a trunk may that is let."""
        if self.fake is not None:
            leg = await self.leg()
            self.fake.manager.formats[leg.id] = "(g722)"
            return leg
        leg = self.router.channel(new_id("leg"))
        query = {"endpoint": ANSWER, "channelId": leg.id, "app": APP, "formats": "g722"}
        response = await self.connection.request(Request("POST", "channels", query))
        assert response.status == 200, response
        await leg.entered()
        return leg

    async def caller(self) -> tuple[Channel, Person]:
        """Let somebody call."""
        if self.fake is not None:
            channel_id = self.fake.caller_arrives(new_id())
            person: Person = FakePerson(self.fake, channel_id)
        else:
            far = self.router.channel(new_id("far"))
            await far.originate(endpoint=ARRIVE, app_args=["far"])
            await far.entered()
            person = RealPerson(far)
        snapshot = await self._arrivals.get()
        return self.router.channel(snapshot.id, snapshot), person

    async def note(self, key: str) -> None:
        """Let the dialplan write a key into Asterisk's own database."""
        if self.fake is not None:
            self.fake.world.database.setdefault(FAMILY, {})[key] = "1"
            return
        far = self.router.channel(new_id("note"))
        await far.originate(endpoint=NOTE, app_args=["note"], variables={"__NOTE": key})
        await far.entered()
        await far.hang_up()

    @asynccontextmanager
    async def handset(self) -> AsyncIterator[Handset]:
        """Put a phone on the desk, whose endpoint is HANDSET."""
        if self.fake is not None:
            yield FakeHandset(self.fake)
            return
        assert self.account is not None
        async with Phone(self.account) as phone:
            yield RealHandset(phone)

    async def clean(self) -> None:
        """Leave nothing behind."""
        for channel in await self.ari.channels():
            if _run in channel.id:
                await self.ari.hang_up(channel.id)
        await asyncio.sleep(0.05)
        for bridge in await self.ari.bridges():
            if _run in bridge.id:
                await self.ari.destroy_bridge(bridge.id)


@asynccontextmanager
async def working(desk: Desk) -> AsyncIterator[Desk]:
    """Run a desk's parts for as long as the block."""
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(desk.connection.run()), tasks.create_task(desk.run())
        try:
            await desk.until(lambda: desk.connections > 0)
            yield desk
            if not desk.replaced:
                await desk.clean()
        finally:
            for task in running:
                task.cancel()


@asynccontextmanager
async def fake_desk() -> AsyncIterator[Desk]:
    """A desk at our fake, over a real websocket."""
    fake = FakeAsterisk(app=APP)
    for endpoint, after in ((ANSWER, 0.0), (LATE, 0.3)):
        fake.phone_answers(endpoint, after)
    fake.phone_declines(BUSY, 0.0, cause=17)
    fake.phone_declines(REJECT, 0.2, cause=21)
    fake.phone_rings(RING)
    fake.phone_unreachable("PJSIP/phone-201")
    fake.world.phones[HANDSET] = FakePhone("rings", contacts=[])
    fake.world.hangup_handlers["ccengine-contract-outside"] = lambda channel: (
        channel.variables.update(CC_REACHED="message")
    )
    errand = "Local/list@ccengine-contract"
    fake.world.errands[errand] = lambda: fake.world.list_keys(FAMILY, "CC_CONTRACT")
    fake.media_seconds.update({PROMPT: 7.0, SHORT: 1.5})
    fake.missing_media.update({"sound:nosuch", "sound:neither"})
    async with FakeAsteriskServer(fake) as server:
        address = AriAddress(server.url, "ccengine", PASSWORD, app=APP)
        async with working(Desk(address, fake, "phone-201")) as desk:
            yield desk


@asynccontextmanager
async def real_desk(real: RealAsterisk) -> AsyncIterator[Desk]:
    """A desk at a real Asterisk, with an application of its own beside the engine's."""
    if real.state not in _prepared:
        await _prepare(real)
        _prepared.add(real.state)
    address = AriAddress(real.url, real.user, real.password, app=APP)
    user = HANDSET.removeprefix("PJSIP/")
    password = (real.state / "secrets/sip" / user).read_text().strip()
    account = Account(user, password, real.sip_host, real.sip_port)
    async with working(Desk(address, None, real.phone, account)) as desk:
        yield desk


async def _prepare(real: RealAsterisk) -> None:
    """Give the Asterisk under test the far ends of this suite."""
    wanted = real.contract_dialplan.read_text()
    folder = real.state / "asterisk/local"
    folder.mkdir(exist_ok=True)
    extensions = folder / "extensions.conf"
    present = extensions.read_text() if extensions.exists() else ""
    if wanted not in present:
        extensions.write_text(present + "\n" + wanted)
        extensions.chmod(0o664)
    address = AriAddress(real.url, real.user, real.password, app=f"{APP}-prepare")
    connection = Connection(address)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(connection.run())
        await connection.wait_connected()
        reload_dialplan = Request("PUT", "asterisk/modules/pbx_config.so", {}, aside=True)
        response = await connection.request(reload_dialplan)
        running.cancel()
    assert response.status == 204, response
