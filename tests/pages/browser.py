"""A browser on the pages of a house, and what the pages complain of."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.async_api import ConsoleMessage, Page, async_playwright, expect

from tests.api.house import FILE_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import Browser, BrowserContext, Route

    from tests.api.house import House

CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or ""
PATIENCE = 45_000  #: milliseconds, on a machine that is busy with other tests
TOKEN_KEPT = "ccengine.token"
EXPECTED = ("Failed to load resource", "WebSocket connection to")
"""What a browser says of an engine that is away or refuses."""


expect.set_options(timeout=PATIENCE)


_running: dict[asyncio.AbstractEventLoop, Browser] = {}
"""What all tests in a loop share: a browser's start takes as long as most of them."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Start Chromium without a window; until the end it is what `browser` opens profiles of."""
    # Containers have little shared memory, and Chromium no sandbox of its own for root.
    arguments = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        loop = asyncio.get_running_loop()
        _running[loop] = started
        try:
            yield started
        finally:
            del _running[loop]
            await started.close()


@asynccontextmanager
async def browser(**wanted: Any) -> AsyncIterator[BrowserContext]:
    """Open a profile that nobody has used; what is wanted of it is as playwright names it.

    Whatever else a page writes to the console, or throws, fails the test at the end.
    """
    options = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB", **wanted}
    complaints: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", listen)

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(EXPECTED):
            complaints.append(message.text)

    async with AsyncExitStack() as stack:
        shared = _running.get(asyncio.get_running_loop())
        started = shared or await stack.enter_async_context(chromium())
        context = await started.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("page", watch)
        try:
            yield context
        finally:
            await context.close()
    assert complaints == []


async def open_page(
    context: BrowserContext, here: House, path: str, token: str | None = FILE_TOKEN
) -> Page:
    """Open a page of the house, signed in with a token if there is one."""
    page = await context.new_page()
    address = f"http://127.0.0.1:{here.port}"
    if token is not None:
        await page.goto(f"{address}/site/style.css")  # same origin, no script
        await page.evaluate(
            "([key, token]) => sessionStorage.setItem(key, token)", [TOKEN_KEPT, token]
        )
    await page.goto(address + path)
    return page


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Answers that a page waits for."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)  #: the page waits
    answer: asyncio.Event = field(default_factory=asyncio.Event)  #: for this to be set


async def hold_back(page: Page, address: str, **refusal: Any) -> HeldBack:
    """Have the page wait for its answers from an address: the engine's own, or this refusal."""
    held = HeldBack()

    async def answer(route: Route) -> None:
        held.asked.set()
        await held.answer.wait()
        await (route.fulfill(**refusal) if refusal else route.continue_())

    await page.route(address, answer)
    return held


async def shown_additions(page: Page, selector: str) -> Callable[[], Awaitable[list[str]]]:
    """Note what texts are added to an element, as a screen reader does; return how to read them."""
    await page.locator(selector).evaluate(
        """element => {
            window.added = [];
            new MutationObserver((changes) => {
                const nodes = changes.flatMap((one) => [...one.addedNodes]);
                const texts = nodes.map((one) => one.textContent);
                window.added.push(...texts.filter((one) => one !== ""));
            }).observe(element, { childList: true });
        }"""
    )

    async def read() -> list[str]:
        found: list[str] = await page.evaluate("window.added")
        return found

    return read
