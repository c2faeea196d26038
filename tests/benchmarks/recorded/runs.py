"""One run: calls come, talk all at once for a while, and end; then what was kept is looked at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ccengine.config.settings import StatePaths
from tests.benchmarks.inbound.ground import NUMBERS
from tests.benchmarks.inbound.legs import Wire
from tests.benchmarks.inbound.runs import percentile
from tests.benchmarks.recorded import kept, talks, usage
from tests.benchmarks.recorded.streams import Pace, Streams
from tests.benchmarks.recorded.talks import Wave
from tests.benchmarks.recorded.usage import Reading, Usage

if TYPE_CHECKING:
    from tests.benchmarks.inbound.asterisk import Asterisk
    from tests.benchmarks.inbound.capture import Capture, Packet
    from tests.benchmarks.inbound.engine import EngineProcess
    from tests.benchmarks.inbound.ground import Ground
    from tests.benchmarks.inbound.legs import SeenCall
    from tests.benchmarks.inbound.load import Sipp

SAMPLED: Final = 8  #: calls whose RTP is listened to
PHONES_READY_SECONDS: Final = 0.4
EARLY_SECONDS: Final = 0.5
QUIET_SECONDS: Final = 15.0
KEPT_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Shape:
    """How the calls of each run come and go."""

    rate: int  #: begun per second, and ended
    together_seconds: float  #: all of them talk
    others: int  #: calls that come while the first ones end and are kept; none of them recorded
    others_rate: int = 5
    others_seconds: float = 4.0  #: each of them talks
    others_after: float = 2.0  #: seconds from the first one's end: then it is being joined
    settled_seconds: float = 1.0  #: between the last one's begin and what is read


@dataclass(frozen=True, slots=True)
class Times:
    """Of calls being set up. Milliseconds."""

    answer: Sequence[float]  #: caller's INVITE to its 200
    rung: Sequence[float]  #: caller's INVITE to the agent's

    def p(self, what: str, share: float) -> float:
        """Return a percentile."""
        values: Sequence[float] = getattr(self, what)
        return percentile(values, share)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What was left to do when the last call had ended."""

    seconds: float | None  #: until the last one was signed; None: not all were kept
    sealed_bytes: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run showed."""

    calls: int
    recorded: bool
    joined: int  #: calls that an agent answered, and that lasted until the caller hung up
    used: Usage  #: while all talked
    used_ending: Usage  #: from then until all had ended, and was kept
    spool_bytes_per_second: float  #: that files of recordings grew by meanwhile
    times: Times
    others: Times  #: of those that called while the first ones ended
    heard: Pace  #: while all talked
    sent: Pace
    heard_late: Pace  #: while they ended and were kept
    sent_late: Pace
    whole: int  #: recordings that hold all they should
    late: Sequence[float]  #: ms from the agent's answer to the recording's begin
    faults: Sequence[str]
    backlog: Backlog | None = None
    dropped: int = 0  #: packets that the capture missed: with any, what is told of RTP is void
    left_over: int = 0  #: channels


@dataclass(slots=True)
class _Marks:
    """When what was, the epoch's seconds."""

    begun: float = 0.0
    together: float = 0.0
    ending: float = 0.0
    ended: float = 0.0
    readings: list[Reading] = field(default_factory=list)
    spool: list[int] = field(default_factory=list)


class Bench:
    """Everything that runs, and the runs on it."""

    def __init__(self, ground: Ground, asterisk: Asterisk, capture: Capture, shape: Shape) -> None:
        self._ground = ground
        self._asterisk = asterisk
        self._capture = capture
        self._shape = shape
        self._paths = StatePaths(ground.state)
        self._run = 0

    def run(self, calls: int, engine: EngineProcess, *, recorded: bool) -> Outcome:
        """Have so many calls at once, and return what it was like."""
        shape, ports = self._shape, self._ground.ports
        self._capture.take()
        self._capture.lost()
        talk = calls / shape.rate + shape.together_seconds + 2 * shape.settled_seconds
        wave = self._wave(calls, shape.rate, talk, recorded=recorded)
        others = self._wave(shape.others, shape.others_rate, shape.others_seconds, recorded=False)
        marks = _Marks()
        with talks.phones(self._ground.folder, ports) as phones:
            time.sleep(PHONES_READY_SECONDS)
            marks.begun = _now()
            with talks.callers(self._ground.folder, ports, wave) as callers:
                began = time.perf_counter()
                self._while_together(marks, wave, engine, callers, phones)
                # The first call has ended then, and is being kept.
                _sleep_until(began + wave.talk_seconds + shape.others_after)
                with talks.callers(self._ground.folder, ports, others, others=True) as second:
                    callers.wait(wave.longest_seconds - wave.talk_seconds)
                    marks.ended = _now()
                    second.wait(others.longest_seconds)
            self._asterisk.wait_empty(QUIET_SECONDS)
        return self._outcome(wave, others, marks, engine, recorded=recorded)

    def _wave(self, calls: int, rate: int, seconds: float, *, recorded: bool) -> Wave:
        self._run += 1
        return Wave(calls, rate, seconds, NUMBERS[recorded], self._run)

    def _while_together(
        self, marks: _Marks, wave: Wave, engine: EngineProcess, callers: Sipp, phones: Sipp
    ) -> None:
        def read() -> None:
            parts = {
                "asterisk": [self._asterisk.pid],
                "engine": [engine.pid],
                "keeper": usage.children(engine.pid),
                "callers": [callers.pid],
                "phones": [phones.pid],
            }
            marks.readings.append(usage.read(parts))
            marks.spool.append(self._spooled())

        time.sleep(wave.begin_seconds + self._shape.settled_seconds)
        marks.together = _now()
        read()
        time.sleep(self._shape.together_seconds)
        read()
        marks.ending = _now()

    def _spooled(self) -> int:
        total = 0
        for file in self._paths.recordings.rglob("*.raw"):
            total += file.stat().st_size
        return total

    def _outcome(
        self, wave: Wave, others: Wave, marks: _Marks, engine: EngineProcess, *, recorded: bool
    ) -> Outcome:
        until = None
        if recorded:
            waited = kept.wait_kept(self._paths, marks.begun, wave.calls, KEPT_SECONDS)
            until = asyncio.run(waited)
        parts = {"engine": [engine.pid], "keeper": usage.children(engine.pid)}
        since_ending = usage.between(marks.readings[1], usage.read(parts))
        packets, dropped = self._capture.take(), self._capture.lost()
        wire, streams = self._listened(packets)
        first = [call for call in wire.calls if call.number.startswith(wave.prefix)]
        second = [call for call in wire.calls if call.number.startswith(others.prefix)]
        heard = kept.Heard(0, [], [], 0)
        if recorded:
            heard = asyncio.run(kept.listen(self._paths, marks.begun, first))
        used = usage.between(*marks.readings)
        left_over = self._asterisk.channels()
        if left_over:
            self._asterisk.cli("channel request hangup all")
            self._asterisk.wait_empty(QUIET_SECONDS)
        return Outcome(
            calls=wave.calls,
            recorded=recorded,
            joined=sum(_lasted(call, wave) for call in first),
            used=used,
            used_ending=since_ending,
            spool_bytes_per_second=(marks.spool[1] - marks.spool[0]) / used.seconds,
            times=_times(first),
            others=_times(second),
            heard=streams.heard(marks.together, marks.ending),
            sent=streams.sent(marks.together, marks.ending),
            heard_late=streams.heard(marks.ending, marks.ended),
            sent_late=streams.sent(marks.ending, marks.ended),
            whole=heard.whole,
            late=[1000 * seconds for seconds in heard.late],
            faults=[*heard.faults, *_missed(first, wave), *_missed(second, others)],
            backlog=_backlog(until, marks, heard) if recorded else None,
            dropped=dropped,
            left_over=left_over,
        )

    def _listened(self, packets: Sequence[Packet]) -> tuple[Wire, Streams]:
        ends = set(talks.sampled_ports(self._ground.ports, SAMPLED))
        wire, streams = Wire(self._ground.ports), Streams(ends)
        sound = [one for one in packets if not ends.isdisjoint((one.source, one.target))]
        wire.read(one for one in packets if ends.isdisjoint((one.source, one.target)))
        streams.read(sound)
        return wire, streams


def _backlog(until: float | None, marks: _Marks, heard: kept.Heard) -> Backlog:
    seconds = None if until is None else max(0.0, until - marks.ended)
    return Backlog(seconds, heard.sealed_bytes)


def _lasted(call: SeenCall, wave: Wave) -> bool:
    """Tell whether an agent answered, and nobody ended the talk before its time."""
    leg = call.legs[-1] if call.legs else None
    if leg is None or leg.answered_at is None or leg.ended_at is None or call.answered_at is None:
        return False
    return leg.ended_at - call.answered_at >= wave.talk_seconds - EARLY_SECONDS


def _missed(calls: Sequence[SeenCall], wave: Wave) -> list[str]:
    found = [f"{call.number}: it did not last" for call in calls if not _lasted(call, wave)]
    if len(calls) < wave.calls:
        found.append(f"{wave.calls - len(calls)} calls never came")
    return found


def _times(calls: Sequence[SeenCall]) -> Times:
    answered = [one.answered_at - one.called_at for one in calls if one.answered_at]
    rung = [one.rung_after for one in calls if one.rung_after is not None]
    return Times(_milliseconds(answered), _milliseconds(rung))


def _milliseconds(seconds: Sequence[float]) -> list[float]:
    return sorted(1000 * one for one in seconds)


def _now() -> float:
    return time.time_ns() / 1e9


def _sleep_until(at: float) -> None:
    time.sleep(max(0.0, at - time.perf_counter()))
