"""The FastAGI server of the running engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.agi_routes.asking import Asking
from ccengine.agi_routes.known_callers import KnownByLookup
from ccengine.agi_routes.route import AgiPorts, NoTables
from ccengine.asterisk.agi.server import AgiServer

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from ccengine.api.ports import Ports
    from ccengine.config.settings import Settings
    from ccengine.ivr.lookups import Lookups

log = structlog.get_logger()


async def open_agi(
    ports: Ports, lookups: Lookups | None, settings: Settings, stack: AsyncExitStack
) -> None:
    """Answer dialplans until the stack is closed.

    Where the port is another's, calls are served all the same: a dialplan that asks is not
    answered, and goes on as it does while there is no engine.
    """
    tables = NoTables() if lookups is None else KnownByLookup(lookups, ports.floor.tenant)
    given = AgiPorts(floor=ports.floor, health=ports.health, node=settings.node, tables=tables)
    server = AgiServer(Asking(given), settings.agi_port)
    try:
        await server.start()
    except OSError as error:
        log.exception("agi_unavailable", port=settings.agi_port, cause=error.strerror)
        return
    stack.push_async_callback(server.stop)
