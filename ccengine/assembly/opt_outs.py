"""The list of numbers that want no more calls, for flows in which somebody says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.dialer.leads import AttemptId
from ccengine.storage.do_not_call import DoNotCall
from ccengine.storage.writing import until_written

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.core.ids import CallId, ClientId, Instant
    from ccengine.storage.database import RecordDatabase


class StoredOptOuts:
    """Kept in the database of call records.

    Args:
        database: of call records.
        now: by the engine's clock.
    """

    def __init__(self, database: RecordDatabase, now: Callable[[], Instant]) -> None:
        self._database = database
        self._now = now

    async def add(self, number: str, client: ClientId, call: CallId) -> None:
        """Note a number for ever, with the call as evidence; noted twice it is noted once.

        Where the call was to a lead, all of the lead's numbers are noted.
        """
        wish = DoNotCall(
            number=number,
            client=str(client),
            at=self._now(),
            evidence=f"said so in the flow of call {call}",
            by=str(call),
        )
        noted = self._database.attempts.opt_out
        await until_written(lambda: noted(AttemptId(call), wish), f"opt_out {call}")
