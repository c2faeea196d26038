"""For everybody: by keyboard alone, by ear, from right to left, in light and in dark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from ccengine.core import events
from ccengine.core.ids import AgentId, CallId
from ccengine.core.states import AgentState, CallState, Kind
from ccengine.pages.site import FOLDER
from tests.api.house import house
from tests.pages.browser import browser, open_page
from tests.pages.contrasts import readable
from tests.pages.wall import DNIPRO, NOUR, WALL, cell, open_wall, pass_time, row, show_cell, staff

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

FOCUSED = """() => {
    const focused = document.activeElement;
    return focused.getAttribute("aria-label") ?? focused.textContent;
}"""


async def press_until(page: Page, key: str, wanted: str) -> None:
    """Press a key until what is wanted has the focus."""
    for _ in range(60):
        await page.keyboard.press(key)
        name = await page.evaluate(FOCUSED)
        if name == wanted:
            return
    raise AssertionError(wanted)


async def test_everything_can_be_done_by_keyboard(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await open_wall(context, here)
        await expect(row(page, "agents", "taras")).to_be_visible()
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="To the content")).to_be_focused()
        await page.keyboard.press("Enter")
        await press_until(page, "Tab", "Actions: Taras Bondar")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Taras Bondar")
        await expect(dialog.get_by_label("Queue")).to_be_visible()
        await expect(dialog.get_by_role("button", name="Set ready")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        opener = cell(page, "agents", "taras", "acts").get_by_role("button")
        await expect(opener).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(dialog.get_by_label("Queue")).to_be_visible()
        await page.keyboard.press("Enter")
        await show_cell(page, "agents", "taras", "state", "●available")
        assert here.shift.center.agent(AgentId("taras")).state is AgentState.AVAILABLE
        await press_until(page, "Tab", "Actions: +971*******67")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog").get_by_label("To the queue")).to_be_focused()


async def test_what_changes_never_takes_the_keyboard_away(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira", "omar")
        for number in range(5):
            here.call(f"c{number}", NOUR)
        page = await open_wall(context, here)
        button = cell(page, "calls", "c4", "acts").get_by_role("button")
        await button.focus()
        here.call("urgent", NOUR)
        for priority, call in ((9, "urgent"), (5, "c4"), (7, "c2"), (8, "c3")):
            known = CallId(call)
            here.shift.post(events.CallReprioritised(call=known, priority=priority, by="boss"))
            await show_cell(page, "calls", call, "priority", str(priority))
            await expect(button).to_be_focused()
        here.shift.hang_up(CallId("c1"))
        await expect(row(page, "calls", "c1")).to_have_count(0)
        await expect(button).to_be_focused()
        shown = page.locator("#calls tbody tr")
        ids = await shown.evaluate_all("rows => rows.map((row) => row.dataset.id)")
        assert ids == ["urgent", "c3", "c2", "c4", "c0"]


async def test_who_listens_hears_names_and_roles(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser(viewport={"width": 390, "height": 844}) as context:
        staff(here)
        page = await open_wall(context, here)
        await show_cell(page, "queues", NOUR, "waiting", "2")
        await expect(page.get_by_role("main")).to_match_aria_snapshot("""
            - heading "Wallboard" [level=1]
            - region "Queues":
              - heading "Queues" [level=2]
              - table "Queues":
                - rowgroup:
                  - row:
                    - columnheader "Queue"
                    - columnheader "Promise kept?"
                    - columnheader "Waiting"
                    - columnheader "Longest wait"
                - rowgroup:
                  - row:
                    - rowheader "dnipro/billing"
                    - cell "in time"
            - region "Agents":
              - table "Agents":
                - rowgroup
                - rowgroup:
                  - row:
                    - rowheader "Amira Haddad"
                    - cell
                    - cell "on a call"
            - region "Calls":
              - table "Calls"
            """)
        await expect(page.get_by_role("banner")).to_match_aria_snapshot("""
            - banner:
              - combobox "Language"
              - button "Sign out"
              - form "Filters":
                - combobox "Client"
                - combobox "Queue"
                - combobox "Team"
                - checkbox "Show who is logged off"
                - link "Big screen"
            """)
        unnamed = page.locator("button, input, select, a").filter(visible=True)
        for control in await unnamed.all():
            assert await control.evaluate("el => el.computedName !== ''"), (
                await control.inner_html()
            )


async def test_every_text_can_be_read(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        await context.clock.install()
        staff(here)
        here.call("near", DNIPRO)
        page = await open_page(context, here, WALL, token=None)
        await expect(page.get_by_label("Access token")).to_be_visible()
        await readable(page)
        page = await open_wall(context, here)
        for seconds, level in ((22, "near"), (20, "over")):
            pass_time(here, seconds)
            await expect(row(page, "queues", DNIPRO)).to_have_attribute("data-level", level)
            await readable(page)
        await cell(page, "agents", "taras", "acts").get_by_role("button").click()
        await expect(page.get_by_role("dialog").get_by_label("Queue")).to_be_visible()
        await readable(page)
        await page.keyboard.press("Escape")
        await here.server.stop()
        await expect(page.locator(".status")).to_have_attribute("data-status", "connecting")
        await context.clock.fast_forward(2_000)  # so long it says nothing
        await expect(page.locator(".banner")).to_contain_text("Not connected")
        await readable(page)


@pytest.mark.parametrize(
    ("locale", "title"), [("ar-AE", "لوحة المتابعة"), ("fa-IR", "تابلوی پایش")]
)
async def test_arabic_and_persian_are_read_from_the_right(
    tmp_path: Path, locale: str, title: str
) -> None:
    async with house(tmp_path) as here, browser(locale=locale) as context:
        staff(here)
        page = await open_wall(context, here)
        assert await page.title() == title
        root = page.locator("html")
        await expect(root).to_have_attribute("dir", "rtl")
        await expect(root).to_have_attribute("lang", locale.split("-")[0])
        first = await cell(page, "queues", NOUR, "queue").bounding_box()
        last = await cell(page, "queues", NOUR, "abandoned").bounding_box()
        assert first is not None
        assert last is not None
        assert first["x"] > last["x"]
        caller = cell(page, "calls", "first", "caller").locator("bdi")
        await expect(caller).to_have_attribute("dir", "ltr")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_reader_chooses_the_language(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        here.log_in("amira")
        page = await open_wall(context, here)
        await page.get_by_label("Language").select_option("uk")
        await show_cell(page, "agents", "amira", "state", "●вільний")
        await page.reload()
        await show_cell(page, "agents", "amira", "state", "●вільний")


async def test_nothing_is_wider_than_the_screen(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        staff(here)
        page = await open_wall(context, here)
        await show_cell(page, "queues", NOUR, "waiting", "2")
        for width in (390, 768, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_there_is_a_word_for_everything_in_every_language(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        page = await open_page(context, here, "/site/words.js", token=None)
        languages, shared, *others = await page.evaluate(
            """async () => {
                const { LANGUAGES } = await import("/site/words.js");
                const { SHARED } = await import("/site/words_shared.js");
                const { DESK } = await import("/site/words_desk.js");
                const { WALL } = await import("/site/words_wall.js");
                const { QUALITY } = await import("/site/words_quality.js");
                return [Object.keys(LANGUAGES), SHARED, DESK, WALL, QUALITY];
            }"""
        )
    for table in (shared, *others):
        for key, texts in table.items():
            assert sorted(texts) == sorted(languages), key
            assert len({gaps(text) for text in texts.values()}) == 1, key
    desk, wall, quality = others
    assert quality.keys() & (shared.keys() | desk.keys()) == set(), "is told twice"
    assert {key for key in desk if desk[key] == wall.get(key)} == set(), "is shared"
    assert (desk.keys() | wall.keys()) & shared.keys() == set(), "is told twice"
    states = {f"state_{one}" for one in AgentState}
    kinds = {f"kind_{one}" for one in Kind}
    places = {f"place_{one}" for one in CallState if one is not CallState.ENDED}
    assert states | kinds <= shared.keys() | desk.keys()
    assert (states | kinds | places) - {"kind_call"} <= shared.keys() | wall.keys()


def gaps(text: str) -> tuple[str, ...]:
    """Return the names of what is filled in."""
    return tuple(sorted(re.findall(r"\{(\w+)\}", text)))


def test_every_word_is_used() -> None:
    code = {file: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.js")}
    tables = [file for file in code if file.name.startswith("words_")]
    users = "\n".join(text for file, text in code.items() if file not in tables)
    made = re.findall(r"`(\w+_)\$\{", users)  #: beginnings of keys that are put together
    keys = [key for file in tables for key in re.findall(r"(?m)^  (\w+): \{", code[file])]
    assert keys
    unused = [key for key in keys if not re.search(rf"\b{key}\b", users)]
    assert [key for key in unused if not key.startswith(tuple(made))] == []
