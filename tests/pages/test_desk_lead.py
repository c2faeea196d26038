"""Leads at the desk: seen before they are dialed, dialed or skipped, and seen in the talk."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from ccengine.core import events
from ccengine.core.commands import PlaceCall, SkipLead
from ccengine.core.ids import QueueId
from tests.api.campaign_files import previewed
from tests.api.test_campaigns import WHILE_IT_RUNS, dial
from tests.api.test_previews import AMIRA, commands, shown_a_lead
from tests.pages.contrasts import readable
from tests.pages.desk import BILLING, Desk, desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PREVIEW = "#lead[data-preview]"
TECHNICAL = QueueId("nour/technical")


@asynccontextmanager
async def previewing(tmp_path: Path, **wanted: Any) -> AsyncIterator[Desk]:
    """Open amira's desk, and have her be shown a lead."""
    async with desk(tmp_path, laid_out=previewed, at=WHILE_IT_RUNS, **wanted) as opened:
        await expect(opened.page.locator("#lead")).to_be_hidden()
        await shown_a_lead(opened.here)
        await expect(opened.page.locator(PREVIEW)).to_be_visible()
        yield opened


async def test_a_lead_is_dialed_and_stays_in_sight_until_all_is_said(tmp_path: Path) -> None:
    async with previewing(tmp_path) as opened:
        page, shift = opened.page, opened.here.shift
        for text in ("Nour renewals", "Amal", "Gold", "Not dialed before."):
            await expect(page.locator("#lead")).to_contain_text(text)
        await expect(page.locator("#lead")).not_to_contain_text("high")
        await expect(page.locator("#script")).to_contain_text("Hello Amal, you have Gold?")
        await opened.shows("#said-at-once", "A lead to be dialed: Nour renewals")
        await page.get_by_role("button", name="Dial +971501234568").click()
        await expect(page.locator(PREVIEW)).to_have_count(0)
        assert [one.number for one in commands(opened.here, PlaceCall)] == ["+971501234568"]
        call = dial(opened.here)
        shift.post(events.LeadAnswered(call=call, leg="leg"))
        shift.answer(call)
        await opened.state("on_call")
        await expect(page.locator("#lead")).to_contain_text("Amal")
        await expect(page.locator("#lead").get_by_role("button")).to_have_count(0)
        await expect(page.locator("#script")).to_contain_text("Hello Amal")
        shift.hang_up(call)
        await opened.state("wrap_up")
        await expect(page.locator("#lead")).to_contain_text("Amal")


async def test_a_lead_is_skipped_with_a_reason_by_keyboard(tmp_path: Path) -> None:
    async with previewing(tmp_path) as opened:
        page = opened.page
        await page.get_by_label("Why not now").focus()
        await page.keyboard.press("Enter")  # without a reason nothing is sent
        assert commands(opened.here, SkipLead) == []
        await page.keyboard.type("on holiday")
        await page.keyboard.press("Enter")
        await expect(page.locator("#lead")).to_be_hidden()
        assert [one.reason for one in commands(opened.here, SkipLead)] == ["on holiday"]


async def test_a_caller_takes_the_lead_away(tmp_path: Path) -> None:
    async with previewing(tmp_path) as opened:
        opened.here.call("c1", BILLING)
        await opened.state("offered")
        await expect(opened.page.locator(PREVIEW)).to_have_count(0)


async def test_what_is_typed_is_kept_while_the_desk_is_read_anew(tmp_path: Path) -> None:
    async with previewing(tmp_path) as opened:
        page = opened.page
        await page.get_by_label("Why not now").fill("on ho")
        async with page.expect_response(lambda one: one.url.endswith("/desk")):
            opened.here.shift.post(events.AgentPaused(agent=AMIRA, queue=TECHNICAL))
        await expect(page.get_by_label("Why not now")).to_have_value("on ho")


@pytest.mark.parametrize(
    ("locale", "direction", "words"),
    [("ar", "rtl", "تخط"), ("fa", "rtl", "رد کن"), ("de", "ltr", "Überspringen")],
)
async def test_it_is_read_in_every_language_by_day_and_by_night(
    tmp_path: Path, locale: str, direction: str, words: str
) -> None:
    async with previewing(tmp_path, locale=locale) as opened:
        page = opened.page
        assert await page.evaluate("document.documentElement.dir") == direction
        await expect(page.locator("#skip-lead")).to_have_text(words)
        await readable(page)
        for width in (390, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
