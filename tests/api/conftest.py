"""Logs of the API's tests are lines, not pages."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from structlog.typing import EventDict


def _with_traceback(_logger: object, _name: str, entry: EventDict) -> EventDict:
    if entry.get("exc_info"):
        entry["traceback"] = traceback.format_exc()
    return entry


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    with capture_logs(processors=[_with_traceback]) as logs:
        yield
    for entry in logs:
        for name, value in entry.items():
            print(f"{name}: {value}")  # noqa: T201 - pytest shows it where a test fails
