"""Attempts of which agents say later that they ended otherwise: the lead goes by the last word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from ccengine.core.dialer.retries import kills_number
from ccengine.storage.attempt_endings import count_answer, heed, leave_again
from ccengine.storage.lead_tables import ATTEMPTS, NUMBERS
from ccengine.storage.writing import writing

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from ccengine.core.dialer.leads import AttemptId
    from ccengine.core.dialer.retries import Again, Finished, RetryRules
    from ccengine.storage.attempts import Ending


class AttemptCorrections:
    """Changes how attempts have ended, in a database of call records."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def correct(
        self, attempt: AttemptId, was: Ending, ending: Ending, rules: RetryRules
    ) -> Again | Finished | None:
        """Have an attempt end otherwise, and its lead get what follows from that.

        Wishes not to be called are noted whatever the lead does, and never taken back by this. A
        number that was said to be wrong and is not may be dialed again, once its wish is.

        Args:
            attempt: that is closed.
            was: how it has ended until now.
            ending: how it ends. When it did stays as it was.
            rules: the campaign's.

        Returns:
            What follows; None: the lead is with somebody already, or there is no such attempt.
        """
        async with writing(self._engine) as connection:
            query = select(ATTEMPTS).where(
                ATTEMPTS.c.id == attempt, ATTEMPTS.c.outcome.is_not(None)
            )
            found = (await connection.execute(query)).one_or_none()
            if found is None:
                return None
            await connection.execute(
                update(ATTEMPTS)
                .where(ATTEMPTS.c.id == attempt)
                .values(
                    outcome=ending.outcome,
                    disposition=ending.disposition,
                    form=ending.form,
                    answers=dict(ending.answers),
                )
            )
            if _is_right_after_all(was, ending):
                alive = update(NUMBERS).where(NUMBERS.c.lead == found.lead)
                of_it = alive.where(NUMBERS.c.number == found.number)
                await connection.execute(of_it.values(is_dead=False))
            await heed(connection, found, ending.of(found.number), ending.agent or "")
            await count_answer(connection, found, was.groups, -1)
            await count_answer(connection, found, ending.groups)
            before, ended = was.of(found.number), ending.of(found.number)
            return await leave_again(connection, found, before, ended, rules, ending.promise)


def _is_right_after_all(was: Ending, ending: Ending) -> bool:
    is_dead = kills_number(was.outcome, was.sequel)
    return is_dead and not kills_number(ending.outcome, ending.sequel)
