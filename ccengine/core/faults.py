"""What tells of a fault of the core's own; what it refuses is in `errors`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccengine.core.commands import Command


class Unsettled(Exception):
    """What a step leads to was not worked out to its end: a fault of the core.

    No refusal: the state has changed, and so the step belongs into the journal.
    """

    def __init__(self, commands: list[Command]) -> None:
        super().__init__("a step's consequences could not be worked out")
        self.commands = commands  #: what it has led to all the same
