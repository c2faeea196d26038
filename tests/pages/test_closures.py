"""Numbers that are closed by hand: whoever looks at a page sees it, and since when."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.ids import ClosureId
from tests.api.house import house
from tests.pages.browser import browser
from tests.pages.desk import desk
from tests.pages.wall import open_wall

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.house import House

LINES = ".closures li"
MOMENT = r"\d+/\d+, \d+:\d+"


def close(here: House, closure: str, reason: str = "", minutes: float | None = None) -> None:
    until = None if minutes is None else here.shift.now + minutes * 60
    here.shift.post(
        events.NumbersClosed(closure=ClosureId(closure), by="omar", reason=reason, until=until)
    )


def open_again(here: House, closure: str) -> None:
    here.shift.post(events.NumbersOpened(closure=ClosureId(closure), by="omar"))


async def test_a_supervisor_sees_what_is_closed_since_when_and_by_whom(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        page = await open_wall(context, here)
        lines = page.locator(LINES)
        await expect(lines).to_have_count(0)
        close(here, "building", "fire alarm", minutes=30)
        await expect(lines).to_have_text(
            re.compile(
                f"■ The building is evacuated · closed since {MOMENT} · by omar · "
                f"opens {MOMENT} · fire alarm"
            )
        )
        close(here, "nour")
        await expect(lines).to_have_count(2)
        here.shift.now += 1.1  # no snapshot is older than a second
        await page.reload()
        await expect(lines).to_have_count(2)
        await expect(lines.nth(1)).to_have_text(
            re.compile(f"^■ Nour's lines are cut · closed since {MOMENT} · by omar$")
        )
        open_again(here, "nour")
        await expect(lines).to_have_count(1)
        here.shift.wait(30 * 60)  # it opens by itself
        await expect(lines).to_have_count(0)
        await expect(page.locator(".closures")).to_be_hidden()


async def test_what_is_closed_of_others_is_not_shown(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        for closure in ("nour", "dnipro"):
            close(here, closure)
        page = await open_wall(context, here, "#client=dnipro")
        await expect(page.locator(LINES)).to_contain_text("Dnipro's lines are cut")
        page = await open_wall(context, here, "#queue=nour/billing&screen")
        await expect(page.locator(LINES)).to_contain_text("Nour's lines are cut")
        await expect(page.locator(LINES)).to_be_visible()  # on a wall, too
        token = await here.token("theirs", Role.CLIENT, clients=("dnipro",))
        page = await open_wall(context, here, token=token)
        await expect(page.locator(LINES)).to_contain_text("Dnipro's lines are cut")
        await expect(page.locator(LINES)).not_to_contain_text("omar")


async def test_an_agent_sees_it_on_the_desk(tmp_path: Path) -> None:
    async with desk(tmp_path) as opened:
        close(opened.here, "dnipro")  # not amira's client
        close(opened.here, "nour", "cable cut")
        await expect(opened.page.locator(LINES)).to_contain_text("Nour's lines are cut")
        await expect(opened.page.locator(LINES)).to_contain_text("cable cut")
        open_again(opened.here, "nour")
        await expect(opened.page.locator(LINES)).to_have_count(0)


@pytest.mark.parametrize(
    ("locale", "words"),
    [("ar", "مغلق منذ"), ("fa", "بسته از"), ("uk", "закрито з"), ("de", "geschlossen seit")],
)
async def test_it_is_said_in_the_readers_words(tmp_path: Path, locale: str, words: str) -> None:
    async with house(tmp_path) as here, browser(locale=locale) as context:
        close(here, "nour", "كابل مقطوع")
        page = await open_wall(context, here)
        await expect(page.locator(LINES)).to_contain_text(words)
        # Words of people, in whatever direction they run, do not mix with what is around them.
        assert await page.locator(f"{LINES} bdi").count() == 2
