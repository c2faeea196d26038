"""What tests of the core share: a stage that checks invariants after every step."""

from __future__ import annotations

import pytest

from tests.core.stage import Stage


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite",
        action="store_true",
        default=False,
        help="write what the core now does into the scenarios, for review with git diff",
    )


@pytest.fixture
def stage() -> Stage:
    """Return an empty contact center, connected to its switch, at second 0."""
    return Stage()
