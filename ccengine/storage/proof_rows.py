"""All rows that a proof of a campaign is made of, as they were at one moment, however many.

Read one after the other beside a running engine, in a transaction that sees nothing of what is
written meanwhile: so files that are made one after the other agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import orjson
from sqlalchemy import and_, create_engine, exists, func, null, or_, select, union_all

from ccengine.core.ids import Instant
from ccengine.storage.dialing_tables import CALL_CONSENTS, DO_NOT_CALL, LAWS, WITHDRAWN_WISHES
from ccengine.storage.lead_tables import ATTEMPTS
from ccengine.storage.tables import KEPT_RECORDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table

AT_ONCE: Final = 500  #: rows
_COUNTED: Final = ("placed_at", "number", "client", "purpose", "mode", "seller", "outcome",
                   "machine", "agent")  # fmt: skip
_HEARD: Final = ("number", "trunk", "machine", "machine_at", "answered_at", "agent", "disposition",
                 "outcome")  # fmt: skip
WISHED: Final = ("number", "person", "client", "at", "evidence", "by")
WITHDRAWN: Final = ("withdrawn_at", "withdrawn_by")
_ASKED: Final = ("disposition", "law", "rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A campaign's attempts of some time."""

    client: str
    campaign: str
    begins: Instant
    ends: Instant  #: none that was placed then or later


class ProofRows:
    """The rows, of one moment. Everything is yielded in order of time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a database that is there; nothing in it is changed.

        Raises:
            OperationalError: it cannot be read, or has another shape.
        """
        url = f"sqlite:///file:{path}?mode=ro&uri=true"
        connection = create_engine(url, json_deserializer=orjson.loads).connect()
        connection.exec_driver_sql("BEGIN")
        return cls(connection)

    def close(self) -> None:
        """Let go of the moment."""
        self._connection.close()
        self._connection.engine.dispose()

    def began(self, client: str, campaign: str) -> Instant | None:
        """Return when the campaign placed its first call; None: it never did."""
        query = select(func.min(ATTEMPTS.c.placed_at)).where(_of(client, campaign))
        first: Instant | None = self._connection.scalar(query)
        return first

    def attempts(self, stretch: Stretch) -> Iterator[RowMapping]:
        """Yield all attempts, with all that is known of them."""
        query = select(ATTEMPTS).where(_within(stretch))
        return self._stream(query.order_by(ATTEMPTS.c.placed_at, ATTEMPTS.c.id))

    def heard(self, stretch: Stretch) -> Iterator[RowMapping]:
        """Yield what a detector said of who answered, with what the agent said."""
        columns = (ATTEMPTS.c[name] for name in _HEARD)
        query = select(*columns).where(_within(stretch), ATTEMPTS.c.machine != "")
        return self._stream(query.order_by(ATTEMPTS.c.placed_at, ATTEMPTS.c.id))

    def outcomes(self, client: str, campaign: str) -> Iterator[RowMapping]:
        """Yield all attempts that the campaign ever made, with what shares are counted from."""
        columns = (ATTEMPTS.c[name] for name in (*_COUNTED, *_ASKED))
        query = select(*columns).where(_of(client, campaign))
        return self._stream(query.order_by(ATTEMPTS.c.placed_at))

    def laws(self, client: str, campaign: str) -> Mapping[str, tuple[Instant, str]]:
        """Return the versions of rules that its attempts were judged by: since when, and the
        text."""
        asked = exists().where(_of(client, campaign), ATTEMPTS.c.law == LAWS.c.version)
        rows = self._connection.execute(select(LAWS).where(asked).order_by(LAWS.c.kept_at))
        return {row.version: (row.kept_at, row.text) for row in rows}

    def consents(self, stretch: Stretch) -> Iterator[RowMapping]:
        """Yield what the called persons ever agreed to with this client."""
        query = select(CALL_CONSENTS).where(
            CALL_CONSENTS.c.client == stretch.client, _called(CALL_CONSENTS, stretch)
        )
        return self._stream(query.order_by(CALL_CONSENTS.c.id))

    def wishes(self, stretch: Stretch) -> Iterator[RowMapping]:
        """Yield which of the called persons did not want to be called, since when, until when."""
        never = [null().label(name) for name in WITHDRAWN]
        withdrawn = [WITHDRAWN_WISHES.c[name] for name in WITHDRAWN]
        every = union_all(
            _wishes(DO_NOT_CALL, never, stretch), _wishes(WITHDRAWN_WISHES, withdrawn, stretch)
        ).subquery()
        return self._stream(select(every).order_by(every.c.at, every.c.number))

    def recordings(self, stretch: Stretch) -> Iterator[RowMapping]:
        """Yield the recordings of the attempts' calls, each with its attempt."""
        query = (
            select(ATTEMPTS.c.id.label("attempt"), KEPT_RECORDINGS)
            .join(KEPT_RECORDINGS, KEPT_RECORDINGS.c.call == ATTEMPTS.c.call)
            .where(_within(stretch), ATTEMPTS.c.call != "")
        )
        return self._stream(query.order_by(ATTEMPTS.c.placed_at, ATTEMPTS.c.id))

    def _stream(self, query: Select[tuple[object, ...]]) -> Iterator[RowMapping]:
        streaming = query.execution_options(yield_per=AT_ONCE)
        yield from self._connection.execute(streaming).mappings()


def _wishes(
    table: Table, until: Sequence[ColumnElement[Any]], stretch: Stretch
) -> Select[tuple[object, ...]]:
    of_client = table.c.client.in_(("", stretch.client))
    columns = [table.c[name] for name in WISHED]
    return select(*columns, *until).where(of_client, _called(table, stretch))


def _of(client: str, campaign: str) -> ColumnElement[bool]:
    return and_(ATTEMPTS.c.client == client, ATTEMPTS.c.campaign == campaign)


def _within(stretch: Stretch) -> ColumnElement[bool]:
    placed_at = ATTEMPTS.c.placed_at
    since, before = placed_at >= stretch.begins, placed_at < stretch.ends
    return and_(_of(stretch.client, stretch.campaign), since, before)


def _called(table: Table, stretch: Stretch) -> ColumnElement[bool]:
    """Tell whether a number, or another one of its person's, was called."""
    number = exists().where(ATTEMPTS.c.number == table.c.number, _within(stretch))
    person = exists().where(ATTEMPTS.c.person == table.c.person, _within(stretch))
    return or_(number, and_(table.c.person != "", person))
