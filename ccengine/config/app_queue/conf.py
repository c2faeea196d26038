"""Asterisk's configuration files: sections, templates, additions, included files, comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ccengine.config.problems import Problem

SECTION: Final = re.compile(r"\[([^\]]+)\]\s*(?:\(([^)]*)\))?")
INCLUDE: Final = re.compile(r"#\s*(include|tryinclude|exec)\s+(.*)", re.IGNORECASE)
COMMENT: Final = re.compile(r"(?<!\\);.*")
DEPTH_AT_MOST: Final = 10
TRUE: Final = frozenset({"yes", "true", "y", "t", "1", "on"})
FALSE: Final = frozenset({"no", "false", "n", "f", "0", "off", ""})


@dataclass(frozen=True, slots=True)
class Setting:
    """One `key = value` line."""

    key: str  #: small letters: Asterisk does not tell them apart
    value: str
    file: Path
    line: int

    def not_carried(self, why: str) -> Problem:
        """Return a note that this line has no counterpart."""
        message = f"'{self.key} = {self.value}' is not carried over"
        return Problem(self.file, self.line, message, why, is_warning=True)

    def note(self, message: str, remedy: str) -> Problem:
        """Return a note about this line."""
        return Problem(self.file, self.line, message, remedy, is_warning=True)


@dataclass(slots=True)
class Section:
    """A section with what it inherits, in the order in which Asterisk reads it."""

    name: str
    file: Path
    line: int
    is_template: bool = False
    settings: list[Setting] = field(default_factory=list)

    def last(self) -> dict[str, Setting]:
        """Return the settings that count: of each key the last."""
        return {setting.key: setting for setting in self.settings}

    def all_of(self, key: str) -> list[Setting]:
        """Return all lines with this key."""
        return [setting for setting in self.settings if setting.key == key]

    def note(self, message: str, remedy: str) -> Problem:
        """Return a note about the section."""
        return Problem(self.file, self.line, message, remedy, is_warning=True)


@dataclass(slots=True)
class Conf:
    """A file with those it includes."""

    sections: dict[str, Section] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def queues(self) -> list[Section]:
        """Return the sections that are neither templates nor general settings."""
        named = self.sections.values()
        return [one for one in named if not one.is_template and one.name != "general"]


def read_conf(file: Path, text: str | None = None) -> Conf:
    """Read a file and what it includes.

    Args:
        file: what it is called; files it includes are looked for beside it.
        text: its content, if that is known already.

    Raises:
        OSError: the file itself cannot be read.
    """
    reader = _Reader(file.parent)
    content = file.read_text(encoding="utf-8", errors="replace") if text is None else text
    reader.read(file, content, 0)
    return reader.conf


class _Reader:
    """Reads line by line, as Asterisk does."""

    def __init__(self, folder: Path) -> None:
        self.conf = Conf()
        self._folder = folder
        self._section: Section | None = None
        self._in_comment = False

    def read(self, file: Path, text: str, depth: int) -> None:
        for number, raw in enumerate(text.splitlines(), 1):
            line = self._without_comments(raw)
            if not line:
                continue
            if (included := INCLUDE.fullmatch(line)) is not None:
                self._include(included[1].lower(), included[2], Place(file, number, depth))
            elif (head := SECTION.match(line)) is not None:
                self._begin(head[1].strip(), head[2] or "", file, number)
            else:
                self._add(line, file, number)

    def _without_comments(self, raw: str) -> str:
        text = raw
        if self._in_comment:
            before, end, text = text.partition("--;")
            if not end:
                return ""
            self._in_comment = False
        begins = re.search(r";--(?!-)", text)
        if begins is not None:
            before, after = text[: begins.start()], text[begins.end() :]
            _, end, rest = after.partition("--;")
            self._in_comment = not end
            text = before + rest
        return COMMENT.sub("", text).replace("\\;", ";").strip()

    def _begin(self, name: str, options: str, file: Path, line: int) -> None:
        words = [word.strip() for word in options.split(",") if word.strip()]
        known = self.conf.sections.get(name)
        if "+" in words and known is not None:
            section = known
        else:
            section = Section(name, file, line, is_template="!" in words)
            if known is None:
                self.conf.sections[name] = section
            else:
                message = f"[{name}] is there already, in line {known.line}: this one is left out"
                self.conf.problems.append(section.note(message, "write (+) after it to add to it"))
        for word in words:
            if word not in {"+", "!"}:
                self._inherit(section, word, file, line)
        self._section = section

    def _inherit(self, section: Section, template: str, file: Path, line: int) -> None:
        source = self.conf.sections.get(template)
        if source is None:
            message = f"[{section.name}] inherits '{template}', which is not above it"
            problem = Problem(file, line, message, "define the template first", is_warning=True)
            self.conf.problems.append(problem)
        else:
            section.settings += source.settings

    def _add(self, line: str, file: Path, number: int) -> None:
        key, equals, value = line.partition("=")
        if not equals or self._section is None:
            message = f"'{line}' is no setting of a section"
            problem = Problem(file, number, message, "write 'key = value'", is_warning=True)
            self.conf.problems.append(problem)
            return
        text = value.removeprefix(">").strip()
        self._section.settings.append(Setting(key.strip().lower(), text, file, number))

    def _include(self, how: str, what: str, place: Place) -> None:
        name = what.strip().strip('"<>')
        if how == "exec":
            self._warn(place, f"'#exec {name}' is not run", "put what it prints into a file")
            return
        found = sorted(self._folder.glob(name)) if not Path(name).is_absolute() else [Path(name)]
        texts = [(file, text) for file in found if (text := _text_of(file)) is not None]
        if not texts and how == "include":
            remedy = "put the file beside this one, or remove the line"
            self._warn(place, f"'{name}' cannot be read", remedy)
        if place.depth >= DEPTH_AT_MOST:
            self._warn(place, "files include each other too deep", "remove the circle")
            return
        for file, text in texts:
            self.read(file, text, place.depth + 1)

    def _warn(self, place: Place, message: str, remedy: str) -> None:
        problem = Problem(place.file, place.line, message, remedy, is_warning=True)
        self.conf.problems.append(problem)


@dataclass(frozen=True, slots=True)
class Place:
    """A line, and how many files include each other there."""

    file: Path
    line: int
    depth: int


def _text_of(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
