"""What is done in processes of their own. Imports what it needs there: the engine needs none of it.

Numpy, libsndfile and the store's client take half a second and fifty megabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccengine.keeping.order import Check, Move, Order
    from ccengine.keeping.places import Place


def keep_one(order: Order) -> dict[str, Any]:
    """Keep a recording: see `pipeline.keep`."""
    from ccengine.keeping.pipeline import keep

    return keep(order)


def check_one(check: Check) -> list[str]:
    """Say what is wrong with a kept recording: see `verifying.faults_of`."""
    from ccengine.keeping.verifying import faults_of

    return faults_of(check)


def move_one(what: Move) -> str:
    """Put a recording into its store: see `store.move`."""
    from ccengine.keeping.store import move

    return move(what)


def remove_one(place: Place, item: str) -> None:
    """Take a recording out of its store: see `store.remove`."""
    from ccengine.keeping.store import remove

    remove(place, item)
