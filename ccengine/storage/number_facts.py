"""All that is stored about one number and its person, read at once.

Whoever stores an attempt reads it again in the same transaction: what was noted a moment ago
counts. So this takes a connection, and opens none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from ccengine.core.dialer.attempts import Attempt
from ccengine.core.dialer.leads import LeadKey
from ccengine.core.dialer.numbers_known import NumberFacts, OptOut
from ccengine.core.dialer.purposes import Purpose
from ccengine.core.dialer.rules import Result
from ccengine.storage.call_consents import consent_of
from ccengine.storage.dialing_tables import CALL_CONSENTS, DO_NOT_CALL, REGISTER_NUMBERS, REGISTERS
from ccengine.storage.lead_imports import row_of
from ccengine.storage.lead_tables import ATTEMPTS, IMPORTS

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, RowMapping, Table

    from ccengine.core.ids import Instant


Refusals = Collection[tuple[str, str]]
"""Clients, each with a disposition that says: somebody does not want such calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """Whose number it is, as far as anybody knows."""

    number: str  #: E.164
    client: str = ""  #: whose call it is: a person's key is that client's
    person: str = ""  #: empty: nobody knows
    numbers: tuple[str, ...] = ()  #: E.164, all that are known of theirs
    lead: LeadKey | None = None  #: that has the number; None: nobody knows of one


def facts_about(connection: Connection, called: Called, refusals: Refusals = ()) -> NumberFacts:
    """Return what is known of a number: look-ups, each by an index.

    Args:
        connection: inside a transaction, where what is read must still hold when it is used.
        called: the number, and whose it is.
        refusals: what makes a conversation one.
    """
    wishes = connection.execute(select(DO_NOT_CALL).where(_wished(called)))
    agreed = connection.execute(select(CALL_CONSENTS).where(_theirs(CALL_CONSENTS, called)))
    registers = connection.execute(select(REGISTERS)).all()
    listed_at = None if called.lead is None else _listed_at(connection, called.lead)
    copies = [row.copy for row in registers if row.copy is not None]
    listed = select(REGISTER_NUMBERS.c.copy).where(
        REGISTER_NUMBERS.c.copy.in_(copies), REGISTER_NUMBERS.c.number == called.number
    )
    having = set(connection.scalars(listed).all())
    return NumberFacts(
        opt_outs=tuple(
            OptOut(at=row["at"], client=row["client"], evidence=row["evidence"])
            for row in wishes.mappings()
        ),
        registered=frozenset(row.register for row in registers if row.copy in having),
        scrubbed_at={
            row.register: row.scrubbed_at
            for row in registers
            # Whoever compares for us had only what there was then.
            if row.numbers is not None or listed_at is None or listed_at <= row.scrubbed_at
        },
        consents=tuple(consent_of(row) for row in agreed.mappings()),
        attempts=attempts_on(connection, called, refusals),
    )


def attempts_on(connection: Connection, called: Called, refusals: Refusals) -> tuple[Attempt, ...]:
    """Return all attempts on a number and on the person's others, of all campaigns.

    Where nobody noted which debt one was about, it counts for all of a person's debts.
    """
    of_others = ATTEMPTS.c.number.in_(called.numbers)
    rows = connection.execute(select(ATTEMPTS).where(or_(_theirs(ATTEMPTS, called), of_others)))
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


def _listed_at(connection: Connection, lead: LeadKey) -> Instant | None:
    """Return when a lead was there; None: nobody knows."""
    import_id, _ = row_of(lead)
    query = select(IMPORTS.c.finished_at).where(IMPORTS.c.id == import_id)
    listed_at: Instant | None = connection.scalar(query)
    return listed_at


def _theirs(table: Table, called: Called) -> ColumnElement[bool]:
    of_number = table.c.number == called.number
    person = and_(table.c.person == called.person, table.c.client == called.client)
    return or_(of_number, person) if called.person else of_number


def _wished(called: Called) -> ColumnElement[bool]:
    """Tell whether somebody asked not to be called: a wish is noted for each of their numbers."""
    of_anybody = and_(DO_NOT_CALL.c.person == called.person, DO_NOT_CALL.c.client == "")
    theirs = _theirs(DO_NOT_CALL, called)
    return or_(theirs, of_anybody) if called.person else theirs
