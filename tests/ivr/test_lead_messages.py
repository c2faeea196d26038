"""What leads hear who find no agent: rendered beforehand, named by `check` where it cannot be."""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import Configuration, load_configuration
from ccengine.ivr.lead_messages import hindrance, lead_message, name_for
from ccengine.ivr.prompts import RecordedPrompt, SpokenPrompt
from ccengine.ivr.rendering import sound_file
from tests.config.tenants import change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

DNIPRO = ClientId("dnipro")
CAMPAIGN = "clients/dnipro/campaigns/renewals.yaml"
NAME = "lead-message-renewals-600201"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


def write(folder: Path, language: str, text: str) -> Path:
    file = folder / "clients/dnipro/prompts" / language / "prompts.yaml"
    file.write_text(f"{file.read_text()}\n{text}\n")
    return file


def spoken(found: Configuration, language: str) -> str:
    prompt = found.prompts.find(DNIPRO, NAME, language)
    assert isinstance(prompt, SpokenPrompt)
    assert prompt in list(found.prompts)  # and is rendered with all others
    return prompt.text


def hindered(found: Configuration, sounds: Path) -> str:
    assert found.tenant is not None
    client = found.tenant.clients[DNIPRO]
    return hindrance(found.prompts, client, client.campaigns["renewals"], sounds)


def test_it_says_who_called_from_where_and_which_key(folder: Path) -> None:
    text = spoken(load_configuration(folder), "uk")
    assert "Dnipro Energy" in text
    assert "шість, нуль, нуль, два, нуль, один" in text
    assert text.endswith("натисніть зараз дев'ять.")


def test_it_is_said_in_several_languages_with_a_key_of_its_own(folder: Path) -> None:
    message = "message: {languages: [uk, en], key: 7}\nqueue: vip "
    change(folder / CAMPAIGN, "queue: vip ", message)
    change(folder / CAMPAIGN, "purpose: service", "purpose: marketing")
    found = load_configuration(folder)
    assert "telemarketing purposes" in spoken(found, "en")
    assert spoken(found, "en").endswith("press seven now.")
    assert found.tenant is not None
    client = found.tenant.clients[DNIPRO]
    said = lead_message(found.prompts, client, client.campaigns["renewals"], "600201")
    assert said is not None
    first, second = said.media.split("&")
    assert ("/sounds/uk/" in first, "/sounds/en/" in second, said.key) == (True, True, "7")
    assert not said.media.startswith("sound:")  # the dialplan's applications know no such word
    assert said.opted_out.count("&") == 1


def test_the_clients_own_words(folder: Path) -> None:
    own = "lead-message-renewals: '{seller}, {number}. Тисніть {key}.'"
    write(folder, "uk", own)
    found = load_configuration(folder)
    assert found.problems == ()
    text = spoken(found, "uk")
    assert text == "Dnipro Energy, шість, нуль, нуль, два, нуль, один. Тисніть дев'ять."


@pytest.mark.parametrize("name", ["lead-message-renewals", NAME])
def test_a_recording_wins(folder: Path, name: str) -> None:
    with wave.open(str(folder / f"clients/dnipro/prompts/uk/{name}.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(1600))
    found = load_configuration(folder)
    assert isinstance(found.prompts.find(DNIPRO, NAME, "uk"), RecordedPrompt)


def test_an_unknown_value_is_named_with_its_line(folder: Path) -> None:
    file = write(folder, "uk", "lead-message-renewals: '{buyer} дзвонить'")
    (problem,) = load_configuration(folder).problems
    assert (problem.file, problem.line) == (file, len(file.read_text().splitlines()))
    assert "{buyer}" in problem.message
    assert "{seller}" in problem.remedy


def test_a_language_without_words_is_named(folder: Path) -> None:
    change(folder / "tenant.yaml", "  fr: {", "  de: {voice: de}\n  fr: {")
    change(folder / CAMPAIGN, "queue: vip ", "message: {languages: [de]}\nqueue: vip ")
    problems = load_configuration(folder).problems
    (found,) = [one for one in problems if "no text of ours in 'de'" in one.message]
    assert "'lead-message-renewals' in" in found.remedy
    write_german = folder / "clients/dnipro/prompts/de"
    write_german.mkdir()
    (write_german / "prompts.yaml").write_text("lead-message-renewals: 'Hier ist {seller}.'\n")
    assert "'de' that says" not in str(load_configuration(folder).problems)


@pytest.mark.parametrize(
    ("message", "named"),
    [("{languages: [xx]}", "unknown language 'xx'"), ("{key: 10}", "'10' is no key")],
)
def test_what_is_wrong_is_named(folder: Path, message: str, named: str) -> None:
    change(folder / CAMPAIGN, "queue: vip ", f"message: {message}\nqueue: vip ")
    assert named in str(load_configuration(folder).problems)


def test_a_campaign_waits_for_its_sound(folder: Path, tmp_path: Path) -> None:
    found = load_configuration(folder)
    assert f"'{NAME}' is not rendered in 'uk'" in hindered(found, tmp_path)
    prompt = found.prompts.find(DNIPRO, NAME, "uk")
    assert prompt is not None
    file = sound_file(tmp_path, prompt)
    file.parent.mkdir()
    file.write_bytes(b"RIFF")
    assert hindered(found, tmp_path) == ""


def test_without_agents_it_is_waited_for_as_well(folder: Path, tmp_path: Path) -> None:
    """The dialplan says it if the engine dies while they hear the flow."""
    change(folder / CAMPAIGN, "mode: progressive ", "consent: yes\nflow: main\nmode: unattended #")
    change(folder / CAMPAIGN, "queue: vip ", "# ")
    found = load_configuration(folder)
    assert not found.problems
    assert "is not rendered" in hindered(found, tmp_path)


def test_each_number_that_is_shown_is_said(folder: Path) -> None:
    change(folder / CAMPAIGN, "caller_ids:\n", "caller_ids:\n  600200: {tested: 2026-01-15}\n")
    found = load_configuration(folder)
    assert found.tenant is not None
    campaign = found.tenant.clients[DNIPRO].campaigns["renewals"]
    names = {name_for(campaign, number) for number in campaign.settings.caller_ids}
    assert names == {NAME, "lead-message-renewals-600200"}
    assert all(found.prompts.find(DNIPRO, name, "uk") for name in names)
