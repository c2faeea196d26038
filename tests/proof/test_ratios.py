"""Shares of abandoned calls in a pack are what a plain recount says, in each rule's own windows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from ccengine.config.campaign_limits import HOUSE, OWN, CampaignLimit
from ccengine.core.dialer.rules import AbandonLimit, WindowKind
from ccengine.storage.dialing_tables import LAWS
from tests.proof.campaign import CLIENT, LAW, add, at, filled, order, packed, row, windows

if TYPE_CHECKING:
    from pathlib import Path

LONDON, TORONTO = ZoneInfo("Europe/London"), ZoneInfo("America/Toronto")
LIVE = ("answered", "refused", "cut_off")
OUTCOMES = (*LIVE, "abandoned", "machine", "no_answer", "busy", "failed", "lost", None)
WEIGHTS = (30, 5, 5, 4, 10, 30, 10, 3, 2, 1)


def of(rule: str, **changes: Any) -> dict[str, Any]:
    return {"rules": {rule: "applies"}, **changes}


def test_days_are_a_plain_recount_over_the_night_in_which_an_hour_is_twice(tmp_path: Path) -> None:
    """25 October 2026 has 25 hours in London."""
    random, begins = Random(7), at("2026-10-23T00:00+01:00")
    rows = [
        row(
            f"a{key:03}",
            begins + random.uniform(0, 4 * 86_400),
            outcome=outcome,
            number=f"+44207946{key:04}",
        )
        for key, outcome in enumerate(random.choices(OUTCOMES, WEIGHTS, k=160))
    ]
    rows += [
        row("b1", at("2026-10-24T23:00:00+00:00"), outcome="abandoned"),  # the day begins
        row("b2", at("2026-10-25T23:59:59+00:00"), outcome="abandoned"),  # its 25th hour
        row("b3", at("2026-10-26T00:00:00+00:00"), outcome="answered"),
    ]
    packed(filled(tmp_path, *rows), order("2026-10-24T00:00+01:00", "2026-10-27T00:00+00:00"))
    counted: dict[str, Counter[str | None]] = {}
    for one in rows:
        day = datetime.fromtimestamp(one["placed_at"], LONDON).date().isoformat()
        counted.setdefault(day, Counter())[one["outcome"]] += 1
    expected = {
        day: (count["abandoned"], count["abandoned"] + sum(count[name] for name in LIVE))
        for day, count in counted.items()
        if "2026-10-24" <= day <= "2026-10-26"
    }
    found = {one["begins_local"][:10]: one for one in windows(tmp_path)}
    shares = {day: (one["numerator"], one["denominator"]) for day, one in found.items()}
    assert shares == expected
    night = found["2026-10-25"]
    assert (night["begins"], night["ends"]) == (
        "2026-10-24T23:00:00.000000Z",
        "2026-10-26T00:00:00.000000Z",
    )
    for one in found.values():
        over = one["numerator"] * 100 > one["denominator"]
        assert one["kept"] is not over


def test_a_month_ends_by_the_rules_clock_and_is_counted_as_a_whole(tmp_path: Path) -> None:
    canada = of("CA.abandoned", number="+14165550100")
    rows = [
        row("a1", at("2026-10-01T00:00:00-04:00"), **canada, outcome="abandoned"),
        row("a2", at("2026-10-31T23:59:59-04:00"), **canada, outcome="answered"),
        row("a3", at("2026-11-01T00:00:00-04:00"), **canada, outcome="abandoned"),
        row("a4", at("2026-11-30T23:59:59-05:00"), **canada),
        row("a5", at("2026-12-01T00:00:00-05:00"), **canada, outcome="abandoned"),
    ]
    asked = order("2026-11-10T00:00-05:00", "2026-11-12T00:00-05:00", client_zone=TORONTO.key)
    packed(filled(tmp_path, *rows), asked)
    (month,) = windows(tmp_path)
    assert (month["begins_local"], month["ends_local"]) == (
        "2026-11-01T00:00:00-04:00",
        "2026-12-01T00:00:00-05:00",
    )
    assert (month["numerator"], month["denominator"], month["placed"]) == (1, 2, 2)
    assert (month["percent"], month["limit_percent"], month["kept"]) == (50.0, 5.0, False)


def test_thirty_days_begin_with_the_first_call_and_sellers_are_apart(tmp_path: Path) -> None:
    began = at("2026-03-01T12:00+00:00")
    days, usa = 86_400.0, of("US.abandoned", number="+13055550100")
    rows = [
        row("a1", began, **usa, outcome="answered", seller="A"),
        row("a2", began + 30 * days - 0.5, **usa, outcome="abandoned", seller="A"),
        row("a3", began + 30 * days, **usa, outcome="abandoned", seller="B"),
        row("a4", began + 31 * days, **usa, outcome="answered", seller="A"),
    ]
    packed(filled(tmp_path, *rows), order("2026-03-30T00:00+01:00", "2026-04-02T00:00+01:00"))
    found = {(one["begins"][:16], one["seller"]): one for one in windows(tmp_path)}
    first, second = "2026-03-01T12:00", "2026-03-31T12:00"
    shares = {key: (one["numerator"], one["denominator"]) for key, one in found.items()}
    assert shares == {(first, "A"): (1, 2), (second, "A"): (0, 1), (second, "B"): (1, 1)}


def test_a_window_over_the_whole_campaign_has_no_end_and_goes_on(tmp_path: Path) -> None:
    italy = of("IT.abandoned", number="+390669820100")
    begins = at("2025-01-01T10:00+01:00")
    rows = [
        row(f"a{year}", begins + year * timedelta(days=200).total_seconds(), **italy, outcome=said)
        for year, said in enumerate(("answered", "answered", "abandoned"))
    ]
    packed(filled(tmp_path, *rows), order("2026-03-01T00:00+00:00", "2026-03-02T00:00+00:00"))
    (one,) = windows(tmp_path)
    assert (one["ends"], one["whole"]) == (None, False)
    assert (one["numerator"], one["denominator"]) == (1, 2)  # of those who were connected


@pytest.mark.parametrize(("rule", "set_by"), [(OWN, "campaign"), (HOUSE, "house")])
def test_what_no_law_limits_is_counted_by_the_limit_that_the_campaign_kept(
    tmp_path: Path, rule: str, set_by: str
) -> None:
    kyiv = {"number": "+380441234567", "rules": {}}
    rows = [
        row("a1", at("2026-05-05T00:30:00+03:00"), **kyiv, outcome="abandoned"),
        row("a2", at("2026-05-05T23:30:00+03:00"), **kyiv, outcome="answered"),
        row("a3", at("2026-05-06T00:30:00+03:00"), **kyiv, outcome="answered"),
    ]
    limit = AbandonLimit(percent=50.0, window=WindowKind.DAY)
    asked = order(
        "2026-05-05T00:00+01:00",
        "2026-05-06T00:00+01:00",
        client_zone="Europe/Kyiv",
        own_limits=(CampaignLimit(rule=rule, limit=limit, source="somebody"),),
    )
    packed(filled(tmp_path, *rows), asked)
    first, second = windows(tmp_path)
    assert (first["rule"], first["set_by"], first["zone"]) == (rule, set_by, "Europe/Kyiv")
    assert (first["numerator"], first["denominator"], first["kept"]) == (1, 2, True)
    assert (first["begins_local"], second["placed"]) == ("2026-05-05T00:00:00+03:00", 1)
    page = (tmp_path / "pack" / "report.html").read_text()
    assert f"{rule}: {set_by}, as it is now" in page


def test_a_limit_of_the_law_is_named_as_such(tmp_path: Path) -> None:
    packed(
        filled(tmp_path, row("a1", at("2026-05-05T10:00+01:00"))),
        order("2026-05-05T00:00+01:00", "2026-05-06T00:00+01:00"),
    )
    (one,) = windows(tmp_path)
    assert (one["rule"], one["set_by"]) == ("GB.abandoned", "law")


def test_what_was_dialed_before_rules_were_noted_goes_by_the_present_ones(tmp_path: Path) -> None:
    rows = [row("a1", at("2026-05-05T10:00+01:00"), law="", rules={}, outcome="abandoned")]
    packed(filled(tmp_path, *rows), order("2026-05-05T00:00+01:00", "2026-05-06T00:00+01:00"))
    (one,) = windows(tmp_path)
    assert (one["rule"], one["numerator"], one["calls_by_present_rules"]) == ("GB.abandoned", 1, 1)
    assert "nobody noted by which rules" in (tmp_path / "pack" / "report.html").read_text()


def test_detected_machines_count_as_far_as_an_audit_says(tmp_path: Path) -> None:
    when = at("2026-05-05T10:00+01:00")
    detected = {"outcome": "machine", "machine": "machine"}
    rows = [row(f"m{key}", when + key, **detected) for key in range(50)]
    # An agent was with these, or nobody else has named them: no person was hung up on.
    rows += [row(f"h{key}", when + key, **detected, agent="anna") for key in range(30)]
    rows += [row(f"s{key}", when + key, outcome="machine", agent="anna") for key in range(20)]
    rows += [row(f"p{key}", when + key, outcome="answered") for key in range(99)]
    asked = order("2026-05-05T00:00+01:00", "2026-05-06T00:00+01:00", error_share=0.02)
    packed(filled(tmp_path, *rows), asked)
    (one,) = windows(tmp_path)
    assert (one["numerator"], one["denominator"]) == (pytest.approx(1.0), pytest.approx(100.0))
    assert one["machines"] == 50
    assert one["kept"] is True


def test_whom_a_detector_cut_off_was_abandoned_whatever_they_say(tmp_path: Path) -> None:
    when = at("2026-05-05T10:00+01:00")
    never = {"client": CLIENT, "disposition": "never"}
    rows = [row("a1", when, outcome="abandoned", **never), row("a2", when + 1, outcome="answered")]
    rows += [row("a3", when + 2, outcome="answered", **never)]
    asked = order("2026-05-05T00:00+01:00", "2026-05-06T00:00+01:00")
    packed(filled(tmp_path, *rows), replace(asked, refusals=((CLIENT, "never"),)))
    (one,) = windows(tmp_path)
    assert (one["numerator"], one["denominator"]) == (1, 3)


def test_where_a_limit_changed_within_a_window_the_lower_one_is_its_limit(tmp_path: Path) -> None:
    lower = orjson.loads(LAW.text)
    lower["places"]["GB"]["abandoned"]["abandoned"]["percent"] = 0.5
    noon = at("2026-05-05T12:00+01:00")
    file = filled(tmp_path, row("a1", noon), row("a2", noon + 1, law="v2"), row("a3", noon + 2))
    kept = {"version": "v2", "kept_at": noon, "text": orjson.dumps(lower).decode()}
    add(file, LAWS, [kept])
    packed(file, order("2026-05-05T00:00+01:00", "2026-05-06T00:00+01:00"))
    (one,) = windows(tmp_path)
    assert (one["limit_percent"], one["placed"]) == (0.5, 3)


def test_a_rule_that_consent_waived_is_not_counted(tmp_path: Path) -> None:
    waived = row("a1", at("2026-05-05T10:00+01:00"), rules={"GB.abandoned": "waived"})
    packed(filled(tmp_path, waived), order("2026-05-05T00:00+01:00", "2026-05-06T00:00+01:00"))
    assert windows(tmp_path) == []


def test_instants_are_told_in_utc(tmp_path: Path) -> None:
    one = row("a1", at("2026-05-05T10:00+01:00"), outcome="answered")
    packed(filled(tmp_path, one), order("2026-05-05T00:00+01:00", "2026-05-06T00:00+01:00"))
    (day,) = windows(tmp_path)
    begins = datetime.fromisoformat(day["begins"]).astimezone(UTC)
    assert begins == datetime(2026, 5, 4, 23, tzinfo=UTC)
