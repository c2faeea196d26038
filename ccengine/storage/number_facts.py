"""All that is stored about one number and its person, read at once.

Whoever stores an attempt reads it again in the same transaction: what was noted a moment ago
counts. So this takes a connection, and opens none.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from ccengine.core.dialer.attempts import Attempt
from ccengine.core.dialer.numbers_known import NumberFacts, OptOut
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import Result
from ccengine.storage.call_consents import consent_of
from ccengine.storage.dialing_tables import CALL_CONSENTS, DO_NOT_CALL, REGISTERS
from ccengine.storage.do_not_call import OWN
from ccengine.storage.lead_tables import ATTEMPTS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping, Table


Refusals = Collection[tuple[str, str]]
"""Clients, each with a disposition that says: somebody does not want such calls."""


def facts_about(
    connection: Connection, number: str, person: str = "", refusals: Refusals = ()
) -> NumberFacts:
    """Return what is known of a number: four look-ups, each by an index.

    Args:
        connection: inside a transaction, where what is read must still hold when it is used.
        number: E.164.
        person: whose it is; empty: only the number is known.
        refusals: what makes a conversation one.
    """
    wishes = connection.execute(select(DO_NOT_CALL).where(_theirs(DO_NOT_CALL, number, person)))
    rows = wishes.mappings().all()
    agreed = connection.execute(select(CALL_CONSENTS).where(_theirs(CALL_CONSENTS, number, person)))
    registers = connection.execute(select(REGISTERS.c.register, REGISTERS.c.scrubbed_at))
    return NumberFacts(
        opt_outs=tuple(
            OptOut(at=row["at"], client=row["client"], evidence=row["evidence"])
            for row in rows
            if row["register"] == OWN
        ),
        registered=frozenset(row["register"] for row in rows if row["register"] != OWN),
        scrubbed_at={row.register: row.scrubbed_at for row in registers},
        consents=tuple(consent_of(row) for row in agreed.mappings()),
        attempts=attempts_on(connection, number, person, refusals),
    )


def attempts_on(
    connection: Connection, number: str, person: str, refusals: Refusals
) -> tuple[Attempt, ...]:
    """Return all attempts on a number and on the person's others, of all campaigns.

    Where nobody noted which debt one was about, it counts for all of a person's debts.
    """
    rows = connection.execute(select(ATTEMPTS).where(_theirs(ATTEMPTS, number, person)))
    return tuple(
        Attempt(
            at=row["placed_at"],
            number=row["number"],
            client=row["client"],
            campaign=row["campaign"],
            purpose=Purpose(row["purpose"]),
            person=row["person"],
            debt=row["debt"],
            result=result_of(row, refusals),
            ended_at=row["ended_at"],
        )
        for row in rows.mappings()
    )


def result_of(row: RowMapping, refusals: Refusals) -> Result:
    """Return how an attempt of the table ended, as the law counts."""
    result = Result.OPEN if row["outcome"] is None else Result(row["outcome"])
    was_talk = result in (Result.ANSWERED, Result.REFUSED)
    # Whom a detector has cut off may say so as well, and was abandoned all the same.
    is_refusal = was_talk and (row["client"], row["disposition"]) in refusals
    return Result.REFUSED if is_refusal else result


def _theirs(table: Table, number: str, person: str) -> ColumnElement[bool]:
    of_number = table.c.number == number
    return or_(of_number, table.c.person == person) if person else of_number
