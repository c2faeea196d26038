"""`ccengine plan`: what a reload would change for those who wait and those who are logged in."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from ccengine.cli.output import console, fail, read_configuration, read_settings
from ccengine.cli.tables import Table
from ccengine.clock import Clock
from ccengine.reporting.instants import utc_text
from ccengine.reporting.plan_changes import changes_of
from ccengine.storage.errors import JournalError
from ccengine.storage.journal_reader import JournalReader
from ccengine.storage.replay import center_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.settings import Settings
    from ccengine.reporting.plan_changes import AgentChange, CallChange, PlanChanges
    from ccengine.storage.journal_reader import Restored


NAMES_SHOWN = 5


def plan(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False
) -> None:
    """Show which waiting callers and agents the changed configuration would change, and how.

    Nothing is changed. The running state is read from the journal, beside the engine that writes
    it. A configuration with mistakes is refused, as a reload would.
    """
    settings = read_settings()
    tenant = read_configuration(settings).tenant
    if tenant is None:
        fail("the configuration cannot be read", "see `ccengine check`")
    restored = _read_journal(settings)
    now = Clock(lambda: 0.0, not_before=restored.last_at).now()
    changes = changes_of(center_of(restored), tenant.plan(now), now)
    if as_json:
        shown = {"journal_at": restored.last_at, "now": now, **asdict(changes)}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=2))
    else:
        _print(changes, restored)


def _read_journal(settings: Settings) -> Restored:
    try:
        with JournalReader.open(settings.paths.journal) as reader:
            return reader.restore()
    except JournalError as error:
        fail(str(error))


def _print(changes: PlanChanges, restored: Restored) -> None:
    if changes.version_before == changes.version_after:
        console.print(f"configuration {changes.version_after} is in force already")
    else:
        console.print(f"configuration {changes.version_before or 'none'} → {changes.version_after}")
    newest = utc_text(restored.last_at)[:19].replace("T", " ")
    console.print(f"the journal's newest row is of {newest} UTC")
    for what, names in (
        ("new queues", changes.queues_new),
        ("changed queues", changes.queues_changed),
        ("queues gone", changes.queues_gone),
    ):
        if names:
            console.print(f"{what}: {escape(', '.join(names))}", soft_wrap=True)
    _table(
        f"Callers: {len(changes.calls)} of {changes.waiting} who wait",
        ["call", "queue", "waits", "change"],
        [
            [
                change.call,
                change.queue,
                f"{change.waited_seconds:.0f} s",
                "\n".join(_of_call(change)),
            ]
            for change in changes.calls
        ],
    )
    _table(
        f"Agents: {len(changes.agents)} of {changes.logged_in} who are logged in",
        ["agent", "state", "change"],
        [[change.agent, change.state, "\n".join(_of_agent(change))] for change in changes.agents],
    )


def _of_call(change: CallChange) -> Iterator[str]:
    if change.queue_gone:
        yield "queue gone: whoever is approved for the client may answer"
    yield from change.needs
    here = f"logged in {change.logged_in_before} → {change.logged_in_after}"
    yield f"qualified agents {change.qualified_before} → {change.qualified_after} ({here})"
    for word, names in (("with", change.gains), ("without", change.loses)):
        if names:
            more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
            yield f"{word} {', '.join(names[:NAMES_SHOWN])}{more}"
    if change.outcome:
        yield change.outcome


def _of_agent(change: AgentChange) -> Iterator[str]:
    if change.logged_out:
        yield f"is logged out {change.logged_out}"
    if change.changed:
        yield f"other {', '.join(change.changed)}"
    if change.gains:
        yield f"may answer {', '.join(change.gains)}"
    if change.loses:
        yield f"answers no longer {', '.join(change.loses)}"


def _table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    console.print(title, style="bold")
    if not rows:
        console.print("  no change")
        return
    table = Table(*columns, box=None, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
