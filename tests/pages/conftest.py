"""Tests of the pages need a browser: without one they are skipped, and named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.pages.browser import CHROMIUM, chromium

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/pages/" in item.path.as_posix():
            if not CHROMIUM:
                reason = "needs Chromium: apt-get install chromium-headless-shell"
                item.add_marker(pytest.mark.skip(reason=reason))
            elif pytest_asyncio.is_async_test(item):
                # One browser for all, which lives in one loop.
                item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def one_browser() -> AsyncIterator[None]:
    if not CHROMIUM:
        yield
        return
    async with chromium():
        yield
