"""The watch looks at what is recorded, tells what is wrong, and has it recorded anew."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ari.errors import AriDisconnected
from ccengine.calls.recording_watch import RecordingWatch
from ccengine.core.calls import Consent
from ccengine.core.events import (
    ConsentKind,
    GapKind,
    Party,
    PartyHeard,
    PartyUnheard,
    RecordingFailed,
    RecordingGapFound,
    RecordingStarted,
)
from ccengine.storage.spool import RATE, SpoolLook
from tests.calls.test_recordings import LEG, call_of, over, press, talking

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ccengine.core.events import Event
    from ccengine.core.ids import CallId
    from tests.calls.center_on_fake import CenterOnFake

LOOK = 10.0


class FakeSpool:
    """Files as the fake manager's recordings would fill them."""

    def __init__(self, center: CenterOnFake) -> None:
        self._center = center
        self.gone: set[str] = set()
        self.silent: set[Party] = set()
        self.looks = 0

    async def look(self, wanted: Mapping[CallId, tuple[Path, int]]) -> dict[CallId, SpoolLook]:
        self.looks += 1
        found = {call: self._look(file, seen) for call, (file, seen) in wanted.items()}
        return {call: look for call, look in found.items() if look is not None}

    def _look(self, file: Path, seen: int) -> SpoolLook | None:
        name = file.name
        manager = self._center.asterisk.manager
        monitors = [one for one in manager.monitors if one.file.endswith(f"/{name}")]
        if not monitors or name in self.gone or not manager.writes:
            return None
        now = asyncio.get_running_loop().time()
        end = min(now, monitors[0].ended_at or now)
        frames = int((end - monitors[0].began_at) * RATE)
        is_muted = monitors[0].muted
        return SpoolLook(
            at=self._center.engine.clock.now(),
            frames=frames,
            fresh=frames - seen,
            left_silent=is_muted or Party.CALLER in self.silent,
            right_silent=is_muted or Party.AGENT in self.silent,
        )


class Watching:
    """A watch on the fake, for as long as a test wants."""

    def __init__(self, center: CenterOnFake) -> None:
        self.center = center
        self.files = FakeSpool(center)
        self.begin()

    def begin(self) -> None:
        """As a new engine does."""
        center = self.center
        self.watch = RecordingWatch(
            center.wiring,
            center.sessions.talks.recordings,
            self.files,
            look_seconds=LOOK,
            unheard_seconds=20.0,
        )
        center.engine.observe(lambda rows: self.watch.observe(rows))

    async def watches(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.watch.run()

    def found(self, *kinds: type) -> list[Event]:
        return self.center.journal.events(*(kinds or (RecordingGapFound, PartyUnheard, PartyHeard)))

    def parts(self) -> list[str]:
        told = self.center.journal.events(RecordingStarted)
        return [event.recording for event in told if isinstance(event, RecordingStarted)]


@pytest.fixture
async def watching(center: CenterOnFake) -> Watching:
    return Watching(center)


def gap(watching: Watching) -> RecordingGapFound:
    (found,) = watching.found()
    assert isinstance(found, RecordingGapFound)
    return found


async def test_a_healthy_talk_is_left_in_peace_and_costs_one_request(watching: Watching) -> None:
    center = watching.center
    caller = await talking(center)
    before = len(center.asterisk.requests)
    await watching.watches(60.0)
    asked = [one.path for one in center.asterisk.requests[before:]]
    assert watching.files.looks == 5
    assert asked.count("bridges") == watching.files.looks + 2  # the audit's
    assert {path for path in asked if path.startswith("channels/")} == set()
    assert watching.found() == []
    await over(center, caller)


async def test_a_recording_that_ends_behind_our_back_is_begun_anew(watching: Watching) -> None:
    center = watching.center
    caller = await talking(center)
    await watching.watches(15.0)
    center.asterisk.manager.lose(caller)
    await watching.watches(30.0)
    found = gap(watching)
    assert (found.kind, found.recording) == (GapKind.FILE_SHORT, watching.parts()[0])
    assert len(watching.parts()) == 2
    assert len(center.asterisk.manager.of(caller)) == 1
    await watching.watches(120.0)
    assert len(watching.found()) == 1
    await over(center, caller)


async def test_a_file_that_is_taken_away_is_missed(watching: Watching) -> None:
    center = watching.center
    caller = await talking(center)
    watching.files.gone.add(watching.parts()[0].rpartition("/")[2])
    await watching.watches(30.0)
    assert gap(watching).kind is GapKind.NO_FILE
    assert len(watching.parts()) == 2
    await over(center, caller)


async def test_where_nothing_can_be_written_it_is_told_once(watching: Watching) -> None:
    center = watching.center
    center.asterisk.manager.writes = False
    caller = await talking(center)
    await watching.watches(300.0)
    assert gap(watching).kind is GapKind.NO_FILE
    center.asterisk.manager.writes = True
    await watching.watches(60.0)
    assert center.asterisk.manager.of(caller)
    assert len(watching.found()) == 1
    await over(center, caller)


async def test_a_talk_that_could_not_be_recorded_at_all_is_a_gap(watching: Watching) -> None:
    center = watching.center
    center.asterisk.manager.go_away()
    await center.log_in("olena", answers_after=1.0)
    caller = center.caller()
    await center.until(lambda: center.journal.events(RecordingFailed))
    await watching.watches(30.0)
    assert gap(watching).kind is GapKind.NO_FILE
    center.asterisk.manager.come_back()
    await watching.watches(30.0)
    assert len(watching.parts()) == 1
    assert len(watching.found()) == 1
    await over(center, caller)


async def test_who_speaks_into_a_silent_side_is_missing(watching: Watching) -> None:
    center = watching.center
    caller = await talking(center)
    leg = center.asterisk.channel(LEG)
    leg.packets = None  # it is not known how many there are
    center.asterisk.world.speech.speak(leg)
    watching.files.silent.add(Party.AGENT)
    await watching.watches(45.0)
    found = gap(watching)
    assert (found.kind, found.party) == (GapKind.PARTY_MISSING, Party.AGENT)
    assert len(watching.parts()) == 2
    watching.files.silent.clear()
    await watching.watches(15.0)
    assert not leg.listened  # Asterisk is not asked for more than is needed
    await over(center, caller)


async def test_who_is_silent_is_no_gap(watching: Watching) -> None:
    center = watching.center
    caller = await talking(center)
    leg = center.asterisk.channel(LEG)
    watching.files.silent |= {Party.AGENT, Party.CALLER}
    for second in range(60):
        leg.packets = center.asterisk.channel(caller).packets = 50 * second
        await watching.watches(3.0)
    assert watching.found() == []
    await over(center, caller)


async def test_a_phone_that_sends_nothing_is_told_and_again_when_it_does(
    watching: Watching,
) -> None:
    center = watching.center
    caller = await talking(center)
    leg = center.asterisk.channel(LEG)
    leg.packets = 500
    watching.files.silent.add(Party.AGENT)
    await watching.watches(60.0)
    (unheard,) = watching.found()
    assert isinstance(unheard, PartyUnheard)
    assert (unheard.party, unheard.channel) == (Party.AGENT, LEG)
    leg.packets = 501
    watching.files.silent.clear()
    await watching.watches(30.0)
    assert len(watching.found(PartyHeard)) == 1
    assert call_of(center).unheard == {}
    await over(center, caller)


async def test_what_one_engine_has_told_the_next_does_not(watching: Watching) -> None:
    center = watching.center
    caller = await talking(center)
    center.asterisk.channel(LEG).packets = 500
    watching.files.silent.add(Party.AGENT)
    await watching.watches(60.0)
    await center.restart(away_seconds=3.0)
    watching.begin()
    await watching.watches(60.0)
    assert len(watching.found()) == 1
    await over(center, caller)


async def test_holds_and_pauses_are_no_gaps(watching: Watching) -> None:
    center = watching.center
    caller = await talking(center)
    far = center.asterisk.channel(caller)
    leg = center.asterisk.channel(LEG)
    for channel in (far, leg):
        channel.packets = 500
        center.asterisk.world.speech.speak(channel)
    press(center, "*7")
    await watching.watches(45.0)
    press(center, "*7")
    press(center, "*1")
    await watching.watches(1.0)
    watching.files.silent.add(Party.AGENT)  # music that is silent for a while
    await watching.watches(45.0)
    assert watching.found(RecordingGapFound) == []
    await over(center, caller)


async def test_files_are_looked_at_also_without_asterisk(watching: Watching) -> None:
    center = watching.center
    caller = await talking(center)
    center.asterisk.manager.lose(caller)

    async def away() -> None:
        what = "bridges"
        raise AriDisconnected(what)

    center.wiring.router.ari.bridges = away  # type: ignore[method-assign,assignment]
    await watching.watches(30.0)
    assert gap(watching).kind is GapKind.FILE_SHORT
    del center.wiring.router.ari.bridges
    await over(center, caller)


async def test_a_reload_makes_no_gap_of_a_talk_that_was_not_to_be_recorded(
    watching: Watching,
) -> None:
    center = watching.center
    center.set_queue(recorded=False)
    caller = await talking(center, recorded=False)
    await watching.watches(20.0)
    center.set_queue(recorded=True)
    await watching.watches(60.0)
    assert watching.found() == []
    await over(center, caller)


async def test_a_talk_of_which_there_is_no_recording_is_told_and_recorded(
    watching: Watching,
) -> None:
    center = watching.center
    caller = await talking(center)
    call = call_of(center)
    # As if nothing had ever begun; the caller has been asked, and agrees.
    center.asterisk.manager.lose(caller)
    call.recording = call.recorded_channel = ""
    call.consent = Consent(rule=ConsentKind.CONSENT, given=True)
    await watching.watches(60.0)
    assert gap(watching).kind is GapKind.NO_FILE
    assert [one.ended_at for one in center.asterisk.manager.of(caller)] == [None]
    assert call.recorded_channel == caller
    await over(center, caller)


async def test_nothing_is_looked_at_where_nobody_is_recorded(watching: Watching) -> None:
    center = watching.center
    center.set_queue(recorded=False)
    caller = await talking(center, recorded=False)
    await watching.watches(60.0)
    assert watching.found() == []
    assert watching.watch._calls == {}
    await over(center, caller)
