"""Asterisk that does what it is asked and says so too late."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.errors import AriTimeout
from ccengine.calls.insistence import PAUSES_SECONDS, insist
from ccengine.core.states import AgentState

if TYPE_CHECKING:
    from tests.calls.center_on_fake import CenterOnFake


async def test_an_originate_that_timed_out_never_rings_an_agent_twice(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    await center.log_in("olena")
    answer = center.asterisk.request

    async def too_late(request):  # type: ignore[no-untyped-def]
        response = await answer(request)
        if request.path == "channels" and request.method == "POST":
            message = "no answer in time"
            raise AriTimeout(message)
        return response

    monkeypatch.setattr(center.asterisk, "request", too_late)
    caller = center.caller()
    await center.until(lambda: center.agent("olena").state is AgentState.NOT_READY)
    assert center.asterisk.ringing("PJSIP/phone-203") is None
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


async def test_a_phone_that_declines_before_asterisk_says_that_it_rings(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    await center.log_in("olena")
    await center.log_in("taras", answers_after=1.0)
    answer = center.asterisk.request

    async def late(request):  # type: ignore[no-untyped-def]
        response = await answer(request)
        if request.path == "channels" and "203" in request.query["endpoint"]:
            center.asterisk.decline(center.leg("olena"), 17)
            await asyncio.sleep(0.2)
        return response

    monkeypatch.setattr(center.asterisk, "request", late)
    caller = center.caller()
    await center.until(lambda: center.asterisk.hears(caller).startswith("talk"), seconds=5.0)
    assert center.agent("olena").state is AgentState.NOT_READY
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    center.assert_nothing_left()


@pytest.mark.parametrize("what", ["bridges", "channels"])
async def test_a_clean_up_that_timed_out_is_asked_for_again(
    center: CenterOnFake, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.asterisk.hears(caller).startswith("talk"))
    answer, left = center.asterisk.request, 2

    async def too_late(request):  # type: ignore[no-untyped-def]
        nonlocal left
        if request.method == "DELETE" and request.path.startswith(what) and left:
            left -= 1
            message = "no answer in time"
            raise AriTimeout(message)
        return await answer(request)

    monkeypatch.setattr(center.asterisk, "request", too_late)
    center.asterisk.hang_up(caller)
    await center.until(lambda: center.ended())
    assert left == 0
    center.assert_nothing_left()


async def test_insisting_has_an_end() -> None:
    tries = 0

    async def never() -> None:
        nonlocal tries
        tries += 1
        message = "no answer in time"
        raise AriTimeout(message)

    with pytest.raises(AriTimeout):
        await insist(never, "a request")
    assert tries == len(PAUSES_SECONDS) + 1
    await asyncio.sleep(0)
