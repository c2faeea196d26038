"""A leg that the dialplan has is pulled out by the manager; else it comes when its time is over."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ami.recorder import UnsafeName
from ccengine.asterisk.ami.redirector import AmiRedirector
from ccengine.asterisk.ari.events import ChannelStateChange
from ccengine.asterisk.ari.results import Originated
from ccengine.asterisk.channels import Gone
from ccengine.asterisk.redirector import RedirectReply
from tests.asterisk.desk import LATE, PROMPT, Desk, new_id
from tests.asterisk.test_contract_recorder import linked
from tests.fakes.manager_server import SECRET, FakeManagerServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.asterisk.channels import Channel
    from tests.conftest import RealAsterisk

WAITS, TAKEN = "ccengine-contract-lead-answered", "ccengine-contract-lead-taken"


@pytest.fixture
async def redirector(desk: Desk, request: pytest.FixtureRequest) -> AsyncIterator[AmiRedirector]:
    if desk.fake is not None:
        async with (
            FakeManagerServer(desk.fake.manager) as server,
            linked(server.port, SECRET) as link,
        ):
            yield AmiRedirector(link)
        return
    real: RealAsterisk = request.getfixturevalue("real_asterisk")
    secret = (real.state / "secrets/engine/ami_password").read_text().strip()
    async with linked(real.ami_port, secret) as link:
        yield AmiRedirector(link)


async def answered(desk: Desk) -> Channel:
    """A leg that was answered and waits in the dialplan."""
    leg = desk.router.channel(new_id("leg"))
    result = await leg.originate_into_dialplan(endpoint=LATE, context=WAITS, timeout_seconds=5)
    assert result == Originated(leg.id)
    assert await desk.ari.subscribe_channel(leg.id)
    async with asyncio.timeout(2):
        while True:
            event = await leg.next_event()
            if isinstance(event, ChannelStateChange) and event.channel.is_up:
                return leg


async def test_a_leg_that_waits_is_pulled_out(desk: Desk, redirector: AmiRedirector) -> None:
    leg = await answered(desk)
    assert not leg.is_up
    assert await redirector.redirect(leg.id, TAKEN) is RedirectReply.DONE
    async with asyncio.timeout(1):
        snapshot = await leg.entered()
    assert not isinstance(snapshot, Gone)
    assert snapshot.app_data.endswith(",lead,taken")
    await leg.hang_up()
    await leg.wait_gone()


async def test_a_leg_that_nobody_pulls_out_comes_when_its_time_is_over(desk: Desk) -> None:
    leg = await answered(desk)
    async with asyncio.timeout(4):
        snapshot = await leg.entered()
    assert not isinstance(snapshot, Gone)
    assert snapshot.app_data.endswith(",lead,abandoned")
    await leg.hang_up()


async def test_a_limit_holds_while_something_is_heard(
    desk: Desk, redirector: AmiRedirector
) -> None:
    leg = await answered(desk)
    assert await redirector.redirect(leg.id, TAKEN) is RedirectReply.DONE
    assert not isinstance(await leg.entered(), Gone)
    loop = asyncio.get_running_loop()
    assert await redirector.limit(leg.id, 1) is RedirectReply.DONE
    await leg.play(PROMPT)
    since = loop.time()
    await asyncio.sleep(0.5)
    assert await redirector.limit(leg.id, 2) is RedirectReply.DONE
    async with asyncio.timeout(4):
        await leg.wait_gone()
    assert 2.3 < loop.time() - since < 4.0  # of seven seconds


async def test_who_is_gone_is_not_pulled_out(desk: Desk, redirector: AmiRedirector) -> None:
    leg = await answered(desk)
    await leg.hang_up()
    await leg.wait_gone()
    assert await redirector.redirect(leg.id, TAKEN) is RedirectReply.GONE
    assert await redirector.limit(leg.id, 2) is RedirectReply.GONE
    with pytest.raises(UnsafeName):
        await redirector.redirect("one\r\nAction: Command", TAKEN)
    with pytest.raises(UnsafeName):
        await redirector.redirect(leg.id, "from,s,1")
