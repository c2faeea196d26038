"""`ccengine dnc`: who is not to be called, and registers to compare numbers with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.markup import escape

from ccengine.cli import records
from ccengine.cli.output import console, count, fail, read_settings
from ccengine.cli.tables import Table
from ccengine.cli.why_not import instant_named
from ccengine.config.dialing_rules import built_in
from ccengine.config.loading import load_tenant
from ccengine.config.names import suggestion
from ccengine.config.whereabouts import NotANumber, number_of
from ccengine.core.ids import ClientId
from ccengine.reporting.instants import utc_text
from ccengine.reporting.masking import mask_number
from ccengine.storage.do_not_call import DoNotCall, Register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.storage.database import RecordDatabase

app = typer.Typer(help="Numbers that are not called.", no_args_is_help=True)

E164: Final = re.compile(r"\+[1-9][0-9]{7,14}")
LONGEST_LINE: Final = 200
MOST_FAULTS: Final = 10
SECONDS: Final = slice(0, 19)  # of an instant's text
JOINERS: Final = str.maketrans("", "", " \t,;.-()/\"'")
"""What people and registers put between digits."""
TRUNK_ZERO: Final = "(0)"
"""As in +44 (0)20 …: in most countries dialed at home only; in Italy always."""

Number = Annotated[str, typer.Argument(help="As people write it; best with + and country.")]
OneClient = Annotated[str, typer.Option(help="Only this client's calls. Left out: anybody's.")]
Name = Annotated[str, typer.Argument(help="The register, as rules name it: us-national, gb-tps …")]


@app.command("add")
def add(
    number: Number,
    *,
    client: OneClient = "",
    evidence: Annotated[
        str, typer.Option(help="What shows that they asked: a call's id, a letter …")
    ] = "noted on the command line",
) -> None:
    """Never call a number again, from this moment on."""
    wanted = client_number(number, client)
    entry = DoNotCall(
        number=wanted, client=client, at=records.now(), evidence=evidence, by=records.ACTOR
    )

    async def keep(database: RecordDatabase) -> None:
        is_new = await database.do_not_call.add(entry)
        if is_new:
            after = {"client": client, "evidence": evidence}
            await records.note_change(database, "addDoNotCall", _target(wanted), None, after)
        whose = f"by {client}" if client else "by anybody"
        told = "is not called any more" if is_new else "was not to be called already"
        console.print(f"{mask_number(wanted)} {told} {escape(whose)}")

    records.change_records(keep)


@app.command("remove")
def remove(number: Number, *, client: OneClient = "") -> None:
    """Take a wish back, when the person has asked to be called again."""
    wanted = client_number(number, client)

    async def end(database: RecordDatabase) -> None:
        before = await database.do_not_call.remove(
            wanted, client, at=records.now(), by=records.ACTOR
        )
        if before is None:
            others = [
                one.client or "anybody" for one in await database.do_not_call.of_number(wanted)
            ]
            remedy = f"it is noted for: {', '.join(others)}" if others else "nobody asked for it"
            fail(f"{mask_number(wanted)} is not on this list", remedy)
        facts = {"client": client, "evidence": before.evidence, "at": utc_text(before.at)}
        await records.note_change(database, "removeDoNotCall", _target(wanted), facts, None)

    records.change_records(end)


@app.command("import")
def import_register(
    register: Name,
    file: Annotated[str, typer.Argument(help="Text, a number in each line; the whole register.")],
    *,
    country: Annotated[
        str | None, typer.Option(help="Of numbers without + and country, as in US.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="From when the copy is. Left out: from now.")
    ] = None,
) -> None:
    """Put a register's new copy in the place of the old one. With a mistake in it, nothing is."""
    path = _readable(file)
    made = _register(register, at, source=path.name)

    async def keep(database: RecordDatabase) -> None:
        numbers = await database.do_not_call.replace(made, _numbers(path, country))
        after = {"numbers": numbers, "scrubbed_at": utc_text(made.scrubbed_at)}
        await records.note_change(database, "importDoNotCall", f"register {register}", None, after)
        console.print(f"register {escape(register)}: {count(numbers, 'number')}")

    records.change_records(keep)


@app.command("scrubbed")
def scrubbed(
    register: Name,
    *,
    at: Annotated[str | None, typer.Option(help="When. Left out: now.")] = None,
    by: Annotated[str, typer.Option(help="Who compared them.")] = "somebody else",
) -> None:
    """Note that all numbers were compared with a register, and those on it taken out."""
    made = _register(register, at, source=by)

    async def keep(database: RecordDatabase) -> None:
        await database.do_not_call.scrubbed(made)
        after = {"scrubbed_at": utc_text(made.scrubbed_at), "by": by}
        await records.note_change(database, "noteScrub", f"register {register}", None, after)

    records.change_records(keep)


@app.command("list")
def list_registers() -> None:
    """List the registers that numbers were compared with, and when."""

    async def show(database: RecordDatabase) -> None:
        table = Table("register", "compared", "numbers", "from", box=None, padding=(0, 2, 0, 0))
        for one in await database.do_not_call.registers():
            when = utc_text(one.scrubbed_at)[SECONDS].replace("T", " ")
            numbers = "" if one.numbers is None else str(one.numbers)
            table.add_row(escape(one.register), f"{when}Z", numbers, escape(one.source))
        console.print(table)

    records.read_records(show)


def _register(name: str, at: str | None, source: str) -> Register:
    known = _registers()
    if name not in known:
        there_are = f"{suggestion(name, known)}; your own dialing.yaml may name others"
        fail(f"no rule of dialing asks for a register '{name}'", there_are, code=2)
    now = records.now()
    when = now if at is None else instant_named(at)
    if when > now:
        fail(f"{at} is not past", "a copy is from a time that was", code=2)
    return Register(register=name, scrubbed_at=when, numbers=None, source=source[:255])


def _registers() -> set[str]:
    """Return the registers that any rule asks for, the tenant's own rules among them."""
    tenant = load_tenant(read_settings().tenant_folder).draft
    return {
        rule.register.register
        for rules in tenant.dialing.over(built_in()).places.values()
        for rule in rules.values()
        if rule.register is not None
    }


def _numbers(path: Path, country: str | None) -> Iterator[str]:
    """Yield the numbers of a file, or say what is wrong in which lines and end."""
    faults: list[str] = []
    with path.open("rb") as lines:
        for line, raw in enumerate(iter(lambda: lines.readline(LONGEST_LINE), b""), start=1):
            text = raw.decode("utf-8-sig" if line == 1 else "utf-8", "replace").strip()
            if not text:
                continue
            number = _plain(text, country)
            if number is None:
                faults.append(f"{path.name}:{line}: {text[:40]!r} is no telephone number")
            elif not faults:
                yield number
            if len(faults) >= MOST_FAULTS:
                break
    if faults:
        remedy = "a number in each line; without + and country give --country. Nothing was imported"
        fail("; ".join(faults), remedy)


def _plain(text: str, country: str | None) -> str | None:
    digits = text.translate(JOINERS)
    if E164.fullmatch(digits):
        if TRUNK_ZERO not in text:
            return digits
        digits = text  # of which country it is decides whether the zero belongs to it
    elif country is None or not digits.isascii() or not digits.isdecimal():
        return None
    try:
        return number_of(digits, country)
    except NotANumber:
        return None


def _readable(file: str) -> Path:
    path = Path(file)
    if not path.is_file():
        fail(f"{file}: no such file", "name a text file with a number in each line", code=2)
    return path


def client_named(client: str) -> Client:
    """Return a client of the tenant, or say that there is none and end."""
    clients = load_tenant(read_settings().tenant_folder).draft.clients
    if client not in clients:
        fail(f"there is no client '{client}'", suggestion(client, clients), code=2)
    return clients[ClientId(client)]


def client_number(text: str, client: str) -> str:
    """Return a number as E.164 has it, or say that it is none, or the client is, and end.

    Args:
        text: as a person wrote it.
        client: whose country numbers without one are of; empty: they need it.
    """
    country = client_named(client).settings.country if client else None
    try:
        return number_of(text, country)
    except NotANumber as error:
        fail(str(error), code=2)


def _target(number: str) -> str:
    # The audit is read by people who see no numbers elsewhere either.
    return f"number {mask_number(number)}"
