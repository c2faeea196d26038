"""One run: load, wait until all is quiet, read what went over the wire."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import orjson

from tests.benchmarks.inbound import load
from tests.benchmarks.inbound.asterisk import Asterisk, NotReady, Spent, spent
from tests.benchmarks.inbound.capture import Capture, Wanted
from tests.benchmarks.inbound.engine import prepare
from tests.benchmarks.inbound.ground import NUMBERS, QUEUE_NUMBER
from tests.benchmarks.inbound.legs import Wire
from tests.benchmarks.inbound.load import MARK, SPREAD, Load
from tests.benchmarks.inbound.requests import ORIGINATE, Requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.benchmarks.inbound.engine import EngineProcess
    from tests.benchmarks.inbound.ground import Ground
    from tests.benchmarks.inbound.legs import SeenCall
    from tests.benchmarks.inbound.requests import Request

PHONES_READY_SECONDS: Final = 0.4
QUIET_SECONDS: Final = 15.0
SETTLE_SECONDS: Final = 0.5
AT_ONCE_SECONDS: Final = 0.25
"""Within it a call met a free agent: later ones hear music, which takes two requests more."""
BYTES_PER_SECOND: Final = 16_000
SIDES_OF_QUEUE, SIDES_OF_ENGINE = 1, 2


class System(StrEnum):
    """Who distributes the calls."""

    ENGINE = "ccengine"
    QUEUE_NO = "ringinuse=no"
    QUEUE_YES = "ringinuse=yes"


@dataclass(frozen=True, slots=True)
class Point:
    """What is run."""

    system: System
    agents: int
    rate: int
    recorded: bool
    full_sound: bool  #: recorded calls have it always


@dataclass(frozen=True, slots=True)
class RequestCount:
    """The engine's requests in one run."""

    mean: float  #: per call
    most_at_once: int  #: for one call, met by a free agent and offered once, from start to end
    between: dict[str, int]  #: how many between the two INVITEs -> how many such calls
    names: dict[str, float]  #: per call


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run showed. Times in milliseconds."""

    point: Point
    offered: int
    bridged: int
    rung_twice: int
    p50: float
    p99: float
    asterisk_cpu: float  #: per bridged call
    engine_cpu: float
    idle: float  #: share of the machine's processors that had nothing to do while calls came
    recordings: int  #: files as long as a talk
    left_over: int  #: channels that were still there at the end
    dropped: int  #: packets that the capture missed: with any the run is void
    requests: RequestCount | None = None

    @property
    def cpu(self) -> float:
        """Asterisk plus engine."""
        return self.asterisk_cpu + self.engine_cpu


@dataclass(frozen=True, slots=True)
class _Meter:
    asterisk: Spent
    engine: Spent


class Bench:
    """Everything that runs, and the runs on it."""

    def __init__(self, ground: Ground, asterisk: Asterisk, capture: Capture) -> None:
        self._ground = ground
        self._asterisk = asterisk
        self._capture = capture
        self._requests = Requests()
        self._number = 0
        self._queue = ""

    def forget_requests(self) -> None:
        """Begin anew with the connections of an engine that is about to start."""
        self._capture.take()
        self._requests = Requests()

    def run(self, point: Point, seconds: float, engine: EngineProcess) -> Outcome:
        """Offer calls for so long and measure them to their end."""
        self._number += 1
        self._set_queue(point)
        sound = point.full_sound or point.recorded
        weight = Load(point.agents, point.rate, seconds, full_sound=sound)
        ports, folder = self._ground.ports, self._ground.folder
        number = NUMBERS[point.recorded] if point.system is System.ENGINE else QUEUE_NUMBER
        # What was sent since the last run belongs to none; the requests' streams must go on.
        self._requests.read(self._capture.take())
        self._capture.lost()
        with load.phones(folder, ports, weight):
            time.sleep(PHONES_READY_SECONDS)
            before = self._meter(engine)
            with load.callers(folder, ports, weight, number=number, run=self._number) as calling:
                time.sleep(seconds)
                loaded = self._meter(engine)
                calling.wait(load.longest_seconds(weight) - seconds)
            self._asterisk.wait_empty(QUIET_SECONDS)
            time.sleep(SETTLE_SECONDS)
        outcome = self._read(point, weight, before, loaded, self._meter(engine))
        if outcome.left_over:
            self._asterisk.cli("channel request hangup all")
            self._asterisk.wait_empty(QUIET_SECONDS)
        return outcome

    def _meter(self, engine: EngineProcess) -> _Meter:
        return _Meter(spent(self._asterisk.pid), spent(engine.pid))

    def _read(
        self, point: Point, weight: Load, before: _Meter, loaded: _Meter, after: _Meter
    ) -> Outcome:
        packets, dropped = self._capture.take(), self._capture.lost()
        wire = Wire(self._ground.ports)
        wire.read(packets)
        requests = self._requests.read(packets)
        bridged = sum(call.bridged for call in wire.calls)
        waits = sorted(call.rung_after for call in wire.calls if call.rung_after is not None)
        each = 1000 / max(1, bridged)
        whole = loaded.asterisk.machine - before.asterisk.machine
        counted, engine_cpu = None, 0.0
        if point.system is System.ENGINE:
            engine_cpu = (after.engine.process - before.engine.process) * each
            counted = _count(requests, {call.number: call for call in wire.calls})
        return Outcome(
            point=point,
            offered=weight.calls,
            bridged=bridged,
            rung_twice=wire.rung_twice(),
            p50=percentile(waits, 0.50) * 1000,
            p99=percentile(waits, 0.99) * 1000,
            asterisk_cpu=(after.asterisk.process - before.asterisk.process) * each,
            engine_cpu=engine_cpu,
            idle=(loaded.asterisk.idle - before.asterisk.idle) / max(0.01, whole),
            recordings=_clear_recordings(self._ground.state, weight),
            left_over=self._asterisk.channels(),
            dropped=dropped,
            requests=counted,
        )

    def _set_queue(self, point: Point) -> None:
        """Have the wanted queue in Asterisk, or none that knows any phone."""
        is_baseline = point.system is not System.ENGINE
        text = self._ground.write_queue(
            agents=point.agents if is_baseline else 0,
            rings_busy=point.system is System.QUEUE_YES,
            recorded=point.recorded,
        )
        if text == self._queue:
            return
        self._asterisk.cli("module reload app_queue.so")
        shown = self._asterisk.cli("queue show bench").count("PJSIP/phone-")
        if shown != (point.agents if is_baseline else 0):
            message = f"app_queue has {shown} members instead of {point.agents}"
            raise NotReady(message)
        self._queue = text


@contextmanager
def bench_on(ground: Ground) -> Iterator[Bench]:
    """Start all that runs beside the engine on a fresh state folder; take it down afterwards."""
    ports = ground.ports
    wanted = Wanted(
        sip_ports=(ports.callers, ports.phones),
        sound_ports=(ports.callers_sound, ports.phones_sound),
        mark=MARK,
        request_port=ports.ari,
    )
    prepare(ground)
    with Capture(wanted) as capture, Asterisk(ground) as asterisk:
        yield Bench(ground, asterisk, capture)


def _count(requests: list[Request], calls: dict[str, SeenCall]) -> RequestCount:
    by_call: dict[str, list[Request]] = {}
    callers: dict[str, SeenCall] = {}
    for request in requests:
        if request.call:
            by_call.setdefault(request.call, []).append(request)
            if request.name == ORIGINATE and request.caller in calls:
                callers[request.call] = calls[request.caller]
    most, between = 0, Counter[str]()
    for call_id, call in callers.items():
        waited = call.rung_after
        if waited is None or waited > AT_ONCE_SECONDS:
            continue
        if len(call.legs) == 1:
            most = max(most, len(by_call[call_id]))
        rung_at = call.called_at + waited
        between[str(sum(call.called_at < one.at < rung_at for one in by_call[call_id]))] += 1
    whole = max(1, len(callers))
    names = Counter(request.name for request in requests)
    return RequestCount(
        mean=sum(map(len, by_call.values())) / whole,
        most_at_once=most,
        between=dict(between),
        names={name: count / whole for name, count in names.items()},
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return one of sorted values; not a number where there is none."""
    if not values:
        return float("nan")
    return values[min(len(values) - 1, int(len(values) * share))]


def _clear_recordings(state: Path, weight: Load) -> int:
    """Count the recordings that hold a talk, kept ones too, and take them away."""
    least = weight.talk_seconds * (1 - SPREAD) * 0.8
    spool, kept = state / "recordings", state / "kept"
    found = {file.stem for file in spool.rglob("*.wav") if _seconds(file, SIDES_OF_QUEUE) >= least}
    found |= {
        file.stem for file in spool.rglob("*.raw") if _seconds(file, SIDES_OF_ENGINE) >= least
    }
    for manifest in kept.rglob("*.json"):
        if orjson.loads(manifest.read_bytes())["seconds"] >= least:
            found.add(manifest.stem)
    for entry in (*spool.iterdir(), *(kept.iterdir() if kept.exists() else ())):
        shutil.rmtree(entry)
    return len(found)


def _seconds(file: Path, sides: int) -> float:
    try:
        return file.stat().st_size / BYTES_PER_SECOND / sides
    except FileNotFoundError:  # just moved to those that are kept
        return 0.0
