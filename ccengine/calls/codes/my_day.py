"""An agent's own day, spoken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.ivr import names
from ccengine.ivr.confirmations import Confirmation
from ccengine.reporting.agent_day import EARLIER_SECONDS, beginning_of_day, fold_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.calls.codes.desk import Desk, Words
    from ccengine.core.ids import AgentId
    from ccengine.reporting.agent_day import AgentDay

HOUR_MINUTES = 60
MINUTE_SECONDS = 60


class MyDay:
    """Time logged in, calls, talk time, time not ready by reason, offers missed: since midnight."""

    def __init__(self, desk: Desk, agent: AgentId) -> None:
        self._desk = desk
        self._agent = agent

    async def run(self, digits: str) -> Words:
        """Read the journal and say what is in it."""
        del digits
        wiring, now = self._desk.wiring, self._desk.wiring.engine.clock.now()
        since = beginning_of_day(now, self._desk.tenant.zone_of(self._agent))
        wiring.engine.show()
        rows = await wiring.rows_of_agent(self._agent, since - EARLIER_SECONDS)
        return tuple(_told(fold_day(rows, agent=self._agent, since=since, until=now)))


def _told(day: AgentDay) -> Iterator[str]:
    yield Confirmation.TIME_LOGGED_IN
    yield from _duration(day.logged_in)
    yield Confirmation.CALLS_TAKEN
    yield from names.of_number(day.calls)
    yield Confirmation.TIME_TALKED
    yield from _duration(day.talked)
    yield Confirmation.TIME_NOT_READY
    yield from _duration(sum(day.not_ready.values()))
    for reason, seconds in sorted(day.not_ready.items()):
        yield names.of_reason(reason)
        yield from _duration(seconds)
    yield Confirmation.CALLS_MISSED
    yield from names.of_number(day.missed)


def _duration(seconds: float) -> Iterator[str]:
    hours, minutes = divmod(round(seconds / MINUTE_SECONDS), HOUR_MINUTES)
    if hours:
        yield Confirmation.HOURS
        yield from names.of_number(hours)
    yield Confirmation.MINUTES
    yield from names.of_number(minutes)
