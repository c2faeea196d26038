"""What a step sees of lookups and submissions: questions with named values, and one of three ends.

Who asks whom, and how, is `ccengine.lookup` and `ccengine.outbox`: a step knows names only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from ccengine.ivr.data import ALWAYS_KNOWN, Value

if TYPE_CHECKING:
    from ccengine.config.clients import Client
    from ccengine.ivr.data import CallData


class Result(StrEnum):
    """How a lookup ends."""

    FOUND = "found"
    NOTHING = "nothing"  #: who was asked knows of none
    FAILED = "failed"  #: no answer, or not in time


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, or told."""

    name: str  #: of the lookup or the submission
    values: Mapping[str, Value]
    secret: frozenset[str] = frozenset()  #: names of values that are written down nowhere
    given: frozenset[str] = frozenset()  #: names of those that the step itself gives


@dataclass(frozen=True, slots=True)
class Answer:
    """How a lookup has ended."""

    result: Result
    values: Mapping[str, Value] = field(default_factory=dict)  #: of what was found


FAILED = Answer(Result.FAILED)
NOTHING = Answer(Result.NOTHING)


class Lookups(Protocol):
    """Asks other programs for flows."""

    async def ask(self, client: Client, question: Question) -> Answer:
        """Return the answer, within the lookup's deadline. Never raises."""
        ...

    def breakers(self) -> Mapping[str, str]:
        """Return the state of each one's circuit breaker, by `client/lookup`."""
        ...


async def ask_nobody(_question: Question) -> Answer:
    """Find out nothing, where there is nobody to ask."""
    return FAILED


def submit_nothing(_question: Question) -> bool:
    """Take no submission, where nobody would carry it out."""
    return False


def question_of(name: str, give: Mapping[str, str], data: CallData) -> Question:
    """Return a question with what is given, as templates, and what every call knows."""
    known = {own: data[own] for own in ALWAYS_KNOWN if own in data}
    given = {own: data.value(template) for own, template in give.items()}
    secret = frozenset(own for own, template in give.items() if data.holds_secret(template))
    return Question(name, {**known, **given}, secret, frozenset(give))
