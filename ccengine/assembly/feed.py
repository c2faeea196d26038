"""Puts the live feed between the engine and the API's server, and webhooks beside it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ccengine.api.feed.backlog import Backlog
from ccengine.api.feed.hub import Hub
from ccengine.api.feed.live import LiveFeed
from ccengine.webhooks.mail import HookOffice
from ccengine.webhooks.post import Post, hook_couriers
from ccengine.webhooks.sender import Sender

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from ccengine.api.ports import Ports
    from ccengine.config.settings import StatePaths
    from ccengine.engine import Engine
    from ccengine.mqtt.publisher import Publisher
    from ccengine.storage.journal import Journal


def live_feed(engine: Engine, journal: Journal, ports: Ports, node: str) -> LiveFeed:
    """Return the feed of all that happens from now on."""
    engine.show()  # the hub begins where the center is
    number = journal.last_number
    hub = Hub(ports.floor, node=node, number=number, settle=engine.show)
    engine.observe(hub.observe)
    return LiveFeed(hub, Backlog(journal.path))


def begin_to_publish(publisher: Publisher, engine: Engine, journal: Journal) -> None:
    """Have the broker know agents and calls as they are: what it has may be stale."""
    engine.show()  # the center is as it was after the journal's last row
    at, seq = engine.clock.now(), journal.last_number
    publisher.show_agents([agent.shown() for agent in engine.center.agents()], at, seq=seq)
    calls = [(call.client, call.shown()) for call in engine.center.calls.values()]
    publisher.show_calls(calls, at, seq=seq)
    publisher.show_closures(engine.center.closures(at), at, seq=seq)


async def webhooks(
    engine: Engine, journal: Journal, ports: Ports, paths: StatePaths, stack: AsyncExitStack
) -> Post:
    """Return what tells clients' own programs; what it has opened is closed with the stack."""
    keeper = ports.library.keeper
    sender = await stack.enter_async_context(Sender(engine.clock.now))
    office = HookOffice(
        journal=journal.path,
        stream=await Backlog(journal.path).stream(),
        store=keeper.database.webhooks,
        sender=sender,
        record=keeper.get,
        now=engine.clock.now,
    )
    post = Post(partial(hook_couriers, office=office, paths=paths), ports.floor.tenant)
    engine.observe(post.observe)
    return post
