"""Supervisors coach by the wallboard: who may sees buttons, and all who lead see who coaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.events import CoachMode
from ccengine.core.ids import AgentId, CallId, CoachingId
from ccengine.core.states import AgentState
from tests.api.house import house
from tests.pages.browser import browser
from tests.pages.contrasts import readable
from tests.pages.wall import DNIPRO, NOUR, cell, open_wall, row, show_cell

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Locator, Page

    from tests.api.house import House

AMIRA, OMAR = AgentId("amira"), AgentId("omar")
COACHING = ("Follow", "Monitor", "Whisper", "Barge in", "Take over", "Leave")


async def talking(here: House) -> CallId:
    """Amira talks; omar, who leads her team, is there."""
    here.log_in("amira")
    call = here.talk("c1", NOUR)
    here.log_in("omar")
    return call


async def open_agent(page: Page, agent: str) -> Locator:
    """Open an agent's dialog, as it is when all is known."""
    await cell(page, "agents", agent, "acts").get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Queue")).to_be_visible()
    return dialog


async def buttons(dialog: Locator, *names: str) -> None:
    """Wait until there are these buttons about coaching, and no others."""
    for name in COACHING:
        known = dialog.get_by_role("button", name=name, exact=True)
        await expect(known).to_have_count(int(name in names))


async def coached(page: Page, agent: str, text: str) -> None:
    await show_cell(page, "agents", agent, "marks", text)


async def test_a_supervisor_listens_whispers_joins_in_takes_over(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        await talking(here)
        token = await here.token("lead", Role.SUPERVISOR, teams=("nour-desk",))
        page = await open_wall(context, here, token=token)
        other = await open_wall(context, here)
        dialog = await open_agent(page, "amira")
        await buttons(dialog, "Monitor", "Whisper", "Barge in")
        for name, mode, text in (
            ("Monitor", "monitor", "Omar Said monitors"),
            ("Whisper", "whisper", "Omar Said whispers"),
            ("Barge in", "barge", "Omar Said has barged in"),
        ):
            button = dialog.get_by_role("button", name=name, exact=True)
            await button.focus()
            await page.keyboard.press("Enter")
            await expect(button).to_have_attribute("aria-pressed", "true")
            await expect(dialog.get_by_role("status")).to_contain_text(text)
            for wall in (page, other):
                await coached(wall, "amira", text)
            assert next(iter(here.shift.center.coachings.values())).mode == mode
        await show_cell(
            page, "agents", "omar", "marks", "gets no calls: coaches; coaches Amira Haddad"
        )
        await buttons(dialog, "Monitor", "Whisper", "Barge in", "Take over", "Leave")
        await readable(page)
        late = await open_wall(context, here)  # by its snapshot
        await coached(late, "amira", "Omar Said has barged in")
        await dialog.get_by_role("button", name="Take over", exact=True).click()
        await show_cell(page, "agents", "omar", "state", "☎on a call")
        await coached(page, "amira", "")
        assert here.shift.center.agent(AMIRA).state is AgentState.WRAP_UP
        assert await page.evaluate("document.activeElement.id") == "act-coach"


async def test_a_coach_follows_from_call_to_call_and_leaves(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira", "omar")
        page = await open_wall(context, here)
        dialog = await open_agent(page, "amira")
        await buttons(dialog, "Follow")
        await dialog.get_by_role("button", name="Follow", exact=True).click()
        await coached(page, "amira", "Omar Said follows, hears nothing (no call)")
        await buttons(dialog, "Monitor", "Whisper", "Barge in", "Leave")
        here.talk("c1", NOUR)
        await coached(page, "amira", "Omar Said monitors")
        await buttons(dialog, "Monitor", "Whisper", "Barge in", "Take over", "Leave")
        here.shift.hang_up(CallId("c1"))
        await coached(page, "amira", "Omar Said follows, hears nothing (no call)")
        await dialog.get_by_role("button", name="Leave", exact=True).click()
        await coached(page, "amira", "")
        assert not here.shift.center.coachings


async def test_what_is_refused_is_said_and_nothing_is_shown_as_done(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        await talking(here)
        page = await open_wall(context, here)
        dialog = await open_agent(page, "amira")
        here.shift.post(events.AgentLoggedOut(agent=OMAR))
        await dialog.get_by_role("button", name="Monitor", exact=True).click()
        await expect(dialog.get_by_role("alert")).to_contain_text("agent 'omar' is offline")
        status, problem = await here.ask("PUT", "/agents/omar/coaching", json={"agent": "amira"})
        assert status == 409
        await expect(dialog.get_by_role("alert")).to_contain_text(problem["remedy"])
        await buttons(dialog, "Monitor", "Whisper", "Barge in")
        await expect(dialog.locator('[aria-pressed="true"]')).to_have_count(0)
        await coached(page, "amira", "")


async def test_a_call_of_a_client_that_the_coach_is_not_approved_for(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("omar", "olena", "taras")
        settings = here.tenant.folder / "tenant.yaml"
        settings.write_text(
            settings.read_text().replace("supervisors: [olena]", "supervisors: [amira]")
        )
        assert not await here.reload()
        here.log_in("amira")
        here.talk("c1", DNIPRO)
        page = await open_wall(context, here)
        dialog = await open_agent(page, "olena")
        await dialog.get_by_role("button", name="Monitor", exact=True).click()
        await coached(page, "olena", "Amira Haddad follows, hears nothing (another client's call)")
        await buttons(dialog, "Monitor", "Whisper", "Barge in", "Leave")  # and not to take over


async def test_a_coach_who_coaches_somebody_else_can_leave_there_first(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        settings = here.tenant.folder / "tenant.yaml"
        settings.write_text(
            settings.read_text().replace("supervisors: [olena]", "supervisors: [olena, omar]")
        )
        assert not await here.reload()
        await talking(here)
        here.log_in("taras")
        begun = events.CoachingStarted(
            coaching=CoachingId("k"),
            coach=OMAR,
            agent=AMIRA,
            channel="k",
            mode=CoachMode.MONITOR,
        )
        here.post(begun)
        page = await open_wall(context, here)
        dialog = await open_agent(page, "taras")
        await buttons(dialog, "Follow")
        await dialog.get_by_label("Coach", exact=True).select_option("Omar Said")
        await expect(dialog).to_contain_text("Omar Said coaches Amira Haddad now.")
        await buttons(dialog, "Leave")
        await dialog.get_by_role("button", name="Leave", exact=True).click()
        await buttons(dialog, "Follow")


async def test_who_may_not_coach_sees_no_button_and_who_leads_nothing_is_told_nothing(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here, browser() as context:
        await talking(here)
        begin = {"agent": "amira", "mode": "whisper"}
        assert (await here.ask("PUT", "/agents/omar/coaching", json=begin))[0] == 200
        theirs = await here.token("people", Role.CLIENT, clients=("nour",))
        page = await open_wall(context, here, token=theirs)
        await expect(row(page, "calls", "c1")).to_be_visible()
        await expect(page.locator("#agents")).to_have_count(0)
        await expect(page.locator("[aria-haspopup=dialog]")).to_have_count(0)
        assert "Omar" not in await page.locator("body").inner_text()
        listens = await here.token("ears", Role.QUALITY)
        page = await open_wall(context, here, token=listens)
        await coached(page, "amira", "Omar Said whispers")
        await expect(page.locator("[aria-haspopup=dialog]")).to_have_count(0)
        elsewhere = await here.token("lead", Role.SUPERVISOR, teams=("dnipro-desk",))
        here.log_in("olena")
        page = await open_wall(context, here, token=elsewhere)
        await expect(row(page, "agents", "olena")).to_be_visible()
        await expect(row(page, "agents", "amira")).to_have_count(0)


async def test_a_team_without_supervisors_that_are_seen_has_no_coaching(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        settings = here.tenant.folder / "tenant.yaml"
        settings.write_text(settings.read_text().replace(", supervisors: [omar]", ""))
        assert not await here.reload()
        await talking(here)
        page = await open_wall(context, here)
        dialog = await open_agent(page, "amira")
        await expect(dialog.get_by_role("button", name="Log off")).to_be_visible()
        await buttons(dialog)
        await expect(dialog.get_by_label("Coach", exact=True)).to_have_count(0)
