"""Asterisk's manager as a model: MixMonitor on channels, by the same world as everything else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.asterisk.ami.link import AmiAnswer, AmiDisconnected, AmiUntold

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.fakes.asterisk_world import FakeWorld

RECORDINGS = "/var/lib/ccengine/recordings"
_SOUND = bytes(4096)
_VALUE_AT_MOST = 1023  # bytes of a function's value
QUESTIONS = ("Getvar", "DBGet")


@dataclass
class FakeMonitor:
    """What records a channel; it goes on while nobody is connected."""

    channel: str
    file: str
    began_at: float
    ended_at: float | None = None
    muted: bool = False
    mutes: list[tuple[float, float]] = field(default_factory=list)
    muted_since: float | None = None


class FakeManager:
    """Answers actions. A test's verbs: `go_away`, `come_back`, `refuse`, `say_nothing`."""

    def __init__(self, world: FakeWorld) -> None:
        self._world = world
        self.monitors: list[FakeMonitor] = []  #: all there ever were
        self.folder: Path | None = None  #: where files are really written
        self.writes = True
        self.formats: dict[str, str] = {}  #: of channels; of others that of telephones
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self._up = asyncio.Event()
        self._up.set()
        self._refusals: list[str] = []
        self._silent = 0
        self._silent_does = True

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    async def wait_connected(self) -> None:
        await self._up.wait()

    async def ask(self, action: str, **values: str) -> AmiAnswer:
        """As the link does, a millisecond later."""
        if not self.connected:
            raise AmiDisconnected(action)
        await asyncio.sleep(0.001)
        if self._silent and action not in QUESTIONS:
            self._silent -= 1
            if self._silent_does:
                self.answer(action, values)
            await asyncio.sleep(0.5)
            raise AmiUntold(action)
        return self.answer(action, values)

    def answer(self, action: str, values: Mapping[str, str]) -> AmiAnswer:
        """What Asterisk does with an action, and says."""
        if action in QUESTIONS:  # it changes nothing: what tests prepare is not for it
            return self._value_of(values) if action == "Getvar" else self._kept(values)
        self.asked.append((action, values))
        return self._done(action, values)

    def _done(self, action: str, values: Mapping[str, str]) -> AmiAnswer:
        if self._refusals:
            return AmiAnswer(success=False, message=self._refusals.pop(0))
        if action.startswith("DB"):
            return self._keep(action, values)
        if values.get("Channel", "") not in self._world.channels:
            missing = "Channel does not exist" if action == "Redirect" else "No such channel"
            return AmiAnswer(success=False, message=missing)
        done = {
            "MixMonitor": lambda channel: self._start(channel, values["File"]),
            "StopMixMonitor": self._stop,
            "MixMonitorMute": lambda channel: self._mute(channel, muted=values["State"] == "1"),
            "Redirect": lambda channel: self._redirect(channel, values["Context"]),
            "Setvar": lambda channel: self._limit(channel, values),
        }.get(action)
        if done is None:
            return AmiAnswer(success=False, message="Invalid/unknown command")
        return done(values["Channel"])

    def _redirect(self, channel: str, context: str) -> AmiAnswer:
        found = self._world.channels[channel]
        self._world.leads.take(found, context)
        return AmiAnswer(success=True, message="Redirect successful")

    def _limit(self, channel: str, values: Mapping[str, str]) -> AmiAnswer:
        assert values["Variable"] == "TIMEOUT(absolute)"
        found = self._world.channels[channel]
        found.variables[values["Variable"]] = values["Value"]
        self._world.leads.limit(found, float(values["Value"]))
        return AmiAnswer(success=True, message="Variable Set")

    def _value_of(self, values: Mapping[str, str]) -> AmiAnswer:
        if "Channel" in values:
            return self._formats_of(values["Channel"])
        function, _, family = values["Variable"].removesuffix(")").partition("(")
        # Of DB() it says nothing, as the real one.
        kept = self._world.database.get(family, {}) if function == "DB_KEYS" else {}
        return AmiAnswer(success=True, message="", value=",".join(sorted(kept))[:_VALUE_AT_MOST])

    def _kept(self, values: Mapping[str, str]) -> AmiAnswer:
        value = self._world.database.get(values["Family"], {}).get(values["Key"])
        if value is None:
            return AmiAnswer(success=False, message="Database entry not found")
        return AmiAnswer(success=True, message="Result will follow", value=value)

    def _keep(self, action: str, values: Mapping[str, str]) -> AmiAnswer:
        kept, key = self._world.database.setdefault(values["Family"], {}), values["Key"]
        if action == "DBPut":
            kept[key] = values["Val"]
            return AmiAnswer(success=True, message="Updated database successfully")
        if kept.pop(key, None) is None:
            return AmiAnswer(success=False, message="Database entry not found")
        return AmiAnswer(success=True, message="Key deleted successfully")

    def _formats_of(self, channel: str) -> AmiAnswer:
        if channel not in self._world.channels:
            return AmiAnswer(success=False, message="No such channel")
        return AmiAnswer(success=True, message="", value=self.formats.get(channel, "(ulaw)"))

    def of(self, channel: str) -> list[FakeMonitor]:
        """What records a channel now."""
        gone = channel not in self._world.channels
        found = [one for one in self.monitors if one.channel == channel and one.ended_at is None]
        return [] if gone else found

    def lose(self, channel: str) -> None:
        """Let a recording end behind the engine's back."""
        for monitor in self.of(channel):
            monitor.ended_at = self._now()

    def go_away(self) -> None:
        """Let the connection be lost, and none be had."""
        self._up.clear()

    def come_back(self) -> None:
        """Let there be a connection again."""
        self._up.set()

    def refuse(self, message: str = "Permission denied") -> None:
        """Refuse the next action."""
        self._refusals.append(message)

    def say_nothing(self, times: int = 1, *, does: bool = True) -> None:
        """Leave the next actions without an answer, done or not."""
        self._silent, self._silent_does = times, does

    def _start(self, channel: str, file: str) -> AmiAnswer:
        self.monitors.append(FakeMonitor(channel, file, self._now()))
        if self.folder is not None and self.writes:
            path = self.folder / file.removeprefix(f"{RECORDINGS}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_SOUND)
        return AmiAnswer(success=True, message="Channel has been monitored")

    def _stop(self, channel: str) -> AmiAnswer:
        found = self.of(channel)
        if not found:
            return AmiAnswer(success=False, message="Could not stop monitoring channel")
        found[0].ended_at = self._now()
        return AmiAnswer(success=True, message="MixMonitor has been stopped")

    def _mute(self, channel: str, *, muted: bool) -> AmiAnswer:
        found = self.of(channel)
        if not found:
            return AmiAnswer(success=False, message="Cannot set mute flag")
        for monitor in found:
            monitor.muted = muted
            if muted and monitor.muted_since is None:
                monitor.muted_since = self._now()
            elif not muted and monitor.muted_since is not None:
                monitor.mutes.append((monitor.muted_since, self._now()))
                monitor.muted_since = None
        return AmiAnswer(success=True, message="MixMonitor has been muted")

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
