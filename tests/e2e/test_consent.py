"""Before a call is recorded its caller is told, or asked, by their number's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ccengine.core.events import (
    ConsentAsked,
    ConsentGiven,
    ConsentKind,
    ConsentRefused,
    RecordingStarted,
)
from ccengine.ivr.phrases import Phrase
from tests.e2e.card_counter import events, id_of, raw_recording
from tests.e2e.configuration import DNIPRO, configured
from tests.e2e.people import hear_each_other, hear_prompt
from tests.e2e.talks import now
from tests.e2e.waits import until

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.events import Event
    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage

RATE = 8000
BRITON, GERMAN = "442071234567", "493012345678"
"""Who is told, and who is asked, by the built-in table."""
CONSENT = (DNIPRO, "queues:\n", "consent: {}\nqueues:\n")
KYIV = ("tenant.yaml", "kyiv: {name: Kyiv,", "kyiv: {name: Kyiv, place: US-NY,")


def level(side: np.typing.NDArray[np.int16], hz: float) -> float:
    """Return how loud a tone is in a sound, of 1."""
    times = np.arange(len(side)) / RATE
    return 2 * abs(np.mean(side * np.exp(-2j * np.pi * hz * times))) / 32768


def file_of(stage: Stage, phrase: Phrase) -> Path:
    """Return what is played of a phrase to who rings dnipro."""
    route = stage.system.tenant.route("600201")
    assert route is not None
    return stage.system.phrase(route.client, phrase, route.language)


def recorded(stage: Stage, caller: Caller) -> list[Event]:
    return events(stage.system, id_of(caller), RecordingStarted)


async def test_who_is_told_hears_it_before_anything_of_them_is_recorded(stage: Stage) -> None:
    async with configured(stage.system, CONSENT, KYIV), stage:
        olena = await stage.agent("olena")
        since = now()
        caller = await stage.caller("600201", shown=BRITON, caller_id=BRITON)
        call = await olena.answers()
        file = file_of(stage, Phrase.CALL_IS_RECORDED)
        told_at = await hear_prompt(caller.call, file, since=since, within=20.0)
        await hear_each_other(caller, olena, call)
        await until("it is recorded", lambda: bool(recorded(stage, caller)))
        asked, given, begun = events(
            stage.system, id_of(caller), ConsentAsked, ConsentGiven, RecordingStarted
        )
        assert isinstance(asked, ConsentAsked)
        assert isinstance(given, ConsentGiven)
        assert isinstance(begun, RecordingStarted)
        assert (asked.rule, asked.caller_place) == (ConsentKind.ANNOUNCE, "GB")
        lasted = now() - told_at
        await caller.hangs_up()
        await call.ended(timeout_seconds=5)
        sound = raw_recording(stage.system, begun.recording)
        assert level(sound[:, 0], caller.tone_hz) > 0.05
        assert len(sound) / RATE < lasted  # nothing of the time before


@pytest.mark.parametrize("key", ["1", "2"])
async def test_who_is_asked_decides_by_a_key_and_is_served_in_any_case(
    stage: Stage, key: str
) -> None:
    async with configured(stage.system, CONSENT, KYIV), stage:
        olena = await stage.agent("olena")
        since = now()
        caller = await stage.caller("600201", shown=GERMAN, caller_id=GERMAN)
        call = await olena.answers()
        file = file_of(stage, Phrase.MAY_BE_RECORDED)
        await hear_prompt(caller.call, file, since=since, within=20.0, beginning=0.8)
        assert not recorded(stage, caller)
        await caller.presses(key)
        kind = ConsentGiven if key == "1" else ConsentRefused
        await until("it is settled", lambda: bool(events(stage.system, id_of(caller), kind)))
        await hear_each_other(caller, olena, call)
        assert bool(recorded(stage, caller)) == (key == "1")
        await caller.hangs_up()
        await call.ended(timeout_seconds=5)
        folder = stage.system.paths.recordings
        written = [file for file in folder.rglob("*.raw") if file.name.startswith(id_of(caller))]
        assert len(written) == (1 if key == "1" else 0)
