"""The engine as a process of its own, with its agents logged in before it starts."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final, Self

from ccengine.core.center import ContactCenter
from ccengine.core.events import AgentLoggedIn, PlanLoaded
from ccengine.core.ids import AgentId, PhoneId, TenantId
from ccengine.ivr.configuration import load_configuration
from ccengine.reporting.rows import Step
from ccengine.storage.journal import Journal
from tests.benchmarks.inbound.asterisk import NotReady, run, wait_until
from tests.benchmarks.inbound.ground import CHECKOUT, TENANT, extension

if TYPE_CHECKING:
    from types import TracebackType

    from ccengine.core.events import Event
    from tests.benchmarks.inbound.ground import Ground

LEAVE_SECONDS: Final = 15.0


def prepare(ground: Ground) -> None:
    """Make a fresh state folder as a real system has it."""
    shutil.rmtree(ground.state, ignore_errors=True)
    ground.state.mkdir(parents=True)
    ground.write_tenant()
    command = ["env", *(f"{name}={value}" for name, value in ground.settings.items())]
    run(*command, sys.executable, "-m", "ccengine", "init")
    ground.write_asterisk()


class EngineProcess:
    """The engine; told to leave at the block's end."""

    def __init__(self, ground: Ground, *, agents: int) -> None:
        self._ground = ground
        self._agents = agents
        self._process: subprocess.Popen[bytes] | None = None
        self.pid = 0

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def restart(self) -> None:
        """Begin anew: an empty journal, everybody logged in and available."""
        self._stop()
        self._start()

    def _start(self) -> None:
        for folder in ("journal", "database"):
            for file in (self._ground.state / folder).iterdir():
                file.unlink()
        self._log_in_agents()
        with (self._ground.folder / "engine.out").open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ccengine", "run"],
                env=self._ground.settings,
                cwd=CHECKOUT,
                stdout=out,
                stderr=out,
            )
        self.pid = self._process.pid
        wait_until(self._is_healthy, "answer of the engine")

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _is_healthy(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            message = f"the engine ended: see {self._ground.folder / 'engine.out'}"
            raise NotReady(message)
        url = f"http://127.0.0.1:{self._ground.ports.api}/healthz"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    def _log_in_agents(self) -> None:
        """Write into the journal what the agents' phones would have led to."""
        configuration = load_configuration(self._ground.dialplan / "tenants" / TENANT)
        if configuration.tenant is None:
            message = "\n".join(str(problem) for problem in configuration.problems)
            raise NotReady(message)
        journal = Journal.open(
            self._ground.state / "journal" / "journal.sqlite", tenant=TenantId(TENANT), node="bench"
        )
        center = ContactCenter()
        plan = configuration.tenant.plan()
        phones = map(extension, range(self._agents))
        events: list[Event] = [
            PlanLoaded(plan=plan),
            *(AgentLoggedIn(agent=AgentId(f"a{phone}"), phone=PhoneId(phone)) for phone in phones),
        ]
        now = time.time_ns() / 1e9
        journal.write([Step(event, now, center.handle(event, now)) for event in events])
        journal.close()
