"""Leaves a message on a machine that has answered: after its greeting and its tone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ccengine.asterisk.ari.sound import SILENCE_MS, SoundOfChannels
from ccengine.core.ids import ClientId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.far_end import Span
    from ccengine.calls.wiring import Wiring
    from ccengine.core.ids import CampaignId

QUIET_SECONDS: Final = 2.0
"""A machine that was silent for so long has said its greeting and its tone, and records."""

LISTEN_SECONDS: Final = 60.0
"""Who was not silent by then is no machine that records."""

LOOK_SECONDS: Final = 0.1


def message_for(wiring: Wiring, campaign: CampaignId, *, unasked: bool = False) -> str | None:
    """Return the media that a campaign leaves on machines, as it is in force; None: nothing.

    Args:
        wiring: with the configuration in force.
        campaign: whose.
        unasked: no agent has asked for it.
    """
    whose, _, name = str(campaign).partition("/")
    client = wiring.tenant().clients.get(ClientId(whose))
    found = None if client is None else client.campaigns.get(name)
    message = None if found is None else found.settings.voicemail
    if client is None or message is None or (unasked and not message.automatic):
        return None
    return wiring.configuration.prompts.first_of(client.id, message.prompt, (client.language,))


async def leave_message(wiring: Wiring, channel: Channel, media: str) -> bool:
    """Say something to the machine at a channel that is with us, and in no bridge.

    Returns:
        False: it was gone before, or never silent.
    """
    if not await _comes_to_rest(wiring, channel):
        return False
    await (await channel.play(media)).wait()
    return True


async def _comes_to_rest(wiring: Wiring, channel: Channel) -> bool:
    loop = asyncio.get_running_loop()
    since = loop.time()
    if not await SoundOfChannels(wiring.router.ari).listen(channel.id):
        return False
    while loop.time() - since < LISTEN_SECONDS and not channel.is_gone:
        await asyncio.sleep(LOOK_SECONDS)
        now = loop.time()
        if _quiet_seconds(channel.far_end.spoken(since, now), since, now) >= QUIET_SECONDS:
            return True
    return False


def _quiet_seconds(spoken: Sequence[Span], since: float, now: float) -> float:
    """Return for how long nobody has spoken; the end of speech is told only after a silence."""
    if not spoken:
        return now - since
    last = max(end for _, end in spoken)
    return 0.0 if last >= now else now - last + SILENCE_MS / 1000
