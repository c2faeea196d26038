"""A studio's script as a page to print: each text in its own language and direction."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from babel.core import Locale, UnknownLocaleError

from ccengine.ivr.speech.holes import HOLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccengine.ivr.sheets import Line

STYLE: Final = """
body { font: 15px/1.5 "Noto Sans", "Noto Naskh Arabic", "Noto Sans Arabic", sans-serif; margin: 2rem; }
h2 { margin-block: 2rem .5rem; break-after: avoid; }
table { border-collapse: collapse; inline-size: 100%; table-layout: fixed; }
th, td { border: 1px solid #777; padding: .35rem .5rem; text-align: start; vertical-align: top; }
td { overflow-wrap: anywhere; }
th:nth-child(1) { inline-size: 3rem; }
th:nth-child(2) { inline-size: 19rem; }
th:nth-child(4) { inline-size: 6rem; }
td:nth-child(2) { font-family: monospace; font-size: 13px; }
.text { font-size: 18px; }
.speech { font-size: 22px; color: #444; }
tr { break-inside: avoid; }
@media print { body { margin: 0; } }
"""  # noqa: E501


def page(tenant: str, lines: Iterable[Line]) -> str:
    """Return the whole page."""
    groups: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        groups.setdefault((line.language, line.whose, line.hears), []).append(line)
    sections = "".join(_section(*key, some) for key, some in sorted(groups.items()))
    title = escape(f"What to record for {tenant}")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n"
        "<p>One file per line: WAV, 8 kHz, mono, 16 bit, without silence before and after. "
        "Read the larger text where there is one: it has stress or vowel signs.</p>\n"
        f"{sections}</body>\n</html>\n"
    )


def _section(language: str, whose: str, hears: str, lines: list[Line]) -> str:
    title = f"{_language_name(language)}: {whose or 'built in'}, for {hears}"
    rows = "".join(_row(number, line) for number, line in enumerate(lines, 1))
    return (
        f"<h2>{escape(title)}</h2>\n<table>\n<thead><tr><th>no.</th><th>file</th><th>text</th>"
        f"<th>state</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )


def _row(number: int, line: Line) -> str:
    spoken = _text("speech", line.language, line.speech) if line.speech else ""
    text = _text("text", line.language, line.text)
    return (
        f'<tr><td>{number}</td><td dir="ltr">{escape(line.file)}</td>'
        f"<td>{text}{spoken}</td><td>{state_of(line)}</td></tr>\n"
    )


def _text(kind: str, language: str, text: str) -> str:
    words = HOLE.sub(r'<bdi dir="ltr">\g<0></bdi>', escape(text))  # escapes leave braces alone
    return f'<div class="{kind}" lang="{escape(language)}" dir="auto">{words}</div>'


def state_of(line: Line) -> str:
    """Return in a word whether a text is to be recorded."""
    if line.says_values:
        return "by voice"
    return "recorded" if line.is_recorded else "to record"


def _language_name(language: str) -> str:
    try:
        return Locale.parse(language, sep="-").get_display_name("en") or language
    except (UnknownLocaleError, ValueError):
        return language
