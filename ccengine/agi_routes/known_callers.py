"""What a client's own table, or whatever else it asks, says of who calls."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ccengine.agi_routes.route import Regard
from ccengine.ivr.data import text_of
from ccengine.ivr.lookups import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import ClientId
    from ccengine.ivr.lookups import Lookups

LIMIT_SECONDS: Final = 1.0
"""A dialplan that asks keeps a caller waiting: who is not known by then is like anybody else."""


class KnownByLookup:
    """Asks the lookup that client.yaml names under `known_callers`.

    Args:
        lookups: all clients'.
        tenant: the configuration in force.
    """

    def __init__(self, lookups: Lookups, tenant: Callable[[], Tenant]) -> None:
        self._lookups = lookups
        self._tenant = tenant

    async def regard(self, client: ClientId, caller: str) -> Regard:
        """Return what is known of a caller id; within a second, or nothing."""
        found = self._tenant().clients.get(client)
        rules = None if found is None else found.settings.known_callers
        if found is None or rules is None or not caller:
            return Regard()
        question = Question(rules.lookup, {"caller": caller, "client": client})
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                answer = await self._lookups.ask(found, question)
        except TimeoutError:
            return Regard()
        said = text_of(answer.values.get(rules.value))
        return Regard(vip=_is_one_of(said, rules.vip), blocked=_is_one_of(said, rules.blocked))


def _is_one_of(said: str, words: Iterable[str]) -> bool:
    """Compare as tables' keys are compared: people write capitals."""
    return said.strip().casefold() in {word.casefold() for word in words}
