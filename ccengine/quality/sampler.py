"""Draws calls when a period is over, by each rule of each client, once."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.quality.candidates import read_candidates
from ccengine.quality.drawing import draw, lets_through, periods_since
from ccengine.storage.catching_up import AFTER_START_SECONDS
from ccengine.storage.quality import Draw, Sample
from ccengine.storage.reader_process import ReaderBusy

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.config.clients import Client
    from ccengine.config.quality import SampleRule
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import Instant
    from ccengine.quality.drawing import Candidate, Stretch
    from ccengine.storage.quality import QualityStore
    from ccengine.storage.reader_process import Reader
    from ccengine.storage.records import RecordKeeper

log = structlog.get_logger()

SETTLED_SECONDS: Final = 2 * 3600.0
"""So long after a period's end outcomes, surveys and recordings of its calls are all known."""
LOOKS_EVERY_SECONDS: Final = 300.0
MOST_PERIODS: Final = 8
"""So many of those that were over while the engine was away are made up for."""
SEED_BYTES: Final = 16


class Sampler:
    """Draws what is due.

    Args:
        keeper: of call records.
        reader: of what takes long.
        tenant: the configuration in force.
        now: the engine's clock.
    """

    def __init__(
        self,
        keeper: RecordKeeper,
        reader: Reader,
        tenant: Callable[[], Tenant],
        now: Callable[[], Instant],
    ) -> None:
        self._keeper = keeper
        self._reader = reader
        self._tenant = tenant
        self._now = now

    async def run(self) -> None:
        """Draw when it is time, until cancelled."""
        await asyncio.sleep(AFTER_START_SECONDS)
        while True:
            try:
                await self.draw_due()
            except ReaderBusy as busy:
                log.warning("calls_not_drawn", cause=str(busy))
            except Exception:  # a mistake here must cost no call; the next look tries again
                log.exception("calls_not_drawn")
            await asyncio.sleep(LOOKS_EVERY_SECONDS)

    async def draw_due(self) -> int:
        """Draw by each rule what is over and not drawn; return how many drawings were made.

        Raises:
            ReaderBusy: there is no time for it.
        """
        made = 0
        for client in self._tenant().clients.values():
            for name, rule in client.settings.quality.samples.items():
                made += await self._draw_rule(client, name, rule)
        return made

    async def _draw_rule(self, client: Client, name: str, rule: SampleRule) -> int:
        card = rule.scorecard or client.usual_scorecard
        if card is None:
            return 0
        last = await self._store.last_draw(client.id, name)
        began = None if last is None else last.begins
        settled = self._now() - SETTLED_SECONDS
        made = 0
        for stretch in periods_since(rule.per, client.zone, settled, began, MOST_PERIODS):
            candidates = await self._reader.run(
                read_candidates, self._keeper.path, client.id, stretch.begins, stretch.ends
            )
            made += await self._draw(client.id, name, rule, card, stretch, candidates)
        return made

    async def _draw(
        self,
        client: str,
        name: str,
        rule: SampleRule,
        card: str,
        stretch: Stretch,
        candidates: list[Candidate],
    ) -> bool:
        seed = secrets.token_hex(SEED_BYTES)
        drawn = draw(rule, candidates, seed)
        drawing = Draw(
            client=client,
            rule=name,
            begins=stretch.begins,
            ends=stretch.ends,
            seed=seed,
            population=sum(lets_through(rule, one) for one in candidates),
            drawn_at=self._now(),
        )
        samples = [
            Sample(
                client=client,
                rule=name,
                begins=stretch.begins,
                call=one.candidate.call,
                agent=one.candidate.agent,
                reviewer=one.reviewer,
                scorecard=card,
                talk_started_at=one.candidate.talk_started_at,
            )
            for one in drawn
        ]
        kept = await self._store.keep_draw(drawing, samples)
        if kept:
            log.info("calls_drawn", client=client, rule=name, calls=len(samples),
                     population=drawing.population)  # fmt: skip
        return kept

    @property
    def _store(self) -> QualityStore:
        return self._keeper.database.quality
