"""How the pages are served: fixed files, under a policy that lets nothing else run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ccengine.pages.site import FOLDER, FRAME, PAGES, TYPES, page
from tests.api.house import house
from tests.pages.browser import browser, open_page

if TYPE_CHECKING:
    from pathlib import Path


async def test_pages_and_their_files_are_served_to_anybody(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.client(token=None) as client:
        files = [file for file in FOLDER.iterdir() if file != FRAME]
        served = {f"/site/{one.name}": (TYPES[one.suffix], one.read_bytes()) for one in files}
        served |= {f"/{name}": ("text/html", page(name)) for name in PAGES}
        for path, (content_type, body) in served.items():
            async with client.get(path) as response:
                assert (response.status, response.content_type) == (200, content_type)
                assert await response.read() == body
                policy = response.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                assert response.headers["Cache-Control"] == "no-cache"


async def test_a_file_that_has_not_changed_is_not_sent_again(tmp_path: Path) -> None:
    async with house(tmp_path) as here, here.client(token=None) as client:
        async with client.get("/wallboard") as response:
            tag = response.headers["ETag"]
        async with client.get("/wallboard", headers={"If-None-Match": tag}) as response:
            assert (response.status, await response.read()) == (304, b"")
        async with client.get("/wallboard", headers={"If-None-Match": '"older"'}) as response:
            assert response.status == 200


async def test_nothing_but_the_files_can_be_had(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        for path in ("/site/", "/site/nothing.js", "/site/../site.py", "/site/%2e%2e/site.py"):
            assert await here.status("GET", path) == 404, path


def test_a_page_names_its_own_script_and_styles_that_are_there() -> None:
    for name in PAGES:
        text = page(name).decode()
        assert "$" not in text
        assert f'src="site/{name}.js"' in text
        for path in re.findall(r'(?:src|href)="(site/[^"]+)"', text):
            assert (FOLDER.parent / path).is_file(), path


def test_pages_load_nothing_from_elsewhere_and_hold_no_script() -> None:
    for file in FOLDER.iterdir():
        text = file.read_text(encoding="utf-8")
        assert re.search(r"https?://|//cdn|@import|url\(", text) is None, file.name
        if file.suffix == ".html":
            assert re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text) is None
        if file.suffix == ".js":
            risky = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
            assert re.search(risky, text) is None, file.name


def test_styles_read_from_either_side() -> None:
    one_sided = (
        r"(margin|padding|border|inset)-(left|right)|text-align:\s*(left|right)|[^-]\b(left|right):"
    )
    for file in FOLDER.glob("*.css"):
        assert re.search(one_sided, file.read_text(encoding="utf-8")) is None, file.name


async def test_a_wrong_token_leads_back_to_the_form_with_a_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as here, browser() as context:
        page = await open_page(context, here, "/wallboard", token=None)
        await page.get_by_label("Access token").fill("nonsense")
        await page.keyboard.press("Enter")
        await page.get_by_role("alert").filter(has_text="does not hold").wait_for()
        assert await page.evaluate("sessionStorage.length") == 0
        assert "nonsense" not in page.url
