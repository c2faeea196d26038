"""Which items there are: their numbers, and those not offered now. And places that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.core.calls import Call, LeftPlace
    from ccengine.core.ids import CallId, QueueId

IN_LINE = frozenset({CallState.WAITING, CallState.POSTPONED})


class ItemLists:
    """Callbacks and messages, as far as they are looked for by something but their id."""

    def __init__(self) -> None:
        self.callbacks: dict[tuple[QueueId, str], CallId] = {}
        """Numbers that wait to be called back."""
        self.postponed: set[CallId] = set()  #: items that are not offered now
        self.left: dict[str, LeftPlace] = {}  #: places kept for callers who hung up
        self.open: set[CallId] = set()  #: items whose turn is to be looked at

    def remember(self, call: Call) -> None:
        """Take note that a number waits to be called back, unless another item has it."""
        if call.item is not None:
            self.callbacks.setdefault((call.item.asked_in, call.item.to), call.id)

    def forget(self, call: Call) -> None:
        """Take note that the item's number does not wait for its turn any more."""
        for name in [name for name, known in self.callbacks.items() if known == call.id]:
            del self.callbacks[name]

    def place(self, call: Call) -> None:
        """Keep in step with the state of a call."""
        if call.item is None:
            return
        if call.state is CallState.POSTPONED:
            self.postponed.add(call.id)
        else:
            self.postponed.discard(call.id)
        if call.state in IN_LINE:
            self.open.add(call.id)
