"""Forms and scripts of a client: versioned files that agents fill in and read from.

Scorecards (`scorecards.py`) are papers as well, which reviewers fill in.

A version is what the file declares; a hash of the content tells whether two files of one version
say the same. Records name both, so that what was filled in can be shown with its own form for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Generic, Literal, Protocol, TypeVar

from pydantic import AfterValidator
from pydantic import Field as Bounded

from ccengine.config.currencies import Currency
from ccengine.config.documents import Document, read_document
from ccengine.config.names import Digits, Line, Name, is_name, mistake
from ccengine.config.problems import Problem
from ccengine.config.schema import REQUIRED, fit
from ccengine.core.ids import ClientId
from ccengine.core.outcomes import LONGEST_VALUE, MOST_VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

HASH_LENGTH: Final = 16
LABEL_AT_MOST: Final = 200
NAME_REMEDY: Final = "rename the file: a small letter, then small letters, digits, '-' or '_'"

PaperKind = Literal["form", "script", "scorecard"]


def _label(text: str) -> str:
    if len(text) > LABEL_AT_MOST:
        message = f"the text has {len(text)} characters"
        raise mistake(message, f"write up to {LABEL_AT_MOST}: it is spoken to agents")
    return text


Label = Annotated[Line, AfterValidator(_label)]
Version = Annotated[int, Bounded(ge=1, le=1_000_000)]


class FieldKind(StrEnum):
    """What may be filled in."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    DIGITS = "digits"  #: a row of digits such as a customer's number
    NUMBER = "number"  #: a whole number: of users, of orders
    MONTHS = "months"  #: for how long something is agreed
    SCALE = "scale"  #: a mark from `least` to `most`
    AMOUNT = "amount"  #: of money
    DATE = "date"
    DATE_TIME = "date_time"  #: by the customer's clock
    EMAIL = "email"  #: cannot be typed on a telephone
    TEXT = "text"  #: likewise


NOT_TYPED: Final = frozenset({FieldKind.TEXT, FieldKind.EMAIL})
"""A telephone has no letters."""

COUNTED: Final = frozenset({FieldKind.DIGITS, *NOT_TYPED})
"""Of these `least` and `most` are numbers of characters."""

SIZELESS: Final = frozenset(
    {FieldKind.CHOICE, FieldKind.YES_NO, FieldKind.DATE, FieldKind.DATE_TIME}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of several."""

    label: Label
    digits: Digits  #: typed for it


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One thing to fill in."""

    kind: FieldKind
    label: Label
    required: bool = True
    choices: Mapping[Name, Choice] = field(default_factory=dict)
    least: int | None = None  #: of a number or amount; of digits and text, how many characters
    most: int | None = None
    currency: Currency | None = None  #: of an amount; None: the contract's


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    """The keys of forms/<form>.yaml."""

    version: Version
    title: Line
    fields: Mapping[Name, FormField] = field(default_factory=dict, metadata=REQUIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptStep:
    """One thing to say."""

    say: Line
    note: Line | None = None  #: for the agent, not to be said


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptFile:
    """The keys of scripts/<script>.yaml."""

    version: Version
    title: Line
    steps: tuple[ScriptStep, ...] = field(default=(), metadata=REQUIRED)


class PaperFile(Protocol):
    """What the files of all kinds have."""

    @property
    def version(self) -> int:
        """What it declares."""
        ...


File = TypeVar("File", bound=PaperFile)
Check = Callable[[Document, File], Iterable[Problem]]
"""Yields what is wrong inside a file that could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(Generic[File]):
    """One version of a form or script."""

    client: ClientId
    kind: PaperKind
    name: str
    path: Path
    file: File
    content: object  #: what the file says, whatever its layout and comments
    version_line: int = 1

    @property
    def hash(self) -> str:
        """The content's hash: equal for equal content only."""
        content = json.dumps(self.content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(content.encode(errors="replace")).hexdigest()[:HASH_LENGTH]

    @property
    def ref(self) -> str:
        """What events and records call this version."""
        return f"{self.client}/{self.name}@{self.file.version}#{self.hash}"


Form = Paper[FormFile]
Script = Paper[ScriptFile]
AnyPaper = Paper[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """All of a client's. Names of files that have mistakes are known, too."""

    forms: Mapping[str, Form] = field(default_factory=dict)
    scripts: Mapping[str, Script] = field(default_factory=dict)
    form_names: tuple[str, ...] = ()
    script_names: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Form | Script]:
        """Yield each."""
        yield from self.forms.values()
        yield from self.scripts.values()


NO_PAPERS: Final = Papers()


def load_papers(client: ClientId, folder: Path) -> tuple[Papers, list[Problem]]:
    """Read a client's forms and scripts. Never raises for what they say."""
    forms, form_names, problems = load_kind(client, folder, "form", FormFile, _check_form)
    scripts, script_names, found = load_kind(client, folder, "script", ScriptFile, _check_script)
    papers = Papers(forms=forms, scripts=scripts, form_names=form_names, script_names=script_names)
    return papers, problems + found


def load_kind(
    client: ClientId, folder: Path, kind: PaperKind, file_kind: type[File], check: Check[File]
) -> tuple[dict[str, Paper[File]], tuple[str, ...], list[Problem]]:
    """Read a client's papers of one kind; the names of those with mistakes as well."""
    papers: dict[str, Paper[File]] = {}
    problems: list[Problem] = []
    paths = sorted((folder / f"{kind}s").glob("*.yaml"))
    for path in paths:
        if not is_name(path.stem):
            message = f"'{path.stem}' cannot be a {kind}'s name"
            problems.append(Problem(path, 1, message, NAME_REMEDY))
        document, found = read_document(path)
        problems += found
        if document is None:
            continue
        fitted = fit(file_kind, document)
        problems += fitted.problems
        if fitted.value is not None:
            problems += check(document, fitted.value)
            papers[path.stem] = Paper(
                client=client,
                kind=kind,
                name=path.stem,
                path=path,
                file=fitted.value,
                content=document.value,
                version_line=document.line(("version",)),
            )
    return papers, tuple(path.stem for path in paths), problems


def reused_versions(
    papers: Iterable[AnyPaper], known: Mapping[tuple[str, str, str, int], str]
) -> Iterator[Problem]:
    """Yield a problem for each version that once said something else.

    Args:
        papers: of all clients.
        known: client, kind, name and version of what was in force, and the content's hash.
    """
    for paper in papers:
        version = paper.file.version
        before = known.get((paper.client, paper.kind, paper.name, version))
        if before is not None and before != paper.hash:
            message = f"version {version} of {paper.kind} '{paper.name}' was in force and said "
            remedy = "records name it: raise 'version', or put the old content back"
            yield Problem(paper.path, paper.version_line, f"{message}something else", remedy)


# ---- what may be wrong inside one file ---------------------------------------------------------


def _check_script(document: Document, script: ScriptFile) -> Iterator[Problem]:
    if not script.steps and "steps" in document.keys() and not document.at(("steps",)):  # noqa: SIM118
        yield document.problem(("steps",), "the script says nothing", "add a step")


def _check_form(document: Document, form: FormFile) -> Iterator[Problem]:
    if len(form.fields) > MOST_VALUES:
        message = f"the form has {len(form.fields)} fields"
        yield document.problem(("fields",), message, f"use up to {MOST_VALUES}")
    for name, one in form.fields.items():
        yield from _check_field(document, name, one)


def _check_field(document: Document, name: str, one: FormField) -> Iterator[Problem]:
    place = ("fields", name)
    is_choice = one.kind is FieldKind.CHOICE
    if is_choice and not document.at((*place, "choices")):
        message = f"field '{name}' is a choice of nothing"
        yield document.problem(place, message, "add 'choices: {…: {label: …, digits: 1}}'")
    if one.choices and not is_choice:
        message = f"field '{name}' is a {one.kind} and has choices"
        yield document.problem((*place, "choices"), message, "write 'kind: choice', or remove them")
    typed = {choice: each.digits for choice, each in one.choices.items()}
    yield from digits_clash(document, (*place, "choices"), typed)
    if one.currency is not None and one.kind is not FieldKind.AMOUNT:
        message = f"field '{name}' is a {one.kind} and has a currency"
        yield document.problem((*place, "currency"), message, "write 'kind: amount', or remove it")
    yield from _check_bounds(document, name, one)


def _check_bounds(document: Document, name: str, one: FormField) -> Iterator[Problem]:
    place = ("fields", name)
    given = [key for key in ("least", "most") if getattr(one, key) is not None]
    if given and one.kind in SIZELESS:
        message = f"field '{name}' is a {one.kind} and has no size"
        yield document.problem((*place, given[0]), message, "remove it")
        return
    highest = LONGEST_VALUE if one.kind in COUNTED else 10**12
    for key in given:
        value = getattr(one, key)
        if not 0 <= value <= highest:
            message = f"'{key}' of field '{name}' cannot be {value}"
            yield document.problem((*place, key), message, f"use 0 to {highest}")
    if one.kind is FieldKind.SCALE and None in (one.least, one.most):
        message = f"field '{name}' is a scale without ends"
        yield document.problem(place, message, "add 'least: 1, most: 5'")
    if one.least is not None and one.most is not None and one.least > one.most:
        message = f"field '{name}' allows nothing: at least {one.least}, at most {one.most}"
        yield document.problem((*place, "most"), message, "exchange the two or mend one")


def digits_clash(
    document: Document, place: tuple[str | int, ...], typed: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield a problem for each that is typed like the beginning of another, or the same."""
    named: list[tuple[str, str]] = []
    for name, digits in typed.items():
        for other, earlier in named:
            if digits.startswith(earlier) or earlier.startswith(digits):
                message = f"digits {digits} ({name}) begin like {earlier} ({other})"
                remedy = "choose digits with which no others begin"
                yield document.problem((*place, name, "digits"), message, remedy)
                break
        named.append((name, digits))
