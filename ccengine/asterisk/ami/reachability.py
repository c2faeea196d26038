"""Has Asterisk look whether a trunk's other end is there: by itself it does once a minute."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ccengine.asterisk.ami.link import AmiDisconnected, AmiUntold
from ccengine.asterisk.ami.recorder import SAFE_CHANNEL, UnsafeName

if TYPE_CHECKING:
    from ccengine.asterisk.ami.recorder import Link

CONNECTED_SECONDS: Final = 5.0


async def look_anew(link: Link, trunk: str) -> bool:
    """Have the trunk asked by OPTIONS; no: Asterisk cannot be told, or knows no such trunk.

    Raises:
        UnsafeName: the trunk's name would mean something else in the protocol.
    """
    if SAFE_CHANNEL.fullmatch(trunk) is None:
        message = "name of a trunk"
        raise UnsafeName(message)
    with suppress(AmiDisconnected, AmiUntold, TimeoutError):
        async with asyncio.timeout(CONNECTED_SECONDS):
            await link.wait_connected()
        answer = await link.ask("PJSIPQualify", Endpoint=trunk)
        return answer.success
    return False
