"""What calls see of lookups: each is asked in time, not too often, and not while it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from ccengine.ivr.lookup_names import asked_of_lookup
from ccengine.ivr.lookups import FAILED
from ccengine.lookup.slot import Slot
from ccengine.lookup.source import SourceFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.config.clients import Client
    from ccengine.config.lookup_sources import Lookup
    from ccengine.ivr.lookups import Answer, Question
    from ccengine.lookup.breaker import BreakerState
    from ccengine.lookup.source import Source

log = structlog.get_logger()

NO_MORE: Final = "there is no such lookup any more"


class LookupDesk:
    """All lookups of all clients. One that a reload leaves as it is keeps cache and breaker.

    Args:
        now: seconds of the loop's clock.
        make_source: returns whom a lookup asks; SourceFailed where its secret cannot be read.
    """

    def __init__(
        self, now: Callable[[], float], make_source: Callable[[Client, str, Lookup], Source]
    ) -> None:
        self._now = now
        self._make_source = make_source
        self._slots: dict[tuple[str, str], Slot] = {}

    async def ask(self, client: Client, question: Question) -> Answer:
        """Return the answer, within the lookup's deadline. Never raises."""
        try:
            slot = self._slot(client, question.name)
        except SourceFailed as error:
            log.warning(
                "lookup_impossible", client=client.id, lookup=question.name, cause=str(error)
            )
            return FAILED
        return await slot.ask(question)

    def breakers(self) -> Mapping[str, BreakerState]:
        """Return the state of the breaker of each lookup that was asked, by `client/lookup`."""
        now = self._now()
        return {
            f"{client}/{name}": slot.breaker.state(now)
            for (client, name), slot in self._slots.items()
        }

    def close(self) -> None:
        """Let go of all that sources hold."""
        for slot in self._slots.values():
            slot.source.close()
        self._slots.clear()

    def _slot(self, client: Client, name: str) -> Slot:
        lookup = client.settings.lookups.get(name)
        if lookup is None:
            raise SourceFailed(NO_MORE)
        basis = (lookup, client.settings.databases, client.lookup_files.tables.get(name))
        known = self._slots.get((client.id, name))
        if known is not None and known.basis == basis:
            known.basis = basis  # of what is the same object, nothing is compared next time
            return known
        asked = asked_of_lookup(client, name, lookup)
        if asked is None:
            raise SourceFailed(NO_MORE)
        source = self._make_source(client, name, lookup)
        if known is not None:
            known.source.close()
        slot = Slot(f"{client.id}/{name}", basis, asked, source, self._now)
        self._slots[client.id, name] = slot
        return slot
