"""A studio's script in a browser: right to left where it belongs, and every cell in its place."""

from __future__ import annotations

from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.sheet_page import page as sheet_page
from ccengine.ivr.sheets import sheet
from tests.config.tenants import DEMO
from tests.pages.browser import browser

TEXTS = """() => [...document.querySelectorAll("td > div")].map(text => {
    const cell = text.closest("td"), row = cell.closest("tr")
    const line = document.createRange()
    line.selectNodeContents(text)
    const inked = line.getClientRects()[0], whole = cell.getBoundingClientRect()
    const cells = [...row.children].map(one => one.getBoundingClientRect())
    return {
        language: text.lang, direction: getComputedStyle(text).direction,
        inside: inked.left >= whole.left && inked.right <= whole.right + 0.5,
        fromRight: whole.right - inked.right < inked.left - whole.left,
        inOrder: cells.every((one, at) => !at || one.left >= cells[at - 1].right - 1),
    }
})"""
RIGHT_TO_LEFT = ("ar", "fa")


async def test_each_text_stands_in_its_own_cell_and_direction() -> None:
    loaded = load_configuration(DEMO)
    assert loaded.tenant is not None
    async with browser() as context:
        page = await context.new_page()
        await page.set_content(sheet_page("Demo", sheet(loaded.tenant, loaded.prompts)))
        texts = await page.evaluate(TEXTS)
    assert {text["language"] for text in texts} == {"ar", "en", "es", "fa", "fr", "uk"}
    for text in texts:
        assert text["inside"], text
        assert text["inOrder"], text
        turned = text["language"] in RIGHT_TO_LEFT
        assert text["direction"] == ("rtl" if turned else "ltr"), text
        assert not turned or text["fromRight"], text
