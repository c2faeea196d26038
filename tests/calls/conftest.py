from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.calls.center_on_fake import CenterOnFake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def center(tmp_path: Path) -> AsyncIterator[CenterOnFake]:
    async with CenterOnFake(tmp_path) as running:
        yield running
