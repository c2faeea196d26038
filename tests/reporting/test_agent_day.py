"""An agent's own day, folded from a journal and told at a terminal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.ids import AgentId
from ccengine.reporting.agent_day import beginning_of_day, fold_day
from tests.cli.every_command import invoke
from tests.reporting.shift import Shift

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.reporting.agent_day import AgentDay

ANNA = AgentId("anna")
WRAP_UP = 15.0


@pytest.fixture
def shift(tmp_path: Path) -> Shift:
    return Shift(tmp_path / "journal" / "journal.sqlite")


def day_of(shift: Shift, *, since: float = 0.0, until: float | None = None) -> AgentDay:
    rows = shift.journal.rows(agent=ANNA)
    return fold_day(rows, agent=ANNA, since=since, until=shift.now if until is None else until)


def test_a_day_with_a_call_a_break_and_a_missed_offer(shift: Shift) -> None:
    begins = shift.now
    shift.open_doors("anna")
    came = shift.now
    call = shift.enter("c1")
    shift.answer(call)
    shift.wait(60)
    shift.hang_up(call)
    shift.wait(WRAP_UP + 5)
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="lunch"))
    shift.wait(120)
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="training"))
    shift.wait(30)
    shift.post(events.AgentWentReady(agent=ANNA))
    shift.enter("c2")
    shift.wait(40)
    day = day_of(shift)
    assert (day.calls, day.missed) == (1, 1)
    assert day.talked == pytest.approx(60)
    assert day.wrapped_up == pytest.approx(WRAP_UP)
    assert day.not_ready["lunch"] == pytest.approx(120)
    assert day.not_ready["training"] == pytest.approx(30)
    assert day.not_ready["no answer"] > 0
    assert begins <= shift.now - day.logged_in <= came
    shift.journal.close()


def test_what_is_outside_of_the_day_is_not_counted(shift: Shift) -> None:
    shift.open_doors("anna")
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="lunch"))
    shift.wait(100)
    midnight = shift.now
    shift.wait(50)
    noon = shift.now
    shift.wait(25)
    shift.post(events.AgentLoggedOut(agent=ANNA))
    assert day_of(shift, since=midnight).not_ready == {"lunch": pytest.approx(75)}
    assert day_of(shift, since=midnight).logged_in == pytest.approx(75)
    part = day_of(shift, since=midnight, until=noon)
    assert (part.logged_in, part.not_ready) == (pytest.approx(50), {"lunch": pytest.approx(50)})
    shift.journal.close()


def test_late_and_refused_events_count_for_nothing(shift: Shift) -> None:
    shift.open_doors("anna")
    call = shift.enter("c1")
    made = events.OfferDeclined(call=call, agent=ANNA, offer=f"{call}.9", reason="late")
    shift.post(made)
    assert day_of(shift).missed == 0
    shift.journal.close()


@pytest.mark.parametrize(
    ("zone", "hour"), [("UTC", 0), ("Asia/Dubai", 20), ("Europe/Kyiv", 21), ("Nowhere", None)]
)
def test_a_day_begins_at_midnight_where_the_team_is(zone: str, hour: int | None) -> None:
    noon = datetime(2026, 7, 2, 12, 0, tzinfo=UTC).timestamp()
    if hour is None:
        with pytest.raises(LookupError):
            beginning_of_day(noon, zone)
        return
    begins = datetime.fromtimestamp(beginning_of_day(noon, zone), UTC)
    assert (begins.hour, begins.day) == (hour, 1 if hour else 2)


def test_at_a_terminal(shift: Shift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCENGINE_STATE", str(tmp_path))
    shift.open_doors("anna")
    shift.post(events.AgentWentNotReady(agent=ANNA, reason="lunch"))
    shift.wait(90)
    shift.post(events.AgentWentReady(agent=ANNA))
    told = invoke(["agent", "anna"])
    assert told.exit_code == 0, told.output
    assert "  lunch      0:01:30" in told.stdout
    assert "missed       0" in told.stdout
    assert invoke(["agent", "anna", "--day", "1970-01-01"]).exit_code == 0
    for day in ("yesterday", "9999-12-31"):
        assert invoke(["agent", "anna", "--day", day]).exit_code == 2
    nobody = invoke(["agent", "zoe"])
    assert nobody.exit_code != 0
    shift.journal.close()
