"""The report's page in a browser: it asks nobody for anything, and everybody can read it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from ccengine.cli.commands import app
from tests.simulator.days import scenario_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")

SCHEMES = ["light", "dark"]
CONTRAST = """
() => {
  const parse = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => [red, green, blue]
    .map(one => one / 255)
    .map(one => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = element => {
    for (let one = element; one; one = one.parentElement) {
      const color = parse(getComputedStyle(one).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const has = [...element.childNodes].some(one => one.nodeType === 3 && one.data.trim());
    if (!has || element.closest("title")) continue;
    const style = getComputedStyle(element);
    const ink = parse(element.closest("svg") ? style.fill : style.color);
    const [low, high] = [luminance(ink), luminance(behind(element))].sort((a, b) => a - b);
    found.push([(high + 0.05) / (low + 0.05), element.outerHTML.slice(0, 80)]);
  }
  return found;
}
"""
UNLABELLED = """
() => [
  ...[...document.querySelectorAll("table")].filter(one => !one.caption || !one.tHead),
  ...document.querySelectorAll("thead th:not([scope=col]), tbody th:not([scope=row])"),
  ...[...document.querySelectorAll("tbody tr")].filter(one => one.cells[0].tagName !== "TH"),
  ...document.querySelectorAll("svg:not([role=img]), svg:not([aria-label])"),
  ...document.querySelectorAll(".tables:not([tabindex]), .tables:not([aria-label])"),
].map(one => one.outerHTML.slice(0, 80))
"""
SMALLEST_TEXT = """
() => Math.min(...[...document.querySelectorAll("svg text")]
  .map(one => one.getBoundingClientRect().height))
"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Pages of a morning, by what they are of."""
    folder = tmp_path_factory.mktemp("pages")
    scenario, journal = scenario_file(folder), folder / "journal.sqlite"
    done = CliRunner().invoke(app, ["simulate", str(scenario), "--journal", str(journal)])
    assert done.exit_code == 0, done.stderr
    found = {}
    for subject in ("queues", "agents"):
        file = found[subject] = folder / f"{subject}.html"
        tenant = folder / "dialplan/tenants/demo"
        options = ["--journal", journal, "--config", tenant, "--format", "html", "--out", file]
        done = CliRunner().invoke(app, ["report", subject, *map(str, options)])
        assert done.exit_code == 0, done.stderr
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(params=["queues", "agents"])
def page(
    browser: Browser, pages: dict[str, Path], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page that is open; whatever it asks of others fails the test."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    address = pages[request.param].as_uri()
    asked: list[str] = []
    said: list[str] = []
    opened.on("request", lambda one: asked.append(one.url))
    opened.on("console", lambda one: said.append(one.text))
    opened.on("pageerror", lambda one: said.append(str(one)))
    opened.goto(address)
    yield opened
    opened.close()
    assert asked == [address]
    assert said == []


def test_it_needs_no_script_and_nobody_else(page: Page) -> None:
    elements = "script, link, iframe, img, object, embed, form, [onclick], [onload], [style*=url]"
    assert page.locator(elements).count() == 0


def test_a_screen_reader_finds_its_way(page: Page) -> None:
    assert page.locator("html[lang]").count() == 1
    assert page.title()
    for one in ("h1", "main", "header"):
        assert page.locator(one).count() == 1, one
    assert page.evaluate(UNLABELLED) == []
    assert page.locator("svg").count() == 3
    assert page.locator("table").count() == 3


def test_each_figure_has_its_formula_in_the_same_section(page: Page) -> None:
    for section in page.locator("section").all():
        heads = section.locator("thead th[title]").all()
        named = [head.inner_text().split("\n")[0] for head in heads]
        assert named == section.locator("dt").all_inner_texts()
        assert all(text.startswith("= ") for text in section.locator("dd").all_inner_texts())


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("media", ["screen", "print"])
def test_everything_can_be_read(page: Page, scheme: str, media: str) -> None:
    page.emulate_media(color_scheme=scheme, media=media)  # type: ignore[arg-type]
    too_pale = [found for found in page.evaluate(CONTRAST) if found[0] < 4.5]
    assert too_pale == []
    assert page.evaluate(SMALLEST_TEXT) >= 10


@pytest.mark.parametrize(("width", "media"), [(1280, "screen"), (390, "screen"), (1032, "print")])
def test_nothing_sticks_out(page: Page, width: int, media: str) -> None:
    """Wide tables scroll by themselves; on paper nothing can."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(media=media)  # type: ignore[arg-type]
    assert page.evaluate(TOO_WIDE) <= 0
