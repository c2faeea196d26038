"""Versions of forms and scripts, each kept once and for ever: records name them."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.exc import OperationalError

from ccengine.storage.tables import PAPERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.ext.asyncio import AsyncEngine

REF = re.compile(r"([^/@#]+)/([^/@#]+)@([0-9]+)#([0-9a-f]+)")


class PaperKey(NamedTuple):
    """What a version is called."""

    client: str
    kind: str
    name: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPaper:
    """A version, and what it says."""

    client: str
    kind: str
    name: str
    version: int
    hash: str
    content: object  #: as JSON has it

    @property
    def key(self) -> PaperKey:
        """What it is called."""
        return PaperKey(self.client, self.kind, self.name, self.version)


class PaperStore:
    """The versions in a database of call records."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def known(self) -> Mapping[PaperKey, str]:
        """Return the hash of each version's content; nothing if no version was ever kept."""
        query = select(
            PAPERS.c.client, PAPERS.c.kind, PAPERS.c.name, PAPERS.c.version, PAPERS.c.hash
        )
        try:
            async with self._engine.connect() as connection:
                rows = (await connection.execute(query)).all()
        except OperationalError:  # an older program's database, or none
            return {}
        return {PaperKey(*row[:4]): row[4] for row in rows}

    async def keep(self, papers: Iterable[StoredPaper]) -> None:
        """Keep versions that are not kept yet."""
        known = await self.known()
        new = [asdict(paper) for paper in papers if paper.key not in known]
        if new:
            async with self._engine.begin() as connection:
                await connection.execute(insert(PAPERS), new)

    async def versions(self, client: str, kind: str, name: str) -> list[StoredPaper]:
        """Return all versions that were ever in force, the newest last."""
        query = (
            select(PAPERS)
            .where(PAPERS.c.client == client, PAPERS.c.kind == kind, PAPERS.c.name == name)
            .order_by(PAPERS.c.version)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [StoredPaper(**row) for row in rows]

    async def get(self, kind: str, ref: str) -> StoredPaper | None:
        """Return the version that a record names, None if it was never in force here."""
        found = REF.fullmatch(ref)
        if found is None:
            return None
        client, name, version, content_hash = found.groups()
        query = select(PAPERS).where(
            PAPERS.c.client == client,
            PAPERS.c.kind == kind,
            PAPERS.c.name == name,
            PAPERS.c.version == int(version),
            PAPERS.c.hash == content_hash,
        )
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else StoredPaper(**row)
