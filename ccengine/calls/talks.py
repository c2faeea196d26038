"""Which talks there are, for those who act on another's: a consult on the customer's, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from ccengine.calls.consult import ConsultCall
    from ccengine.calls.control import Control
    from ccengine.core.ids import CallId


class Talks:
    """Talks of customers by call, and consults by the customer's call they are about.

    Args:
        start: runs a session beside its caller.
    """

    def __init__(self, start: Callable[[Coroutine[None, None, None], str], None]) -> None:
        self.start = start
        self.controls: dict[CallId, Control] = {}
        self.consults: dict[CallId, ConsultCall] = {}
