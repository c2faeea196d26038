"""Supervisors act by the wallboard, and are told what does not work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.ids import AgentId, CallId
from ccengine.core.states import AgentState
from tests.api.house import house
from tests.pages.browser import browser, hold_back
from tests.pages.wall import NOUR, cell, open_wall, row, show_cell, staff

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Route

AMIRA = AgentId("amira")


async def test_a_supervisor_acts_on_agents(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        token = await here.token("boss", Role.SUPERVISOR)
        page = await open_wall(context, here, token=token)
        dialog = page.get_by_role("dialog")

        async def act(agent: str, button: str) -> None:
            await cell(page, "agents", agent, "acts").get_by_role("button").click()
            await dialog.get_by_role("button", name=button, exact=True).click()
            await expect(dialog).to_have_count(0)

        await act("taras", "Set ready")
        await show_cell(page, "agents", "taras", "state", "●available")
        await cell(page, "agents", "taras", "acts").get_by_role("button").click()
        await dialog.get_by_label("Reason").select_option("meeting")
        await dialog.get_by_role("button", name="Set not ready").click()
        await show_cell(page, "agents", "taras", "marks", "meeting")
        await cell(page, "agents", "omar", "acts").get_by_role("button").click()
        await dialog.get_by_label("Queue").select_option("nour/technical")
        await dialog.get_by_role("button", name="Pause").click()
        await show_cell(page, "agents", "omar", "marks", "paused: nour/technical")
        await act("omar", "Resume")
        await show_cell(page, "agents", "omar", "marks", "")
        here.shift.hang_up(CallId("talks"))
        await show_cell(page, "agents", "amira", "state", "✎wrap-up")
        await act("amira", "End wrap-up")
        await show_cell(page, "agents", "amira", "state", "◔ringing")  # for who waits
        await act("olena", "Log off")
        await expect(row(page, "agents", "olena")).to_have_count(0)
        assert here.shift.center.agent(AgentId("olena")).state is AgentState.OFFLINE
        entries = await here.keeper.database.audit.entries(
            before=None, limit=9, actor="boss", target=None
        )
        assert [one.operation for one in reversed(entries)] == [
            "setAgentReady",
            "setAgentNotReady",
            "pauseQueue",
            "resumeQueue",
            "endWrapUp",
            "logAgentOut",
        ]


async def test_a_supervisor_moves_a_caller_and_changes_the_priority(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await open_wall(context, here)
        dialog = page.get_by_role("dialog")
        await cell(page, "calls", "second", "acts").get_by_role("button").click()
        await dialog.get_by_label("Priority").fill("7")
        await dialog.get_by_role("button", name="Change").click()
        await show_cell(page, "calls", "second", "priority", "7")
        await show_cell(page, "calls", "second", "place", "1")
        await show_cell(page, "calls", "first", "place", "2")
        await cell(page, "calls", "second", "acts").get_by_role("button").click()
        await dialog.get_by_label("Priority").fill("0")  # none is told as well
        await dialog.get_by_role("button", name="Change").click()
        await show_cell(page, "calls", "second", "priority", "0")
        here.shift.post(events.AgentWentNotReady(agent=AgentId("omar"), reason="lunch"))
        await cell(page, "calls", "second", "acts").get_by_role("button").click()
        await dialog.get_by_label("To the queue").select_option("nour/technical")
        await dialog.get_by_role("button", name="Move").click()
        await show_cell(page, "calls", "second", "queue", "nour/technical")
        await show_cell(page, "queues", NOUR, "waiting", "1")
        await show_cell(page, "queues", "nour/technical", "waiting", "1")


async def test_what_is_refused_is_said_with_its_remedy(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira")
        here.shift.hang_up(here.talk("c1", NOUR))
        page = await open_wall(context, here)
        await show_cell(page, "agents", "amira", "state", "✎wrap-up")
        await cell(page, "agents", "amira", "acts").get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_label("Queue")).to_be_visible()
        here.shift.observers.remove(here.hub.observe)  # the feed is a little late
        here.shift.post(events.AgentWentReady(agent=AMIRA))
        await dialog.get_by_role("button", name="End wrap-up").click()
        failure = dialog.get_by_role("alert")
        await expect(failure).to_contain_text("agent 'amira' is available")
        status, problem = await here.ask("POST", "/agents/amira/wrap-up/end")
        assert status == 409
        await expect(failure).to_contain_text(problem["remedy"])
        await here.server.stop()
        await dialog.get_by_role("button", name="Set ready").click()
        await expect(failure).to_contain_text("does not answer")


async def test_a_change_whose_answer_is_lost_is_made_once(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira")
        page = await open_wall(context, here)
        keys: list[str | None] = []

        async def lose_the_first_answer(route: Route) -> None:
            keys.append(await route.request.header_value("Idempotency-Key"))
            if len(keys) > 1:
                await route.continue_()
                return
            await route.fetch()
            await route.abort("connectionreset")

        await page.route("**/agents/amira/not-ready", lose_the_first_answer)
        await cell(page, "agents", "amira", "acts").get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("Reason").select_option("lunch")
        await dialog.get_by_role("button", name="Set not ready").click()
        await expect(dialog).to_have_count(0)
        assert len(set(keys)) == 1
        assert len(keys) == 2
        entries = await here.keeper.database.audit.entries(
            before=None, limit=9, actor=None, target="agent amira"
        )
        assert len(entries) == 1


async def test_a_dialogs_late_failure_is_not_said_in_another(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await open_wall(context, here)
        late = {"title": "not possible now"}
        held = await hold_back(page, "**/agents/taras/desk", status=503, json=late)
        await cell(page, "agents", "taras", "acts").get_by_role("button").click()
        await held.asked.wait()
        await page.keyboard.press("Escape")
        await cell(page, "calls", "first", "acts").get_by_role("button").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("button", name="Change")).to_be_visible()
        async with page.expect_response("**/agents/taras/desk"):
            held.answer.set()
        await page.wait_for_load_state("networkidle")
        await expect(page.locator("dialog .failure")).to_have_text("")


async def test_a_caller_who_is_gone_meanwhile_cannot_be_acted_on(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await open_wall(context, here)
        await cell(page, "calls", "first", "acts").get_by_role("button").click()
        here.shift.hang_up(CallId("first"))
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("status")).to_have_text(
            "The caller does not wait any more."
        )
        await expect(dialog.get_by_role("button", name="Change")).to_be_hidden()
