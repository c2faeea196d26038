"""YAML read together with the line of each key and item.

Plain text stays text until the schema says otherwise: `no` is not False, `0301` no octal number
and `8:30` no count of seconds, as they would be in YAML's own reading. An empty value is the same
as a key left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from yaml.composer import Composer

from ccengine.config.problems import Problem

Place = tuple[str | int, ...]
"""The way to a value: keys and positions, from the document's top."""

EMPTY = frozenset({"", "~", "null"})
LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Document:
    """One file's content. Values are None, text, lists and mappings with text as keys."""

    file: Path
    value: object
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """Return the line of the place, or of the nearest thing around it."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1

    def at(self, place: Place) -> object:
        """Return the value at the place, None when there is none."""
        return value_at(self.value, place)

    def keys(self, *place: str | int) -> tuple[str, ...]:
        """Return the keys of the mapping at the place, also of items that are not valid."""
        value = self.at(place)
        return tuple(value) if isinstance(value, dict) else ()

    def problem(self, place: Place, message: str, remedy: str) -> Problem:
        """Return a problem with this document at the place."""
        return Problem(self.file, self.line(place), message, remedy)

    def warning(self, place: Place, message: str, remedy: str) -> Problem:
        """Return what is legal at the place and probably not meant."""
        return Problem(self.file, self.line(place), message, remedy, is_warning=True)


def value_at(value: object, place: Place) -> object:
    """Return the value at the place below another, None when there is none."""
    for part in place:
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


@dataclass(slots=True)
class _Reader:
    """Turns YAML's nodes into values."""

    file: Path
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)

    def value(self, node: yaml.Node, place: Place) -> object:
        if id(node) in self.seen:
            # The node has the line of its first place, the way to it has the line of this one.
            line = self.lines.get(place, _line(node))
            message = "'*' refers to another part of the file"
            self.problems.append(Problem(self.file, line, message, "write the part out here"))
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return dict(self._items(node, place))
        if isinstance(node, yaml.SequenceNode):
            items: list[object] = []
            for position, item in enumerate(node.value):
                self.lines[*place, position] = _line(item)
                items.append(self.value(item, (*place, position)))
            return items
        text = str(node.value)
        is_plain = isinstance(node, yaml.ScalarNode) and not node.style
        return None if text in EMPTY and is_plain else text

    def _items(self, node: yaml.MappingNode, place: Place) -> Iterator[tuple[str, object]]:
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._add(key_node, "a key must be plain text", "write 'key: value'")
                continue
            key = str(key_node.value)
            if key in first:
                message = f"'{key}' is defined twice: first in line {first[key]}"
                self._add(key_node, message, "rename or remove one of the two")
                continue
            first[key] = self.lines[*place, key] = _line(key_node)
            value = self.value(value_node, (*place, key))
            if value is not None:
                yield key, value

    def _add(self, node: yaml.Node, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, _line(node), message, remedy))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def read_document(file: Path) -> tuple[Document | None, list[Problem]]:
    """Read one file of YAML; None when it cannot be read at all."""
    try:
        content = file.read_bytes()
    except OSError as error:
        reason = "is missing" if isinstance(error, FileNotFoundError) else f"unreadable: {error}"
        return None, [Problem(file, 1, f"the file {reason}", "create it, see dialplan/README.md")]
    if len(content) > LARGEST_BYTES:
        return None, [Problem(file, 1, "the file is larger than 1 MB", "split it")]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, [Problem(file, line, "the text is not UTF-8", "save the file as UTF-8")]
    return _parse(file, text)


def _compose_slowly(text: str) -> yaml.Node | None:
    return yaml.compose(text, Loader=yaml.SafeLoader)


if yaml.__with_libyaml__:

    class _Loader(Composer, yaml.CSafeLoader):
        """Parses in C, and composes in Python, where deep nesting is an error and no crash."""

        def __init__(self, text: str) -> None:
            yaml.CSafeLoader.__init__(self, text)
            Composer.__init__(self)

    def _compose(text: str) -> yaml.Node | None:
        """Return the top node; what libyaml refuses PyYAML's own parser judges, in its words.

        Tabs, too, with which libyaml is less strict.
        """
        if "\t" in text:
            return _compose_slowly(text)
        try:
            return _Loader(text).get_single_node()
        except yaml.YAMLError:
            return _compose_slowly(text)

else:
    _compose = _compose_slowly


def _parse(file: Path, text: str) -> tuple[Document | None, list[Problem]]:
    remedy = "check indentation, quotes and colons around this line"
    reader = _Reader(file)
    try:
        node = _compose(text)
        value = {} if node is None else reader.value(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = 1 if mark is None else mark.line + 1
        message = f"broken YAML: {error.problem or error.context}"
        return None, [Problem(file, line, message, remedy)]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = "broken YAML: a character that is not allowed"
        return None, [Problem(file, line, message, remedy)]
    except (RecursionError, ValueError, IndexError):
        # PyYAML's own scanner gives up on some texts (deep nesting, `%YAML` with odd versions).
        return None, [Problem(file, 1, "broken YAML: it cannot be parsed", remedy)]
    return Document(file, value if value is not None else {}, reader.lines), reader.problems
