"""Makes whom a lookup asks, as client.yaml says, with its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.config.secret_files import SecretMissing, read_secret
from ccengine.lookup.agi import AgiSource
from ccengine.lookup.calendar import CalendarBook, CalendarSource
from ccengine.lookup.http import HttpSource
from ccengine.lookup.source import SourceFailed
from ccengine.lookup.sql import SqlSource, open_database, open_sqlite
from ccengine.lookup.table import TableSource

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ccengine.config.clients import Client
    from ccengine.config.lookup_sources import CalendarChange, CalendarQuery, Lookup, SqlQuery
    from ccengine.config.settings import StatePaths
    from ccengine.lookup.agi import AskScript
    from ccengine.lookup.requests import Wire
    from ccengine.lookup.source import Source


class Sources:
    """Knows where secrets and databases are, and the ways to other programs."""

    def __init__(self, paths: StatePaths, wire: Wire, ask_script: AskScript) -> None:
        self._paths = paths
        self._wire = wire
        self._ask_script = ask_script

    def of(self, client: Client, name: str, lookup: Lookup) -> Source:
        """Return whom a lookup asks.

        Raises:
            SourceFailed: a file of it cannot be read.
        """
        if lookup.http is not None:
            return HttpSource(lookup.http, self.token(client, lookup.http.token), self._wire)
        if lookup.sql is not None:
            engine = self.database(client, lookup.sql, writes=False)
            return SqlSource(engine, statement_of(client, lookup.sql))
        if lookup.agi is not None:
            return AgiSource(lookup.agi, self._ask_script)
        if lookup.calendar is not None:
            return CalendarSource(self.calendar(client, lookup.calendar), lookup.calendar.find)
        table = client.lookup_files.tables.get(name)
        if lookup.table is None or table is None:
            message = "there is no such lookup any more"
            raise SourceFailed(message)
        return TableSource(table, lookup.table.key)

    def token(self, client: Client, name: str | None) -> str | None:
        """Return a secret that is sent with requests, if one is named.

        Raises:
            SourceFailed: it cannot be read.
        """
        return None if name is None else self._secret(client, name)

    def secrets_of(self, client: Client, lookup: Lookup) -> tuple[str, ...]:
        """Return what the secrets of a lookup are now: another one makes another source.

        Raises:
            SourceFailed: one of them cannot be read.
        """
        names = [] if lookup.http is None else [lookup.http.token]
        if lookup.sql is not None:
            database = client.settings.databases.get(lookup.sql.database)
            names.append(None if database is None else database.secret)
        return tuple(self._secret(client, name) for name in names if name is not None)

    def database(self, client: Client, query: SqlQuery, *, writes: bool) -> Engine:
        """Return the way to the database of a statement.

        Raises:
            SourceFailed: there is none of that name any more, or its secret cannot be read.
        """
        database = client.settings.databases.get(query.database)
        if database is not None and database.file is not None:
            file = self._paths.database_of(client.id, database.file)
            return open_sqlite(file, writes=writes)
        if database is None or database.secret is None:
            message = f"there is no database '{query.database}' any more"
            raise SourceFailed(message)
        return open_database(self._secret(client, database.secret), writes=writes)

    def calendar(self, client: Client, one: CalendarQuery | CalendarChange) -> CalendarBook:
        """Return the calendar of a lookup or a submission.

        Raises:
            SourceFailed: there is none of that name any more.
        """
        calendar = client.settings.calendars.get(one.calendar)
        if calendar is None:
            message = f"there is no calendar '{one.calendar}' any more"
            raise SourceFailed(message)
        return CalendarBook(
            self._paths.database_of(client.id, calendar.file), ZoneInfo(client.zone)
        )

    def _secret(self, client: Client, name: str) -> str:
        try:
            secret = read_secret(self._paths.lookup_secret(client.id, name))
        except SecretMissing as error:
            raise SourceFailed(str(error), hopeless=False) from None
        if not secret.isprintable():
            message = f"the secret '{name}' has more than one line"
            raise SourceFailed(message)
        return secret


def statement_of(client: Client, query: SqlQuery) -> str:
    """Return a query's statement.

    Raises:
        SourceFailed: its file could not be read.
    """
    statement = client.lookup_files.statement(query)
    if statement is None:
        message = f"the file {query.file} could not be read"
        raise SourceFailed(message)
    return statement
