"""Random lives of recorded talks: no false alarm in a healthy one, each fault found in a minute."""

from __future__ import annotations

from hypothesis import given, settings

from ccengine.core.events.causes import Party
from ccengine.core.events.recording_health import GapKind, PartyUnheard, RecordingGapFound
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
@given(broken())
def test_each_fault_is_found_within_a_minute(life: Life) -> None:
    assert life.fault is not None
    found = [(at, what) for at, what in Watched(life).run() if isinstance(what, RecordingGapFound)]
    kinds = {(what.kind, what.party) for at, what in found if at >= life.broken_at}
    assert MEANS[life.fault] in kinds, found
    assert len(kinds) == len(found) == 1, found
