"""`ccengine recordings`: what is kept of calls' recordings, beside the engine or without it."""

from __future__ import annotations

import sys
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ccengine.api.roles import Role
from ccengine.cli import records
from ccengine.cli.letters import print_rows
from ccengine.cli.output import errors, fail, read_settings
from ccengine.config.loading import load_tenant
from ccengine.config.names import suggestion
from ccengine.config.secret_files import SecretMissing
from ccengine.core.ids import CallId
from ccengine.keeping.house import House
from ccengine.keeping.keeping import Keeping, Listener, NotThere, Refusal, StillWritten
from ccengine.keeping.order import Folders
from ccengine.keeping.player import CannotOpen, PlayerBusy
from ccengine.reporting.instants import utc_text
from ccengine.storage.kept import KeptFilter, KeptState
from ccengine.storage.reader_process import ReaderBusy, ReaderProcess

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from ccengine.config.settings import Settings
    from ccengine.storage.database import RecordDatabase
    from ccengine.storage.kept import KeptRecording
    from ccengine.storage.plays import Play

SECONDS: Final = slice(0, 19)  # of an instant's text
VERIFIED_AT_ONCE: Final = 500
HOUR_SECONDS: Final = 3_600.0
NOT_ERASED: Final = "What callers said in surveys and as messages is not erased with them."
LISTENER: Final = Listener(records.ACTOR, Role.ADMIN)

app = typer.Typer(help="Recordings after their calls.", no_args_is_help=True)

Call = Annotated[str, typer.Argument(help="The call's id, as in the log.")]
Client = Annotated[str | None, typer.Option(help="Only this client's.")]
Reason = Annotated[str, typer.Option(help="Why: it is kept for ever.", prompt=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@app.command("list")
def list_recordings(
    *,
    client: Client = None,
    state: Annotated[KeptState | None, typer.Option(help="Only in this state.")] = None,
    held: Annotated[bool, typer.Option("--held", help="Only those on hold.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List recordings, the newest first: whether each is kept, for how long, and on hold or not."""
    clients = None if client is None else [client]

    async def show(database: RecordDatabase) -> None:
        which = KeptFilter(clients=clients, state=state, held=held)
        rows = await database.kept.find(which, limit=limit)
        print_rows([_facts(row) for row in rows], as_json=as_json)

    records.read_records(show)


@app.command("verify")
def verify(
    calls: Annotated[list[str] | None, typer.Argument(help="Calls; left out: all.")] = None,
    *,
    client: Client = None,
) -> None:
    """Read recordings, here or in their store: is each what was recorded? Names files that are not.

    Exit code 1: at least one is not.
    """
    settings = read_settings()
    clients = None if client is None else [client]

    async def check(database: RecordDatabase) -> list[str]:
        worker = ReaderProcess(seconds=HOUR_SECONDS)
        keeping = _keeping(settings, database, worker)
        faults, count = [], 0
        try:
            for call in calls or await _all_kept(database, clients):
                faults += await _verified(keeping, call)
                count += 1
        finally:
            worker.close()
        errors.print(f"{count} recordings read, {len(faults)} faults")
        return faults

    faults = records.read_records(check)
    for fault in faults:
        typer.echo(fault)
    if faults:
        raise typer.Exit(1)


@app.command("play")
def play(
    call: Call,
    *,
    to: Annotated[Path | None, typer.Option(help="The file to write; left out: print it.")] = None,
) -> None:
    """Write a recording's sound. It is noted who was given it."""
    settings = read_settings()

    async def send(database: RecordDatabase) -> None:
        record = await database.get(CallId(call))
        if record is None:
            fail(f"there is no record of a call '{call}'", "the log has the ids, as call_id")
        worker = ReaderProcess(seconds=HOUR_SECONDS)
        keeping = _keeping(settings, database, worker)
        try:
            sound = await keeping.sound(record)
            async with aclosing(keeping.play(sound, LISTENER)) as pieces:
                await _write(pieces, to)
        except StillWritten:
            fail("the recording is not whole yet", "ask again in some seconds")
        except NotThere as error:
            fail(f"there is no recording of call '{call}'{f': {error}' if error.args else ''}")
        except (PlayerBusy, ReaderBusy):
            fail("there is no time for it now", "ask again in some seconds")
        except (CannotOpen, SecretMissing, OSError) as error:
            fail(f"the recording cannot be opened: {error}", f"ccengine recordings verify {call}")
        finally:
            worker.close()

    records.change_records(send)


@app.command("plays")
def plays(
    call: Annotated[str | None, typer.Argument(help="Of this call; left out: of all.")] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, help="So many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List who was given recordings' sound, when, and which part of it; the last first."""

    async def show(database: RecordDatabase) -> None:
        found = await database.plays.of(call, limit=limit)
        print_rows([_play_facts(one) for one in found], as_json=as_json)

    records.read_records(show)


@app.command("hold")
def hold(call: Call, *, reason: Reason) -> None:
    """Put a recording on legal hold: nothing erases it until it is released."""

    async def change(database: RecordDatabase) -> None:
        before = await database.kept.get(call)
        if not await database.kept.hold(call, reason, records.ACTOR, records.now()):
            fail(f"'{call}' cannot be put on hold", Refusal.GONE)
        was = None if before is None else before.hold_reason
        await _note(database, "holdRecording", call, was, {"hold_reason": reason})

    records.change_records(change)


@app.command("release")
def release(call: Call, *, reason: Reason) -> None:
    """End a legal hold: the client's rules apply again."""

    async def change(database: RecordDatabase) -> None:
        before = await database.kept.get(call)
        if before is None or not await database.kept.release(call):
            fail(f"'{call}' cannot be released", Refusal.NOT_HELD)
        after = {"hold_reason": None, "reason": reason}
        await _note(database, "releaseRecording", call, before.hold_reason, after)

    records.change_records(change)


@app.command("erase")
def erase(
    call: Annotated[str | None, typer.Argument(help="This call's.")] = None,
    *,
    reason: Reason,
    client: Annotated[
        str | None, typer.Option(help="All of this client's, by destroying its key.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Erase the recording of a call, or all of a client's. Nobody can bring them back.

    The engine removes the files within seconds, here and in the store. What became of each stays
    known. Nothing on hold is erased. What callers said in surveys and as messages is no recording
    of a call and stays: see recordings/<tenant>/<client>/comments and voicemail.
    """
    if (call is None) == (client is None):
        fail("name a call, or a client with --client", code=2)
    what = f"the recording of call {call}" if client is None else f"all recordings of {client}"
    if not yes and not typer.confirm(f"Erase {what}, for ever?"):
        raise typer.Exit(1)
    if client is not None:
        _erase_client(_named(client), reason)
        return

    async def change(database: RecordDatabase) -> None:
        before = await database.kept.get(call or "")
        if not await database.kept.begin_to_erase(call or "", reason):
            held = before is not None and before.hold_reason is not None
            fail(f"'{call}' cannot be erased", Refusal.HELD if held else Refusal.GONE)
        state = None if before is None else {"state": before.state, "sha256": before.sha256}
        await _note(database, "eraseRecording", call or "", state, {"because": reason})

    records.change_records(change)


@app.command("keys")
def keys(*, public: Annotated[bool, typer.Option("--public")] = False) -> None:
    """List the clients' keys and what manifests are signed with; --public prints the latter only.

    With it anybody can check a manifest: openssl pkeyutl -verify -pubin -inkey manifests.pub
    -rawin -in CALL.json -sigfile CALL.json.sig
    """
    ring = Folders.of(read_settings().paths).keys
    try:
        pem = ring.public_pem()
        if public:
            if pem is None:
                fail("nothing was signed yet", "the key is made with the first recording")
            sys.stdout.write(pem)
            return
        rows: list[dict[str, object]] = [
            {"client": one.client, "sealed to": one.public} for one in ring.clients()
        ]
    except (SecretMissing, OSError) as error:
        fail(f"the keys cannot be read: {error}", "run it as root or as the engine")
    print_rows(rows, as_json=False)
    told = "Nothing was signed yet.\n" if pem is None else f"Manifests are signed with\n{pem}"
    sys.stdout.write(told)


def _erase_client(client: str, reason: str) -> None:
    """Erase all, and destroy the client's key: nobody can open what was sealed to it, ever."""
    settings = read_settings()

    async def change(database: RecordDatabase) -> None:
        kept = database.kept
        which = KeptFilter(clients=[client], held=True)
        held = await kept.find(which, limit=VERIFIED_AT_ONCE)
        if held:
            names = ", ".join(row.call for row in held[:5])
            fail(f"{len(held)} recordings of {client} are on hold: {names}", "release them first")
        count = await kept.begin_to_erase_all(client, reason)
        # Last, and only if nobody has put one on hold meanwhile: it could not be opened any more.
        held = await kept.find(which, limit=VERIFIED_AT_ONCE)
        public = None if held else Folders.of(settings.paths).keys.destroy(client)
        after = {"because": reason, "recordings": count, "key": public}
        await records.note_change(database, "eraseClient", f"recordings {client}", None, after)
        if held:
            told = f"{held[0].call} was put on hold meanwhile: the key stays, {count} were erased"
            fail(told, "release it, and erase again")
        typer.echo(f"{count} recordings erased; the key {public or 'was never made'} is destroyed")
        typer.echo(NOT_ERASED)

    records.change_records(change)


async def _write(pieces: AsyncGenerator[bytes], to: Path | None) -> None:
    """Write sound; a file is touched only when there is some."""
    first = await anext(pieces, b"")
    out = sys.stdout.buffer if to is None else to.open("wb")
    try:
        out.write(first)
        async for piece in pieces:
            out.write(piece)
    finally:
        if to is not None:
            out.close()


async def _all_kept(database: RecordDatabase, clients: list[str] | None) -> list[str]:
    which = KeptFilter(clients=clients, state=KeptState.KEPT)
    calls: list[str] = []
    after: tuple[float, str] | None = None
    while rows := await database.kept.find(which, limit=VERIFIED_AT_ONCE, after=after):
        calls += [row.call for row in rows]
        after = (rows[-1].started_at, rows[-1].call)
    return calls


async def _verified(keeping: Keeping, call: str) -> list[str]:
    try:
        return await keeping.verify(call)
    except NotThere:
        return [f"{call}: no recording of it is kept"]


async def _note(
    database: RecordDatabase, operation: str, call: str, before: object, after: object
) -> None:
    await records.note_change(database, operation, f"recording {call}", before, after)


def _keeping(settings: Settings, database: RecordDatabase, worker: ReaderProcess) -> Keeping:
    tenant = load_tenant(settings.tenant_folder).draft
    house = House(
        paths=settings.paths,
        folders=Folders.of(settings.paths),
        journal=settings.paths.journal,
        database=database,
        worker=worker,
        mover=worker,
        tenant=lambda: tenant,
        now=records.now,
    )
    return Keeping(house)


def _named(client: str) -> str:
    known = [str(name) for name in load_tenant(read_settings().tenant_folder).draft.clients]
    has_key = [one.client for one in Folders.of(read_settings().paths).keys.clients()]
    if client not in (*known, *has_key):
        fail(f"there is no client '{client}'", suggestion(client, known))
    return client


def _facts(row: KeptRecording) -> dict[str, object]:
    return {
        "call": row.call,
        "client": row.client,
        "queue": row.queue,
        "started": _short(row.started_at),
        "seconds": row.seconds,
        "state": row.state.value,
        "format": row.format,
        "where": "store" if row.stored else "here",
        "expires": _short(row.expires_at),
        "hold": row.hold_reason,
        "detail": row.detail or row.erased_because,
    }


def _play_facts(play: Play) -> dict[str, object]:
    return {
        "at": utc_text(play.at),
        "call": play.call,
        "client": play.client,
        "actor": play.actor,
        "role": play.role,
        "from_seconds": play.from_seconds,
        "to_seconds": play.to_seconds,
    }


def _short(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()[SECONDS]
