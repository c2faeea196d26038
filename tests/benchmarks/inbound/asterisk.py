"""A container of the project's Asterisk, and processor time by process."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from tests.benchmarks.inbound.ground import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from tests.benchmarks.inbound.ground import Ground

START_SECONDS: Final = 40.0
LOOK_SECONDS: Final = 0.2
TICKS: Final = os.sysconf("SC_CLK_TCK")


class NotReady(Exception):
    """Something the benchmark needs is missing or does not start."""


class Asterisk:
    """The container; gone at the block's end."""

    def __init__(self, ground: Ground) -> None:
        project = os.environ.get("CCENGINE_PROJECT", "ccengine")
        self._name = f"{project}-bench-{ground.ports.base}-asterisk"
        self._ground = ground
        self._image = _image(project)
        self.pid = 0  #: of the Asterisk process itself, as the host counts

    def __enter__(self) -> Self:
        self._remove()
        conf = os.environ.get("CCENGINE_HOST_ASTERISK_CONF", str(CHECKOUT / "asterisk-conf"))
        dialplan = os.environ.get("CCENGINE_HOST_DIALPLAN", str(CHECKOUT / "dialplan"))
        files = run("sh", "-c", "ulimit -Hn")
        run(
            *("docker", "run", "--detach", "--init", "--name", self._name, "--network", "host"),
            *("--ulimit", f"nofile={files}:{files}", "--env", "CCENGINE_NODE=bench"),
            *("--env", f"CCENGINE_API_PORT={self._ground.ports.api}"),
            # Callers of the baseline have no engine to wait for.
            *("--env", "CCENGINE_ENGINE_ABSENT_SECONDS=1000000"),
            *("--env", "CCENGINE_SIP_BAN_EXEMPT=127.0.0.1"),
            *("--volume", f"{conf}:/etc/asterisk:ro"),
            *("--volume", f"{dialplan}:/etc/ccengine/dialplan:ro"),
            *("--volume", f"{self._ground.state}:/var/lib/ccengine", self._image),
        )
        wait_until(lambda: "fully" in self.cli("core waitfullybooted"), "Asterisk")
        self.pid = self._find_pid()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    def cli(self, command: str) -> str:
        """Run a command of Asterisk's console; empty when it does not answer."""
        words = ["docker", "exec", self._name, "asterisk", "-rx", command]
        return subprocess.run(words, capture_output=True, text=True, check=False).stdout

    def channels(self) -> int:
        """Count the channels there are."""
        words = self.cli("core show channels count").split()
        return int(words[0]) if words else 0

    def wait_empty(self, seconds: float) -> bool:
        """Wait until no channel is left."""
        try:
            wait_until(lambda: self.channels() == 0, "the last channel's end", seconds)
        except NotReady:
            return False
        return True

    def _remove(self) -> None:
        subprocess.run(["docker", "rm", "-f", self._name], capture_output=True, check=False)

    def _find_pid(self) -> int:
        for line in run("docker", "top", self._name, "-eo", "pid,comm").splitlines()[1:]:
            pid, name = line.split()
            if name == "asterisk":
                return int(pid)
        message = "the container runs no process named asterisk"
        raise NotReady(message)


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor seconds since the start: a process's, and all the machine's."""

    process: float
    machine: float
    idle: float


def spent(pid: int) -> Spent:
    """Read what a process and the machine have used so far; a pid of 0 is nobody."""
    used = 0.0
    if pid:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used = (int(words[11]) + int(words[12])) / TICKS
    machine = [
        int(word) / TICKS for word in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
    ]
    return Spent(used, sum(machine), machine[3] + machine[4])


def run(*command: str) -> str:
    """Run a program to its end; its words come with the error when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{' '.join(command[:3])} failed: {done.stderr.strip()[-500:]}"
        raise NotReady(message)
    return done.stdout.strip()


def wait_until(is_true: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Look again and again until it is true."""
    end = time.perf_counter() + seconds
    while not is_true():
        if time.perf_counter() > end:
            message = f"no {what} within {seconds:.0f} s"
            raise NotReady(message)
        time.sleep(LOOK_SECONDS)


def _image(project: str) -> str:
    """Return the image of the running system's Asterisk, or one that is named."""
    if named := os.environ.get("CCENGINE_ASTERISK_IMAGE"):
        return named
    words = ["docker", "inspect", "--format", "{{.Config.Image}}", f"{project}-asterisk"]
    running = subprocess.run(words, capture_output=True, text=True, check=False).stdout.strip()
    return running or "ccengine-asterisk:local"
