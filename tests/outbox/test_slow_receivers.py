"""Outboxes whose receivers are slow, and what a reload or a stop in the middle costs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ccengine.storage.webhooks import LetterState
from ccengine.webhooks.courier import BACKOFF_SECONDS, NOT_TRIED, ROWS_AT_ONCE, Courier
from ccengine.webhooks.post import Post
from tests.outbox.test_outbox import scene, until

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.tenant import Tenant


async def test_who_does_not_answer_holds_up_nobody_else(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = at.courier()
        at.crm.says(b"", after=5.0)
        for number in range(12):
            at.submit(at.here.call(f"d{number}", "nour/billing"), str(number))
        at.submit("c1", "4711", "note")
        await at.deliver(courier)
        assert len(at.crm.asked) < 12  # who is late is left alone
        assert at.notes() == ["4711"]
        letters = await at.letters()
        assert len(letters) == 12
        assert {state for state, _ in letters} == {LetterState.WAITING}
        assert (LetterState.WAITING, NOT_TRIED) in letters
        at.crm.says(b"")
        at.crm.asked.clear()
        at.here.shift.wait(BACKOFF_SECONDS[1])
        await at.deliver(courier)
        assert sorted(at.numbers) == sorted(str(number) for number in range(12))
        assert await at.letters() == []


async def test_what_is_tried_again_holds_up_nothing_new(tmp_path: Path) -> None:
    async with scene(tmp_path, deadline_seconds=3.0) as at:
        courier = at.courier()
        at.crm.says(b"", status=503)
        at.submit("c1", "1")
        await at.deliver(courier)
        at.crm.says(b"", after=10.0)
        at.here.shift.wait(BACKOFF_SECONDS[0])
        running = asyncio.get_running_loop().create_task(courier.run())
        await until(lambda: len(at.crm.asked) == 2)  # it is tried again, for three seconds
        at.submit("c2", "4711", "note")
        courier.wake()
        await until(lambda: at.notes() == ["4711"])
        assert await at.letters() == [(LetterState.WAITING, "cancel-order: status 503")]
        courier.leave()
        await running
        ((_, detail),) = await at.letters()
        assert detail == "cancel-order: no answer within 3 s"


async def test_a_reload_in_the_middle_sends_nothing_twice(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.crm.says(b"", after=0.25)
        for number in range(30):
            at.submit(at.here.call(f"d{number}", "nour/billing"), str(number))
        made: list[Courier] = []

        def couriers(_tenant: Tenant) -> list[Courier]:
            made.append(at.courier())
            return made[-1:]

        post = Post(couriers, lambda: at.here.tenant)
        running = asyncio.get_running_loop().create_task(post.run())
        await until(lambda: at.numbers)
        at.here.tenant = replace(at.here.tenant)
        await until(lambda: len(made) == 2 and len(at.numbers) >= 30)
        await asyncio.sleep(0.5)
        running.cancel()
        await asyncio.wait([running])
        assert sorted(at.numbers) == sorted(str(number) for number in range(30))


async def test_a_stop_in_the_middle_sends_only_a_few_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.crm.says(b"", after=0.05)
        for number in range(60):
            at.submit(at.here.call(f"d{number}", "nour/billing"), str(number))
        running = asyncio.get_running_loop().create_task(at.courier().run())
        await until(lambda: len(at.numbers) >= 50)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await at.deliver(at.courier())
        assert set(at.numbers) == {str(number) for number in range(60)}
        assert len(at.numbers) <= 60 + ROWS_AT_ONCE
