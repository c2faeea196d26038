"""What draws calls to be listened to, and brings journal and reviews together after a kill."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccengine.quality.measurer import Measurer
from ccengine.quality.reviewing import Reviewing
from ccengine.quality.sampler import Sampler
from ccengine.storage.catching_up import AFTER_START_SECONDS

if TYPE_CHECKING:
    from ccengine.api.ports import Ports

log = structlog.get_logger()


async def look_after_quality(ports: Ports) -> None:
    """Do so until cancelled."""
    floor, library = ports.floor, ports.library
    async with asyncio.TaskGroup() as group:
        sampler = Sampler(library.keeper, library.reader, floor.tenant, floor.now)
        group.create_task(sampler.run())
        measurer = Measurer(library.keeper, library.keeping, floor.post, floor.now)
        group.create_task(measurer.run())
        await asyncio.sleep(AFTER_START_SECONDS)
        try:
            database, written = library.keeper.database, library.show
            reviewing = Reviewing(database, floor.post, floor.now, written=written)
            if told := await reviewing.tell_untold():
                log.info("reviews_told", reviews=told)
        except Exception:  # a mistake here must cost no call; the next start tries again
            log.exception("reviews_not_told")
