"""What calls see of lookups: each is asked in time, not too often, and not while it fails."""

from __future__ import annotations

import asyncio
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
    from ccengine.lookup.slot import Basis
    from ccengine.lookup.source import Source

log = structlog.get_logger()

NO_MORE: Final = "there is no such lookup any more"


def no_secrets(_client: Client, _lookup: Lookup) -> tuple[str, ...]:
    """Return none, where sources have none."""
    return ()


class LookupDesk:
    """All lookups of all clients. One that a reload leaves as it is keeps cache and breaker.

    Args:
        now: seconds of the loop's clock.
        make_source: returns whom a lookup asks; SourceFailed where its secret cannot be read.
        secrets: returns what a lookup's secrets are now; SourceFailed likewise.
    """

    def __init__(
        self,
        now: Callable[[], float],
        make_source: Callable[[Client, str, Lookup], Source],
        secrets: Callable[[Client, Lookup], tuple[str, ...]] = no_secrets,
    ) -> None:
        self._now = now
        self._make_source = make_source
        self._secrets = secrets
        self._slots: dict[tuple[str, str], Slot] = {}
        self._clients: dict[str, Client] = {}  #: as they were when their slots were looked at

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
        if self._clients.get(client.id) is not client:
            self._leave_outdated(client)
        known = self._slots.get((client.id, name))
        if known is not None:
            return known
        lookup = client.settings.lookups.get(name)
        asked = None if lookup is None else asked_of_lookup(client, name, lookup)
        if lookup is None or asked is None:
            raise SourceFailed(NO_MORE)
        source = self._make_source(client, name, lookup)
        basis = self._basis(client, name, lookup)
        slot = Slot(f"{client.id}/{name}", basis, asked, source, self._now)
        self._slots[client.id, name] = slot
        return slot

    def _leave_outdated(self, client: Client) -> None:
        """After a reload, keep what is made of the same; anything else is made anew when asked."""
        self._clients[client.id] = client
        for key in [key for key in self._slots if key[0] == client.id]:
            lookup = client.settings.lookups.get(key[1])
            try:
                basis = None if lookup is None else self._basis(client, key[1], lookup)
            except SourceFailed:  # a secret cannot be read; who asks is told
                basis = None
            slot = self._slots[key]
            if slot.basis != basis:
                del self._slots[key]
                # Who asks already gets the answer: no question takes longer than its deadline.
                late = slot.settings.deadline_seconds + 1
                asyncio.get_running_loop().call_later(late, slot.source.close)

    def _basis(self, client: Client, name: str, lookup: Lookup) -> Basis:
        """Return all that a lookup is made of, what its files and secrets hold included."""
        statement = None if lookup.sql is None else client.lookup_files.statement(lookup.sql)
        settings = client.settings
        return (
            lookup,
            settings.databases,
            settings.calendars,
            client.lookup_files.tables.get(name),
            statement,
            client.zone,
            self._secrets(client, lookup),
        )
