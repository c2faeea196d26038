"""What was found in a recording: spans that tile it, peaks to draw, and shares of time.

Times are seconds from the recording's begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PEAK_SECONDS: Final = 0.1
"""One peak of each side for so long."""
LOUDEST_PEAK: Final = 255
_HUNDREDTHS: Final = 100


class SpanKind(StrEnum):
    """What goes on; at each moment just one of them."""

    CALLER = "caller"  #: talks, alone
    AGENT = "agent"  #: what the caller hears talks, alone
    CROSS_TALK = "cross_talk"  #: both talk
    SILENCE = "silence"  #: nobody talks
    HOLD = "hold"  #: the caller hears music
    PAUSE = "pause"  #: nothing was recorded, as somebody wanted


OFF_THE_TALK: Final = frozenset({SpanKind.HOLD, SpanKind.PAUSE})
"""No part of the conversation: counted apart."""


class Stretch(NamedTuple):
    """From when to when."""

    start: float
    end: float


class Span(NamedTuple):
    """From when to when something goes on."""

    kind: SpanKind
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How a part of a recording divides. Seconds, to the hundredth."""

    caller: float = 0.0
    agent: float = 0.0
    cross_talk: float = 0.0
    silence: float = 0.0
    hold: float = 0.0
    pause: float = 0.0
    longest_silence: float = 0.0

    @property
    def conversation(self) -> float:
        """All but hold and pause."""
        return self.caller + self.agent + self.cross_talk + self.silence

    @property
    def silence_percent(self) -> float | None:
        """Of the conversation, when nobody talked; None: there was none."""
        return self._percent(self.silence)

    @property
    def talk_over_percent(self) -> float | None:
        """Of the conversation, when both talked; None: there was none."""
        return self._percent(self.cross_talk)

    def _percent(self, seconds: float) -> float | None:
        whole = self.conversation
        return round(100 * seconds / whole, 2) if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A recording as it is drawn and measured."""

    seconds: float
    peaks: tuple[bytes, bytes]  #: the caller's and what they hear: see `picture`
    spans: tuple[Span, ...]  #: they tile the recording: none overlap, nothing is left out

    def within(self, start: float, end: float) -> Measures:
        """Return how what lies between two instants divides, such as one agent's conversation."""
        sums = dict.fromkeys(SpanKind, 0.0)
        longest = 0.0
        for kind, first, last in self.spans:
            inside = min(last, end) - max(first, start)
            if inside > 0:
                sums[kind] += inside
                longest = max(longest, inside) if kind is SpanKind.SILENCE else longest
        rounded = {kind.value: round(seconds, 2) for kind, seconds in sums.items()}
        return Measures(**rounded, longest_silence=round(longest, 2))

    @property
    def measures(self) -> Measures:
        """How the whole divides."""
        return self.within(0.0, self.seconds)

    @property
    def silence_percent(self) -> float | None:
        """Of the conversation, when nobody talked; None: there was no conversation."""
        return self.measures.silence_percent

    @property
    def talk_over_percent(self) -> float | None:
        """Of the conversation, when both talked; None: there was no conversation."""
        return self.measures.talk_over_percent

    def picture(self) -> dict[str, Any]:
        """Return it as JSON has it, to be kept and drawn.

        Times are hundredths of a second. A peak is one character for each tenth of a second and
        side, two hexadecimal digits: 255 times the root of the loudest sample's share of full
        scale, so that quiet talk is seen as well.
        """
        return {
            "seconds": self.seconds,
            "caller": self.peaks[0].hex(),
            "agent": self.peaks[1].hex(),
            "spans": [
                [span.kind.value, _hundredths(span.start), _hundredths(span.end)]
                for span in self.spans
            ],
        }

    @classmethod
    def of_picture(cls, picture: Mapping[str, Any]) -> Analysis:
        """Return what `picture` was made of.

        Raises:
            ValueError: it is no picture.
        """
        try:
            return cls(
                seconds=float(picture["seconds"]),
                peaks=(bytes.fromhex(picture["caller"]), bytes.fromhex(picture["agent"])),
                spans=tuple(_spans(picture["spans"])),
            )
        except (KeyError, TypeError) as error:
            message = f"no picture of a recording: {error!r}"
            raise ValueError(message) from error


def _spans(given: list[list[Any]]) -> Iterator[Span]:
    for kind, start, end in given:
        yield Span(SpanKind(kind), start / _HUNDREDTHS, end / _HUNDREDTHS)


def _hundredths(seconds: float) -> int:
    return round(seconds * _HUNDREDTHS)
