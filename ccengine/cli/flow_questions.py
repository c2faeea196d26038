"""What is asked at the terminal of whoever walks through a flow: there is nobody else to ask."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.markup import escape

from ccengine.cli.output import console
from ccengine.ivr.data import text_of
from ccengine.ivr.lookups import FAILED, NOTHING, Answer, Result

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext
    from ccengine.ivr.lookups import Question


class Gone(Exception):
    """Whoever walks through the flow has hung up."""


def asked(question: str) -> str:
    """Return what is typed.

    Raises:
        Gone: the file has ended.
    """
    try:
        return console.input(f"  {escape(question)}: ")
    except EOFError:
        raise Gone from None


def asking(context: FlowContext) -> FlowContext:
    """Return a context in which lookups are answered at the terminal, and submissions shown."""
    return replace(context, lookup=_answer, submit=_take)


async def _answer(question: Question) -> Answer:
    console.print(f"  ? lookup {_told(question)}", highlight=False)
    match asked("found, nothing or failed (f, n, Enter)").strip().lower()[:2]:
        case "f" | "fo":
            return Answer(Result.FOUND, _values(asked("its values, as in name=Anna state=sent")))
        case "n" | "no":
            return NOTHING
        case _:
            return FAILED


def _values(line: str) -> dict[str, str]:
    try:
        words = shlex.split(line)
    except ValueError:  # a quote without an end
        words = line.split()
    pairs = (word.partition("=") for word in words)
    return {name: value for name, equals, value in pairs if equals}


def _take(question: Question) -> bool:
    console.print(f"  ! submission {_told(question)}", highlight=False)
    return True


def _told(question: Question) -> str:
    shown = {
        name: "(secret)" if name in question.secret else text_of(value)
        for name, value in question.values.items()
        if name in question.given
    }
    given = ", ".join(f"{name}={value}" for name, value in shown.items())
    return escape(f"{question.name} ({given})" if given else question.name)
