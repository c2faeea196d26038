"""Talk, silence and cross-talk are found where they are, whatever the line is like."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.sound import Analysis, SpanKind, Stretch, analyse
from ccengine.sound.analysis import LOUDEST_PEAK
from tests.sound.speech import (
    AGENT,
    CALLER,
    GREETING,
    QUESTION,
    RATE,
    Stage,
    at_level,
    speech,
    tone,
)

if TYPE_CHECKING:
    from pathlib import Path

NEAR = 0.35
"""Seconds. A word's weak end counts or not."""


def kinds_of(found: Analysis) -> list[SpanKind]:
    return [span.kind for span in found.spans]


def conversation(agent_db: float, caller_db: float) -> tuple[Stage, list[tuple[float, float]]]:
    """Greeting, answer, four seconds of silence, and both at once for a second and a half."""
    stage = Stage(32)
    greeting = at_level(speech(GREETING), agent_db)
    question = at_level(speech(QUESTION, "en+f3"), caller_db)
    times = []
    for side, at, sound in ((AGENT, 1.0, greeting), (CALLER, 7.0, question)):
        times.append((at, stage.put(side, at, sound)))
    begins = times[-1][1] + 4.0
    ends = stage.put(AGENT, begins, greeting)
    times.append((begins, ends))
    times.append((ends - 1.5, stage.put(CALLER, ends - 1.5, question)))
    return stage, times


LINES = {
    "clean": (-26.0, -26.0, None, None),
    "usual": (-26.0, -26.0, -60.0, None),
    "soft caller": (-20.0, -36.0, -58.0, None),
    "noisy": (-20.0, -20.0, -43.0, None),
    "soft and noisy": (-33.0, -33.0, -52.0, None),
    "echo": (-20.0, -24.0, -60.0, -27.0),
}


@pytest.mark.parametrize("line", LINES)
def test_talk_is_found_at_its_time_on_all_kinds_of_lines(line: str) -> None:
    agent_db, caller_db, noise, echo = LINES[line]
    stage, times = conversation(agent_db, caller_db)
    if echo is not None:
        stage.echo(AGENT, echo)
        stage.echo(CALLER, echo)
    if noise is not None:
        stage.noise(noise)
    found = analyse(stage.samples, RATE)
    greeting, question, again, over = times
    silence, agent, caller = SpanKind.SILENCE, SpanKind.AGENT, SpanKind.CALLER
    spans = found.spans
    assert kinds_of(found)[:6] == [silence, agent, silence, caller, silence, agent], spans
    assert spans[1].start == pytest.approx(greeting[0], abs=NEAR)
    assert spans[1].end == pytest.approx(greeting[1], abs=NEAR)
    assert spans[3].start == pytest.approx(question[0], abs=NEAR)
    assert spans[3].end == pytest.approx(question[1], abs=NEAR)
    assert spans[5].start == pytest.approx(again[0], abs=NEAR)
    crossed = [span for span in spans if span.kind is SpanKind.CROSS_TALK]
    assert crossed, spans
    assert over[0] - NEAR < crossed[0].start
    assert crossed[-1].end < again[1] + NEAR
    assert found.measures.cross_talk == pytest.approx(1.2, abs=0.5)
    assert spans[-1].kind is silence
    assert spans[-1].start == pytest.approx(over[1], abs=NEAR)
    quiet = 32 - sum(end - start for start, end in times) + 1.5
    assert found.measures.silence == pytest.approx(quiet, abs=1.5)
    assert found.silence_percent == pytest.approx(100 * quiet / 32, abs=5)


def test_an_echo_is_not_the_callers_talk() -> None:
    stage = Stage(12)
    stage.put(AGENT, 2.0, at_level(speech(GREETING), -20))
    stage.echo(AGENT, -25)
    stage.noise(-62)
    found = analyse(stage.samples, RATE).measures
    assert found.caller == found.cross_talk == 0
    assert found.agent > 3


def test_steady_noise_is_nobodys_talk_from_its_first_second() -> None:
    stage = Stage(30)
    stage.noise(-42)
    assert kinds_of(analyse(stage.samples, RATE)) == [SpanKind.SILENCE]


def test_noise_that_begins_in_the_midst_is_talk_for_some_seconds_at_most() -> None:
    stage = Stage(60)
    stage.noise(-62)
    stage.sound[30 * RATE :] += np.random.default_rng(2).normal(0, 330, (30 * RATE, 2))  # -40
    found = analyse(stage.samples, RATE)
    assert found.measures.silence > 48, found.spans


def test_a_continuous_tone_is_talk() -> None:
    stage = Stage(20)
    stage.put(CALLER, 0, tone(20))
    stage.put(AGENT, 5, tone(10, 600, -24))
    found = analyse(stage.samples, RATE)
    assert [(one.kind.value, one.start, one.end) for one in found.spans] == [
        ("caller", 0, 5),
        ("cross_talk", 5, 15),
        ("caller", 15, 20),
    ]


def test_a_phone_that_sends_nothing_while_nobody_talks_is_heard_as_well() -> None:
    stage = Stage(20)
    end = stage.put(CALLER, 2, at_level(speech(QUESTION), -30))
    stage.sound[np.abs(stage.sound) < 30] = 0
    found = analyse(stage.samples, RATE)
    assert found.measures.caller == pytest.approx(end - 2, abs=0.7)
    assert SpanKind.AGENT not in kinds_of(found)


def test_clicks_are_no_talk() -> None:
    stage = Stage(10)
    for at in (0.0, 1.0, 3.0, 3.5, 8.0, 9.97):
        stage.put(CALLER, at, tone(0.04, 900, -6))
    assert kinds_of(analyse(stage.samples, RATE)) == [SpanKind.SILENCE]


def test_who_answers_soon_has_not_been_silent() -> None:
    stage = Stage(10)
    stage.put(CALLER, 0, tone(4))
    stage.put(AGENT, 4.8, tone(5.2))
    found = analyse(stage.samples, RATE)
    assert kinds_of(found) == [SpanKind.CALLER, SpanKind.AGENT]
    assert found.spans[0].end == pytest.approx(4.8, abs=0.03)
    assert found.silence_percent == 0


def test_a_short_yes_is_no_interruption() -> None:
    stage = Stage(10)
    stage.put(AGENT, 0, tone(10))
    stage.put(CALLER, 5, tone(0.15, 700))
    assert kinds_of(analyse(stage.samples, RATE)) == [SpanKind.AGENT]


def test_hold_and_pause_are_counted_apart_and_pause_wins() -> None:
    stage = Stage(20)
    stage.put(CALLER, 0, tone(20))
    found = analyse(
        stage.samples, RATE, holds=[Stretch(5, 12)], pauses=[Stretch(10, 14), Stretch(19, 99)]
    )
    assert [(one.kind.value, one.start, one.end) for one in found.spans] == [
        ("caller", 0, 5),
        ("hold", 5, 10),
        ("pause", 10, 14),
        ("caller", 14, 19),
        ("pause", 19, 20),
    ]
    assert found.measures.conversation == 10
    assert (found.measures.hold, found.measures.pause) == (5, 5)


def test_one_agents_conversation_is_measured_by_itself() -> None:
    stage = Stage(30)
    stage.put(CALLER, 0, tone(10))
    stage.put(AGENT, 15, tone(10))
    found = analyse(stage.samples, RATE)
    first, second = found.within(0, 15), found.within(15, 30)
    assert (first.caller, first.silence, first.longest_silence) == (10, 5, 5)
    assert first.silence_percent == pytest.approx(33.33)
    assert (second.agent, second.silence) == (10, 5)
    assert found.within(40, 50).silence_percent is None


def test_peaks_are_drawn_for_each_tenth_of_a_second() -> None:
    stage = Stage(1.05)
    stage.put(CALLER, 0.2, tone(0.1, decibels=-3.02))
    stage.put(AGENT, 0.5, tone(0.1, decibels=-43.02))
    caller, agent = analyse(stage.samples, RATE).peaks
    assert len(caller) == len(agent) == 11
    assert list(caller).index(max(caller)) == 2
    assert caller[2] == pytest.approx(LOUDEST_PEAK, abs=1)
    assert agent[5] == pytest.approx(LOUDEST_PEAK / 10, abs=1)
    assert sum(caller) == caller[2]


def test_an_empty_recording_has_nothing() -> None:
    found = analyse(np.zeros((0, 2), np.int16), RATE)
    assert (found.seconds, found.spans, found.silence_percent) == (0, (), None)
    assert analyse(np.zeros((50, 2), np.int16), RATE).spans == ((SpanKind.SILENCE, 0.0, 0.01),)


def test_one_side_is_no_recording_of_a_call() -> None:
    with pytest.raises(ValueError, match="two sides"):
        analyse(np.zeros((8000, 1), np.int16), RATE)
    with pytest.raises(ValueError, match="two sides"):
        analyse(np.zeros(8000, np.int16), RATE)


def test_a_recording_may_be_mapped_from_its_file(tmp_path: Path) -> None:
    stage, _ = conversation(-26, -26)
    samples = np.tile(stage.samples, (5, 1))
    file = tmp_path / "call.raw"
    samples.tofile(file)
    mapped = np.memmap(file, dtype=np.int16, mode="r").reshape(-1, 2)
    assert analyse(mapped, RATE) == analyse(samples, RATE)


bursts = st.lists(
    st.tuples(
        st.sampled_from([CALLER, AGENT]),
        st.floats(0, 9),
        st.floats(0.02, 6),
        st.floats(-60, -3),
    ),
    max_size=8,
)
stretches = st.lists(st.tuples(st.floats(-2, 12), st.floats(0, 6)), max_size=3)


@settings(max_examples=60, deadline=None)
@given(bursts, stretches, stretches, st.sampled_from([8000, 11025, 16000]), st.floats(0, 11))
def test_spans_tile_the_recording_and_sides_are_alike(
    talk: list[tuple[int, float, float, float]],
    holds: list[tuple[float, float]],
    pauses: list[tuple[float, float]],
    rate: int,
    seconds: float,
) -> None:
    stage = Stage(10)
    for side, at, length, decibels in talk:
        stage.put(side, at, tone(length, 300 + 50 * side, decibels))
    samples = stage.samples[: int(seconds * RATE)]
    held = [Stretch(at, at + length) for at, length in holds]
    paused = [Stretch(at, at + length) for at, length in pauses]
    found = analyse(samples, rate, holds=held, pauses=paused)
    assert [one.end for one in found.spans[:-1]] == [one.start for one in found.spans[1:]]
    assert all(one.start < one.end for one in found.spans)
    assert all(one.kind is not next_one.kind for one, next_one in pairwise(found.spans))
    if found.spans:
        assert (found.spans[0].start, found.spans[-1].end) == (0, found.seconds)
    measures = found.measures
    whole = measures.conversation + measures.hold + measures.pause
    assert whole == pytest.approx(found.seconds, abs=0.05)
    assert Analysis.of_picture(json.loads(json.dumps(found.picture()))) == found
    mirrored = analyse(samples[:, ::-1], rate, holds=held, pauses=paused)
    exchanged = {SpanKind.CALLER: SpanKind.AGENT, SpanKind.AGENT: SpanKind.CALLER}
    assert mirrored.peaks == found.peaks[::-1]
    assert [one.kind for one in mirrored.spans] == [
        exchanged.get(one.kind, one.kind) for one in found.spans
    ]


def test_what_is_no_picture_is_refused() -> None:
    for wrong in ({}, {"seconds": 1, "caller": "zz", "agent": "", "spans": []}, {"seconds": None}):
        with pytest.raises(ValueError, match=r"picture|hexadecimal"):
            Analysis.of_picture(wrong)
