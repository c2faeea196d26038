"""How much is tried: little at every commit, the issues' numbers with CCENGINE_TEST_SIZE=full."""

from __future__ import annotations

import os
from typing import Final

FULL: Final = os.environ.get("CCENGINE_TEST_SIZE", "small") == "full"


def by_size(*, small: int, full: int) -> int:
    """Return how much of something the size asks for."""
    return full if FULL else small
