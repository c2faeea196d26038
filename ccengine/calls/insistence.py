"""Requests that must come to pass, however slow Asterisk is.

A request that timed out may or may not have been done. Whoever goes on as if it had not rings an
agent twice, so what clears away is asked for again until Asterisk has answered.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccengine.asterisk.ari.errors import AriTimeout

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

log = structlog.get_logger()

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


async def insist(act: Callable[[], Awaitable[None]], what: str) -> None:
    """Do `act`, which must be repeatable, again after each timeout.

    Raises:
        AriError: Asterisk refused, is out of reach, or was silent to the last try.
    """
    for pause in PAUSES_SECONDS:
        try:
            await act()
        except AriTimeout as error:
            log.warning("asterisk_slow", what=what, cause=str(error))
            await asyncio.sleep(pause)
        else:
            return
    await act()
