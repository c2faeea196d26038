"""Rules as they were when attempts were judged by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import orjson
from pydantic import TypeAdapter

from ccengine.config.whereabouts import whereabouts, zones_of
from ccengine.core.dialer.clearance import Standing
from ccengine.core.dialer.purposes import Mode, Purpose
from ccengine.core.dialer.rules import RING_FLOOR_SECONDS, AbandonLimit, abandon_limits
from ccengine.core.ids import Instant

if TYPE_CHECKING:
    from sqlalchemy import RowMapping

    from ccengine.config.lawbook import Lawbook

LIMIT: Final = TypeAdapter(AbandonLimit)
Limits = Sequence[tuple[str, AbandonLimit]]
"""Rules' ids with their limits."""


@dataclass(frozen=True, slots=True)
class LawVersion:
    """All rules of a version."""

    version: str
    kept_at: Instant
    content: Mapping[str, Any]

    def written(self, rule_id: str) -> Mapping[str, Any] | None:
        """Return a rule as it was written; None: this version has none such."""
        owner, _, name = rule_id.partition(".")
        union = self.content.get("unions", {}).get(owner, {}).get("rules", {})
        rules = self.content.get("places", {}).get(owner, union)
        found: Mapping[str, Any] | None = rules.get(name)
        return found


class LawVersions:
    """The versions that are kept, and the present rules for what was dialed before any was."""

    def __init__(self, kept: Mapping[str, tuple[Instant, str]], present: Lawbook) -> None:
        self._versions = {
            name: LawVersion(name, at, orjson.loads(text)) for name, (at, text) in kept.items()
        }
        self._present = present
        self._limits: dict[tuple[str, tuple[str, ...]], Limits] = {}

    @property
    def all(self) -> Sequence[LawVersion]:
        """The versions, in order of time."""
        return tuple(self._versions.values())

    def get(self, version: str) -> LawVersion | None:
        """Return a version; None: it is not kept."""
        return self._versions.get(version)

    def limits(self, row: RowMapping) -> Limits:
        """Return the limits on abandoned calls that held for an attempt."""
        law = self._versions.get(row["law"])
        if law is None:
            return self._by_number(row)
        asked = tuple(one for one, said in row["rules"].items() if said != Standing.WAIVED)
        if (law.version, asked) not in self._limits:
            found = [(one, (law.written(one) or {}).get("abandoned")) for one in asked]
            limits = [(one, LIMIT.validate_python(fact)) for one, fact in found if fact]
            self._limits[law.version, asked] = limits
        return self._limits[law.version, asked]

    def ring_floor_seconds(self, row: RowMapping) -> float:
        """Return how long an attempt had to ring before it might be given up."""
        law = self._versions.get(row["law"])
        asked = [one for one, said in row["rules"].items() if said != Standing.WAIVED]
        written = [] if law is None else [law.written(one) or {} for one in asked]
        return max([RING_FLOOR_SECONDS, *(one.get("ring_seconds") or 0.0 for one in written)])

    def _by_number(self, row: RowMapping) -> Limits:
        law = self._present.law_for(whereabouts(row["number"]), row["placed_at"])
        return abandon_limits(law.rules_for(Purpose(row["purpose"]), Mode(row["mode"])))


def zone_of_rule(rule_id: str, otherwise: str) -> str:
    """Return the zone whose days and months a rule means.

    Args:
        rule_id: it begins with its place.
        otherwise: the client's: where the place has several zones and this is one of them, or is no
            place at all.
    """
    zones = zones_of(rule_id.partition(".")[0])
    return otherwise if otherwise in zones or not zones else zones[0]
