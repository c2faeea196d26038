"""`ccengine audit`: what was changed by the HTTP API, by whom, before and after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ccengine.cli.output import console
from ccengine.cli.records import read_records
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.storage.audit import AuditEntry

ENTRIES = 50


def audit(
    *,
    limit: Annotated[int, typer.Option(min=1, help="So many of the newest.")] = ENTRIES,
    actor: Annotated[str | None, typer.Option(help="Only what this token changed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
) -> None:
    """List changes by the HTTP API, the newest first."""
    entries = read_records(lambda database: database.audit.entries(limit=limit, actor=actor))
    if as_json:
        typer.echo(json.dumps([_facts(entry) for entry in entries], ensure_ascii=False, indent=2))
        return
    for entry in entries:
        line = f"{utc_text(entry.at)[:23]}  {entry.actor} ({entry.role}) {entry.operation} "
        console.print(escape(f"{line}{entry.target}"), soft_wrap=True)
        for name, before, after in _differences(entry):
            console.print(escape(f"    {name}: {before} → {after}"), soft_wrap=True)


def _facts(entry: AuditEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": utc_text(entry.at),
        "actor": entry.actor,
        "role": entry.role,
        "operation": entry.operation,
        "target": entry.target,
        "before": entry.before,
        "after": entry.after,
    }


def _differences(entry: AuditEntry) -> Sequence[tuple[str, str, str]]:
    before = entry.before if isinstance(entry.before, dict) else {}
    after = entry.after if isinstance(entry.after, dict) else {}
    return [
        (name, _text(before.get(name)), _text(after.get(name)))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
