"""An agent's desk in a browser, on a house that is moved by hand."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ccengine.api.roles import Role
from ccengine.core.ids import CallId
from tests.api.campaign_files import with_campaigns
from tests.api.house import House, house
from tests.config.tenants import change
from tests.e2e.waits import until
from tests.pages.browser import browser, open_page

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from playwright.async_api import Page

BILLING = "nour/billing"


class Desk:
    """The page, and the house behind it."""

    def __init__(self, here: House, page: Page) -> None:
        self.here = here
        self.page = page

    async def text(self, selector: str) -> str:
        """Return what stands there."""
        return (await self.page.locator(selector).inner_text()).strip()

    async def shows(self, selector: str, text: str, *, seconds: float = 5.0) -> None:
        """Wait until a text stands there."""
        there = self.page.locator(selector).filter(has_text=text)
        await there.wait_for(state="attached", timeout=seconds * 1000)

    async def state(self, state: str) -> None:
        """Wait until the agent is in a state, as the page has it."""
        await self.page.locator(f".bar[data-state={state}]").wait_for()

    def ring(self, call: str = "c1") -> CallId:
        """Have somebody call, so that amira's phone rings."""
        return self.here.call(call, BILLING)

    async def talk(self, call: str = "c1") -> CallId:
        """Have the agent talk with a caller, and the page know it."""
        known = self.here.talk(call, BILLING)
        await self.page.locator(f"#call[data-call={call}] #hang-up").wait_for()
        await self.page.locator("#field-disposition").wait_for()
        return known

    async def wrap_up(self, call: str = "c1") -> None:
        """Have a talk end."""
        self.here.shift.hang_up(CallId(call))
        await self.page.locator("#end-wrap-up").wait_for()

    async def fill(self, **values: str) -> None:
        """Fill in the demo's form."""
        for name, value in values.items():
            field = self.page.locator(f"#field-values-{name}")
            if await field.evaluate("one => one.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)

    async def told(self, kind: type, count: int, *, seconds: float = 3.0) -> None:
        """Wait until the engine has been told so many events of a type."""
        await until(
            f"{count} {kind.__name__}", lambda: len(self.said(kind)) == count, seconds=seconds
        )

    def said(self, kind: type) -> list[Any]:
        """Return the journal's events of a type."""
        return [row.what for row in self.here.shift.rows() if isinstance(row.what, kind)]


@asynccontextmanager
async def desk(
    tmp_path: Path,
    *changes: tuple[str, str, str],
    log_in: bool = True,
    laid_out: Callable[[Path], Path] = with_campaigns,
    at: float = 0.0,
    **wanted: Any,
) -> AsyncIterator[Desk]:
    """Open amira's desk, in a browser as wanted.

    Args:
        tmp_path: for the house.
        changes: of the demo's configuration: file, what, and what stands there instead.
        log_in: whether amira is at her phone.
        laid_out: changes the tenant's folder before it is read.
        at: the instant at which she comes; before the house's own: then.
        wanted: as playwright names it.
    """
    async with house(tmp_path, laid_out=laid_out) as here, browser(**wanted) as context:
        here.shift.wait(max(0.0, at - here.shift.now))
        for file, old, new in changes:
            change(here.tenant.folder / file, old, new)
        if changes:
            assert not await here.reload()
        if log_in:
            here.log_in("amira")
        token = await here.token("amira", Role.AGENT, agent="amira")
        opened = Desk(here, await open_page(context, here, "/desk", token))
        await opened.state("available" if log_in else "offline")
        await opened.shows(".bar .name", "Amira")
        yield opened
