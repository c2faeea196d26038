from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.calls.card_desk import PAYMENT, PayDesk
from tests.calls.center_on_fake import CenterOnFake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def center(tmp_path: Path) -> AsyncIterator[CenterOnFake]:
    async with CenterOnFake(tmp_path) as running:
        yield running


@pytest.fixture
async def house(center: CenterOnFake) -> CenterOnFake:
    """Olena leads; taras serves alone; omar may be consulted."""
    await center.log_in("olena", "taras", "omar")
    center.set_queue(skills={"english": 7, "technical": 9})
    return center


@pytest.fixture
def desk(center: CenterOnFake) -> PayDesk:
    """The client takes cards, by a program that the test plays."""
    desk = PayDesk()
    center.wiring.payments = desk
    center.set_client(payment=PAYMENT)
    return desk
