"""`ccengine outcome`: what was said of a call, with each form as it was when it was filled in."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.core import events
from ccengine.core.ids import AgentId, CallId
from ccengine.storage.database import RecordDatabase
from ccengine.storage.papers import StoredPaper
from tests.cli.every_command import invoke
from tests.reporting.shift import FORM, OUTCOME, Shift

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

C1, ANNA = CallId("c1"), AgentId("anna")
ORDER: dict[str, Any] = {
    "title": "An order",
    "version": 3,
    "fields": {
        "size": {"kind": "choice", "label": "Which size", "choices": {"big": {"label": "large"}}},
        "number": {"kind": "digits", "label": "Customer's number"},
    },
}


@pytest.fixture
def shift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shift]:
    monkeypatch.setenv("CCENGINE_STATE", str(tmp_path))
    made = Shift(tmp_path / "journal" / "journal.sqlite")
    made.open_doors("anna")
    made.enter(C1)
    made.answer(C1)
    made.wait(20)
    made.hang_up(C1)
    yield made
    made.journal.close()


def keep(tmp_path: Path, **content: Any) -> None:
    async def kept() -> None:
        database = await RecordDatabase.open(tmp_path / "database" / "ccengine.sqlite")
        paper = StoredPaper(
            client="nova", kind="form", name="order", version=3, hash="0b", content=content
        )
        await database.papers.keep([paper])
        await database.close()

    asyncio.run(kept())


def told(*options: str) -> str:
    result = invoke(["outcome", "c1", *options])
    assert result.exit_code == 0, result.stderr
    return result.stdout


def fill(shift: Shift, **values: str) -> None:
    shift.post(events.FormFilled(call=C1, agent=ANNA, form=FORM, values=values))


def test_outcome_and_form_in_the_words_of_the_version_used(shift: Shift, tmp_path: Path) -> None:
    keep(tmp_path, **ORDER)
    shift.post(
        events.OutcomeSet(
            call=C1, agent=ANNA, disposition="sold", contact_reason="order", resolved=True
        )
    )
    fill(shift, number="123456", size="big", later="x")
    lines = [line.split() for line in told().splitlines()]
    assert lines[0] == ["c1", "demo/nova:", "answered", "·", "sold", "·", "order", "·", "resolved"]
    assert ["form", "An", "order,", "version", "3", f"({FORM})"] in lines
    places = [lines.index(line) for line in (["Which", "size", "large"], ["later", "x"])]
    assert places == sorted(places)
    assert ["Customer's", "number", "123456"] in lines
    assert f"{OUTCOME.script} (this version is not kept here)" in told()


def test_for_a_program(shift: Shift, tmp_path: Path) -> None:
    keep(tmp_path, **ORDER)
    fill(shift, size="big")
    found = json.loads(told("--json"))
    assert (found["outcome"], found["disposition"], found["resolved"]) == ("answered", None, None)
    (part,) = found["parts"]
    assert part["form"] == {"ref": FORM, "version": 3, "title": "An order"}
    assert part["fields"] == [
        {"field": "size", "label": "Which size", "value": "big", "shown": "large"}
    ]


@pytest.mark.usefixtures("shift")
def test_without_anything_said_there_is_only_the_script() -> None:
    assert OUTCOME.script is not None
    assert OUTCOME.script in told()
    result = invoke(["outcome", "nobody"])
    assert result.exit_code == 1
    assert "no call 'nobody'" in result.stderr
