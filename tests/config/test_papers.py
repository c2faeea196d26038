"""Forms, scripts and outcomes in YAML: each mistake with its file, line and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.config.form_values import faults, options_of, typed_value, value_of
from ccengine.config.loading import load_tenant
from ccengine.config.papers import Choice, FieldKind, FormField, FormFile, reused_versions
from ccengine.core.ids import ClientId, QueueId
from ccengine.core.outcome_rules import AtDeadline
from tests.config.tenants import DEMO, change, copy_of_demo

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.problems import Problem

ORDER = "clients/nour/forms/order.yaml"
SCRIPT = "clients/nour/scripts/order.yaml"
CLIENT = "clients/nour/client.yaml"
OUTCOME = "outcome: {form: order, script: order}"
DEFAULT = "required: yes, at_deadline: default, default"

Broken = tuple[str, str, str, str, str]
"""File, what is in it, what shall be there, and words of the message and of the remedy."""

FORMS: list[Broken] = [
    (ORDER, "version: 1", "version: x", "'version' must be a whole number", "digits"),
    (ORDER, "version: 1", "version: 0", "'version' cannot be '0'", "greater than or equal to 1"),
    (ORDER, "version: 1\n", "", "'version' is missing", "add 'version"),
    (ORDER, "title: Order\n", "", "'title' is missing", "add 'title"),
    (ORDER, "kind: amount", "kind: money", "'kind' cannot be 'money'", "'choice'"),
    (ORDER, "  customer: {", "  product: {", "'product' is defined twice", "rename"),
    (ORDER, "label: Deposit", "lable: Deposit", "unknown key 'lable'", "'label'"),
    (ORDER, "digits: 2", "digits: 1", "digits 1 (mobile) begin like 1 (fibre)", "no others"),
    (ORDER, "digits: 2", "digits: 12", "digits 12 (mobile) begin like 1 (fibre)", "no others"),
    (ORDER, "digits: 2", "digits: '#'", "'#' is not a row of digits", "digits"),
    (ORDER, "kind: choice\n", "kind: digits\n", "is a digits and has choices", "kind: choice"),
    (ORDER, "kind: yes_no", "kind: choice", "a choice of nothing", "add 'choices"),
    (ORDER, "kind: yes_no,", "kind: yes_no, most: 3,", "has no size", "remove"),
    (ORDER, "kind: yes_no,", "kind: date_time, least: 3,", "has no size", "remove"),
    (ORDER, "kind: yes_no,", "kind: scale, least: 1,", "a scale without ends", "least: 1, most: 5"),
    (ORDER, "kind: yes_no,", "kind: months, currency: EUR,", "has a currency", "kind: amount"),
    (ORDER, "kind: amount", "kind: amount, currency: EURO", "'EURO' is no currency", "ISO 4217"),
    (ORDER, "least: 6, most: 10", "least: 10, most: 6", "allows nothing", "exchange"),
    (ORDER, "most: 300", "most: 3000", "'most' of field 'remarks' cannot be 3000", "0 to 500"),
    (ORDER, "label: Remarks", f"label: {'x' * 201}", "201 characters", "up to 200"),
    (ORDER, "label: Remarks", 'label: "a\\u0007b"', "cannot be printed", "one line"),
    (SCRIPT, "steps:", "step:", "unknown key 'step'", "'steps'"),
    (SCRIPT, 'say: "Would', 'tell: "Would', "unknown key 'tell'", "known are: note, say"),
]
CARD = "clients/nour/scorecards/service.yaml"
WEEKLY = "weekly: {calls: 2}"
CARDS: list[Broken] = [
    (CARD, "version: 1\n", "", "'version' is missing", "add 'version"),
    (CARD, "pass_percent: 80", "pass_percent: 180", "'pass_percent' cannot be '180'", "100"),
    (CARD, "product, kind: scale", "product, kind: stars", "cannot be 'stars'", "'scale'"),
    (CARD, " greeting: {", " summary: {", "'summary' stands in two sections", "another name"),
    (CARD, "weight: 2}", "weight: 101}", "'weight' cannot be '101'", "100"),
    (CARD, "comment}", "comment, weight: 2}", "is a comment and has 'weight'", "remove it"),
    (CARD, "comment}", "comment, auto_fail: yes}", "cannot fail a call", "kind: yes_no"),
    (CLIENT, "scorecard: service", "scorecard: servise", "scorecard 'servise'", "did you mean"),
    (CLIENT, WEEKLY, "weekly: {calls: 0}", "'calls' cannot be '0'", "equal to 1"),
    (CLIENT, WEEKLY, "weekly: {per: day}", "'calls' is missing", "add 'calls"),
    (CLIENT, WEEKLY, "weekly: {calls: 2, queues: [x]}", "unknown queue 'x'", "known are"),
    (CLIENT, WEEKLY, "weekly: {calls: 2, dispositions: [x]}", "disposition 'x'", "known are"),
]
CLIENTS: list[Broken] = [
    (CLIENT, OUTCOME, "outcome: {form: ordre}", "unknown form 'ordre'", "did you mean 'order'"),
    (CLIENT, OUTCOME, "outcome: {script: x}", "unknown script 'x'", "cancellation, order"),
    (CLIENT, OUTCOME, "outcome: {dispositions: [sold]}", "disposition 'sold'", "known are"),
    (CLIENT, OUTCOME, "outcome: {contact_reasons: [x]}", "contact reason 'x'", "known are"),
    (
        *(CLIENT, OUTCOME, "outcome: {required: yes, at_deadline: default, default: ordred}"),
        *("unknown disposition 'ordred'", "did you mean 'ordered'"),
    ),
    (
        *(CLIENT, OUTCOME, f"outcome: {{{DEFAULT}: ordered, dispositions: [answered]}}"),
        *("unknown disposition 'ordered'", "known are: answered"),
    ),
    (
        *(CLIENT, OUTCOME, "outcome: {required: yes, at_deadline: default}"),
        *("a default is taken, but none is named", "add 'default"),
    ),
    (CLIENT, OUTCOME, "outcome: {at_deadline: soon}", "'at_deadline' cannot be 'soon'", "extend"),
    (CLIENT, OUTCOME, "outcome: {grace_seconds: -1}", "'grace_seconds'", "use 0 to 86400"),
    (CLIENT, "label: wrong number, digits: 9", "label: wrong number, digits: 11",
     "digits 11 (wrong_number) begin like 1 (ordered)", "no others"),
    (CLIENT, "invoice: {label: an invoice, digits: 2}", "invoice: {label: an invoice, digits: 1}",
     "digits 1 (invoice) begin like 1 (order)", "no others"),
]  # fmt: skip
DOUBTS: list[Broken] = [
    (
        *(CLIENT, OUTCOME, "outcome: {required: yes, default: ordered}"),
        *("the default disposition is never taken", "at_deadline: default"),
    ),
    (
        *(CLIENT, OUTCOME, "outcome: {at_deadline: not_ready}"),
        *("nothing is missing", "add 'required: yes'"),
    ),
]


def told(folder: Path, broken: Broken) -> tuple[Path, list[Problem], list[Problem]]:
    file, old, new, _, _ = broken
    change(folder / file, old, new)
    loaded = load_tenant(folder)
    return folder / file, list(loaded.problems), list(loaded.warnings)


@pytest.mark.parametrize("broken", [*FORMS, *CARDS, *CLIENTS], ids=lambda broken: broken[3])
def test_each_mistake_is_told_with_line_and_remedy(tmp_path: Path, broken: Broken) -> None:
    file, problems, _ = told(copy_of_demo(tmp_path), broken)
    lines = file.read_text().splitlines()
    found = [problem for problem in problems if broken[3] in problem.message]
    assert found, problems
    assert found[0].file == file
    assert broken[4] in found[0].remedy
    missing = "is missing" in broken[3]
    assert missing or found[0].line > 1 or "version" in lines[found[0].line - 1]
    assert len(problems) == 1 or broken[3].startswith("unknown key"), problems


@pytest.mark.parametrize("broken", DOUBTS, ids=lambda broken: broken[3])
def test_what_is_probably_not_meant_is_told(tmp_path: Path, broken: Broken) -> None:
    file, problems, warnings = told(copy_of_demo(tmp_path), broken)
    assert problems == []
    (warning,) = warnings
    assert (warning.file, broken[3] in warning.message) == (file, True)
    assert broken[4] in warning.remedy


def test_an_outcome_can_be_required_only_where_there_are_dispositions(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    file = folder / CLIENT
    text = file.read_text().replace(OUTCOME, "outcome: {required: yes}")
    before, _, after = text.partition("dispositions:")
    file.write_text(before + after[after.index("contact_reasons:") :])
    (problem,) = load_tenant(folder).problems
    assert "the client has no dispositions" in problem.message


@pytest.mark.parametrize("name", ["Order", "1st", "o rder"])
def test_a_file_whose_name_is_none_is_told(tmp_path: Path, name: str) -> None:
    folder = copy_of_demo(tmp_path)
    (folder / ORDER).rename(folder / f"clients/nour/forms/{name}.yaml")
    messages = [str(problem) for problem in load_tenant(folder).problems]
    assert any(f"'{name}' cannot be a form's name" in message for message in messages)
    assert any("unknown form 'order'" in message for message in messages)


def test_queues_name_the_versions_in_force() -> None:
    tenant = load_tenant(DEMO).tenant
    assert tenant is not None
    rules = tenant.plan().queues[QueueId("nour/technical")].outcome
    assert rules.form == tenant.clients[ClientId("nour")].papers.forms["order"].ref
    assert (rules.script or "").startswith("nour/order@1#")
    assert rules.dispositions == ("ordered", "cancelled", "answered", "wrong_number")
    vip = tenant.plan().queues[QueueId("dnipro/vip")].outcome
    assert vip.dispositions == ("lead", "answered", "wrong_number")
    assert tenant.plan().outcomes[ClientId("nour")].contact_reasons == ("order", "invoice", "fault")


def test_a_hash_changes_with_the_content_and_not_with_the_layout(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)

    def ref() -> str:
        return load_tenant(folder).draft.clients[ClientId("nour")].papers.forms["order"].ref

    first = ref()
    change(folder / ORDER, "title: Order", "title:   'Order'   # a comment")
    assert ref() == first
    change(folder / ORDER, "label: Deposit", "label: Deposits")
    assert ref() != first


def test_a_version_that_said_something_else_is_refused(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)

    def papers() -> list[object]:
        return list(load_tenant(folder).draft.clients[ClientId("nour")].papers)

    known = {(p.client, p.kind, p.name, p.file.version): p.hash for p in papers()}  # type: ignore[attr-defined]
    assert not list(reused_versions(papers(), known))  # type: ignore[arg-type]
    change(folder / ORDER, "label: Deposit", "label: Deposits")
    (problem,) = reused_versions(papers(), known)  # type: ignore[arg-type]
    assert (problem.file, problem.line) == (folder / ORDER, 2)
    assert "raise 'version'" in problem.remedy
    change(folder / ORDER, "version: 1", "version: 2")
    assert not list(reused_versions(papers(), known))  # type: ignore[arg-type]


def test_the_deadlines_words_are_those_of_the_yaml(tmp_path: Path) -> None:
    folder = copy_of_demo(tmp_path)
    change(folder / CLIENT, OUTCOME, "outcome: {required: yes, at_deadline: not_ready}")
    rules = load_tenant(folder).draft.plan().queues[QueueId("nour/technical")].outcome
    assert rules.required
    assert rules.at_deadline is AtDeadline.NOT_READY


# ---- values ------------------------------------------------------------------------------------


def field(kind: FieldKind, least: int | None = None, most: int | None = None) -> FormField:
    return FormField(kind=kind, label="x", least=least, most=most, required=False)


@pytest.mark.parametrize(
    ("one", "typed", "value"),
    [
        (field(FieldKind.DIGITS, 6, 8), "001234", "001234"),
        (field(FieldKind.DIGITS, 6, 8), "12345", None),
        (field(FieldKind.DIGITS, 6, 8), "123456789", None),
        (field(FieldKind.DIGITS), "12*3", None),
        (field(FieldKind.NUMBER, 1, 10), "0010", "10"),
        (field(FieldKind.NUMBER, 1, 10), "0", None),
        (field(FieldKind.NUMBER, 1, 10), "11", None),
        (field(FieldKind.NUMBER), "", None),
        (field(FieldKind.AMOUNT), "12*5", "12.50"),
        (field(FieldKind.AMOUNT), "12", "12.00"),
        (field(FieldKind.AMOUNT), "12*345", None),
        (field(FieldKind.AMOUNT), "1*2*3", None),
        (field(FieldKind.AMOUNT, 0, 5000), "5000*01", None),
        (field(FieldKind.DATE), "31012027", "2027-01-31"),
        (field(FieldKind.DATE), "29022027", None),
        (field(FieldKind.DATE), "3112027", None),
        (field(FieldKind.DATE), "00000000", None),
        (field(FieldKind.DATE_TIME), "310120271430", "2027-01-31T14:30"),
        (field(FieldKind.DATE_TIME), "310120272460", None),
        (field(FieldKind.DATE_TIME), "31012027", None),
        (field(FieldKind.MONTHS, 1, 60), "24", "24"),
        (field(FieldKind.MONTHS, 1, 60), "0", None),
        (field(FieldKind.SCALE, 0, 10), "10", "10"),
        (field(FieldKind.SCALE, 1, 5), "6", None),
        (field(FieldKind.EMAIL), "ann@example.com", "ann@example.com"),
        (field(FieldKind.EMAIL), "ann@example", None),
        (field(FieldKind.EMAIL), "ann b@example.com", None),
        (field(FieldKind.TEXT, None, 3), "abc", "abc"),
        (field(FieldKind.TEXT, None, 3), "abcd", None),
        (field(FieldKind.TEXT), "a\nb", None),
    ],
)
def test_what_is_typed_becomes_a_value(one: FormField, typed: str, value: str | None) -> None:
    assert typed_value(one, typed) == value


@pytest.mark.parametrize(
    ("one", "options"),
    [
        (field(FieldKind.SCALE, 1, 3), {"1": "1", "2": "2", "3": "3"}),
        (field(FieldKind.SCALE, 0, 10), None),  # 1 would be the beginning of 10
        (field(FieldKind.NUMBER, 1, 3), None),
    ],
)
def test_a_mark_of_one_digit_needs_no_hash_key(
    one: FormField, options: dict[str, str] | None
) -> None:
    assert options_of(one) == options


FORM = FormFile(
    version=1,
    title="Order",
    fields={
        "what": FormField(
            kind=FieldKind.CHOICE, label="What", choices={"tea": Choice(label="tea", digits="1")}
        ),
        "paper": FormField(kind=FieldKind.YES_NO, label="Paper", required=False),
        "day": FormField(kind=FieldKind.DATE, label="Day", required=False),
    },
)


def test_faults_of_values_are_named_by_field() -> None:
    assert faults(FORM, {"what": "tea", "paper": "no", "day": "2027-01-31"}) == {}
    found = faults(FORM, {"paper": "perhaps", "day": "2027-1-31", "extra": "1"})
    assert found.keys() == {"what", "paper", "day", "extra"}


@given(kind=st.sampled_from(FieldKind), text=st.text(max_size=40) | st.from_regex("[0-9*#]{0,9}"))
def test_a_value_stays_what_it_is(kind: FieldKind, text: str) -> None:
    one = field(kind)
    for value in (value_of(one, text), typed_value(one, text)):
        assert value is None or value_of(one, value) == value
