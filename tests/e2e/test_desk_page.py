"""An agent works by the desk's page, with a real call: the offer is there before the second ring.

Beside it a supervisor's wallboard is open. The engine is killed in the middle of the talk: both
pages come back by themselves.
"""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest

from ccengine.clock import Clock
from ccengine.config.secrets import api_token
from ccengine.core.events import FormFilled
from ccengine.core.states import AgentState
from ccengine.reporting.call_record import CallOutcome
from tests.e2e.configuration import configured
from tests.e2e.people import hear_each_other
from tests.pages.browser import CHROMIUM, TOKEN_KEPT, browser

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page

    from ccengine.phone import IncomingCall
    from tests.e2e.stage import Stage

OFFER_SECONDS = 0.3
WATCH = """() => {
  window.seenAt = {};
  const look = () => {
    const panel = document.getElementById("call");
    if (panel?.dataset.state === "offered" && !(panel.dataset.call in window.seenAt)) {
      const { call } = panel.dataset;
      window.knownAt = Date.now();
      window.seenAt[call] = null;
      const note = () => { window.seenAt[call] = Date.now(); };
      requestAnimationFrame(() => requestAnimationFrame(note));
    }
  };
  const all = { subtree: true, childList: true, attributes: true };
  new MutationObserver(look).observe(document.body, all);
}"""
"""Has the page note when an offer was on the screen: painted, not only known."""

WHEN_SEEN = """() => new Promise((resolve) => {
  const look = () => {
    const at = Object.values(window.seenAt).at(-1);
    if (at) resolve(at);
    else setTimeout(look, 10);
  };
  look();
})"""

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")


async def desk_of(context: BrowserContext, stage: Stage, agent: str) -> Page:
    """Sign in at the desk as an agent does."""
    page = await context.new_page()
    await page.goto(f"{stage.system.settings.api_url}/desk")
    await page.get_by_label("Your name or number").fill(agent)
    await page.get_by_label("PIN").fill(stage.system.pin(agent))
    await page.keyboard.press("Enter")
    await page.locator(".bar[data-state=available]").wait_for()
    await page.evaluate(WATCH)
    return page


async def wallboard(context: BrowserContext, stage: Stage) -> Page:
    """Open the wallboard with the administrator's token."""
    page = await context.new_page()
    url = stage.system.settings.api_url
    await page.goto(f"{url}/site/style.css")
    token = [TOKEN_KEPT, api_token(stage.system.paths)]
    await page.evaluate("([key, token]) => sessionStorage.setItem(key, token)", token)
    await page.goto(f"{url}/wallboard")
    return page


async def seconds_to_the_screen(page: Page, rung: IncomingCall) -> float:
    """Return how long after the phone's INVITE the offer was painted."""
    await page.locator("#call[data-state=offered] [data-fact=queue]").wait_for()
    clock = Clock(asyncio.get_running_loop().time)  # the page reads the same wall clock
    rung_at = clock.at(rung.timeline.invited or 0.0)
    async with asyncio.timeout(5):
        seen_at = float(await page.evaluate(WHEN_SEEN))
    took = seen_at / 1000 - rung_at
    known = float(await page.evaluate("window.knownAt")) / 1000 - rung_at
    sys.stdout.write(f"known after {known * 1000:.0f} ms\n")
    sys.stdout.write(f"on the screen {took * 1000:.0f} ms after the phone's INVITE\n")
    return took


@pytest.mark.timeout(150)  # a browser, two calls, and an engine that is killed
async def test_an_agent_works_by_the_page_and_both_pages_outlive_the_engine(stage: Stage) -> None:
    answers_by_itself = ("tenant.yaml", "203: {site: kyiv}", "203: {site: kyiv, auto_answer: yes}")
    async with configured(stage.system, answers_by_itself), stage, browser() as context:
        olena = await stage.agent("olena")
        page, wall = await desk_of(context, stage, "olena"), await wallboard(context, stage)
        await page.bring_to_front()  # what is behind is painted once a second at most
        caller = await stage.caller("600201")
        rung = await olena.rings()
        took = await seconds_to_the_screen(page, rung)
        assert took < OFFER_SECONDS
        await page.locator("[data-fact=client]", has_text="Dnipro Energy").wait_for()
        await page.locator("[data-fact=caller]", has_text=caller.shown).wait_for()
        assert "answer-after=0" in (rung.headers.get("call-info") or "")
        talk = await rung.answer(tone_hz=olena.tone_hz)
        await page.get_by_role("button", name="Hang up").wait_for()
        await hear_each_other(caller, olena, talk)
        await on_the_wall(wall, "on a call")

        await page.get_by_label("How it went").select_option("lead")
        await page.get_by_label("Interest").select_option("solar")
        await page.get_by_label("Number to call back").fill("not a number")
        await page.keyboard.press("Control+Enter")
        await page.get_by_text("Digits only").wait_for()
        await page.get_by_label("Number to call back").fill("380441112233")
        async with asyncio.TaskGroup() as group:
            group.create_task(stage.system.kill_engine())
            await page.locator(".banner", has_text="Not connected").wait_for(timeout=10_000)
        await hear_each_other(caller, olena, talk)
        await page.get_by_text("● Live").wait_for(timeout=30_000)
        await on_the_wall(wall, "on a call")
        await page.get_by_role("button", name="Hold").wait_for()
        assert await page.get_by_label("Number to call back").input_value() == "380441112233"

        await page.get_by_label("Agrees to be called").select_option("yes")
        await page.keyboard.press("Control+Enter")
        await page.locator(".note", has_text="Saved.").wait_for()
        await page.get_by_role("button", name="Hang up").click()
        await page.get_by_role("button", name="End wrap-up").click()
        await olena.becomes(AgentState.AVAILABLE)
        await page.locator(".bar[data-state=available]").wait_for()
        await on_the_wall(wall, "available")
        record = await caller.record()
        assert record["disposition"] == "lead"
        rows = stage.system.ledger.rows[record["call"]]
        (filled,) = (row.what for row in rows if isinstance(row.what, FormFilled))
        assert filled.values == {"interest": "solar", "number": "380441112233", "agreed": "yes"}

        again = await stage.caller("600201", CallOutcome.ABANDONED)
        took = await seconds_to_the_screen(page, await olena.rings())
        assert took < OFFER_SECONDS
        await again.hangs_up()
        await page.locator(".bar[data-state=available]").wait_for()


async def on_the_wall(wall: Page, state: str) -> None:
    """Wait until the wallboard says what olena does."""
    await (
        wall.locator("tr", has_text="Olena Koval")
        .filter(has_text=state)
        .first.wait_for(timeout=30_000)
    )
