"""The detector that judges what agents hear, and the search for what nobody may keep."""

from __future__ import annotations

import base64
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ccengine.phone import ulaw
from tests.dtmf import digits_in, tones_of
from tests.traces import spellings, traces_below

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = "4929123456789012"


@pytest.mark.parametrize("tone_ms", [50, 100])
def test_every_key_is_found_also_through_mu_law(tone_ms: int) -> None:
    pressed = "1234567890*#ABCD4411"
    sound = ulaw.decode(ulaw.encode(tones_of(pressed, tone_ms=tone_ms)))
    assert digits_in(sound) == pressed


def test_no_key_is_found_in_tones_and_noise() -> None:
    times = np.arange(8000 * 20) / 8000
    noise = np.random.default_rng(4).normal(0, 2000, len(times))
    for hertz in (400, 440, 650, 697, 1336):
        assert digits_in(6000 * np.sin(2 * np.pi * hertz * times)) == ""
    assert digits_in(noise) == ""


def test_a_key_is_found_beside_somebody_who_speaks_low() -> None:
    tones = np.array(tones_of("5"))
    low = np.random.default_rng(4).normal(0, 800, len(tones))
    assert digits_in(tones + low) == "5"


@pytest.mark.parametrize("how", [*spellings(NUMBER)])
def test_each_spelling_is_found_that_is_planted(tmp_path: Path, how: str) -> None:
    noise = random.Random(4).randbytes(5000)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "file").write_bytes(noise + spellings(NUMBER)[how] + noise)
    assert traces_below(tmp_path, NUMBER)


@pytest.mark.parametrize("before", [0, 1, 2, 3, 4, 5])
def test_base64_is_found_wherever_it_begins(tmp_path: Path, before: int) -> None:
    text = b"x" * before + NUMBER.encode() + b"yyyy"
    (tmp_path / "file").write_bytes(base64.b64encode(text))
    assert traces_below(tmp_path, NUMBER)


@pytest.mark.parametrize(
    "line",
    ["Signal={}\r\nDuration=100\r\n", '{{"digit": "{}", "duration_ms": 100}}', "DTMF end '{}' on"],
)
def test_keys_told_one_by_one_are_found(tmp_path: Path, line: str) -> None:
    told = "\n".join(f"2026-11-22 20:00:1{n % 10} {line.format(d)}" for n, d in enumerate(NUMBER))
    (tmp_path / "log").write_text(told)
    assert traces_below(tmp_path, NUMBER)


def test_nothing_is_found_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(random.Random(4).randbytes(100_000))
    assert traces_below(tmp_path, NUMBER) == []
