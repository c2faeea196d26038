"""Detectors of answering machines as campaigns configure them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.config.detection import Detector, counts_from_greeting
from ccengine.ivr.configuration import load_configuration
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

FILE = "clients/dnipro/campaigns/renewals.yaml"


def test_arguments_are_those_of_asterisk() -> None:
    assert Detector().arguments() == "2500,1500,800,5000,100,50,2,256,5000"


def test_before_an_agent_silence_is_not_listened_to_for_long() -> None:
    assert Detector().arguments(before=True).startswith("1000,1500,")
    assert Detector(initial_silence_ms=600).arguments(before=True).startswith("600,")


@pytest.mark.parametrize(
    ("places", "expected"),
    [(["US-FL"], True), (["US"], True), (["US-FL", "GB"], False), (["UA"], False), ([""], False),
     ([], False)],
)  # fmt: skip
def test_the_law_of_all_places_must_count_from_the_greeting(
    places: list[str], *, expected: bool
) -> None:
    assert counts_from_greeting(places) is expected


def test_a_message_that_cannot_be_played_is_named(tmp_path: Path) -> None:
    tenant = copy_of_demo(tmp_path)
    change(tenant / FILE, "script: renewal", "voicemail: {prompt: not-there}\nscript: renewal")
    (problem,) = load_configuration(tenant).problems
    assert (problem.file, "prompt 'not-there' is missing" in problem.message) == (
        tenant / FILE,
        True,
    )
