"""Versions of papers against those that were ever in force, and their keeping."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.papers import reused_versions
from ccengine.config.problems import Problem, in_order
from ccengine.storage.papers import StoredPaper

if TYPE_CHECKING:
    from ccengine.config.papers import AnyPaper
    from ccengine.ivr.configuration import Configuration
    from ccengine.storage.papers import PaperStore


async def reused(configuration: Configuration, store: PaperStore) -> tuple[Problem, ...]:
    """Return a problem for each version that once said something else."""
    known = {(*key,): content_hash for key, content_hash in (await store.known()).items()}
    return in_order(list(reused_versions(_papers(configuration), known)))


async def keep(configuration: Configuration, store: PaperStore) -> None:
    """Keep all versions in force, so that records that will name them can be read for ever."""
    await store.keep(
        StoredPaper(
            client=paper.client,
            kind=paper.kind,
            name=paper.name,
            version=paper.file.version,
            hash=paper.hash,
            content=paper.content,
        )
        for paper in _papers(configuration)
    )


def _papers(configuration: Configuration) -> list[AnyPaper]:
    tenant = configuration.tenant
    clients = [] if tenant is None else tenant.clients.values()
    return [paper for client in clients for paper in (*client.papers, *client.scorecards.values())]
