"""Calls without agents, on real Asterisk: a flow at once, and who called if the engine dies."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.phone import Call, Phone
from tests.e2e.campaign import tenant
from tests.e2e.campaign.books import imported, left, proved
from tests.e2e.configuration import PROVIDER, another_tenant
from tests.e2e.engine_container import DockerFailed
from tests.e2e.people import hear_prompt
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.stage import Stage
    from tests.e2e.system import System

CAMPAIGN = f"{tenant.CLIENT_ID}/notice"
WHOLE_SECONDS = 400.0  # most of it commands, which are processes
LIMIT_SECONDS = 2.0
"""16 CFR 310.4(b)(4)(iii)."""
LEASE_SECONDS = 10.0
"""For so long an engine has who answered, unless it says that it lives (calls/dialing/lease.py)."""
NOTICE = """\
name: Notice
mode: unattended
purpose: service
seller: Dnipro Energy
consent: yes
flow: notice
caller_ids:
  600201: {tested: 2026-11-20}
lists:
  all: {order: oldest}
country: UA
fields:
  name: {label: Name}
retries: {most_attempts: 1}
ring_seconds: 15
"""
FLOW = """\
start: tell
steps:
  tell: {menu: notice, digits: {9: no-more}, attempts: 9, seconds: 2, no_input: bye}
  no-more: {opt_out: no-more, next: bye, otherwise: bye}
  bye: {hang_up: normal}
"""
PROMPTS = """\
notice: There will be no power in your street on Tuesday morning. Press nine for no more such calls.
no-more: You will get no more calls of ours.
"""
FILES = {
    "campaigns/notice.yaml": NOTICE,
    "flows/notice.yaml": FLOW,
    "prompts/en/prompts.yaml": PROMPTS,
}


@dataclass(frozen=True)
class Heard:
    """Somebody who has answered, and what there is to be heard."""

    number: str
    far: Call
    answered: float
    notice: Path
    no_more: Path
    message: Path  #: of the dialplan: who called


@asynccontextmanager
async def answering(stage: Stage, folder: Path, place: int) -> AsyncIterator[Heard]:
    """Have two leads, of whom one has agreed, and that one answer.

    What they want no more holds for all tests: each has numbers of its own, by its place, and none
    of the campaign's that is called in `test_campaign`.
    """
    system, agreed, silent = stage.system, f"38044190000{place}", f"38044190001{place}"
    account = system.account("caller-4")
    async with Phone(account, local=(PROVIDER, 0)) as outside:
        tenant.write(folder, agents=1, provider_port=outside.address[1], more=FILES)
        async with another_tenant(system, folder), stage:
            await imported(system, CAMPAIGN, [silent, agreed])
            waiting = await left(system, CAMPAIGN)
            await agree(system, agreed)
            await system.engine.command("campaign", "start", CAMPAIGN)
            incoming = await outside.incoming(timeout_seconds=15)
            assert incoming.called == agreed
            assert incoming.caller.uri.user == tenant.SHOWN
            far = await incoming.answer(tone_hz=550)
            answered = far.timeline.answered
            assert answered is not None
            prompts = load_configuration(folder).prompts
            client = ClientId(tenant.CLIENT_ID)
            names = ("notice", "no-more", f"lead-message-notice-{tenant.SHOWN}")
            files = [system.file_of(prompts.media(client, name, "en")) for name in names]
            yield Heard(agreed, far, answered, *files)
            await far.ended(timeout_seconds=15)
            await expect_nobody_else(outside)
            await until_seen("one is done", lambda: is_one_done(system, waiting), seconds=60)
            with pytest.raises(DockerFailed):
                await why_not(system, silent)
            with pytest.raises(DockerFailed):
                await why_not(system, agreed)  # they wanted no more


async def agree(system: System, number: str) -> None:
    await system.engine.command(
        *("consent", "add", f"+{number}", "--client", tenant.CLIENT_ID, "--purpose", "service"),
        *("--reach", "unattended", "--evidence", "form 12"),
    )
    await why_not(system, number)


async def why_not(system: System, number: str) -> None:
    """Ask whether a number may be called; DockerFailed: it may not."""
    await system.engine.command("why-not", f"+{number}", "--campaign", CAMPAIGN)


async def expect_nobody_else(outside: Phone) -> None:
    with pytest.raises(TimeoutError):
        await outside.incoming(timeout_seconds=3)


async def is_one_done(system: System, of: int) -> bool:
    """Tell whether nothing but who has not agreed is left of so many."""
    return await left(system, CAMPAIGN) == of - 1


async def outcome(system: System, number: str) -> AttemptOutcome:
    pack = await proved(system, CAMPAIGN)
    (attempt,) = [one for one in pack.attempts if one["number"] == f"+{number}"]
    return AttemptOutcome(attempt["outcome"])


@pytest.mark.timeout(WHOLE_SECONDS)
async def test_who_has_agreed_hears_the_flow_at_once_and_may_end_such_calls(
    stage: Stage, tmp_path: Path
) -> None:
    async with answering(stage, tmp_path / "tenant", 1) as heard:
        far, loop = heard.far, asyncio.get_running_loop()
        began = await hear_prompt(far, heard.notice, since=heard.answered)
        print(f"the flow began {began - heard.answered:.3f} s after the answer")  # noqa: T201
        assert began - heard.answered < LIMIT_SECONDS
        await asyncio.sleep(heard.answered + LEASE_SECONDS + 3 - loop.time())
        await hear_prompt(far, heard.notice, since=loop.time(), within=12)  # the lease is renewed
        await far.send_digits("9")
        await hear_prompt(far, heard.no_more, since=loop.time())
    assert await outcome(stage.system, heard.number) is AttemptOutcome.ANSWERED


@pytest.mark.timeout(WHOLE_SECONDS)
async def test_without_an_engine_they_hear_who_called(stage: Stage, tmp_path: Path) -> None:
    async with answering(stage, tmp_path / "tenant", 2) as heard:
        far, loop = heard.far, asyncio.get_running_loop()
        await hear_prompt(far, heard.notice, since=heard.answered, beginning=2.0)
        killed = loop.time()
        await stage.system.engine.kill_for_good()
        try:
            most = LEASE_SECONDS + LIMIT_SECONDS
            began = await hear_prompt(far, heard.message, since=killed, within=most + 10)
            print(f"who called: {began - killed:.3f} s after the kill")  # noqa: T201
            assert began - killed < most
            await far.send_digits("9")
            await far.ended(timeout_seconds=15)
        finally:
            await stage.system.engine.start()
        await stage.system.engine_is_back()
    assert await outcome(stage.system, heard.number) in (
        AttemptOutcome.ANSWERED,
        AttemptOutcome.ABANDONED,
    )
