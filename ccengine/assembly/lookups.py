"""Puts together what flows ask and tell other programs by."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ccengine.asterisk.agi.client import ask_script
from ccengine.lookup.desk import LookupDesk
from ccengine.lookup.examples import make_examples
from ccengine.lookup.payments import PaymentDesk
from ccengine.lookup.requests import Wire
from ccengine.lookup.sources import Sources
from ccengine.outbox.couriers import OutboxOffice, outbox_couriers
from ccengine.webhooks.post import Post

if TYPE_CHECKING:
    from contextlib import AsyncExitStack

    from ccengine.api.ports import Library
    from ccengine.calls.wiring import Wiring
    from ccengine.config.settings import StatePaths
    from ccengine.core.ids import Instant
    from ccengine.ivr.configuration import Configuration


def open_lookups(paths: StatePaths, stack: AsyncExitStack) -> LookupDesk:
    """Return what asks for flows; what it has opened is closed with the stack."""
    wire = Wire()
    stack.push_async_callback(wire.close)
    sources = Sources(paths, wire, ask_script)
    desk = LookupDesk(asyncio.get_running_loop().time, sources.of, sources.secrets_of)
    stack.callback(desk.close)
    return desk


def open_payments(paths: StatePaths, stack: AsyncExitStack) -> PaymentDesk:
    """Return what asks payment programs, likewise."""
    desk = PaymentDesk(paths)
    stack.push_async_callback(desk.close)
    return desk


def put_examples(configuration: Configuration, paths: StatePaths, now: Instant) -> None:
    """Make the databases and calendars that are examples, where there are none yet."""
    if configuration.tenant is not None:
        make_examples(configuration.tenant, paths, datetime.fromtimestamp(now, UTC))


def open_outbox(wiring: Wiring, library: Library, stack: AsyncExitStack) -> Post:
    """Return what carries out what flows have submitted, likewise."""
    wire = Wire()
    stack.push_async_callback(wire.close)
    office = OutboxOffice(
        journal=library.journal,
        store=library.keeper.database.webhooks,
        now=wiring.engine.clock.now,
    )
    sources = Sources(wiring.paths, wire, ask_script)
    couriers = partial(outbox_couriers, office=office, sources=sources, wire=wire)
    post = Post(couriers, wiring.tenant)
    wiring.engine.observe(post.observe)
    return post
