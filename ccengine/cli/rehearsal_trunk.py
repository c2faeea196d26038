"""Asterisk and the far ends of a rehearsal: it dials a trunk only while it knows it to be there."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ami.link import AmiAddress, AmiLink
from ccengine.asterisk.ami.reachability import look_anew
from ccengine.config.asterisk_files import ENGINE_USER
from ccengine.config.secrets import ami_password

if TYPE_CHECKING:
    from ccengine.cli.rehearsal_cast import TrunkHere
    from ccengine.config.settings import Settings

ANSWER_SECONDS: Final = 1.0
"""For Asterisk to ask and take note of the answer."""


async def look_for_far_ends(settings: Settings, trunk: TrunkHere) -> bool:
    """Have Asterisk see that they are there now; no: it cannot be told."""
    # A command's output is for people: that a connection is up is no news.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    secret = ami_password(settings.paths)
    link = AmiLink(AmiAddress("127.0.0.1", settings.ami_port, ENGINE_USER, secret))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(link.run())
        is_told = await look_anew(link, trunk.name)
        running.cancel()
    await asyncio.sleep(ANSWER_SECONDS)
    return is_told
