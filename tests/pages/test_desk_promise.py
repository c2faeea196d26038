"""Calls that agents promise leads at the desk, by the lead's clock."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from ccengine.core import events
from ccengine.core.ids import AgentId, QueueId
from tests.api.campaign_files import previewed
from tests.api.test_campaigns import WHILE_IT_RUNS, dial
from tests.api.test_previews import shown_a_lead
from tests.config.tenants import change
from tests.pages.contrasts import readable
from tests.pages.desk import Desk, desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

TECHNICAL = QueueId("nour/technical")
LANGUAGES = "languages: [ar, en, fa, uk, es, fr]"
LATER = "2026-06-02T15:30"  # in Dubai
AT_NIGHT = "2026-06-02T23:30"


@asynccontextmanager
async def talking(tmp_path: Path, **wanted: Any) -> AsyncIterator[Desk]:
    """Open amira's desk, and have her talk with a lead."""
    async with desk(tmp_path, laid_out=previewed, at=WHILE_IT_RUNS, **wanted) as opened:
        await expect(opened.page.locator("#promise")).to_be_hidden()
        preview = (await shown_a_lead(opened.here))["preview"]
        path = "/agents/amira/preview/dial"
        await opened.here.ask("POST", path, json={"lead": preview["lead"]})
        call = dial(opened.here)
        opened.here.shift.post(events.LeadAnswered(call=call, leg="leg"))
        opened.here.shift.answer(call)
        await opened.state("on_call")
        await expect(opened.page.locator("#promise")).to_be_visible()
        yield opened


async def test_a_call_is_promised_and_taken_back(tmp_path: Path) -> None:
    async with talking(tmp_path) as opened:
        page = opened.page
        await expect(page.locator("#promise-now")).to_contain_text("Asia/Dubai")
        await expect(page.locator("#promise-zone")).to_be_hidden()
        await page.get_by_label("When, by their clock").fill(LATER)
        await page.get_by_label("I make this call myself").check()
        await page.locator("#promise-book").click()
        await expect(page.locator("#promised")).to_contain_text("you call")
        (booked,) = opened.said(events.LeadCallbackBooked)
        assert (booked.is_own, booked.by) == (True, "")
        await page.locator("#promise-cancel").click()
        await expect(page.locator("#promised")).to_have_text("")
        assert opened.said(events.LeadCallbackBooked)[-1].due_at is None


async def test_a_time_that_is_not_allowed_is_refused_beside_it(tmp_path: Path) -> None:
    async with talking(tmp_path) as opened:
        page = opened.page
        await page.locator("#promise-book").click()
        await expect(page.locator("#promise-failure")).to_have_text("A whole date and a time.")
        await page.get_by_label("When, by their clock").fill(AT_NIGHT)
        await page.keyboard.press("Enter")
        await expect(page.locator("#promise-failure")).to_contain_text("the next time")
        await expect(page.get_by_label("When, by their clock")).to_be_focused()
        assert opened.said(events.LeadCallbackBooked) == []
        await page.get_by_label("When, by their clock").fill(LATER)
        await page.keyboard.press("Enter")
        await expect(page.locator("#promised")).to_contain_text("whoever is free")
        await expect(page.locator("#promise-failure")).to_have_text("")


async def test_it_can_be_promised_after_the_talk_and_what_is_typed_stays(tmp_path: Path) -> None:
    async with talking(tmp_path) as opened:
        page = opened.page
        await page.get_by_label("When, by their clock").fill(LATER)
        (call,) = opened.here.shift.center.calls
        opened.here.shift.hang_up(call)
        await opened.state("wrap_up")
        await expect(page.get_by_label("When, by their clock")).to_have_value(LATER)
        await page.locator("#promise-book").click()
        await expect(page.locator("#promised")).to_contain_text("whoever is free")


async def test_what_is_typed_stays_while_numbers_are_shown_in_another_way(tmp_path: Path) -> None:
    async with talking(tmp_path) as opened:
        page = opened.page
        await page.get_by_label("When, by their clock").fill(LATER)
        await page.get_by_label("On which number").select_option("+971501234568")
        file = opened.here.tenant.folder / "clients/nour/client.yaml"
        change(file, LANGUAGES, f"{LANGUAGES}\nmask_numbers: yes")
        assert not await opened.here.reload()
        opened.here.shift.post(events.AgentPaused(agent=AgentId("amira"), queue=TECHNICAL))
        await expect(page.locator("#promise-number")).not_to_contain_text("+971501234568")
        await expect(page.get_by_label("When, by their clock")).to_have_value(LATER)
        await expect(page.locator("#promise-number")).to_have_value("1")


@pytest.mark.parametrize(
    ("locale", "words"), [("ar", "الوعد بالمكالمة"), ("uk", "Пообіцяти дзвінок")]
)
async def test_it_is_read_in_every_language_by_day_and_by_night(
    tmp_path: Path, locale: str, words: str
) -> None:
    async with talking(tmp_path, locale=locale) as opened:
        page = opened.page
        await expect(page.locator("#promise-book")).to_have_text(words)
        await readable(page)
        for width in (390, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
