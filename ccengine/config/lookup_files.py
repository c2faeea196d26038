"""Files beside client.yaml that lookups name: tables as CSV (RFC 4180), and statements of SQL."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.config.documents import LARGEST_BYTES
from ccengine.config.names import VALUE_NAME, suggestion
from ccengine.config.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.config.documents import Document, Place
    from ccengine.config.lookup_sources import Lookup, SqlQuery, Submission

MOST_COLUMNS: Final = 64


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by what stands in the key's column, as `key_of` has it."""

    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupFiles:
    """What could be read, by the lookup that names it and by the file."""

    tables: Mapping[str, Table] = field(default_factory=dict)  #: by lookup
    statements: Mapping[str, str] = field(default_factory=dict)  #: by file

    def statement(self, query: SqlQuery) -> str | None:
        """Return a query's statement; None: its file could not be read."""
        return query.query if query.file is None else self.statements.get(query.file)


NO_LOOKUP_FILES: Final = LookupFiles()


def key_of(text: str) -> str:
    """Return what is compared: providers send numbers with + and without, people write capitals."""
    return text.strip().removeprefix("+").casefold()


def load_lookup_files(
    folder: Path,
    lookups: Mapping[str, Lookup],
    submissions: Mapping[str, Submission],
    document: Document | None,
) -> tuple[LookupFiles, list[Problem]]:
    """Read what lookups and submissions name in a client's folder."""
    problems: list[Problem] = []
    tables: dict[str, Table] = {}
    for name, lookup in lookups.items():
        if lookup.table is not None:
            place: Place = ("lookups", name, "table", "file")
            file = folder / lookup.table.file
            text = _text(file, place, document, problems)
            table = None if text is None else _table(file, text, lookup.table.key, problems)
            if table is not None:
                tables[name] = table
    queries = [(("lookups", name), one.sql) for name, one in lookups.items()]
    queries += [(("submissions", name), one.sql) for name, one in submissions.items()]
    statements: dict[str, str] = {}
    for owner, query in queries:
        if query is not None and query.file is not None:
            text = _text(folder / query.file, (*owner, "sql", "query"), document, problems)
            if text is not None:
                statements[query.file] = text
    return LookupFiles(tables=tables, statements=statements), problems


def _text(
    file: Path, place: Place, document: Document | None, problems: list[Problem]
) -> str | None:
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else f"unreadable: {error}"
        if document is not None:
            message = f"the file '{file.name}' {reason}"
            problems.append(document.problem(place, message, "put it beside client.yaml"))
        return None
    if len(content) > LARGEST_BYTES:
        problems.append(Problem(file, 1, "the file is larger than 1 MB", "keep it in a database"))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file, line, "the text is not UTF-8", "save the file as UTF-8"))
        return None


def _table(file: Path, text: str, key: str, problems: list[Problem]) -> Table | None:
    before = len(problems)
    rows: dict[str, Mapping[str, str]] = {}
    lines: dict[str, int] = {}
    reader = csv.reader(text.splitlines(), strict=True)
    columns: tuple[str, ...] = ()
    try:
        columns = tuple(name.strip() for name in next(reader, []))
        problems += _wrong_columns(file, columns, key)
        if len(problems) > before:
            return None
        for fields in reader:
            if any(one.strip() for one in fields):
                values = [one.strip() for one in fields]
                problems += _wrong_row(file, reader.line_num, columns, values)
                row = dict(zip(columns, values, strict=False))
                value = key_of(row.get(key, ""))
                problems += _wrong_key(file, reader.line_num, key, value, lines)
                lines.setdefault(value, reader.line_num)
                rows[value] = row
    except csv.Error as error:
        remedy = "a value with a comma or a quote stands in quotes, each quote twice"
        problems.append(Problem(file, reader.line_num, f"broken CSV: {error}", remedy))
    return None if len(problems) > before else Table(columns, rows)


def _wrong_columns(file: Path, columns: tuple[str, ...], key: str) -> Iterator[Problem]:
    remedy = "the first line names the columns, as in caller,name,level"
    for name in columns:
        if re.fullmatch(VALUE_NAME, name) is None:
            yield Problem(file, 1, f"'{name}' cannot be a column's name", remedy)
        elif columns.count(name) > 1:
            yield Problem(file, 1, f"more than one column is called '{name}'", "rename one")
            return
    if len(columns) > MOST_COLUMNS:
        yield Problem(file, 1, f"there are more than {MOST_COLUMNS} columns", "remove some")
    if key not in columns:
        yield Problem(file, 1, f"there is no column '{key}'", suggestion(key, columns))


def _wrong_row(
    file: Path, line: int, columns: tuple[str, ...], values: list[str]
) -> Iterator[Problem]:
    if len(values) != len(columns):
        message = f"the line has {len(values)} values, and there are {len(columns)} columns"
        yield Problem(file, line, message, "write one value for each, an empty one too")


def _wrong_key(
    file: Path, line: int, key: str, value: str, lines: Mapping[str, int]
) -> Iterator[Problem]:
    if not value:
        yield Problem(file, line, f"'{key}' is empty", "write it, or remove the line")
    elif value in lines:
        message = f"'{value}' stands in line {lines[value]} already"
        yield Problem(file, line, message, "remove one of the two")
