"""How a campaign tells answering machines from people, and what it leaves on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import Field

from ccengine.config.consents import UNITED_STATES
from ccengine.config.names import Name

if TYPE_CHECKING:
    from collections.abc import Iterable

FROM_GREETING: Final = frozenset({UNITED_STATES})
"""Where the two seconds in which an agent must be there begin with the end of the greeting: 16 CFR
310.4(b)(4)(iii), 47 CFR 64.1200(a)(7). Everywhere else they are taken to begin with the answer,
which leaves no time to listen before."""

FIRST_SILENCE_MS: Final = 1000
"""Who says nothing for so long after the answer is not listened to any longer before an agent is
looked for: there is no greeting from whose end the law would count."""

Milliseconds = Annotated[int, Field(ge=0, le=10_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """The arguments of Asterisk's AMD(), in its order; defaults are those of its amd.conf."""

    initial_silence_ms: Milliseconds = 2500  #: without a greeting: unsure, to AMD() a machine
    greeting_ms: Milliseconds = 1500  #: a longer one is a machine's
    after_greeting_silence_ms: Annotated[int, Field(ge=100, le=1200)] = 800  #: then: a person
    total_analysis_ms: Annotated[int, Field(ge=500, le=10_000)] = 5000  #: then: unsure
    min_word_ms: Milliseconds = 100
    between_words_ms: Milliseconds = 50
    max_words: Annotated[int, Field(ge=1, le=50)] = 2  #: with more of them: a machine
    silence_threshold: Annotated[int, Field(ge=1, le=32_767)] = 256  #: of samples, on average
    max_word_ms: Milliseconds = 5000  #: a longer one is a machine's
    error_percent: Annotated[float, Field(ge=0, le=100)] = 0.0
    """Of detected machines, so many were people, as an audit tells; counted as abandoned."""

    def arguments(self, *, before: bool = False) -> str:
        """Return them as AMD() takes them.

        Args:
            before: nobody talks with who answered meanwhile.
        """
        silence_ms = self.initial_silence_ms
        values = (
            min(silence_ms, FIRST_SILENCE_MS) if before else silence_ms,
            self.greeting_ms,
            self.after_greeting_silence_ms,
            self.total_analysis_ms,
            self.min_word_ms,
            self.between_words_ms,
            self.max_words,
            self.silence_threshold,
            self.max_word_ms,
        )
        return ",".join(map(str, values))


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineMessage:
    """What is said to a machine after its tone."""

    prompt: Name
    automatic: bool = False  #: wherever a machine is detected; no: as an agent says


def counts_from_greeting(places: Iterable[str]) -> bool:
    """Tell whether the law of all of these places counts from the end of the greeting.

    Args:
        places: countries, or states such as US-FL; empty texts are unknown.
    """
    countries = {place.partition("-")[0] for place in places}
    return bool(countries) and countries <= FROM_GREETING
