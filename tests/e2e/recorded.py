"""What was recorded of a call, as the API gives it, and what must be in it by the call's record."""

from __future__ import annotations

import asyncio
import io
import json
import math
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import numpy as np
import soundfile
from numpy.typing import NDArray

from ccengine.config.secrets import api_token
from ccengine.phone.frequencies import WINDOW_MS, tone_windows
from tests.continuity import MUSIC, RATE, Sent, Span, Told, gaps, without
from tests.e2e.waits import until_seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.continuity import Gap
    from tests.e2e.people import Caller
    from tests.e2e.stage import Stage

KEPT_SECONDS = 20.0
"""From the end of a call until its recording can be heard, on a machine that is busy."""
EDGE_SECONDS = 0.15
"""A phone hears a little later than the recording has it."""
SILENT_SECONDS = 0.1
STALL_SECONDS = 0.2
"""Around a stall of the phones Asterisk's and their time may differ."""
MOST_NOT_SENT = 0.1
LENGTH_SECONDS = 0.8
EDGE_WINDOWS = 2
"""The first and the last hold the edges of the talk."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording's two sides and the record of its call."""

    record: Mapping[str, Any]
    sides: NDArray[np.int16]

    @property
    def said(self) -> NDArray[np.int16]:
        """What the caller said."""
        return self.sides[:, 0]

    @property
    def heard(self) -> NDArray[np.int16]:
        """What the caller heard."""
        return self.sides[:, 1]

    @property
    def seconds(self) -> float:
        return len(self.sides) / RATE

    @property
    def begun(self) -> float:
        """When its first part began."""
        began: float = parts(self.record)[0]["started_at"]
        return began

    @property
    def due(self) -> float:
        """Since when there must be sound: from the answer on, or from when somebody asked for it.

        What they asked for begins at once: no row tells of the wish alone.
        """
        if parts(self.record)[0]["by"]:
            return self.begun
        answered: float = _listed(self.record, "conversations")[0]["started_at"]
        return min(self.begun, answered)

    def share(self, side: NDArray[np.int16], tone_hz: int) -> float:
        """Return in which share of a side a tone is, but for its edges."""
        windows = tone_windows(side.tolist(), tone_hz)[EDGE_WINDOWS:-EDGE_WINDOWS]
        return sum(windows) / max(1, len(windows))

    def windows(self, side: NDArray[np.int16], tone_hz: int) -> list[bool]:
        """Tell it for each fifth of a second."""
        return tone_windows(side.tolist(), tone_hz)

    def told(self) -> str:
        """Tell what is in it, a line for each half second: the loudest tone of each side."""
        step = RATE // 2
        return "\n".join(
            f"{at / RATE:6.1f} s  {_loudest(self.said[at : at + step])}"
            f"  {_loudest(self.heard[at : at + step])}"
            for at in range(0, len(self.sides), step)
        )

    def between(self, begin: float, end: float) -> NDArray[np.int16]:
        """Return a piece of both sides; times are the epoch's."""
        since = round((begin - self.begun) * RATE)
        return self.sides[max(0, since) : round((end - self.begun) * RATE)]

    def lacks(self, caller: Caller, tones: Collection[int]) -> list[Gap]:
        """Return where a tone that was sent is missing, but for pauses; times are the recording's.

        What was sent before it began is missing, too: at a time below zero. The caller's is sent
        all the time; of the others and of music that was sent to the caller which the caller's own
        phone has heard: an agent who presses keys sends no tone.
        """
        marked = [span for part in parts(self.record) for span in spans(part["pauses"])]
        marked += self.not_sent(caller)
        ended = parts(self.record)[-1]["ended_at"]
        said = [
            Sent(begin - self.begun, end - self.begun, (caller.tone_hz,))
            for begin, end in without([(self.due, ended)], marked)
        ]
        ahead = _ahead()
        heard = np.array(caller.call.heard.samples(self.due - ahead, ended - ahead), np.int16)
        sent = [
            Sent(begin - self.begun, end - self.begun, (tone,))
            for tone in (*tones, MUSIC)
            for begin, end in without(_present(heard, tone, self.due), marked)
        ]
        return [*gaps(self.said, said), *gaps(self.heard, sent, edge_seconds=EDGE_SECONDS)]

    def is_as_long_as(self, talk_seconds: float, caller: Caller) -> bool:
        """Tell whether nothing but what the phones did not send is missing of a talk."""
        missing = talk_seconds - self.seconds
        return -LENGTH_SECONDS <= missing <= LENGTH_SECONDS + caller.call.media.stalled_seconds()

    def not_sent(self, caller: Caller) -> list[Span]:
        """Return when the phones, all in this process, sent nothing, as the machine was busy.

        A recording of what nobody sent may lack it, and is shorter by as much: that much is left
        out at the end, too.

        Raises:
            AssertionError: it was so much that the rest would prove little.
        """
        ahead, ended = _ahead(), parts(self.record)[-1]["ended_at"]
        stalls = [(begin + ahead, end + ahead) for begin, end in caller.call.media.stalls]
        stalls = [(begin, end) for begin, end in stalls if self.due < end and begin < ended]
        missing = sum(end - begin for begin, end in stalls)
        assert missing < MOST_NOT_SENT * (ended - self.due), f"the phones slept: {stalls}"
        around = [(begin - STALL_SECONDS, end + STALL_SECONDS) for begin, end in stalls]
        return [*around, (ended - missing, math.inf)] if stalls else []

    def gaps(self, caller: Caller, agents: Mapping[str, int]) -> list[Gap]:
        """Return where a tone that was sent is missing, but for pauses.

        Args:
            caller: who was recorded.
            agents: the tone of each agent who talked.
        """
        told = Told(
            caller=caller.tone_hz,
            begun=self.begun,
            due=self.due,
            ended=parts(self.record)[-1]["ended_at"],
            talks=[
                (agents[one["agent"]], one["started_at"], one["ended_at"])
                for one in _listed(self.record, "conversations")
            ],
            holds=spans(_listed(self.record, "holds")),
            pauses=[
                *self.not_sent(caller),
                *(span for part in parts(self.record) for span in spans(part["pauses"])),
            ],
        )
        return [*gaps(self.said, told.said()), *gaps(self.heard, told.heard())]


def _ahead() -> float:
    """Return by how much the journal's time, the epoch's, is ahead of the loop's."""
    return time.time() - asyncio.get_running_loop().time()  # noqa: TID251 - the journal's


def _present(sound: NDArray[np.int16], tone: int, began: float) -> list[Span]:
    """Return from when to when a tone is there, in a sound that began then."""
    whole = (0.0, len(sound) / RATE)
    # A silence that is a fifth of a second in one sound may be a little less in the other.
    missing = gaps(sound, [Sent(*whole, (tone,))], edge_seconds=0.0, gap_seconds=SILENT_SECONDS)
    there = without([whole], [(one.begin, one.end) for one in missing])
    return [(began + begin, began + end) for begin, end in there]


def _loudest(side: NDArray[np.int16]) -> str:
    spectrum = np.abs(np.fft.rfft(side))
    level = float(np.sqrt(np.mean(side.astype(np.float64) ** 2)))
    return f"{np.argmax(spectrum) * RATE / len(side):5.0f} Hz {level:6.0f}"


def parts(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the files that a recording came of."""
    return _listed(record, "recordings")


def spans(told: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Return from when to when."""
    return [(one["started_at"], one["ended_at"]) for one in told]


def _listed(record: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(record[name])
    return found


async def recorded(stage: Stage, record: Mapping[str, Any]) -> Recorded:
    """Fetch a recording as soon as it can be had."""
    headers = {"Authorization": f"Bearer {api_token(stage.system.paths)}"}
    url = f"{stage.system.settings.api_url}/calls/{record['call']}/recording"
    found: list[bytes] = []

    async def is_there() -> bool:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(url) as response,
        ):
            if response.status == 200:
                found.append(await response.read())
            return bool(found)

    await until_seen("the recording is there", is_there, seconds=KEPT_SECONDS)
    samples, rate = soundfile.read(io.BytesIO(found[0]), dtype="int16", always_2d=True)
    assert (rate, samples.shape[1]) == (RATE, 2)
    return Recorded(record, np.asarray(samples, dtype=np.int16))


WINDOW_SECONDS = WINDOW_MS / 1000
