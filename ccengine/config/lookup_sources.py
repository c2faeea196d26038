"""What flows may ask and tell other programs: the schema of `lookups` and what goes with them.

Each lookup is asked in one of five ways; each submission is carried out in one of three.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field

from ccengine.config.names import Line, Name, ValueName, mistake
from ccengine.config.requests import checked_url

PATH: Final = re.compile(r"\$(\.[A-Za-z0-9_-]{1,64}|\[[0-9]{1,4}\])*")
HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
OURS: Final = frozenset({"authorization", "host", "content-length", "idempotency-key"})
SCHEMES: Final = ("http", "https")
LONGEST_SECONDS: Final = 10.0
"""What a caller may wait for a lookup at most."""


class HttpMethod(StrEnum):
    """How a program is asked."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


class AnswerKind(StrEnum):
    """What a value of an answer is."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"  #: as 2026-01-31
    BOOLEAN = "boolean"  #: true or false, yes or no, 1 or 0


def _url(text: str) -> str:
    return checked_url(text, SCHEMES)


def _path(text: str) -> str:
    if PATH.fullmatch(text) is None:
        message = f"'{text}' leads to no part of an answer"
        raise mistake(message, 'write it as in "$.customer.name" or "$.orders[0].state"')
    return text


def _header(text: str) -> str:
    if HEADER.fullmatch(text) is None or text.lower() in OURS:
        message = f"'{text}' cannot be a header here"
        raise mistake(message, "use letters, digits and '-'; for Authorization name a 'token'")
    return text


def _alone(text: str) -> str:
    if PurePosixPath(text).name != text or text.startswith("."):
        message = f"'{text}' is no file beside client.yaml"
        raise mistake(message, "write its name alone, as in vip.csv")
    return text


def _by_its_path(given: object) -> object:
    """Let a value that is taken as it stands be written as its path alone."""
    return {"path": given} if isinstance(given, str) else given


Url = Annotated[str, AfterValidator(_url)]
Header = Annotated[str, AfterValidator(_header)]
FileName = Annotated[str, AfterValidator(_alone)]
FilePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{1,255}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Where in an answer a value is."""

    path: Annotated[str, AfterValidator(_path)]
    kind: AnswerKind | None = None  #: None: what it is there


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request with JSON as its body and as its answer."""

    url: Url
    method: HttpMethod = HttpMethod.GET
    headers: Mapping[Header, Line] = field(default_factory=dict)
    token: Name | None = None  #: secret that is sent as `Authorization: Bearer …`
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlQuery:
    """One statement with named parameters."""

    database: Name  #: of the client's `databases`
    query: Annotated[str, Field(min_length=1, max_length=20_000)]  #: or a file: orders.sql

    @property
    def file(self) -> str | None:
        """The file beside client.yaml in which the statement is; None: it is written here."""
        is_file = re.fullmatch(r"[A-Za-z0-9_-]{1,64}\.sql", self.query) is not None
        return self.query if is_file else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFile:
    """A table in a file of comma-separated values, with names in its first line."""

    file: FileName
    key: ValueName  #: the column that is compared, with the value of that name


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiScript:
    """A script behind a FastAGI server, asked as Asterisk asks it: variables are its answer."""

    host: Annotated[str, Field(pattern=r"^[0-9A-Za-z.:_-]{1,253}$")]
    port: Annotated[int, Field(ge=1, le=65535)] = 4573
    script: Annotated[str, Field(pattern=r"^[A-Za-z0-9._/-]{1,200}$")]
    arguments: tuple[str, ...] = ()


class Finding(StrEnum):
    """Which appointment of a calendar is meant."""

    NEXT = "next"  #: the next one of an attendee
    FREE = "free"  #: the next one that nobody has, after an instant


class Change(StrEnum):
    """What is done to an appointment of an attendee."""

    CONFIRM = "confirm"
    CANCEL = "cancel"  #: its time becomes free
    MOVE = "move"  #: to a free one, whose time it takes; its own becomes free


CALENDAR_VALUES: Final[Mapping[Finding | Change, frozenset[str]]] = {
    Finding.NEXT: frozenset({"attendee", "now"}),
    Finding.FREE: frozenset({"after", "now"}),
    Change.CONFIRM: frozenset({"attendee", "uid", "now"}),
    Change.CANCEL: frozenset({"attendee", "uid", "now"}),
    Change.MOVE: frozenset({"attendee", "uid", "to", "now"}),
}
"""The names of the values that each goes by; the time is what every call knows."""

CALENDAR_ANSWER: Final = frozenset({"uid", "begins", "ends", "state", "summary", "location"})
"""The names of what is told of an appointment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarQuery:
    """One appointment."""

    calendar: Name  #: of the client's `calendars`
    find: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChange:
    """One appointment, confirmed, cancelled or moved."""

    calendar: Name  #: of the client's `calendars`
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """When a lookup that fails is not asked for a while."""

    failures: Annotated[int, Field(ge=1, le=1000)] = 5  #: in a row
    seconds: Annotated[float, Field(ge=1, le=3600)] = 30.0  #: until one caller tries again


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """Something that flows may ask."""

    http: HttpRequest | None = None
    sql: SqlQuery | None = None
    table: TableFile | None = None
    agi: AgiScript | None = None
    calendar: CalendarQuery | None = None
    answer: Mapping[ValueName, Annotated[Pick, BeforeValidator(_by_its_path)]] = field(
        default_factory=dict
    )  #: left out: what the answer has at its top
    deadline_seconds: Annotated[float, Field(ge=0.1, le=LONGEST_SECONDS)] = 1.5  #: tries included
    retries: Annotated[int, Field(ge=0, le=5)] = 1  #: within the deadline
    cache_seconds: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    breaker: BreakerRules = BreakerRules()

    @property
    def ways(self) -> tuple[str, ...]:
        """How it is asked: one way, if it is without a mistake."""
        names = ("http", "sql", "table", "agi", "calendar")
        return tuple(name for name in names if getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCallers:
    """Who is important to a client, and who is not served, as one of its lookups knows."""

    lookup: Name  #: of the client's `lookups`; asked with the caller alone
    value: ValueName = "kind"  #: of its answer, that says what the caller is
    vip: tuple[Line, ...] = ("vip",)  #: what it says of important ones
    blocked: tuple[Line, ...] = ("blocked",)  #: what it says of those who are not served


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Something that flows may have done: once they say so it is done, sooner or later."""

    http: HttpRequest | None = None
    sql: SqlQuery | None = None
    calendar: CalendarChange | None = None
    deadline_seconds: Annotated[float, Field(ge=0.1, le=60)] = 10.0  #: of one try

    @property
    def ways(self) -> tuple[str, ...]:
        """How it is carried out: one way, if it is without a mistake."""
        return tuple(name for name in ("http", "sql", "calendar") if getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where statements go: a file of SQLite, or whatever a secret address says."""

    file: FilePath | None = None
    """Absolute, or in the state folder below `databases/<client>`."""
    secret: Name | None = None  #: that is an address as SQLAlchemy has it
    example: FileName | None = None  #: statements that make the file where it is not there yet


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointmentCalendar:
    """A calendar file (iCalendar, RFC 5545) with appointments, and free ones that may be taken."""

    file: FilePath  #: as of `Database`
    example: FileName | None = None
    """Calendar that is copied where there is none yet, moved on by whole weeks to be to come."""
