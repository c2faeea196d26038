"""What flows learn about a call, and the steps that learn it and look at it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ccengine.core.ids import ClientId
from ccengine.ivr.context import FlowContext
from ccengine.ivr.data import (
    LONGEST_VALUE,
    VALUES_AT_MOST,
    CallData,
    DataFull,
    Value,
    read,
    text_of,
    written,
)
from ccengine.ivr.prompt_loading import load_prompts
from ccengine.ivr.references import Template
from ccengine.ivr.steps.branch import BranchStep
from ccengine.ivr.steps.collect import CollectStep, Typed
from ccengine.ivr.steps.set import SetStep
from ccengine.ivr.templates import filled, holes
from tests.config.test_loading import demo
from tests.ivr.scripted_caller import ScriptedCaller

if TYPE_CHECKING:
    from ccengine.ivr.prompts import Prompts

NOW = datetime(2026, 12, 21, 12, tzinfo=UTC)
PROMPTS: Prompts = load_prompts(demo())[0]
TOLD: list[tuple[dict[str, str | None], dict[str, str]]] = []


def data(**values: Value) -> CallData:
    TOLD.clear()
    return CallData(
        {"caller": lambda: "+971501234567"},
        {name: written(value) for name, value in values.items()},
        lambda changed, shown: TOLD.append((dict(changed), dict(shown))),
    )


def context(caller: ScriptedCaller, known: CallData | None = None) -> FlowContext:
    return FlowContext(
        client=ClientId("nour"),
        caller=caller,
        prompts=PROMPTS,
        hours={},
        now=lambda: NOW,
        data=known or data(),
    )


VALUES = st.one_of(
    st.text(max_size=20),
    st.decimals(allow_nan=False, allow_infinity=False, places=2),
    st.booleans(),
    st.dates(),
    st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(microsecond=0)),
)


@given(VALUES)
def test_a_value_is_read_back_as_it_was(value: Value) -> None:
    assert read(written(value)) == value
    assert type(read(written(value))) is type(value)


@given(st.text("ab{}_1 ", max_size=30), st.text("{}ab", max_size=5))
def test_a_value_in_a_text_is_never_read_again(template: str, value: str) -> None:
    text = filled(template, lambda _: value)
    assert text.count(value) >= len(holes(template)) or not value
    assert filled("{a}{{b}}", lambda _: value) == f"{value}{{b}}"


@pytest.mark.parametrize("wrong", ["{", "}", "{a b}", "{a.b}", "{A}", "{0}", "{a!r}", "{a:money}"])
def test_only_a_name_may_stand_in_braces(wrong: str) -> None:
    with pytest.raises(ValidationError, match="brace"):
        TypeAdapter(Template).validate_python(wrong)


def test_a_secret_and_what_is_made_of_it_is_told_to_nobody() -> None:
    known = data()
    known.put({"pin": "1234"}, secret=True)
    known.put_made({"both": "{pin} {caller}", "plain": "{caller}"})
    known.show({"Pin": "{pin}", "Both": "{both}", "Caller": "{caller}"})
    assert known.text("{both}") == "1234 +971501234567"
    assert "1234 " not in str(TOLD)
    assert TOLD == [({"plain": "t:+971501234567"}, {}), ({}, {"Caller": "+971501234567"})]


def test_a_value_that_becomes_secret_is_forgotten_where_it_was_kept() -> None:
    known = data(pin="1")
    known.put({"pin": "2"}, secret=True)
    assert TOLD == [({"pin": None}, {})]
    known.put({"pin": "3"})
    assert not known.is_secret("pin")


def test_a_called_flow_sees_what_it_is_given_and_no_more() -> None:
    known = data(order="7", mine="x", verified=True)
    known.put({"pin": "1234"}, secret=True)
    known.enter("check", {"number": "{order}", "code": "{pin}"})
    assert set(known) == {"caller", "number", "code", "verified"}
    assert known.is_secret("code")
    known.put({"mine": "inner", "verified": False})
    known.leave("", {"result": "{mine}", "code": "{code}"}, {"outcome": "result", "again": "code"})
    assert (known["mine"], known["outcome"], known["verified"]) == ("x", "inner", False)
    assert known.is_secret("again")
    assert "number" not in known
    assert "1234" not in str(TOLD)


def test_a_call_keeps_so_much_and_no_more() -> None:
    known = data()
    known.put({"long": "x" * (LONGEST_VALUE + 1)})
    assert len(text_of(known["long"])) == LONGEST_VALUE
    with pytest.raises(DataFull):
        known.put({f"v{number}": "" for number in range(VALUES_AT_MOST)})


async def test_set_keeps_copies_and_texts() -> None:
    known = data(amount=Decimal("2.50"))
    step = SetStep(set={"copy": "{amount}", "text": "{amount} {{AED}}"}, next="on", shown=True)
    assert await step.run(context(ScriptedCaller(), known)) == "on"
    assert (known["copy"], known["text"]) == (Decimal("2.50"), "2.50 {AED}")
    assert TOLD[-1] == ({}, {"copy": "2.50", "text": "2.50 {AED}"})


BRANCH = BranchStep(
    branch="x",
    equals={"yes": "yes", "42": "exactly"},
    begins={"+97": "gulf", "+971": "emirates"},
    at_least={Decimal(10): "ten", Decimal("99.5"): "hundred"},
    empty="nothing",
    otherwise="other",
)


@pytest.mark.parametrize(
    ("value", "way"),
    [
        (None, "nothing"),
        ("", "nothing"),
        (True, "yes"),
        (False, "other"),
        ("42", "exactly"),
        ("+971501", "emirates"),
        ("+97501", "gulf"),
        (Decimal(9), "other"),
        ("10", "ten"),
        (Decimal("99.5"), "hundred"),
        ("nan", "other"),
        ("sNaN", "other"),
        ("Infinity", "other"),
        (date(2026, 1, 1), "other"),
    ],
)
async def test_branch(value: Value | None, way: str) -> None:
    known = data() if value is None else data(x=value)
    assert await BRANCH.run(context(ScriptedCaller(), known)) == way


def collecting(**settings: Any) -> CollectStep:
    named = {"collect": ("greeting",), "into": "x", "next": "on", "no_input": "silent", **settings}
    return CollectStep(**named)


async def collected(step: CollectStep, keys: str) -> tuple[str, Value | None, ScriptedCaller]:
    caller = ScriptedCaller([None if key == "_" else key for key in keys])
    known = data()
    way = await step.run(context(caller, known))
    return way, known.get("x"), caller


@pytest.mark.parametrize(
    ("settings", "keys", "way", "value"),
    [
        ({}, "0123#", "on", "0123"),
        ({}, "12_", "on", "12"),
        ({"most": 3}, "1234", "on", "123"),
        ({"least": 3}, "12#123#", "on", "123"),
        ({"end": None, "least": 2, "most": 2}, "12", "on", "12"),
        ({}, "___", "silent", None),
        ({}, "###", "silent", None),
        ({}, "*#*#*#", "silent", None),
        ({"bad_input": "lost"}, "*#*#*#", "lost", None),
        ({"kind": Typed.NUMBER}, "12*5#", "on", Decimal("12.5")),
        ({"kind": Typed.NUMBER}, "1**5#7#", "on", Decimal(7)),
        ({"kind": Typed.DATE}, "31122025", "on", date(2025, 12, 31)),
        ({"kind": Typed.DATE, "attempts": 1}, "31022025", "silent", None),
        ({"kind": Typed.DATE, "attempts": 1}, "31120001", "silent", None),
        ({"confirm": ("greeting",)}, "12#1", "on", "12"),
        ({"confirm": ("greeting",)}, "12#213#1", "on", "13"),
        ({"confirm": ("greeting",), "attempts": 1}, "12#_", "silent", None),
    ],
)
async def test_collect(settings: dict[str, Any], keys: str, way: str, value: Value | None) -> None:
    assert (await collected(collecting(**settings), keys))[:2] == (way, value)


async def test_digits_are_read_back_and_a_wrong_entry_is_told() -> None:
    step = collecting(confirm=("main-menu",), bad_input_prompt="wrong-key")
    _, _, caller = await collected(step, "*#12#1")
    client, find = ClientId("nour"), PROMPTS.media
    asked, wrong = find(client, "greeting", "ar"), find(client, "wrong-key", "ar")
    digits = [PROMPTS.phrase(client, f"digit-{digit}", "ar") for digit in "12"]
    assert caller.heard == [asked, wrong, asked, *digits, find(client, "main-menu", "ar")]
