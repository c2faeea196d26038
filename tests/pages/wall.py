"""What tests look at on a wallboard, and a floor at work to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from ccengine.core import events
from ccengine.core.ids import AgentId, QueueId
from tests.api.house import FILE_TOKEN
from tests.pages.browser import open_page

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Locator, Page

    from tests.api.house import House

WALL = "/wallboard"
NOUR = "nour/billing"
DNIPRO = "dnipro/billing"  #: promises 30 seconds


async def open_wall(
    context: BrowserContext, here: House, hash_: str = "", token: str = FILE_TOKEN
) -> Page:
    """Open the wallboard and wait until it shows what the feed says."""
    page = await open_page(context, here, WALL + hash_, token)
    await expect(page.locator(".status")).to_have_attribute("data-status", "connected")
    return page


def row(page: Page, table: str, name: str) -> Locator:
    """Return a row: of `queues`, `agents` or `calls`."""
    return page.locator(f'#{table} tr[data-id="{name}"]')


def cell(page: Page, table: str, name: str, key: str) -> Locator:
    """Return a cell of a row."""
    return row(page, table, name).locator(f'[data-key="{key}"]')


async def show_cell(page: Page, table: str, name: str, key: str, text: str) -> None:
    """Wait until a cell shows a text."""
    await expect(cell(page, table, name, key)).to_have_text(text)


def staff(here: House) -> None:
    """Have all four agents at work, one talking and one at lunch, and two callers waiting."""
    here.log_in("amira", "omar", "olena", "taras")
    here.shift.post(events.AgentWentNotReady(agent=AgentId("taras"), reason="lunch"))
    here.talk("talks", NOUR)
    here.shift.wait(5)
    here.call("first", NOUR)
    here.shift.wait(5)
    here.call("second", NOUR)


def pass_time(here: House, seconds: float) -> None:
    """Let time pass, and have the page know it: something happens."""
    here.shift.wait(seconds)
    for event in (events.AgentPaused, events.AgentResumed):
        here.shift.post(event(agent=AgentId("amira"), queue=QueueId("nour/technical")))
