"""What Prometheus reads: counted from what happens, for the administrator's token only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.roles import Role
from ccengine.core import events
from tests.api.house import FILE_TOKEN, house

if TYPE_CHECKING:
    from pathlib import Path


async def test_gaps_and_silent_phones_are_counted(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        call = here.call("c1", "nour/support")
        gap = {"call": call, "recording": "r.raw", "seconds": 9.0}
        here.shift.post(events.RecordingGapFound(**gap, kind=events.GapKind.NO_FILE))
        here.shift.post(events.RecordingGapFound(**gap, kind=events.GapKind.FILE_SHORT))
        here.shift.post(events.RecordingGapFound(**gap, kind=events.GapKind.FILE_SHORT))
        unheard = {"party": events.Party.AGENT, "channel": "ch", "seconds": 20.0}
        here.shift.post(events.PartyUnheard(call=call, **unheard))
        here.metrics.note_look(at=1_700_000_000.0, seconds=0.25, recordings=3)
        async with here.client(FILE_TOKEN) as client, client.get("/metrics") as response:
            assert response.status == 200
            assert response.content_type == "text/plain"
            told = (await response.text()).splitlines()
        of_nour = 'client="nour"'
        assert (
            f'ccengine_recording_gaps_total{{{of_nour},kind="file_short",tenant="demo"}} 2.0'
            in told
        )
        assert (
            f'ccengine_recording_gaps_total{{{of_nour},kind="no_file",tenant="demo"}} 1.0' in told
        )
        assert (
            f'ccengine_parties_unheard_total{{{of_nour},party="agent",tenant="demo"}} 1.0' in told
        )
        assert "ccengine_recordings_watched 3.0" in told


async def test_they_are_the_administrators(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        leader = await here.token("leader", Role.SUPERVISOR)
        async with here.client(leader) as client, client.get("/metrics") as response:
            assert response.status == 403
