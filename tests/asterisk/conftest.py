"""The contract suite's two sides."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from tests.asterisk.desk import Desk, fake_desk, real_desk

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.asterisk)])
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    side: AbstractAsyncContextManager[Desk]
    if request.param == "real":
        side = real_desk(request.getfixturevalue("real_asterisk"))
    else:
        side = fake_desk()
    async with side as desk:
        yield desk
