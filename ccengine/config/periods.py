"""Days as instants, in the zone they were meant in.

An approval's days are those of the client's contract. A licence's or a skill's are those where the
agent works: of the team's site, without one of the first client they are approved for.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from ccengine.core.periods import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.ids import AgentId, ClientId, Instant
    from ccengine.core.plan import AgentSettings, Days

NO_ZONE: Final = "UTC"


def period_of(days: Days, zone: str) -> Period:
    """Return the period from the first moment of the first day to the last of the last."""
    return Period(
        starts=None if days.starts is None else _midnight(days.starts, zone),
        ends=_end_of(days.until, zone),
    )


def periods_of(
    agents: Mapping[AgentId, AgentSettings],
    zone_of_client: Mapping[ClientId, str],
    zone_of_team: Mapping[str, str],
) -> Mapping[AgentId, Mapping[str, Period]]:
    """Return when approvals (`client:nova`), licences (`licence:loans`) and skills hold."""
    found = {}
    for name, agent in agents.items():
        here = _zone_of(agent, zone_of_client, zone_of_team)
        held = {f"licence:{licence}": days for licence, days in agent.licences.items()}
        held |= {f"skill:{skill}": days for skill, days in agent.skill_days.items()}
        periods = {
            f"client:{client}": period_of(days, zone_of_client.get(client, NO_ZONE))
            for client, days in agent.approvals.items()
        } | {what: period_of(days, here) for what, days in held.items()}
        limited = {what: period for what, period in periods.items() if period != Period()}
        if limited:
            found[name] = limited
    return found


def _zone_of(
    agent: AgentSettings, zone_of_client: Mapping[ClientId, str], zone_of_team: Mapping[str, str]
) -> str:
    if agent.team is not None and agent.team in zone_of_team:
        return zone_of_team[agent.team]
    zones = (zone_of_client[client] for client in agent.clients if client in zone_of_client)
    return next(zones, NO_ZONE)


def _end_of(day: date | None, zone: str) -> Instant | None:
    if day is None or day == date.max:
        return None
    return _midnight(day + timedelta(days=1), zone)


def _midnight(day: date, zone: str) -> Instant:
    # Where clocks are put forward at midnight, the day begins at the moment of the change: the
    # offset before it is taken. Where they are put back over midnight, it begins the first time.
    return datetime.combine(day, time.min, ZoneInfo(zone)).timestamp()
