"""Words that the recogniser cannot hear are told, where anybody can know."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.ivr import spoken_checks
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.recogniser_words import Dictionary, installed_dictionary
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

FLOW = "clients/nour/flows/main.yaml"
CHOICES = "digits: {1: billing, 2: technical}"
SPOKEN = "speech: {en: {1: [billing, teknical]}}"


@pytest.fixture
def tenant(tmp_path: Path) -> Path:
    tenant = copy_of_demo(tmp_path)
    change(tenant / FLOW, CHOICES, f"{CHOICES}\n    {SPOKEN}")
    return tenant


def test_where_nobody_knows_the_words_one_warning_says_so(
    tenant: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken_checks, "installed_dictionary", lambda: None)
    found = load_configuration(tenant)
    (warning,) = found.warnings
    assert not found.problems
    assert "phrases are not checked" in warning.message
    assert "speech: {" in (tenant / FLOW).read_text().splitlines()[warning.line - 1]


def test_a_flow_without_phrases_is_warned_of_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spoken_checks, "installed_dictionary", lambda: None)
    assert not load_configuration(copy_of_demo(tmp_path)).warnings


def test_each_word_that_is_unknown_is_told(tenant: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = Dictionary(b"billing B IH L IH NG\nteknical(2) X\n")
    monkeypatch.setattr(spoken_checks, "installed_dictionary", lambda: words)
    found = load_configuration(tenant)
    assert [one.message for one in found.problems] == [
        "'teknical' is never heard: the recogniser does not know 'teknical'"
    ]
    assert not found.warnings


def test_the_dictionary_is_the_decoders() -> None:
    pytest.importorskip("pocketsphinx")
    from ccengine.ivr.recogniser_engine import Ear

    known, words = Ear().able, installed_dictionary()
    assert words is not None
    tried = ("billing", "don't", "'bout", "teknical", "wifi", "b", "zz", "the")
    able = {word for word in tried if known({"1": [word]}).phrases}
    assert set(tried) - set(words.unknown(tried)) == able
    assert "billing" in able
    assert "teknical" not in able
