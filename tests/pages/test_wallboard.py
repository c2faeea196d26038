"""The wallboard follows the feed, and shows each what is theirs."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from playwright.async_api import expect

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.ids import AgentId, CallId, PhoneId, QueueId
from ccengine.core.states import Kind
from tests.api.house import house
from tests.pages.browser import browser, open_page, shown_additions
from tests.pages.wall import DNIPRO, NOUR, WALL, cell, open_wall, pass_time, row, show_cell, staff

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

AMIRA = AgentId("amira")
NOTHING = "\N{EN DASH}"


async def test_it_shows_what_is_and_follows(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await open_wall(context, here)
        await show_cell(page, "queues", NOUR, "waiting", "2")
        await show_cell(page, "agents", "amira", "state", "☎on a call")
        await show_cell(page, "agents", "amira", "call", f"{NOUR} +971*******67")
        await show_cell(page, "agents", "taras", "marks", "lunch")
        await show_cell(page, "calls", "first", "place", "1")
        await show_cell(page, "calls", "second", "place", "2")
        await show_cell(page, "calls", "talks", "agent", "Amira Haddad")
        for key, count in (("free", "0"), ("busy", "1"), ("wrap_up", "0"), ("not_ready", "0")):
            await show_cell(page, "queues", NOUR, key, count)
        for queue in ("dnipro/technical", "dnipro/vip"):
            await show_cell(page, "queues", queue, "free", "1")  # omar; olena
            await show_cell(page, "queues", queue, "not_ready", "1")  # taras
        here.call("third", NOUR)
        await show_cell(page, "queues", NOUR, "waiting", "3")
        await show_cell(page, "calls", "third", "caller", "+971*******67")
        await show_cell(page, "calls", "third", "place", "3")
        here.shift.hang_up(CallId("second"))
        here.shift.hang_up(CallId("talks"))
        await show_cell(page, "agents", "amira", "state", "✎wrap-up")
        await expect(row(page, "calls", "second")).to_have_count(0)
        await expect(row(page, "calls", "talks")).to_have_count(0)
        await show_cell(page, "queues", NOUR, "waiting", "2")
        await show_cell(page, "queues", NOUR, "wrap_up", "1")
        await show_cell(page, "calls", "third", "place", "2")


async def test_the_longest_wait_ticks(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.call("c1", DNIPRO)
        here.shift.wait(9)
        await context.clock.install()
        page = await open_wall(context, here)
        cells = cell(page, "queues", DNIPRO, "longest"), cell(page, "calls", "c1", "wait")
        for shown in cells:
            await expect(shown).to_have_text(re.compile("0:1[0-4]"))
        await context.clock.fast_forward(5_000)
        for shown in cells:
            await expect(shown).to_have_text(re.compile("0:1[5-9]"))


async def test_near_the_promise_and_over_it_a_queue_says_so(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira")
        here.call("c1", DNIPRO)
        page = await open_wall(context, here)
        for seconds, wait, level, said in (  # the very limits are tested below
            (9, "0:1[0-9]", "ok", "●in time"),
            (10, "▲0:2[0-9]", "near", "▲near the limit"),
            (11, "■0:[345][0-9]", "over", "■over the promise"),
        ):
            pass_time(here, seconds)
            await expect(cell(page, "calls", "c1", "wait")).to_have_text(re.compile(wait))
            await show_cell(page, "queues", DNIPRO, "level", said)
            await expect(row(page, "queues", DNIPRO)).to_have_attribute("data-level", level)
            await expect(row(page, "calls", "c1")).to_have_attribute("data-level", level)
            await show_cell(page, "queues", NOUR, "level", "no promise")
        assert "1" in await page.title()


async def test_each_time_a_queue_goes_over_the_promise_it_is_said(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira")
        page = await open_wall(context, here)
        said = await shown_additions(page, "#top [aria-live]")
        for number in (1, 2):
            call = here.call(f"c{number}", DNIPRO)
            pass_time(here, 40)
            await show_cell(page, "queues", DNIPRO, "level", "■over the promise")
            here.shift.hang_up(call)
            await show_cell(page, "queues", DNIPRO, "level", "●in time")
            assert await said() == [f"{DNIPRO}: over the promise"] * number


async def test_withheld_callers_and_outgoing_calls(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser(locale="de") as context:
        here.log_in("amira")
        page = await open_wall(context, here)
        here.call("hidden", DNIPRO, caller="")
        here.dial("out", "+971501234522", Kind.OUTBOUND)
        for _ in range(2):  # by changes, and by a snapshot
            await show_cell(page, "calls", "hidden", "caller", "unterdrückt")
            await show_cell(page, "calls", "out", "caller", "+971*******22")
            here.shift.now += 1.1  # no snapshot is older than a second
            await page.reload()


async def test_the_limits_are_exact(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        page = await open_page(context, here, "/site/wall_view.js", token=None)
        levels = await page.evaluate(
            """async (waits) => {
                const { levelOf } = await import("/site/wall_view.js");
                return waits.map((wait) => levelOf(wait, 30));
            }""",
            [None, 0, 19.9, 20, 30, 30.1],
        )
    assert levels == ["ok", "ok", "ok", "near", "near", "over"]


async def test_key_figures_of_today_stand_with_their_formulas(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira")
        await context.clock.install()
        page = await open_wall(context, here)
        await show_cell(page, "queues", NOUR, "answered", NOTHING)
        here.work_through("nour")
        here.call("c1", NOUR)
        here.shift.wait(30)
        here.shift.hang_up(CallId("c1"))
        await page.clock.fast_forward(10_000)
        await show_cell(page, "queues", NOUR, "answered", "1")
        await show_cell(page, "queues", NOUR, "abandoned", "1")
        _, told = await here.ask("GET", "/kpis", params={"by": "queue", "figures": "SL,ASA v1"})
        level, asa = told["lines"][0]["figures"]
        assert level["form"] in (
            await cell(page, "queues", NOUR, "service_level").get_attribute("title") or ""
        )
        await expect(cell(page, "queues", NOUR, "service_level")).to_contain_text(level["form"])
        await show_cell(page, "queues", NOUR, "asa", f"0:{int(float(asa['value'])):02} ASA v1")


async def test_markup_stays_text(tmp_path: Path) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\"><b>Amira</b>"
    async with house(tmp_path) as here, browser() as context:
        agents = here.tenant.settings.agents
        settings = replace(
            here.tenant.settings, agents={**agents, AMIRA: replace(agents[AMIRA], name=evil)}
        )
        here.tenant = replace(here.tenant, settings=settings)
        here.log_in("amira")
        here.shift.post(events.AgentWentNotReady(agent=AMIRA, reason="<script>alert(1)</script>"))
        here.call("c1", NOUR)
        await here.keep_records()
        here.call("c2", NOUR, caller="<b>1</b>")
        page = await open_wall(context, here)
        await show_cell(page, "agents", "amira", "name", evil)
        await show_cell(page, "agents", "amira", "marks", "<script>alert(1)</script>")
        await cell(page, "agents", "amira", "acts").get_by_role("button").click()
        await expect(page.get_by_role("dialog").get_by_role("heading")).to_have_text(evil)
        assert await page.locator("main img, main b, main script").count() == 0
        assert await page.title() == "Wallboard"


async def test_filters_are_kept_in_the_address(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await open_wall(context, here)
        await page.get_by_label("Client").select_option("dnipro")
        await expect(row(page, "queues", NOUR)).to_have_count(0)
        await expect(row(page, "calls", "first")).to_have_count(0)
        assert page.url.endswith("#client=dnipro")
        await page.get_by_label("Team").select_option("dnipro-desk")
        await expect(row(page, "agents", "omar")).to_have_count(0)
        await expect(row(page, "agents", "olena")).to_be_visible()
        await page.reload()
        await expect(row(page, "queues", DNIPRO)).to_be_visible()
        await expect(row(page, "queues", NOUR)).to_have_count(0)
        await expect(page.get_by_label("Team")).to_have_value("dnipro-desk")
        await page.go_back()
        await expect(row(page, "agents", "omar")).to_be_visible()


async def test_a_wall_has_no_buttons(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await open_wall(context, here)
        size = "el => parseFloat(getComputedStyle(el).fontSize)"
        before = await row(page, "queues", NOUR).evaluate(size)
        await page.get_by_role("link", name="Big screen").click()
        await expect(page.get_by_role("button")).to_have_count(0)
        await expect(page.get_by_role("combobox")).to_have_count(0)
        assert await row(page, "queues", NOUR).evaluate(size) > before
        await expect(row(page, "agents", "amira")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()


async def test_on_a_wall_the_most_urgent_queue_comes_first(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira")
        here.shift.post(events.AgentWentNotReady(agent=AMIRA, reason="lunch"))
        here.call("c1", NOUR)
        here.call("c2", DNIPRO)
        here.shift.wait(5)
        here.call("c3", "dnipro/vip")  # waits shorter, with less of its promise left
        here.shift.wait(6)
        page = await open_wall(context, here, "#screen")
        rows = page.locator("#queues tbody tr")
        await expect(rows.nth(0)).to_have_attribute("data-id", "dnipro/vip")
        await expect(rows.nth(1)).to_have_attribute("data-id", DNIPRO)
        await expect(rows.nth(2)).to_have_attribute("data-id", NOUR)
        here.shift.hang_up(CallId("c3"))
        await expect(rows.nth(0)).to_have_attribute("data-id", DNIPRO)


async def test_others_see_what_theirs_may_see_and_no_buttons(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        here.call("other", DNIPRO)
        client = await here.token("client", Role.CLIENT, clients=("nour",))
        page = await open_wall(context, here, token=client)
        await show_cell(page, "queues", NOUR, "waiting", "2")
        await expect(row(page, "queues", DNIPRO)).to_have_count(0)
        await expect(row(page, "calls", "other")).to_have_count(0)
        await expect(page.get_by_role("heading", name="Agents")).to_have_count(0)
        await expect(page.get_by_role("button")).to_have_text(["Sign out"])
        quality = await here.token("quality", Role.QUALITY)
        page = await open_wall(context, here, token=quality)
        await show_cell(page, "agents", "amira", "state", "☎on a call")
        await expect(page.get_by_role("button")).to_have_text(["Sign out"])
        agent = await here.token("agent", Role.AGENT, agent="amira")
        page = await open_page(context, here, WALL, agent)
        await expect(page.get_by_role("alert")).to_contain_text("“agent” may not see this page")


async def test_new_agents_and_queues_come_with_a_new_configuration(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira")
        page = await open_wall(context, here)
        await show_cell(page, "agents", "amira", "name", "Amira Haddad")
        file = here.tenant.folder / "tenant.yaml"
        file.write_text(file.read_text().replace("Amira Haddad", "Amira Khoury"))
        status, _ = await here.ask("POST", "/configuration/reload", json={})
        assert status == 200
        await show_cell(page, "agents", "amira", "name", "Amira Khoury")


async def test_the_page_ends_where_the_token_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccengine.api.feed.session.TOKEN_AGAIN_SECONDS", 0.2)
    async with house(tmp_path) as here, browser() as context:
        token = await here.token("boss", Role.SUPERVISOR)
        page = await open_wall(context, here, token=token)
        await here.keeper.database.tokens.revoke("boss", here.shift.now)
        here.shift.wait(2)
        await expect(page.get_by_label("Access token")).to_be_focused()
        await expect(page.get_by_role("alert")).to_contain_text("does not hold")
        assert await page.evaluate("sessionStorage.length") == 0
        await expect(page.get_by_role("table")).to_have_count(0)


async def test_after_a_restart_it_goes_on_by_itself_without_a_gap(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await context.new_page()
        said: list[dict[str, object]] = []
        heard: list[str] = []
        page.on(
            "websocket",
            lambda socket: (
                socket.on("framesent", lambda text: said.append(json.loads(text))),
                socket.on("framereceived", lambda text: heard.append(json.loads(text)["type"])),
            ),
        )
        await page.goto(f"http://127.0.0.1:{here.port}{WALL}")
        await page.get_by_label("Access token").fill("a-token-long-enough-to-be-one")
        await page.keyboard.press("Enter")
        await show_cell(page, "queues", NOUR, "waiting", "2")
        await here.server.stop()
        banner = page.locator(".banner")
        await expect(banner).to_contain_text("Not connected since")
        here.shift.hang_up(CallId("first"))
        here.shift.wait(1)
        here.log_in("taras")
        await show_cell(page, "queues", NOUR, "waiting", "2")  # old, and said to be
        await here.server.start()
        await expect(banner).to_have_text("", timeout=15_000)
        await show_cell(page, "queues", NOUR, "waiting", "1")
        assert len(said) >= 2
        assert said[-1]["after"]
        assert heard.count("snapshot") == 1
        assert not [one for one in said if one["token"] in page.url]


async def test_it_says_that_asterisk_is_out_of_reach(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        page = await open_wall(context, here)
        here.shift.post(events.SwitchLost(node="node1"))
        await expect(page.locator(".banner")).to_contain_text("Asterisk is out")
        here.shift.now += 1.1  # no snapshot is older than a second
        await page.reload()
        await expect(page.locator(".banner")).to_contain_text("Asterisk is out")
        here.shift.post(events.SwitchResynced(node="node1"))
        await expect(page.locator(".banner")).to_have_text("")


async def test_marks_tell_what_is_unusual(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira", "omar")
        page = await open_wall(context, here)
        here.shift.post(events.PhoneLost(phone=PhoneId("201")))
        await show_cell(page, "agents", "amira", "marks", "gets no calls: phone not registered")
        here.shift.post(events.AgentWentNotReady(agent=AgentId("omar"), reason="short break"))
        here.shift.wait(15 * 60 + 1)
        await show_cell(page, "agents", "omar", "marks", "short break; ⚠ overdue")
        await expect(row(page, "agents", "omar")).to_have_attribute("data-overdue", "")
        here.shift.post(events.AgentPaused(agent=AMIRA, queue=QueueId(NOUR)))
        await expect(cell(page, "agents", "amira", "marks")).to_contain_text(f"paused: {NOUR}")
