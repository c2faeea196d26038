"""Where each assumption comes from: nobody shall take one for a measurement.

Later words win over earlier ones: the defaults, what the campaign's own records say, the scenario's
file, the command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Any, Final

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.simulator.dialing.scenario import CampaignScenario
from ccengine.simulator.laws import Law, Shape
from ccengine.storage.attempt_courses import AttemptCourse, Times

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEFAULT: Final = "default, not measured"
LEAST_CALLS: Final = 200  #: below, a share of them says little
LEAST_TALKS: Final = 50
HUNDRED: Final = 100.0
LIVE: Final = frozenset(
    {
        AttemptOutcome.ANSWERED,
        AttemptOutcome.REFUSED,
        AttemptOutcome.CUT_OFF,
        AttemptOutcome.ABANDONED,
    }
)
TALKED: Final = frozenset({AttemptOutcome.ANSWERED, AttemptOutcome.REFUSED})
FAILED: Final = frozenset({AttemptOutcome.FAILED, AttemptOutcome.INVALID, AttemptOutcome.REJECTED})
UNKNOWN: Final = frozenset({AttemptOutcome.CANCELLED, AttemptOutcome.LOST})
"""Of these nobody knows how they would have ended."""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One of them, for people."""

    name: str
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Supposed:
    """A scenario, and where each of its values comes from."""

    scenario: CampaignScenario = field(default_factory=CampaignScenario)
    sources: Mapping[str, str] = field(default_factory=dict)  #: by key; the rest is default

    def told(self, source: str, **values: Any) -> Supposed:
        """Return it with values that somebody or something says."""
        sources = {**self.sources, **dict.fromkeys(values, source)}
        return Supposed(replace(self.scenario, **values), sources)


def learned(observed: Iterable[AttemptCourse], source: str) -> tuple[dict[str, Any], str]:
    """Return what records say of a campaign, and from what; nothing of too few calls.

    Args:
        observed: outcome by outcome.
        source: what they are, as in `last 4 weeks`.
    """
    known = [one for one in observed if one.outcome not in UNKNOWN]
    calls = sum(one.calls for one in known)
    told = f"records, {source}: {calls} calls"
    if calls < LEAST_CALLS:
        return {}, told
    values: dict[str, Any] = {
        "answer_percent": _percent(known, LIVE, calls),
        "machine_percent": _percent(known, frozenset({AttemptOutcome.MACHINE}), calls),
        "busy_percent": _percent(known, frozenset({AttemptOutcome.BUSY}), calls),
        "failed_percent": _percent(known, FAILED, calls),
    }
    rings = _together(one.rings for one in known if one.outcome in LIVE)
    if rings.count >= LEAST_TALKS:
        values["ring"] = _law(rings)
        values["setup"] = Law(mean_seconds=0.0, law=Shape.CONSTANT)  # it is in the ring time
    talks = _together(one.talks for one in known if one.outcome in TALKED)
    if talks.count >= LEAST_TALKS:
        values["talk"] = _law(talks)
    return values, told


def _percent(
    observed: Iterable[AttemptCourse], outcomes: frozenset[AttemptOutcome], calls: int
) -> float:
    found = sum(one.calls for one in observed if one.outcome in outcomes)
    return int(1000 * HUNDRED * found / calls) / 1000  # cut, so that all are never above 100


def _law(times: Times) -> Law:
    """Return a law with their mean and deviation."""
    mean_s = round(times.mean_s, 1)
    variance = times.mean_square_s2 - times.mean_s**2
    if variance <= 0 or mean_s <= 0:
        return Law(mean_seconds=max(0.0, mean_s), law=Shape.CONSTANT)
    deviation_s = round(sqrt(variance), 1)
    return Law(mean_seconds=mean_s, law=Shape.LOGNORMAL, deviation_seconds=deviation_s)


def _together(parts: Iterable[Times]) -> Times:
    some = [part for part in parts if part.count]
    count = sum(part.count for part in some)
    if not count:
        return Times()
    return Times(
        count,
        sum(part.count * part.mean_s for part in some) / count,
        sum(part.count * part.mean_square_s2 for part in some) / count,
    )


def assumptions(supposed: Supposed) -> Iterator[Assumption]:
    """Yield each assumption with its source."""
    for key in fields(CampaignScenario):
        value = getattr(supposed.scenario, key.name)
        if key.name != "description":
            source = supposed.sources.get(key.name, DEFAULT)
            unit = " %" if key.name.endswith("_percent") else ""
            yield Assumption(key.name, f"{_text(value)}{unit}", source)


def _text(value: object) -> str:
    if isinstance(value, Law):
        spread = "" if value.deviation_seconds is None else f" ± {value.deviation_seconds:g}"
        return f"{value.mean_seconds:g}{spread} s, {value.law}"
    if isinstance(value, tuple):
        parts = (
            " ".join(f"{key.name} {getattr(one, key.name):g}" for key in fields(one))
            for one in value
            if is_dataclass(one)
        )
        return "; ".join(parts) or "none"
    return f"{value:g}" if isinstance(value, float | int) else str(value)
