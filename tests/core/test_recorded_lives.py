"""Random lives of recorded talks: no false alarm in a healthy one, each fault found in a minute."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from ccengine.core.events.causes import Party
from ccengine.core.events.recording_health import (
    GapKind,
    PartyHeard,
    PartyUnheard,
    RecordingGapFound,
)
from tests.core.recorded_lives import (
    HEALTHY,
    STEP,
    UNHEARD_SECONDS,
    Fault,
    Life,
    Says,
    Watched,
    broken,
)
from tests.sizes import by_size

LIVES = by_size(small=150, full=5_000)
FOUND_SECONDS = 60.0

MEANS = {
    Fault.FILE_GONE: (GapKind.NO_FILE, None),
    Fault.FILE_STOPS: (GapKind.FILE_SHORT, None),
    Fault.CALLER_LOST: (GapKind.PARTY_MISSING, Party.CALLER),
    Fault.AGENT_LOST: (GapKind.PARTY_MISSING, Party.AGENT),
}


@settings(max_examples=LIVES, deadline=None)
@given(HEALTHY)
def test_a_healthy_life_raises_no_alarm(life: Life) -> None:
    found = Watched(life).run()
    assert not [what for _, what in found if isinstance(what, RecordingGapFound)], found


@settings(max_examples=LIVES, deadline=None)
@given(HEALTHY)
def test_only_who_sends_nothing_is_unheard(life: Life) -> None:
    for at, what in Watched(life).run():
        if isinstance(what, PartyUnheard):
            steps = range(int((at - UNHEARD_SECONDS) / STEP) + 1, int(at / STEP) - 1)
            assert {life.sends(what.party, step * STEP) for step in steps} == {Says.NOTHING}


@settings(max_examples=LIVES, deadline=None)
@given(HEALTHY)
def test_who_is_unheard_is_told_once_and_heard_again_for_what_it_was(life: Life) -> None:
    watched = Watched(life)
    silent: dict[Party, tuple[float, float]] = {}  # told at, and since when
    for at, what in watched.run():
        match what:
            case PartyUnheard():
                told, _ = silent.get(what.party, (at, 0.0))
                held = any(told < look < at for look in watched.held)
                assert told == at or (what.party is Party.AGENT and held)
                silent[what.party] = at, at - what.seconds
            case PartyHeard():
                _, since = silent.pop(what.party)
                assert at - what.seconds == pytest.approx(since, abs=0.2)


@settings(max_examples=LIVES, deadline=None)
@given(broken())
def test_each_fault_is_found_once_and_within_a_minute(life: Life) -> None:
    assert life.fault is not None
    found = [(at, what) for at, what in Watched(life).run() if isinstance(what, RecordingGapFound)]
    ((at, what),) = found
    assert (what.kind, what.party) == MEANS[life.fault]
    assert life.broken_at <= at <= life.broken_at + FOUND_SECONDS, found
