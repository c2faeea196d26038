"""Trunks in order: the next one carries a call that one cannot; nobody is rung twice."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from ccengine.phone import Phone
from tests.e2e.configuration import PROVIDER, provider
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.configuration import Change
    from tests.e2e.stage import Stage

NUMBER = "99123456"
SECOND = "127.0.0.11"
DEAD = "127.0.0.12"  # nobody listens there
NOTICED_SECONDS = 30.0
"""Asked every 20 s, with 3 s for the answer (`[trunk-aor]` of pjsip.conf)."""
RING_SECONDS = 8
SECONDS_AT_MOST = 5.0
FIRST = f"trunks: {{provider: {{server: {PROVIDER},"
"""How the configuration of the first one begins, to which the second one is added."""


@asynccontextmanager
async def two_providers(stage: Stage, calls: str = "") -> AsyncIterator[tuple[Phone, Phone]]:
    """Have two trunks, both for one prefix; `calls` is more of the first one's YAML."""
    account = stage.system.account("caller-3")
    async with Phone(account, local=(SECOND, 0)) as second:
        other = f"second: {{server: {SECOND}, port: {second.address[1]}, addresses: [{SECOND}]}}"
        both = ("tenant.yaml", FIRST, f"trunks: {{{other}, provider: {{{calls}server: {PROVIDER},")
        async with provider(stage.system, both, in_order("provider, second")) as first, stage:
            yield first, second


def in_order(trunks: str) -> Change:
    """Give the prefix these trunks."""
    file = "clients/dnipro/client.yaml"
    return file, "prefixes: {99: provider}", f"prefixes: {{99: [{trunks}]}}"


async def dial(stage: Stage) -> str:
    """Dial a lead of whom the engine knows nothing; the id of the call, and of its channel."""
    call = f"lead-{uuid4().hex[:8]}"
    variables = {
        "CC_ROLE": "lead",
        "CC_CALL_ID": call,
        "CC_TENANT": "demo",
        "CC_CLIENT": "dnipro",
        "CC_CAMPAIGN": "dnipro/renewals",
        "CC_CALLER_ID": "380440000000",
        "CC_RING_SECONDS": str(RING_SECONDS),
        "CC_MESSAGE": "ccengine/please-wait",
        "CC_OPT_OUT_KEY": "9",
        "CC_OPTED_OUT": "ccengine/goodbye",
    }
    where = (
        f"channelId={call}&endpoint=Local/{NUMBER}@lead-leg/n"
        "&context=lead-answered&extension=s&priority=1"
    )
    await stage.system.ari("POST", f"channels?{where}", {"variables": variables})
    return call


async def rings_nobody(phone: Phone, *, seconds: float = 3.0) -> bool:
    try:
        await phone.incoming(timeout_seconds=seconds)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("code", [503, 500, 502])
async def test_what_the_first_cannot_carry_goes_to_the_second(stage: Stage, code: int) -> None:
    async with two_providers(stage) as (first, second):
        call = await dial(stage)
        refused = await first.incoming(timeout_seconds=5)
        refused.decline(code)
        incoming = await second.incoming(timeout_seconds=SECONDS_AT_MOST)
        assert incoming.caller.uri.user == "380440000000"
        far = await incoming.answer()
        await asyncio.sleep(0.5)
        name = await name_of(stage, call)
        assert "CC_TRUNK=second" in await stage.system.tell_asterisk(f"core show channel {name}")
        await far.ended(timeout_seconds=20)
        await stage.system.tell_asterisk(f"database del cc-leads {call}")


async def test_a_provider_who_is_out_of_reach_is_passed_over(stage: Stage) -> None:
    dead = f"dead: {{server: {DEAD}, port: 9, addresses: [{DEAD}]}}"
    both = ("tenant.yaml", FIRST, f"trunks: {{{dead}, provider: {{server: {PROVIDER},")
    async with provider(stage.system, both, in_order("dead, provider")) as outside, stage:

        async def is_noticed() -> bool:
            told = await stage.system.tell_asterisk("pjsip show contacts")
            return any(DEAD in line and "Unavail" in line for line in told.splitlines())

        await until_seen("the dead one is known", is_noticed, seconds=NOTICED_SECONDS)
        await dial(stage)
        (await outside.incoming(timeout_seconds=2)).decline(486)


@pytest.mark.parametrize("code", [486, 603, 404, 480])
async def test_the_callees_own_word_is_final(stage: Stage, code: int) -> None:
    async with two_providers(stage) as (first, second):
        await dial(stage)
        (await first.incoming(timeout_seconds=5)).decline(code)
        assert await rings_nobody(second)


async def test_all_trunks_together_have_the_time_of_one(stage: Stage) -> None:
    async with two_providers(stage) as (first, second):
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await dial(stage)
        rung = await first.incoming(timeout_seconds=5)
        rung.ring()
        await rung.ended(timeout_seconds=RING_SECONDS + 5)
        assert loop.time() - begun < RING_SECONDS + 2
        assert await rings_nobody(second)


async def test_the_next_trunk_rings_for_as_long_as_the_first_would_have(stage: Stage) -> None:
    """However late its turn comes: no law lets a phone ring for some seconds only."""
    async with two_providers(stage) as (first, second):
        await dial(stage)
        refused = await first.incoming(timeout_seconds=5)
        refused.ring()
        await asyncio.sleep(RING_SECONDS - 3)
        refused.decline(503)
        loop = asyncio.get_running_loop()
        rung = await second.incoming(timeout_seconds=SECONDS_AT_MOST)
        begun = loop.time()
        rung.ring()
        await rung.ended(timeout_seconds=RING_SECONDS + 5)
        assert RING_SECONDS - 0.5 < loop.time() - begun < RING_SECONDS + 2


async def test_a_full_trunk_is_passed_over(stage: Stage) -> None:
    async with two_providers(stage, "calls: 1, ") as (first, second):
        await dial(stage)
        held = await first.incoming(timeout_seconds=5)
        await dial(stage)
        (await second.incoming(timeout_seconds=SECONDS_AT_MOST)).decline(486)
        held.decline(486)
        await asyncio.sleep(1.5)
        await dial(stage)
        (await first.incoming(timeout_seconds=5)).decline(486)  # there is room again


async def name_of(stage: Stage, channel: str) -> str:
    """The name of a channel by which the console knows it."""
    told = await stage.system.ari("GET", f"channels/{channel}")
    assert isinstance(told, dict)
    return str(told["name"])
