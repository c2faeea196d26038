"""Lines of a queue_log, as Asterisk's own logger writes them.

`epoch|callid|queue|agent|event|parameters`, whole seconds. By `Grain.MILLISECOND` the same with
decimals: no tool of others reads that, but nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.reporting.kpis.facts import Grain, Ms
from ccengine.reporting.masking import mask_number

if TYPE_CHECKING:
    from ccengine.core.ids import AgentId, CallId, QueueId

NONE = "NONE"


@dataclass(slots=True)
class Lines:
    """Lines in the making.

    Args:
        grain: of times.
        shown: how callers' numbers are shown.
    """

    grain: Grain = Grain.SECOND
    shown: Callable[[str], str] = mask_number
    _made: list[str] = field(default_factory=list)

    def taken(self) -> list[str]:
        """Return the lines since the last time."""
        made, self._made = self._made, []
        return made

    def add(
        self,
        at: Ms,
        event: str,
        *parameters: str | int,
        call: CallId | str = NONE,
        queue: QueueId | str = NONE,
        agent: AgentId | str = NONE,
    ) -> None:
        """Add a line."""
        words = [self.seconds(at), clean(call), clean(queue), clean(agent), event]
        told = [clean(str(parameter)) for parameter in parameters] or [""]
        self._made.append("|".join([*words, *told]))

    def seconds(self, time: Ms) -> str:
        """Return a time in seconds."""
        if self.grain is Grain.SECOND:
            return str(time // 1000)
        return f"{time // 1000}.{time % 1000:03d}"


def clean(text: str) -> str:
    """Return text that ends neither a field nor a line."""
    return "".join(letter for letter in text if letter.isprintable() and letter != "|")
