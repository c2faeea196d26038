"""The phone against a real Asterisk with the demo's accounts, with or without an engine."""

import os
from pathlib import Path

import pytest

from ccengine.phone import Account, CallFailed, Party, Phone

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.skipif("CCENGINE_SIP_PORT" not in os.environ, reason="no Asterisk is running"),
]


def account(user: str) -> Account:
    password = Path(os.environ["CCENGINE_STATE"], "secrets", "sip", user).read_text().strip()
    host = os.environ.get("CCENGINE_SIP_HOST", "127.0.0.1")
    return Account(user, password, host, int(os.environ["CCENGINE_SIP_PORT"]))


async def test_a_phone_registers_and_leaves() -> None:
    async with Phone(account("phone-206")) as phone:
        await phone.register(expires_seconds=60)
        assert phone.is_registered
        await phone.unregister()
        assert not phone.counts


async def test_a_caller_hears_the_number_they_dialled() -> None:
    async with Phone(account("caller-1")) as phone:
        call = await phone.call("600100", tone_hz=440, caller_id="+493012345")
        await call.heard.wait_for_audio(timeout_seconds=5)
        assert (await call.hang_up()).by is Party.US
        assert not phone.counts


async def test_a_caller_gives_up_before_the_answer() -> None:
    async with Phone(account("caller-1")) as phone:
        call = await phone.dial("999999")
        await call.ringing()
        assert (await call.cancel()).code == 487


async def test_a_number_nobody_has_is_announced_before_it_is_refused() -> None:
    async with Phone(account("caller-1")) as phone:
        call = await phone.dial("999999")
        with pytest.raises(CallFailed, match="404"):
            await call.answered(timeout_seconds=20)
        assert call.timeline.early_media is not None
        assert call.heard.first_audio() is not None
