"""Abandoned calls as shares of others, per window of each limit: of rules, and of the campaign.

Limits that the campaign's file sets, or the house where nobody else does, are the present ones.

A window that the asked time only touches is counted as a whole: a share of half a month says
nothing about the month.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from ccengine.config.campaign_limits import HOUSE, OWN
from ccengine.config.lawbook import window_at
from ccengine.core.dialer.rules import AbandonLimit
from ccengine.core.dialer.windows import Tally, abandoned_percent, is_over, parts
from ccengine.core.ids import Instant
from ccengine.core.periods import Period
from ccengine.proof.laws import zone_of_rule
from ccengine.reporting.instants import utc_text
from ccengine.storage.attempt_tallies import was_heard
from ccengine.storage.number_facts import result_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import RowMapping

    from ccengine.core.dialer.rules import WindowKind
    from ccengine.proof.laws import LawVersions
    from ccengine.proof.order import ProofOrder

ANY_SELLER = None
LAW: Final = "law"
SET_BY: Final = {OWN: "campaign", HOUSE: "house"}


@dataclass(frozen=True, slots=True)
class Window:
    """What is counted together."""

    rule: str
    way: AbandonLimit  #: how; its percentage says nothing
    zone: str
    period: Period
    seller: str | None  #: None: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A window with its figures."""

    window: Window
    limit: AbandonLimit  #: the lowest that held in it
    count: Tally
    error_share: float
    is_over_by: Instant  #: the moment of the proof, by which the window may not be at its end
    without_law: int  #: calls of which nobody noted the rules: the present ones were taken

    @property
    def is_kept(self) -> bool:
        """Whether no more were abandoned than the limit allows."""
        return not is_over(self.limit, self.count, self.error_share)

    @property
    def set_by(self) -> str:
        """Who limits: `law`, `campaign` or `house`."""
        return SET_BY.get(self.window.rule, LAW)

    @property
    def percent(self) -> float:
        """The share."""
        return abandoned_percent(self.limit, self.count, self.error_share)

    @property
    def is_whole(self) -> bool:
        """Whether nothing can be added any more."""
        ends = self.window.period.ends
        return ends is not None and ends <= self.is_over_by

    def facts(self) -> dict[str, Any]:
        """Return it as programs read it."""
        window, (numerator, denominator) = (
            self.window,
            parts(self.limit, self.count, self.error_share),
        )
        return {
            "rule": window.rule,
            "set_by": self.set_by,
            "window": self.limit.window,
            "zone": window.zone,
            **_moments("begins", window.period.starts, window.zone),
            **_moments("ends", window.period.ends, window.zone),
            "whole": self.is_whole,
            "seller": window.seller,
            "of": self.limit.of,
            "numerator": numerator,
            "denominator": denominator,
            "percent": self.percent,
            "limit_percent": self.limit.percent,
            "kept": self.is_kept,
            "placed": self.count.placed,
            "connected": self.count.connected,
            "cut_off": self.count.cut_off,
            "abandoned": self.count.abandoned,
            "machines": self.count.machines,
            "detector_errors_count": self.limit.detector_errors,
            "calls_by_present_rules": self.without_law,
        }


class WindowCounts:
    """Counts attempts, which come in order of time, in all windows that a time touches."""

    def __init__(self, order: ProofOrder, began: Instant, laws: LawVersions) -> None:
        self._order = order
        self._began = began
        self._laws = laws
        self._own = tuple((one.rule, one.limit) for one in order.own_limits)
        self._counts: dict[Window, Tally] = {}
        self._limits: dict[Window, AbandonLimit] = {}
        self._without_law: dict[Window, int] = {}
        self._last: dict[tuple[WindowKind, str], Period] = {}

    def add(self, row: RowMapping) -> None:
        """Count an attempt."""
        at, result = row["placed_at"], result_of(row, self._order.refusals)
        for rule, limit in (*self._laws.limits(row), *self._own):
            zone = zone_of_rule(rule, self._order.client_zone)
            period = self._period(limit.window, zone, at)
            if not self._is_asked(period):
                continue
            seller = row["seller"] if limit.per_seller else ANY_SELLER
            window = Window(rule, replace(limit, percent=0.0), zone, period, seller)
            count = self._counts.get(window, Tally())
            self._counts[window] = count.plus(result, was_heard=was_heard(row))
            strictest = self._limits.setdefault(window, limit)
            if limit.percent < strictest.percent:
                self._limits[window] = limit
            unknown = rule not in SET_BY and self._laws.get(row["law"]) is None
            self._without_law[window] = self._without_law.get(window, 0) + unknown

    def ratios(self) -> Iterable[Ratio]:
        """Yield all windows, by rule and time."""
        for window in sorted(
            self._counts, key=lambda one: (one.rule, one.period.starts or 0.0, one.seller or "")
        ):
            yield Ratio(
                window=window,
                limit=self._limits[window],
                count=self._counts[window],
                error_share=self._order.error_share or 0.0,
                is_over_by=self._order.now,
                without_law=self._without_law[window],
            )

    def _period(self, kind: WindowKind, zone: str, at: Instant) -> Period:
        last = self._last.get((kind, zone))
        if last is None or not last.holds(at):
            last = self._last[kind, zone] = window_at(kind, self._began, at, zone)
        return last

    def _is_asked(self, period: Period) -> bool:
        stretch = self._order.stretch
        begun = period.starts is None or period.starts < stretch.ends
        return begun and (period.ends is None or period.ends > stretch.begins)


def _moments(name: str, at: Instant | None, zone: str) -> dict[str, str | None]:
    if at is None:
        return {name: None, f"{name}_local": None}
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    return {name: utc_text(at), f"{name}_local": local.isoformat(timespec="seconds")}
