"""What our client relies on about channels' sound, on our fake and on a real Asterisk alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.asterisk.ari.sound import SoundOfChannels
from tests.asterisk.test_contract_transfers import at_phone, rung

if TYPE_CHECKING:
    from tests.asterisk.desk import Desk


async def test_packets_are_counted_where_there_are_any(desk: Desk) -> None:
    sound = SoundOfChannels(desk.ari)
    async with at_phone(desk) as handset:
        leg = await rung(desk, handset)
        handset.say(aloud=True)
        before = await sound.packets(leg.id)
        assert before is not None
        local = await desk.leg()
        if desk.fake is not None:
            desk.fake.channel(local.id).packets = None
            desk.fake.channel(leg.id).packets = before + 1
        else:
            await desk.passed(0.2)
        after = await sound.packets(leg.id)
        assert after is not None
        assert after > before
        assert await sound.packets(local.id) is None
        assert await sound.packets("nobody") is None


async def test_speech_is_told_from_when_it_was_asked_for(desk: Desk) -> None:
    sound = SoundOfChannels(desk.ari)
    async with at_phone(desk) as handset:
        leg = await rung(desk, handset)
        handset.say(aloud=True)
        assert leg.far_end.spoken(0.0, 1e9) == []
        assert await sound.listen(leg.id)
        await desk.until(lambda: len(leg.far_end.spoken(0.0, 1e9)) == 1)
        handset.say(aloud=False)
        await desk.until(lambda: leg.far_end.spoken(0.0, 1e9)[0][1] < 1e9)
        assert await sound.stop_listening(leg.id)
        handset.say(aloud=True)
        await desk.passed(0.3)
        assert len(leg.far_end.spoken(0.0, 1e9)) == 1
        assert not await sound.listen("nobody")
