"""`ccengine import queues.conf`: writes YAML from what Asterisk's Queue() is configured with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ccengine.cli.output import console, count, fail
from ccengine.config.app_queue.conf import read_conf
from ccengine.config.app_queue.importing import import_queues
from ccengine.config.app_queue.members import dynamic_members
from ccengine.config.app_queue.rules import FILE
from ccengine.config.loading import CLIENT_FILE, TENANT_FILE
from ccengine.config.names import is_name
from ccengine.core.ids import ClientId

if TYPE_CHECKING:
    from ccengine.config.app_queue.conf import Conf
    from ccengine.config.app_queue.importing import Imported
    from ccengine.config.app_queue.members import MemberLine

PROMPTS_FILE = "prompts/en/prompts.yaml"
SHOW_MEMBERS = "asterisk -rx 'database show Queue/PersistentMembers'"


def import_queues_conf(
    file: Annotated[
        Path,
        typer.Argument(
            help="A queues.conf, with what it includes beside it; - reads standard input."
        ),
    ],
    *,
    client: Annotated[str, typer.Option(help="Whose queues they become.")] = "imported",
    members: Annotated[
        Path | None,
        typer.Option(help=f"Those who join while it runs: what `{SHOW_MEMBERS}` prints."),
    ] = None,
    rules: Annotated[
        Path | None,
        typer.Option(help="A queuerules.conf; without it, the one beside the queues.conf."),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(help="Folder of a new tenant to be made; without it, the files are printed."),
    ] = None,
) -> None:
    """Write tenant.yaml, client.yaml and prompts from a queues.conf.

    Standard error names what could not be carried over, with file and line; the exit code is then
    1, and the YAML is written all the same. `dialplan/README.md` says what becomes of each option.
    """
    if not is_name(client):
        fail(f"'{client}' cannot be a client's name", "use small letters, digits, '-' and '_'")
    try:
        conf, beside = _queues(file)
        joined = [] if members is None else _joined(members)
        penalties = _rules(rules, beside)
    except OSError as error:
        fail(f"{error.filename} cannot be read: {error.strerror}")
    imported = import_queues(conf, ClientId(client), joined, penalties)
    if to is None:
        _print(imported, client)
    else:
        _write(imported, client, to)
    if imported.notes or not imported.queues:
        _tell(imported)
        raise typer.Exit(1)


def _tell(imported: Imported) -> None:
    for note in imported.notes:
        typer.echo(str(note), err=True)
    queues, notes = count(imported.queues, "queue"), count(len(imported.notes), "note")
    typer.echo(f"{queues} carried over, {notes}", err=True)


def _queues(file: Path) -> tuple[Conf, Path | None]:
    """Return what is configured, and where rules for penalties would lie beside it."""
    if str(file) == "-":
        return read_conf(Path("queues.conf"), sys.stdin.read()), None
    return read_conf(file), file.with_name(FILE)


def _print(imported: Imported, client: str) -> None:
    typer.echo(f"# --- {TENANT_FILE} ---\n{imported.tenant}")
    typer.echo(f"# --- clients/{client}/{CLIENT_FILE} ---\n{imported.client}", nl=False)
    if imported.prompts:
        typer.echo(f"\n# --- clients/{client}/{PROMPTS_FILE} ---\n{imported.prompts}", nl=False)


def _joined(file: Path) -> list[tuple[str, MemberLine]]:
    text = file.read_text(encoding="utf-8", errors="replace")
    return list(dynamic_members(file, text))


def _rules(named: Path | None, beside: Path | None) -> Conf | None:
    if named is not None:
        return read_conf(named)
    return None if beside is None or not beside.is_file() else read_conf(beside)


def _write(imported: Imported, client: str, folder: Path) -> None:
    if not is_name(folder.name):
        fail(f"'{folder.name}' cannot be a tenant's name", "use small letters, digits, '-' and '_'")
    if folder.exists():
        fail(f"{folder} is there already", "name a folder that is not")
    try:
        place = folder / "clients" / client
        place.mkdir(parents=True)
        (folder / TENANT_FILE).write_text(imported.tenant, encoding="utf-8")
        (place / CLIENT_FILE).write_text(imported.client, encoding="utf-8")
        if imported.prompts:
            (place / PROMPTS_FILE).parent.mkdir(parents=True)
            (place / PROMPTS_FILE).write_text(imported.prompts, encoding="utf-8")
    except OSError as error:
        fail(f"{folder} cannot be written: {error.strerror}")
    console.print(f"{folder}: see CCENGINE_TENANT={folder.name} ccengine check", soft_wrap=True)
