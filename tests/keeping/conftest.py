"""A house that keeps recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.keeping.house import keeping_house

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.keeping.house import KeepingHouse


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[KeepingHouse]:
    async with keeping_house(tmp_path) as house:
        yield house
