"""Numbers that are not called: because somebody asked us, or by a public register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert

from ccengine.core.ids import Instant
from ccengine.storage.attempts_held import let_go
from ccengine.storage.dialing_tables import DO_NOT_CALL, REGISTERS, WITHDRAWN_WISHES
from ccengine.storage.register_copies import RegisterCopies
from ccengine.storage.writing import writing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotCall:
    """A number that is not called."""

    number: str  #: E.164
    client: str = ""  #: whose calls; empty: anybody's
    person: str = ""  #: then all numbers of theirs are meant; empty: this number
    at: Instant
    evidence: str  #: a call, a letter, what they said
    by: str  #: who noted it: a token's name, or a call


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """When numbers were compared with a public register."""

    register: str
    scrubbed_at: Instant
    numbers: int | None  #: that it has; None: somebody else compares
    source: str  #: a file, or who compares


@dataclass(frozen=True, slots=True, kw_only=True)
class WishPage:
    """A part of a list."""

    entries: Sequence[DoNotCall]
    next: int | None  #: where it ended, for the one that follows; None: that is all


_NAMES = tuple(one.name for one in fields(Register))


class DoNotCallStore:
    """The lists in a database."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, entry: DoNotCall) -> bool:
        """Note that somebody is not to be called, from now on; False: it was noted already.

        The first evidence stays: it says since when they are not called.
        """
        async with self._engine.begin() as connection:
            return await note_wish(connection, entry)

    async def remove(
        self, number: str, client: str = "", *, at: Instant, by: str
    ) -> DoNotCall | None:
        """Take a wish back; None: there was none of this number and client.

        Leads that were done because of it are dialed again. That it was there stays known: proofs
        of the time until then have it.

        Args:
            number: E.164.
            client: of whose calls the wish was; empty: of anybody's.
            at: from when on the number may be called.
            by: who takes it back: a token's name.
        """
        of_it = (
            DO_NOT_CALL.c.number == number,
            DO_NOT_CALL.c.client == client,
        )
        async with writing(self._engine) as connection:
            found = await connection.execute(select(DO_NOT_CALL).where(*of_it))
            row = found.mappings().one_or_none()
            if row is None:
                return None
            wish = _entry(dict(row))
            withdrawn = asdict(wish) | {"withdrawn_at": at, "withdrawn_by": by}
            await connection.execute(insert(WITHDRAWN_WISHES).values(withdrawn))
            await connection.execute(delete(DO_NOT_CALL).where(*of_it))
            await let_go(connection, number, client, wish.at)
        return wish

    async def of_number(self, number: str) -> list[DoNotCall]:
        """Return who is not to call a number, because somebody asked."""
        query = select(DO_NOT_CALL).where(DO_NOT_CALL.c.number == number)
        async with self._engine.connect() as connection:
            return [_entry(dict(row)) for row in (await connection.execute(query)).mappings()]

    async def of_client(self, client: str, after: int, limit: int) -> WishPage:
        """Return a part of a client's list, in the order in which it was noted.

        Args:
            client: whose calls; empty: anybody's.
            after: where the part before ended; 0: the first part.
            limit: so many at most.
        """
        query = (
            select(DO_NOT_CALL)
            .where(DO_NOT_CALL.c.client == client, DO_NOT_CALL.c.id > after)
            .order_by(DO_NOT_CALL.c.id)
            .limit(limit + 1)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        shown = rows[:limit]
        return WishPage(
            entries=[_entry(dict(row)) for row in shown],
            next=shown[-1]["id"] if len(rows) > limit else None,
        )

    async def replace(self, register: Register, numbers: Iterable[str]) -> int:
        """Put a register's new copy in the place of the old one, whole or not at all.

        The engine goes on writing meanwhile.

        Args:
            register: its name, from when the copy is, and where from. The count is made here.
            numbers: E.164. What it raises ends it, and the old copy stays.

        Returns:
            How many numbers it has.

        Raises:
            RegisterBusy: somebody else is importing one.
        """
        with RegisterCopies.open(self._engine) as copies:
            copy = await copies.write(numbers)
            count = await copies.count(copy)
            async with writing(self._engine) as connection:
                told = Register(**{**asdict(register), "numbers": count})
                await _put(connection, told, copy)
            await copies.sweep()
        return count

    async def scrubbed(self, register: Register) -> None:
        """Note that somebody else compared the numbers with a register."""
        async with self._engine.begin() as connection:
            await _put(connection, register)

    async def registers(self) -> list[Register]:
        """Return all registers that numbers were ever compared with."""
        query = select(REGISTERS).order_by(REGISTERS.c.register)
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [Register(**{name: row[name] for name in _NAMES}) for row in rows]


async def note_wish(connection: AsyncConnection, entry: DoNotCall) -> bool:
    """Note, in a transaction, that somebody is not to be called; False: it was noted already.

    Whose wish it is, is noted later, too: then it counts for all of their numbers.
    """
    statement = insert(DO_NOT_CALL).values(asdict(entry)).on_conflict_do_nothing()
    if (await connection.execute(statement)).rowcount == 1:
        return True
    if entry.person:
        of_it = (DO_NOT_CALL.c.number == entry.number, DO_NOT_CALL.c.client == entry.client)
        nobodys = update(DO_NOT_CALL).where(*of_it, DO_NOT_CALL.c.person == "")
        await connection.execute(nobodys.values(person=entry.person))
    return False


async def _put(connection: AsyncConnection, register: Register, copy: int | None = None) -> None:
    new = asdict(register) | ({} if copy is None else {"copy": copy})
    statement = insert(REGISTERS).values(new)
    set_ = {name: statement.excluded[name] for name in new if name != "register"}
    await connection.execute(statement.on_conflict_do_update(["register"], set_=set_))


def _entry(row: dict[str, object]) -> DoNotCall:
    del row["id"]
    return DoNotCall(**row)  # type: ignore[arg-type]
