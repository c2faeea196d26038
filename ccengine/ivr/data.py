"""What flows have learned about one call: named values, and those that every call has.

What is learned is told at once, so that it can be journaled; secrets (a PIN, a birth date) never
are: they live in memory only, and so does whatever is made of them. A flow that another one calls
has names of its own, which are gone when it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

from typing_extensions import override

from ccengine.ivr.templates import HOLE, filled, holes

Value = str | Decimal | bool | date | datetime
"""What a value may be."""

BUILT_IN: Final = ("caller", "called", "language", "client", "day", "now", "queue_wait")
"""Names that every call has and no step may set."""

VERIFIED: Final = "verified"
"""Whether the caller has shown who they are; a flow that is called sets the same one."""

CAMPAIGN: Final = "campaign"
"""Of who rings its number back; nothing of others."""

LEAD: Final = "lead"
"""Likewise: the customer's key of theirs, if they were called of late; empty if nobody knows."""

ALWAYS_KNOWN: Final = frozenset({*BUILT_IN, VERIFIED, CAMPAIGN, LEAD})

VALUES_AT_MOST: Final = 64
LONGEST_VALUE: Final = 1000
YES, NO = "yes", "no"

Tell = Callable[[Mapping[str, str | None], Mapping[str, str]], None]
"""Is told what has changed, as it is to be kept, and what is to be shown to the agent."""


class DataFull(Exception):
    """A call has learned more than it may keep."""


def text_of(value: Value | None) -> str:
    """Return a value as text; of what is not known, none."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case str():
            return value


def number_of(value: Value | None) -> Decimal | None:
    """Return a value as a number; None: it is none."""
    if isinstance(value, Decimal):
        return value
    try:
        number = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def plain_number(number: Decimal) -> int | float:
    """Return a number as programs take it that know no decimals."""
    return int(number) if number == number.to_integral_value() else float(number)


def written(value: Value) -> str:
    """Return a value as it is kept: a letter for what it is, and its text."""
    kind = {bool: "b", Decimal: "n", datetime: "i", date: "d"}.get(type(value), "t")
    return f"{kind}:{text_of(value)}"


def read(kept: str) -> Value:
    """Return a value from how it is kept."""
    kind, _, text = kept.partition(":")
    match kind:
        case "b":
            return text == YES
        case "n":
            return Decimal(text)
        case "i":
            return datetime.fromisoformat(text)
        case "d":
            return date.fromisoformat(text)
        case _:
            return text


def _bounded(value: Value) -> Value:
    return value[:LONGEST_VALUE] if isinstance(value, str) else value


def tell_nobody(_changed: Mapping[str, str | None], _shown: Mapping[str, str]) -> None:
    """Keep nothing, where there is no journal."""


class CallData(Mapping[str, Value]):
    """One call's values, as the flow it is in sees them.

    Args:
        built_in: those of `BUILT_IN`, asked for anew each time.
        kept: what was told earlier, by an engine that is gone perhaps.
        tell: is told each change.
    """

    def __init__(
        self,
        built_in: Mapping[str, Callable[[], Value]] | None = None,
        kept: Mapping[str, str] | None = None,
        tell: Tell = tell_nobody,
    ) -> None:
        self._built_in = built_in or {}
        self._values = {name: read(value) for name, value in (kept or {}).items()}
        self._secrets: dict[str, Value] = {}
        self._tell = tell
        self.inside = ""  #: the flow whose names are meant; empty: the one the call began with

    @override
    def __getitem__(self, name: str) -> Value:
        if name in self._built_in:
            return self._built_in[name]()
        key = self._key(name)
        return self._secrets[key] if key in self._secrets else self._values[key]

    @override
    def __iter__(self) -> Iterator[str]:
        yield from self._built_in
        prefix = f"{self.inside}/" if self.inside else ""
        for key in (*self._values, *self._secrets):
            if key == VERIFIED:
                yield key
            elif key.startswith(prefix) and "/" not in key.removeprefix(prefix):
                yield key.removeprefix(prefix)

    @override
    def __len__(self) -> int:
        return sum(1 for _ in self)

    def text(self, template: str) -> str:
        """Return a template with the values in it; what is not known leaves no trace."""
        return filled(template, lambda name: text_of(self.get(name)))

    def value(self, template: str) -> Value:
        """Return the value that a template of nothing but its name means, else the text."""
        alone = HOLE.fullmatch(template)
        found = None if alone is None else self.get(alone[1])
        return self.text(template) if found is None else found

    def is_secret(self, name: str) -> bool:
        """Tell whether a value must stay in memory."""
        return self._key(name) in self._secrets

    def holds_secret(self, template: str) -> bool:
        """Tell whether what a template makes must stay in memory."""
        return any(self.is_secret(name) for name in holes(template))

    def put(self, values: Mapping[str, Value], *, secret: bool = False) -> None:
        """Learn values, or other values of the same names.

        Raises:
            DataFull: there are too many of them.
        """
        keys = {self._key(name): _bounded(value) for name, value in values.items()}
        if len({*self._values, *self._secrets, *keys}) > VALUES_AT_MOST:
            message = f"a call keeps {VALUES_AT_MOST} values at most"
            raise DataFull(message)
        known = self._values.keys() & keys
        self._forget(keys)
        if secret:
            self._secrets.update(keys)
            changed: dict[str, str | None] = dict.fromkeys(known)
        else:
            self._values.update(keys)
            changed = {key: written(value) for key, value in keys.items()}
        if changed:
            self._tell(changed, {})

    def forget(self, names: Iterable[str]) -> None:
        """Know nothing by these names any more."""
        keys = {self._key(name): None for name in names}
        kept = [key for key in keys if key in self._values]
        self._forget(keys)
        if kept:
            self._tell(dict.fromkeys(kept), {})

    def put_made(self, templates: Mapping[str, str], *, secret: bool = False) -> None:
        """Learn what templates make, all of them of the values as they are now.

        Raises:
            DataFull: as of `put`.
        """
        plain, hidden = self._made(templates)
        self.put({**plain, **hidden} if secret else plain, secret=secret)
        if not secret:
            self.put(hidden, secret=True)

    def show(self, templates: Mapping[str, str]) -> None:
        """Have the agent see pairs of a label and a text; never a secret."""
        shown = {
            label: self.text(template)[:LONGEST_VALUE]
            for label, template in templates.items()
            if not self.holds_secret(template)
        }
        if shown:
            self._tell({}, shown)

    def enter(self, flow: str, templates: Mapping[str, str]) -> None:
        """Go into a flow that was called, with what it is given."""
        plain, hidden = self._made(templates)
        self.inside = flow
        self._leave_nothing()
        self.put(plain)
        self.put(hidden, secret=True)

    def leave(self, to: str, returned: Mapping[str, str], into: Mapping[str, str]) -> None:
        """Go back to the flow that has called, with what it takes of what is returned."""
        parts = self._made(returned)
        self._leave_nothing()
        self.inside = to
        for part, secret in zip(parts, (False, True), strict=True):
            taken = {own: part[name] for own, name in into.items() if name in part}
            self.put(taken, secret=secret)

    def _made(self, templates: Mapping[str, str]) -> tuple[dict[str, Value], dict[str, Value]]:
        """Return what templates make of the values as they are now: plain ones, secret ones."""
        parts: tuple[dict[str, Value], dict[str, Value]] = ({}, {})
        for name, template in templates.items():
            parts[self.holds_secret(template)][name] = self.value(template)
        return parts

    def _leave_nothing(self) -> None:
        """Forget all values of the flow that the call is inside of."""
        prefix = f"{self.inside}/"
        keys = [key for key in (*self._values, *self._secrets) if key.startswith(prefix)]
        self.forget(key.removeprefix(prefix) for key in keys)

    def _forget(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._values.pop(key, None)
            self._secrets.pop(key, None)

    def _key(self, name: str) -> str:
        is_shared = name == VERIFIED or not self.inside
        return name if is_shared else f"{self.inside}/{name}"
