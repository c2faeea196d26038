"""The page of `ccengine report`: it asks nobody for anything, and everybody can read it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.every_command import invoke
from tests.pages.browser import browser
from tests.pages.contrasts import CONTRASTS, LEAST_CONTRAST
from tests.simulator.days import scenario_file

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Page

SUBJECTS = ["queues", "agents"]
LEAST_TEXT = 10  #: pixels, of a plot's labels
ACTIVE = "script, link, iframe, img, object, embed, form, [onclick], [onload], [style*=url]"
UNLABELLED = """() => [
    ...[...document.querySelectorAll("table")].filter((one) => !one.caption || !one.tHead),
    ...document.querySelectorAll("thead th:not([scope=col]), tbody th:not([scope=row])"),
    ...[...document.querySelectorAll("tbody tr")].filter((one) => one.cells[0].tagName !== "TH"),
    ...document.querySelectorAll("svg:not([role=img]), svg:not([aria-label])"),
    ...document.querySelectorAll(".tables:not([tabindex]), .tables:not([aria-label])"),
].map((one) => one.outerHTML.slice(0, 80))"""
SMALLEST_TEXT = """() => Math.min(
    ...[...document.querySelectorAll("svg text")].map((one) => one.getBoundingClientRect().height)
)"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of a morning, by what they are of."""
    folder = tmp_path_factory.mktemp("pages")
    scenario, journal = scenario_file(folder), folder / "journal.sqlite"
    done = invoke(["simulate", str(scenario), "--journal", str(journal)])
    assert done.exit_code == 0, done.stderr
    found = {}
    for subject in SUBJECTS:
        file = found[subject] = folder / f"{subject}.html"
        tenant = folder / "dialplan/tenants/demo"
        options = ["--journal", journal, "--config", tenant, "--format", "html", "--out", file]
        done = invoke(["report", subject, *map(str, options)])
        assert done.exit_code == 0, done.stderr
    return found


@asynccontextmanager
async def opened(file: Path, **wanted: Any) -> AsyncIterator[Page]:
    """Open a page; whatever it asks of others fails the test."""
    asked: list[str] = []
    async with browser(**wanted) as context:
        page = await context.new_page()
        page.on("request", lambda one: asked.append(one.url))
        await page.goto(file.as_uri())
        yield page
    assert asked == [file.as_uri()]


@pytest.mark.parametrize("subject", SUBJECTS)
async def test_a_report_needs_nobody_and_names_all_it_shows(
    pages: dict[str, Path], subject: str
) -> None:
    async with opened(pages[subject]) as page:
        assert await page.locator(ACTIVE).count() == 0
        for one in ("html[lang]", "h1", "main", "header"):
            assert await page.locator(one).count() == 1, one
        assert await page.title()
        assert await page.evaluate(UNLABELLED) == []
        assert await page.locator("svg").count() == 3
        sections = await page.locator("section").all()
        assert len(sections) == 3
        for section in sections:  # each figure has its formula in the same one
            heads = await section.locator("thead th[title]").all_inner_texts()
            named = [head.split("\n")[0] for head in heads]
            assert named == await section.locator("dt").all_inner_texts()
            formulas = await section.locator("dd").all_inner_texts()
            assert all(text.startswith("= ") for text in formulas)
        checked = page.get_by_text("each millisecond once: no gap, no overlap")
        assert await checked.count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_report_can_be_read_on_screen_and_on_paper(
    pages: dict[str, Path], scheme: str
) -> None:
    """Wide tables scroll by themselves; on paper nothing can."""
    async with opened(pages["queues"], color_scheme=scheme) as page:
        for width, media in ((1280, "screen"), (390, "screen"), (1032, "print")):
            await page.set_viewport_size({"width": width, "height": 800})
            await page.emulate_media(media=media)  # type: ignore[arg-type]
            assert await page.evaluate(TOO_WIDE) <= 0, (width, media)
            found = await page.evaluate(CONTRASTS)
            ratio, text, where = found[0]
            assert ratio >= LEAST_CONTRAST, (ratio, text, where)
            assert any("<text" in where for _, _, where in found)  # the plots' among them
            if width > 1000:
                assert await page.evaluate(SMALLEST_TEXT) >= LEAST_TEXT
