"""`ccengine outcome CALL`: what agents said of a call, and the forms that they filled in."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from sqlalchemy.exc import OperationalError

from ccengine.cli.output import console, fail, read_settings
from ccengine.cli.tables import Table
from ccengine.core.ids import CallId
from ccengine.reporting.call_records import fold_call
from ccengine.reporting.instants import utc_text
from ccengine.storage.database import RecordDatabase
from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ccengine.reporting.call_record import CallRecord
    from ccengine.reporting.dispositions import DispositionRecord
    from ccengine.storage.papers import StoredPaper

Papers = dict[str, "StoredPaper | None"]
"""Versions by what records call them; None: no longer to be found."""


def outcome(
    call: Annotated[str, typer.Argument(help="The call's id, as in the log and in file names.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """Show what agents said of a call and filled in, each form by the version that was used.

    What customers said is personal: it is shown here and nowhere else.
    """
    settings = read_settings()
    record = _record_of(settings.paths.journal, CallId(call))
    database = settings.paths.database
    papers = asyncio.run(_papers_of(database, record)) if database.exists() else {}
    if as_json:
        typer.echo(json.dumps(_facts(record, papers), ensure_ascii=False, indent=2))
        return
    said = " · ".join([record.outcome or "the call is alive", *_verdict_of(record)])
    console.print(f"[bold]{escape(call)}[/] {record.tenant}/{record.client}: {escape(said)}")
    for part in record.dispositions:
        console.print()
        console.print(_table(part, papers))
    if not record.dispositions:
        console.print("no agent has said anything of it")


def _record_of(journal: Path, call: CallId) -> CallRecord:
    try:
        with JournalReader.open(journal) as reader:
            record = fold_call(reader.rows(call=call))
    except JournalError as error:
        fail(str(error))
    if record is None:
        fail(f"no call '{call}' in the journal", "the log names calls as call_id")
    return record


async def _papers_of(database: Path, record: CallRecord) -> Papers:
    wanted = [("form", part.form) for part in record.dispositions if part.form]
    wanted += [("script", part.script) for part in record.dispositions if part.script]
    opened = RecordDatabase.open_to_read(database)
    try:
        return {ref: await opened.papers.get(kind, ref) for kind, ref in wanted}
    except OperationalError:  # an older program's database
        return {}
    finally:
        await opened.close()


def _verdict_of(record: CallRecord) -> Iterator[str]:
    if record.disposition is not None:
        yield record.disposition
    if record.contact_reason is not None:
        yield record.contact_reason
    if record.resolved is not None:
        yield "resolved" if record.resolved else "not resolved"


def _facts(record: CallRecord, papers: Papers) -> dict[str, object]:
    return {
        "call": record.call,
        "tenant": record.tenant,
        "client": record.client,
        "outcome": record.outcome,
        "disposition": record.disposition,
        "contact_reason": record.contact_reason,
        "resolved": record.resolved,
        "parts": [_part_facts(part, papers) for part in record.dispositions],
    }


def _part_facts(part: DispositionRecord, papers: Papers) -> dict[str, object]:
    return {
        "agent": part.agent,
        "offer": part.offer,
        "disposition": part.disposition,
        "contact_reason": part.contact_reason,
        "resolved": part.resolved,
        "by": part.by or part.agent,
        "defaulted": part.defaulted,
        "at": None if part.at is None else utc_text(part.at),
        "script": _version(part.script, papers),
        "form": _version(part.form, papers),
        "fields": [
            {"field": name, "label": label, "value": value, "shown": shown}
            for name, label, value, shown in _filled(part, papers)
        ],
    }


def _version(ref: str, papers: Papers) -> dict[str, object] | None:
    if not ref:
        return None
    paper = papers.get(ref)
    return {
        "ref": ref,
        "version": None if paper is None else paper.version,
        "title": "" if paper is None else str(_content(paper).get("title", "")),
    }


def _filled(part: DispositionRecord, papers: Papers) -> Iterator[tuple[str, str, str, str]]:
    """Yield each field's name, label, value, and the value as people read it.

    In the form's own order; what that version did not ask for is shown at the end all the same.
    """
    paper = papers.get(part.form)
    asked: Mapping[str, Any] = {} if paper is None else _content(paper).get("fields", {})
    order = [name for name in asked if name in part.values]
    for name in [*order, *(name for name in part.values if name not in asked)]:
        field, value = asked.get(name, {}), part.values[name]
        choice = field.get("choices", {}).get(value, {})
        yield name, str(field.get("label", name)), value, str(choice.get("label", value))


def _content(paper: StoredPaper) -> Mapping[str, Any]:
    return paper.content if isinstance(paper.content, dict) else {}


def _table(part: DispositionRecord, papers: Papers) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for what, said in _told(part, papers):
        table.add_row(f"[dim]{escape(what)}[/]", escape(said))
    return table


def _told(part: DispositionRecord, papers: Papers) -> Iterator[tuple[str, str]]:
    facts = {
        "agent": part.agent,
        "disposition": part.disposition + " (at the deadline)" * part.defaulted,
        "contact reason": part.contact_reason,
        "resolved": "" if part.resolved is None else "yes" if part.resolved else "no",
        "said by": "" if part.by == part.agent else part.by,
        "at": "" if part.at is None else utc_text(part.at),
        "script": part.script and _name_of(part.script, papers),
        "form": part.form and _name_of(part.form, papers),
    }
    yield from ((what, said) for what, said in facts.items() if said)
    yield from ((f"  {label}", shown) for _, label, _, shown in _filled(part, papers))


def _name_of(ref: str, papers: Papers) -> str:
    paper = papers.get(ref)
    if paper is None:
        return f"{ref} (this version is not kept here)"
    return f"{_content(paper).get('title', paper.name)}, version {paper.version} ({ref})"
