"""Who was called of late, as the database of call records has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.calls.last_calls import LastCall
from ccengine.config.clients import digits_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.ids import ClientId, Instant
    from ccengine.storage.database import RecordDatabase

LATELY_SECONDS: Final = 90 * 24 * 3600
"""Who rings after more than a quarter hardly means that call."""


class StoredLastCalls:
    """Looks at attempts.

    Args:
        database: with all attempts.
        now: tells the time.
    """

    def __init__(self, database: RecordDatabase, now: Callable[[], Instant]) -> None:
        self._database = database
        self._now = now

    async def last(self, client: ClientId, shown: str, number: str) -> LastCall | None:
        """Return the last call to a number of late, None: there was none."""
        since = self._now() - LATELY_SECONDS
        attempts = await self._database.attempts.of_number(number, since)
        for one in reversed(attempts):
            if one.client == client and digits_of(one.caller_id) == shown:
                return LastCall(one.campaign, one.person or str(one.lead))
        return None
