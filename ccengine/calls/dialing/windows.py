"""Tells pacing what was abandoned so far in each window of a campaign's limits.

A limit counts over a day, a month, thirty days or the whole campaign; engines live shorter. So the
books are asked when a campaign begins, when a window does, and when they know better.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import structlog

from ccengine.core.dialer.pacing.situation import PacingPolicy
from ccengine.core.events import AbandonWindowOpened
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Never

    from ccengine.core.dialer.campaigns import CampaignPlan
    from ccengine.core.dialer.runs import Run
    from ccengine.core.ids import CallId, CampaignId
    from ccengine.engine import Engine

log = structlog.get_logger()

LOOK_SECONDS: Final = 0.5
"""Shorter than the quickest answer to a campaign's first call."""

READ_AT_MOST: Final = 4
"""Where people answer all the time one more or less is no great part of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowCount:
    """What a window of a limit has seen so far."""

    live: int
    abandoned: int  #: of these
    ends_at: Instant | None  #: None: it has no end


class WindowCounts(Protocol):
    """Counts by the books."""

    async def counts(self, campaign: CampaignId, plan: CampaignPlan) -> Sequence[WindowCount]:
        """Return what the present window of each of the plan's limits has seen, in their order."""


@dataclass(slots=True)
class _Told:
    law: PacingPolicy  #: to which it was told: another one knows nothing
    next_at: Instant | None  #: when the first of its windows ends


class AbandonWindows:
    """Sees to it that each campaign that runs knows its counts."""

    def __init__(self, engine: Engine, books: WindowCounts) -> None:
        self._engine = engine
        self._books = books
        self._told: dict[CampaignId, _Told] = {}

    async def run(self) -> Never:
        """Look again and again, until cancelled."""
        while True:
            for name, run in list(self._engine.center.campaigns.items()):
                if run.is_running and self._has_to_be_told(name, run):
                    await self._tell(name, run)
            await asyncio.sleep(LOOK_SECONDS)

    def recount(self, campaign: CampaignId) -> None:
        """Have a campaign be told again: the books know better now than they did."""
        self._told.pop(campaign, None)

    def _alive(self, name: CampaignId) -> Mapping[CallId, bool]:
        """Return the calls that people have answered whose attempts are open; True: in vain."""
        center = self._engine.center
        answered = ((call, one) for call, one in center.dialed.items() if call not in center.in_air)
        return {
            call: one.abandoned
            for call, one in answered
            if one.campaign == name and (one.abandoned or not one.disowned)
        }

    async def _counted(
        self, name: CampaignId, plan: CampaignPlan
    ) -> tuple[Mapping[CallId, bool], Sequence[WindowCount]]:
        """Return open calls and the books' counts of one moment, as nearly as there is one.

        Whoever answers or is gone while the books are read would count twice, or not at all.
        """
        for _ in range(READ_AT_MOST - 1):
            alive = self._alive(name)
            counts = await self._books.counts(name, plan)
            if self._alive(name) == alive:
                return alive, counts
        return self._alive(name), await self._books.counts(name, plan)

    def _has_to_be_told(self, name: CampaignId, run: Run) -> bool:
        told = self._told.get(name)
        if told is None or told.law is not run.law:
            return bool(run.plan.limits)
        return told.next_at is not None and told.next_at <= self._engine.clock.now()

    async def _tell(self, name: CampaignId, run: Run) -> None:
        law, plan = run.law, run.plan
        try:
            alive, counts = await self._counted(name, plan)
        except Exception:
            # It is asked again in a moment; until then what pacing has seen itself counts.
            log.exception("windows_not_counted", campaign=name)
            return
        if run.law is not law or run.plan is not plan:
            return  # a reload came between
        for limit, count in enumerate(counts):
            opened = AbandonWindowOpened(
                campaign=name,
                limit=limit,
                live=len(alive) + count.live,
                abandoned=sum(alive.values()) + count.abandoned,
                ends_at=count.ends_at,
            )
            self._engine.post(opened)
        ends = [count.ends_at for count in counts if count.ends_at is not None]
        self._told[name] = _Told(law, min(ends, default=None))
