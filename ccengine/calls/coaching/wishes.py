"""What a coach asks for, by keys or from a screen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from ccengine.core.events import CoachMode


class Wish(Enum):
    """What a coach asks for beside another mode."""

    TAKE_OVER = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Asked:
    """A coach asks for something, or somebody for them."""

    wish: Wish | CoachMode
    by: str = ""
