"""Tests of the pages need a browser: without one they are skipped, and named."""

from __future__ import annotations

import pytest

from tests.pages.browser import CHROMIUM


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/pages/" in item.path.as_posix() and not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="needs Chromium: apt-get install chromium"))
