"""The running system, found by the environment; without one these tests are skipped, by name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.e2e.configuration import make_messages_nobodys_work
from tests.e2e.stage import Stage
from tests.e2e.system import System, missing_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = "tests/e2e/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.asterisk)


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The system under test. Given by docker/test; see the package's docstring for by hand."""
    missing = missing_settings()
    if missing:
        pytest.skip(f"no running system: {', '.join(missing)} not set (docker/test sets them)")
    system = System()
    asyncio.run(make_messages_nobodys_work(system))
    yield system
    system.close()


@pytest.fixture
def stage(system: System) -> Stage:
    """An empty stage; tests bring callers and agents on."""
    return Stage(system)
