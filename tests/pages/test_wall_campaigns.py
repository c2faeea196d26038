"""Campaigns on the wallboard: how they go as it happens, and who starts and stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccengine.api.roles import Role
from ccengine.core import events
from tests.api.house import house
from tests.api.test_campaigns import WHILE_IT_RUNS, dial, give_leads
from tests.pages.browser import browser
from tests.pages.wall import cell, open_wall, row, show_cell

if TYPE_CHECKING:
    from pathlib import Path

NOUR = "nour/renewals"


async def test_a_supervisor_starts_pauses_and_finishes_one(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.shift.wait(WHILE_IT_RUNS - here.shift.now)
        token = await here.token("boss", Role.SUPERVISOR)
        page = await open_wall(context, here, token=token)
        dialog = page.get_by_role("dialog")

        async def act(button: str, reason: str = "") -> None:
            await cell(page, "campaigns", NOUR, "acts").get_by_role("button").click()
            await dialog.get_by_label("Reason").fill(reason)
            await dialog.get_by_role("button", name=button, exact=True).click()
            await expect(dialog).to_have_count(0)

        await show_cell(page, "campaigns", NOUR, "campaign_state", "■stopped")
        await act("Start", "new list")
        await show_cell(page, "campaigns", NOUR, "campaign_state", "▶running")
        await act("Pause")
        await show_cell(page, "campaigns", NOUR, "campaign_state", "‖paused")
        await act("Finish")
        await show_cell(page, "campaigns", NOUR, "campaign_state", "■stopped")
        found = [row.what for row in here.shift.rows() if row.type == "CampaignStarted"]
        assert [(one.by, one.reason) for one in found] == [("boss", "new list")]


async def test_calls_are_seen_as_they_come_and_go(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.shift.wait(WHILE_IT_RUNS - here.shift.now)
        here.log_in("amira")
        page = await open_wall(context, here)
        await here.ask("POST", f"/campaigns/{NOUR}/start", json={})
        give_leads(here)
        await show_cell(page, "campaigns", NOUR, "in_the_air", "1")
        await show_cell(page, "campaigns", NOUR, "hopper", "2")
        call = dial(here)
        here.shift.post(events.LeadAnswered(call=call, leg="leg"))
        await show_cell(page, "campaigns", NOUR, "waiting", "1")
        here.shift.answer(call)
        await show_cell(page, "campaigns", NOUR, "talking", "1")
        await show_cell(page, "campaigns", NOUR, "answered", "1 of 1")
        await show_cell(page, "campaigns", NOUR, "limits", "●0% of 3% a day")
        await expect(cell(page, "calls", call, "state")).to_contain_text("campaign")


async def test_others_campaigns_are_not_shown_and_clients_people_do_not_act(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        token = await here.token("theirs", Role.CLIENT, clients=("dnipro",))
        page = await open_wall(context, here, token=token)
        await expect(row(page, "campaigns", "dnipro/renewals")).to_be_visible()
        await expect(row(page, "campaigns", NOUR)).to_have_count(0)
        await expect(cell(page, "campaigns", "dnipro/renewals", "acts")).to_have_count(0)
        page = await open_wall(context, here, "#client=nour")
        await expect(row(page, "campaigns", NOUR)).to_be_visible()
        await expect(row(page, "campaigns", "dnipro/renewals")).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "words"), [("ar", "متوقفة"), ("fa", "ایستاده"), ("uk", "зупинена")]
)
async def test_it_is_said_in_the_readers_words(tmp_path: Path, locale: str, words: str) -> None:
    async with house(tmp_path) as here, browser(locale=locale, color_scheme="dark") as context:
        page = await open_wall(context, here)
        await expect(cell(page, "campaigns", NOUR, "campaign_state")).to_contain_text(words)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 1280
