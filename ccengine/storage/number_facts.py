"""All that is stored about one number and its person, read at once.

Whoever stores an attempt reads it again in the same transaction: what was noted a moment ago
counts. So this takes a connection, and opens none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from ccengine.core.dialer.numbers_known import NumberFacts, OptOut
from ccengine.storage.call_consents import consent_of
from ccengine.storage.dialing_tables import CALL_CONSENTS, DO_NOT_CALL, REGISTERS
from ccengine.storage.do_not_call import OWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection, Table

    from ccengine.core.dialer.attempts import Attempt


def facts_about(
    connection: Connection, number: str, person: str = "", attempts: Iterable[Attempt] = ()
) -> NumberFacts:
    """Return what is known of a number: three look-ups by an index.

    Args:
        connection: inside a transaction, where what is read must still hold when it is used.
        number: E.164.
        person: whose it is; empty: only the number is known.
        attempts: that were made to it and to the person's other numbers.
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
        attempts=tuple(attempts),
    )


def _theirs(table: Table, number: str, person: str) -> ColumnElement[bool]:
    of_number = table.c.number == number
    return or_(of_number, table.c.person == person) if person else of_number
