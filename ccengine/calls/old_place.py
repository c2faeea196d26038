"""A caller who hung up in line and has come again may have the old place, if they press a key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.events import PlaceReclaimed
from ccengine.core.ids import client_of
from ccengine.ivr.phrases import Phrase
from ccengine.ivr.steps.callback import KEY_SECONDS

if TYPE_CHECKING:
    from ccengine.calls.caller_ear import CallerEar
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call

RECLAIM_KEY = "1"


async def offer_old_place(wiring: Wiring, call: Call, ear: CallerEar) -> None:
    """Ask whether they want it; cancelled by the core's decision, like all that is said in line."""

    def phrase(name: Phrase) -> str:
        client = call.client if call.queue is None else client_of(call.queue)
        return wiring.configuration.prompts.phrase(client, name, ear.language)

    digit = await ear.play([phrase(Phrase.RECLAIM)], until_digit=True)
    digit = digit or await ear.digit(KEY_SECONDS)
    if digit == RECLAIM_KEY and not wiring.engine.post(PlaceReclaimed(call=call.id)):
        await ear.play([phrase(Phrase.RECLAIMED)], until_digit=False)
