"""A whole engine on the in-process fake Asterisk: sessions, core, journal, all but sockets."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ccengine.asterisk.ami.lead_notes import AmiLeadNotes
from ccengine.asterisk.ami.recorder import AmiRecorder
from ccengine.asterisk.ami.redirector import AmiRedirector
from ccengine.asterisk.ari.client import Ari
from ccengine.asterisk.router import Router
from ccengine.calls.audit import Audit
from ccengine.calls.bridge_names import TALK
from ccengine.calls.dialing.desk import DialingDesk
from ccengine.calls.dialing.standstill import Standstill
from ccengine.calls.dialing.sweep import LeadSweep
from ccengine.calls.resync import Resyncer
from ccengine.calls.sessions import Sessions
from ccengine.calls.switchboard import Switchboard
from ccengine.calls.unmet import UnmetCallers
from ccengine.calls.wiring import Wiring
from ccengine.clock import Clock
from ccengine.config.settings import StatePaths
from ccengine.core.center import ContactCenter
from ccengine.core.errors import CoreError
from ccengine.core.events import AgentLoggedIn, CallEnded, PlanLoaded, SwitchLost
from ccengine.core.ids import ClientId
from ccengine.engine import Engine
from ccengine.ivr.configuration import load_configuration
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.prompt_loading import names_of
from ccengine.storage.errors import JournalFailed
from tests.fakes.asterisk import FakeAsterisk
from tests.fakes.asterisk_manager import RECORDINGS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence

    from ccengine.calls.dialing.books import LeadBooks
    from ccengine.config.clients import Client
    from ccengine.core.agents import Agent
    from ccengine.core.events import Event
    from ccengine.core.ids import CallId, CampaignId
    from ccengine.core.snapshots import Imprint
    from ccengine.ivr.flow import Flow
    from ccengine.reporting.rows import JournalRow, Step

DEMO = Path(__file__).parents[2] / "dialplan" / "tenants" / "demo"
CONFIGURATION = load_configuration(DEMO)
DNIPRO = ClientId("dnipro")
PHONES = {"amira": "201", "omar": "202", "olena": "203", "taras": "204"}


async def _size_at_once(file: Path) -> int:
    """In virtual time nobody can wait for a thread."""
    return _size(file)


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


class EngineKilled(Exception):
    """Cancels all of the engine's tasks."""


def _be_killed() -> None:
    raise EngineKilled


class ListJournal:
    """A journal in memory that outlives the engine, as the file does."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.full = False

    def write(self, steps: Sequence[Step]) -> list[tuple[JournalRow, ...]]:
        if self.full:
            message = "disk full: make room"
            raise JournalFailed(message)
        self.steps += steps
        return [() for _ in steps]

    def begin_snapshot(self, imprint: Imprint, now: float) -> Iterator[None]:
        del imprint, now
        return iter(())

    def events(self, *kinds: type) -> list[Event]:
        """Events that were not rejected, of these kinds if any are given."""
        accepted = [step.event for step in self.steps if step.event and not step.rejection]
        return [event for event in accepted if not kinds or isinstance(event, kinds)]

    def replayed(self) -> ContactCenter:
        """A core that has seen all of it."""
        center = ContactCenter()
        for event, now, _, rejection in self.steps:
            with suppress(CoreError):
                _ = center.advance(now) if event is None else center.handle(event, now)
                assert not rejection
        return center


class CenterOnFake:
    """What a test talks to. `restart` kills the engine and starts another on the same Asterisk."""

    def __init__(self, state: Path) -> None:
        self.configuration = CONFIGURATION
        self.asterisk = FakeAsterisk()
        self.journal = ListJournal()
        self.engine: Engine
        self.switchboard: Switchboard
        self.books: LeadBooks | None = None  #: by which the next engine dials for campaigns
        self.desk: DialingDesk | None = None
        self.recounted: list[CampaignId] = []  #: as the books know better
        self.ahead_seconds = 0.0  #: of the loop's time, where a test is about a certain day
        self._state = state
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()

    async def start(self) -> None:
        """Start an engine on what the journal holds."""
        await self._stack.enter_async_context(self._running())
        await self.until(lambda: self.switchboard.connected)

    async def kill(self) -> None:
        """Cancel everything, as SIGTERM does; kill -9 leaves Asterisk in the same state."""
        await self._stack.aclose()

    async def restart(self, *, away_seconds: float = 0.0) -> None:
        """Kill the engine, let the world go on, start another."""
        await self.kill()
        await asyncio.sleep(away_seconds)
        await self.start()

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        clock = Clock(loop.time, anchor=loop.time() + self.ahead_seconds)
        engine = Engine(self.journal.replayed(), self.journal, clock, loop)
        router = Router(Ari(self.asterisk, may_send=engine.write))
        self.asterisk.manager.folder = StatePaths(self._state).recordings
        recorder = AmiRecorder(self.asterisk.manager, RECORDINGS)
        wiring = Wiring(
            engine,
            router,
            self.configuration,
            StatePaths(self._state),
            "node1",
            recorder=recorder,
            size_of=_size_at_once,
        )
        engine.post(SwitchLost(node="node1"))
        self.wiring, self.engine = wiring, engine
        self._load_plan()
        try:
            async with asyncio.TaskGroup() as root:
                self.sessions = Sessions(wiring, root)
                self.desk = self._dial(wiring, root)
                resyncer = Resyncer(wiring, self.sessions, self.desk)
                self.switchboard = Switchboard(wiring, self.sessions, resyncer)
                root.create_task(self.asterisk.run())
                root.create_task(self.switchboard.run(self.asterisk.events()))
                root.create_task(UnmetCallers(wiring, self._record_of).run())
                root.create_task(Audit(wiring, self.sessions.phones).run())
                yield
                engine.stop_timer()
                _be_killed()
        except* EngineKilled:
            pass

    def _dial(self, wiring: Wiring, root: asyncio.TaskGroup) -> DialingDesk | None:
        """Dial for campaigns, and look after what is left, as the engine does."""
        if self.books is None:
            return None
        manager, sessions = self.asterisk.manager, self.sessions
        redirector = AmiRedirector(manager)
        desk = DialingDesk(wiring, sessions.talks, self.books, redirector, sessions.begin)
        notes = AmiLeadNotes(manager)
        sweep = LeadSweep(wiring, self.books, notes, desk.settled, self.recounted.append)
        root.create_task(desk.run())
        root.create_task(Standstill(wiring.engine, redirector).run())
        root.create_task(sweep.run())
        return desk

    def set_queue(self, name: str = "vip", **rules: Any) -> None:
        """Give a queue of dnipro other rules, as a reload would; kept over restarts."""
        queues = self._dnipro.settings.queues
        self.set_client(queues={**queues, name: replace(queues[name], **rules)})

    def set_client(self, **settings: Any) -> None:
        """Give dnipro other settings, as a reload would; kept over restarts."""
        assert self.configuration.tenant is not None
        tenant, client = self.configuration.tenant, self._dnipro
        client = replace(client, settings=replace(client.settings, **settings))
        tenant = replace(tenant, clients={**tenant.clients, DNIPRO: client})
        self.wiring.configuration = self.configuration = replace(self.configuration, tenant=tenant)
        self._load_plan()

    def set_flows(self, *flows: Flow) -> None:
        """Give dnipro other flows, as a reload would; kept over restarts."""
        named = {(DNIPRO, flow.name): flow for flow in flows}
        flows_of_all = {**self.configuration.flows, **named}
        self.configuration = replace(self.configuration, flows=flows_of_all)
        self.wiring.configuration = self.configuration

    def remove_client(self) -> None:
        """Have dnipro gone from the configuration that the next engine loads."""
        assert self.configuration.tenant is not None
        tenant = self.configuration.tenant
        others = {name: client for name, client in tenant.clients.items() if name != DNIPRO}
        self.configuration = replace(self.configuration, tenant=replace(tenant, clients=others))

    @property
    def _dnipro(self) -> Client:
        assert self.configuration.tenant is not None
        return self.configuration.tenant.clients[DNIPRO]

    def set_tenant(self, **settings: Any) -> None:
        """Give the tenant other settings, as a reload would; kept over restarts."""
        assert self.configuration.tenant is not None
        tenant = self.configuration.tenant
        tenant = replace(tenant, settings=replace(tenant.settings, **settings))
        prompts = replace(self.configuration.prompts, names=names_of(tenant))
        self.wiring.configuration = self.configuration = replace(
            self.configuration, tenant=tenant, prompts=prompts
        )
        self._load_plan()

    def said_on(self, channel: str) -> list[str]:
        """What was said on a channel: names of confirmations and of `ccengine.ivr.names`."""
        prompts = self.configuration.prompts
        words = {prompts.confirmation(what, "en"): str(what) for what in Confirmation}
        words |= {prompts.name(key) or "": key for key in prompts.names}
        return [words[media] for heard, media in self.asterisk.played if heard == channel]

    def _load_plan(self) -> None:
        assert self.configuration.tenant is not None, self.configuration.problems
        plan = self.configuration.tenant.plan(self.engine.clock.now())
        rejection = self.engine.post(PlanLoaded(plan=plan))
        assert not rejection, rejection

    async def _record_of(self, call: CallId) -> Event | None:
        """What stands for a call's record: anything that the journal holds of it."""
        events = self.journal.events()
        return next((event for event in events if getattr(event, "call", None) == call), None)

    async def log_in(self, *agents: str, answers_after: float | None = None) -> None:
        """Log agents in at their usual phones; their phones ring, or are answered after a time."""
        for agent in agents:
            endpoint = f"PJSIP/phone-{PHONES[agent]}"
            if answers_after is None:
                self.asterisk.phone_rings(endpoint)
            else:
                self.asterisk.phone_answers(endpoint, answers_after)
            self.sessions.ensure_agent(agent)
            rejection = self.engine.post(AgentLoggedIn(agent=agent, phone=PHONES[agent]))
            assert not rejection, rejection
            await asyncio.sleep(0.01)

    def caller(
        self, call: str = "node1-1-1", number: str = "600201", caller: str = "380441234567"
    ) -> str:
        """Somebody calls; the channel's id. 600201 goes straight to dnipro/vip."""
        return self.asterisk.caller_arrives(call, number=number, client="dnipro", caller=caller)

    def agent(self, agent: str) -> Agent:
        """An agent's present state."""
        return self.engine.center.agent(agent)

    def leg(self, agent: str) -> str:
        """The channel that rings at the agent's phone."""
        ringing = self.asterisk.ringing(f"PJSIP/phone-{PHONES[agent]}")
        assert ringing is not None, self.story()
        return ringing

    async def until(self, holds: Callable[[], object], seconds: float = 60.0) -> None:
        """Let virtual time pass until something holds."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():  # noqa: ASYNC110 - any state may be meant, there is no event
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(self.story()) from None

    def ended(self) -> list[CallEnded]:
        """The terminal events so far."""
        return [event for event in self.journal.events(CallEnded) if isinstance(event, CallEnded)]

    def story(self) -> str:
        """All that happened, for a failing test."""
        return "\n".join(
            f"{now:9.3f} {event} -> {rejection or commands}"
            for event, now, commands, rejection in self.journal.steps
        )

    def assert_nothing_left(self) -> None:
        """No channel, no bridge, no call; the core's books in order; no bridge left people deaf."""
        self.engine.center.check_invariants()
        assert self.asterisk.channels_left() == [], self.story()
        assert self.asterisk.bridges_left() == [], self.story()
        assert not self.engine.center.calls, self.story()
        assert set(self.asterisk.world.bridges_asked.values()) <= {TALK}, self.story()
