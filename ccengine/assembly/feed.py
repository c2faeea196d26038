"""Puts the live feed between the engine and the API's server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.feed.backlog import Backlog
from ccengine.api.feed.hub import Hub
from ccengine.api.feed.live import LiveFeed

if TYPE_CHECKING:
    from ccengine.api.ports import Ports
    from ccengine.engine import Engine
    from ccengine.storage.journal import Journal


def live_feed(engine: Engine, journal: Journal, ports: Ports, node: str) -> LiveFeed:
    """Return the feed of all that happens from now on."""
    engine.show()  # the hub begins where the center is
    number = journal.last_number
    hub = Hub(ports.floor, node=node, number=number, settle=engine.show)
    engine.observe(hub.observe)
    return LiveFeed(hub, Backlog(journal.path))
