"""The step that says values, and what is told of one that could not."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from ccengine.core.ids import ClientId
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.context import FlowContext
from ccengine.ivr.data import CallData
from ccengine.ivr.steps.say import SayStep
from tests.config.tenants import copy_of_demo
from tests.ivr.scripted_caller import ScriptedCaller

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ccengine.ivr.prompts import Prompts
    from ccengine.ivr.speech.readings import Value

DNIPRO = ClientId("dnipro")
FLOW = """\
start: ask
steps:
  ask: {{collect: main-menu, into: order, least: 1, most: 9, no_input: tell{secret}}}
  tell: {{say: {say}, next: bye}}
  bye: {{hang_up: normal}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_of_demo(tmp_path)


def problems(folder: Path, say: str, *, secret: bool = False, prompt: str = "") -> list[str]:
    client = folder / "clients/dnipro"
    text = FLOW.format(say=say, secret=", secret: yes" if secret else "")
    (client / "flows/vip.yaml").write_text(
        text.replace("no_input: tell", "no_input: tell, next: tell")
    )
    file = client / "prompts/uk/prompts.yaml"
    if prompt:
        file.write_text(f"{file.read_text()}told: {prompt}\n")
    found = load_configuration(folder).problems
    for problem in found:
        assert (problem.file.name, problem.line) == ("vip.yaml", 4) or problem.file == file, problem
    return [problem.message for problem in found]


@pytest.mark.parametrize("say", ['"{order:digits}"', "[greeting, '{order:number}']", "told"])
def test_prompts_and_values_can_be_said(folder: Path, say: str) -> None:
    assert problems(folder, say, prompt="'{order:digits}. {day:date genitive}.'") == []


@pytest.mark.parametrize(
    ("say", "message"),
    [
        ("nothing", "prompt 'nothing' is missing in 'uk'"),
        ('"{ordr:digits}"', "no step learns a value 'ordr'"),
        ('"{order:digit}"', "'uk': there is no way 'digit' to say a value"),
        ('"{order:money XAU}"', "'uk': 'money' cannot be 'XAU' in this language"),
        ('"{order:digits} please"', "'{order:digits} please' has words in it"),
        ('"{order"', "a brace stands where no value is named"),
        ('"{order.x}"', "a brace stands where no value is named"),
    ],
)
def test_what_cannot_be_said_is_a_mistake(folder: Path, say: str, message: str) -> None:
    (found, *_) = problems(folder, say)
    assert found.startswith(message)


def test_secrets_are_never_said(folder: Path) -> None:
    told = "'order' is secret, and sound is kept in files"
    assert problems(folder, '"{order:digits}"', secret=True) == [told]


def test_values_in_a_prompt_are_checked_where_it_is_said(folder: Path) -> None:
    assert problems(folder, "told", prompt='"{amount:money}"') == [
        "no step learns a value 'amount'"
    ]


def test_a_prompt_with_a_value_cannot_be_played(folder: Path) -> None:
    file = folder / "clients/dnipro/flows/vip.yaml"
    file.write_text("start: a\nsteps:\n  a: {play: told, next: b}\n  b: {hang_up: normal}\n")
    texts = folder / "clients/dnipro/prompts/uk/prompts.yaml"
    texts.write_text(texts.read_text() + 'told: "{caller:digits}"\n')
    (problem,) = load_configuration(folder).problems
    assert problem.message == "prompt 'told' has a value in it: {caller}"
    assert (problem.file, problem.line) == (file, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("told: {text: 'a', speech: '{n:number}'}", "do not say the same values"),
        ("told: {text: ''}", "the text is empty"),
        ("told: 'a } b'", "a brace stands where no value is named"),
        ("press: '{n:number}'", "the engine has no value to say in 'press'"),
    ],
)
def test_texts_that_cannot_be_spoken(folder: Path, text: str, message: str) -> None:
    file = folder / "clients/dnipro/prompts/uk/prompts.yaml"
    lines = len(file.read_text().splitlines())
    file.write_text(f"{file.read_text()}{text}\n")
    (problem,) = load_configuration(folder).problems
    assert message in problem.message
    assert (problem.file, problem.line) == (file, lines + 1)


class NoSpeaker:
    async def media(
        self, sayings: Sequence[str], language: str, values: Mapping[str, Value]
    ) -> list[str] | None:
        del sayings, language, values
        return None


def context(prompts: Prompts, *, silent: bool = False, secret: bool = False) -> FlowContext:
    data = CallData()
    data.put({"amount": Decimal("2.01")}, secret=secret)
    return FlowContext(
        client=DNIPRO,
        caller=ScriptedCaller([], language="uk"),
        prompts=prompts,
        hours={},
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        data=data,
        speaker=NoSpeaker() if silent else None,
    )


@pytest.mark.parametrize(
    ("what", "otherwise", "heard", "leads"),
    [
        ("plain", None, "text:дві гривні одна копійка", "next"),
        ("silent", "agent", None, "agent"),
        ("silent", None, "apology", "next"),
        ("secret", "agent", None, "agent"),
        ("secret", None, "apology", "next"),
    ],
)
async def test_who_cannot_be_told_hears_so_or_goes_elsewhere(
    folder: Path, what: str, otherwise: str | None, heard: str | None, leads: str
) -> None:
    prompts = load_configuration(folder).prompts
    here = context(prompts, silent=what == "silent", secret=what == "secret")
    step = SayStep(say=("{amount:money}",), next="next", otherwise=otherwise)
    assert await step.run(here) == leads
    apology = prompts.phrase(DNIPRO, "cannot-be-said", "uk")
    expected = {None: [], "apology": [apology]}.get(heard, [heard])
    assert isinstance(here.caller, ScriptedCaller)
    assert here.caller.heard == expected
