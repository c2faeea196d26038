"""What an agent hears of a caller before the two are joined, and the key that takes a call outside.

The caller goes on hearing music meanwhile.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.calls.caller_ear import CallerEar
from ccengine.calls.codes.desk import media_of
from ccengine.calls.scope import CallScope
from ccengine.core.ids import client_of
from ccengine.core.queues import NAMES
from ccengine.core.states import Kind
from ccengine.ivr import names
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.commands import Connect
    from ccengine.core.ids import QueueId

log = structlog.get_logger()

LONGEST_SECONDS = 10.0
"""An introduction that takes longer is cut: the caller has been answered."""

TAKE_KEY = "1"
KEY_SECONDS = 5.0
ASKED_TIMES = 2


def introduction(wiring: Wiring, connect: Connect) -> list[str]:
    """Return what the agent hears of the caller; empty: nothing."""
    configuration = wiring.configuration
    tenant, queue = configuration.tenant, connect.queue
    settings = wiring.engine.center.plan.queues.get(queue)
    if tenant is None or settings is None or not settings.agent_hears:
        return []
    call = wiring.engine.center.calls.get(connect.call)
    if call is not None and call.kind is Kind.LEAD:
        return []  # they have answered, and are not to wait for words
    if settings.agent_hears == NAMES:
        phone = wiring.engine.center.agent(connect.agent).phone
        if phone is not None and tenant.phone(phone).external is not None:
            return []  # heard with the question for the key
        return media_of(configuration.prompts, (names.of_queue(queue),), tenant.language)
    try:
        prompts, client = configuration.prompts, client_of(queue)
        return [prompts.media(client, settings.agent_hears, tenant.language)]
    except LookupError:  # a reload has just taken it away
        return []


async def introduce(leg: Channel, media: list[str]) -> None:
    """Play it to the agent's leg; whatever goes wrong, the caller waits no longer for it."""
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            await (await leg.play(*media)).wait()
    except AriDisconnected:
        raise
    except (AriError, TimeoutError) as error:
        log.warning("introduction_failed", channel=leg.id, cause=str(error))


async def is_taken(wiring: Wiring, leg: Channel, queue: QueueId | None) -> bool:
    """Ask whoever answered outside to press a key: a mailbox presses none."""
    configuration = wiring.configuration
    tenant = configuration.tenant
    if tenant is None:
        return False
    about = () if queue is None else (names.of_queue(queue),)
    words = (*about, Confirmation.PRESS_ONE_TO_TAKE)
    ear = CallerEar(leg, tenant.language)
    async with CallScope(leg.gone):
        for _ in range(ASKED_TIMES):
            media = media_of(configuration.prompts, words, tenant.language)
            key = await ear.play(media, until_digit=True) or await ear.digit(KEY_SECONDS)
            if key == TAKE_KEY:
                return True
    return False
