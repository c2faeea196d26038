"""Errors of detectors, counted against what agents say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.core.dialer.leads import MachineVerdict
from ccengine.reporting.machine_errors import ALL, Hearing, errors_by_group, share_between

HEARINGS = st.builds(
    Hearing,
    verdict=st.sampled_from(MachineVerdict),
    was_machine=st.sampled_from([True, False, None]),
    seconds=st.none() | st.floats(0, 10),
    groups=st.fixed_dictionaries({"trunk": st.sampled_from(["kyiv", "lviv"])}),
)


def heard(verdict: MachineVerdict, *, was_machine: bool | None, trunk: str = "kyiv") -> Hearing:
    return Hearing(verdict=verdict, was_machine=was_machine, seconds=2.0, groups={"trunk": trunk})


def test_a_person_taken_for_a_machine_is_an_error_of_its_trunk() -> None:
    found = errors_by_group(
        [
            heard(MachineVerdict.MACHINE, was_machine=False, trunk="lviv"),
            heard(MachineVerdict.MACHINE, was_machine=True),
            heard(MachineVerdict.PERSON, was_machine=True),
            heard(MachineVerdict.UNSURE, was_machine=False),
            heard(MachineVerdict.MACHINE, was_machine=None),
        ]
    )
    assert list(found) == [(ALL, ""), ("trunk", "kyiv"), ("trunk", "lviv")]
    total, kyiv, lviv = found.values()
    assert (total.heard, total.labelled, total.people, total.machines) == (5, 4, 2, 2)
    assert (total.people_as_machines, total.machines_as_people) == (1, 1)
    assert (kyiv.people_as_machines, lviv.people_as_machines) == (0, 1)
    assert total.mean_seconds == 2.0


@given(st.lists(HEARINGS))
def test_groups_add_up(hearings: list[Hearing]) -> None:
    found = errors_by_group(hearings)
    total = found.pop((ALL, ""))
    for name in ("heard", "labelled", "people", "people_as_machines", "machines_as_people"):
        assert sum(getattr(one, name) for one in found.values()) == getattr(total, name)
    assert sum(total.said.values()) == total.heard
    assert total.people_as_machines <= min(total.people, total.said[MachineVerdict.MACHINE])


@pytest.mark.parametrize(
    ("part", "of", "low", "high"), [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.278), (5, 100, 0.022, 0.112)]
)
def test_few_calls_say_little(part: int, of: int, low: float, high: float) -> None:
    assert share_between(part, of) == pytest.approx((low, high), abs=0.001)
