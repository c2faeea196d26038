"""A house with all that the API needs but Asterisk: a core, a journal, a database, tokens."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import aiohttp

from ccengine.api.feed.backlog import Backlog
from ccengine.api.feed.hub import Hub
from ccengine.api.feed.live import LiveFeed
from ccengine.api.ports import Health, Ports, TalkAct
from ccengine.api.server import ApiServer
from ccengine.assembly.pages import feed_and_pages
from ccengine.config.loading import load_tenant
from ccengine.config.tenant import Tenant
from ccengine.core import events
from ccengine.core.ids import AgentId, CallId, ClientId, PhoneId, QueueId, TenantId, client_of
from ccengine.core.states import Kind
from ccengine.ivr import versions
from ccengine.ivr.configuration import load_configuration
from ccengine.keeping.keeper import Keeper
from ccengine.leads.jobs import ImportJob, JobState
from ccengine.storage.database import RecordDatabase
from ccengine.storage.live_kpis import LiveKpis
from ccengine.storage.metrics import Metrics
from ccengine.storage.records import RecordKeeper
from ccengine.storage.tokens import StoredToken
from tests.api.campaign_files import with_campaigns
from tests.api.card_desk import CardDeskWithoutPhones
from tests.api.house_ports import AtOnce, ports_of
from tests.api.requests import sample_id
from tests.api.scored_calls import score
from tests.config.tenants import copy_of_demo
from tests.reporting.shift import NODE, Shift

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence

    from ccengine.api.roles import Role
    from ccengine.config.problems import Problem
    from ccengine.core.events import Event
    from ccengine.ivr.configuration import Configuration
    from ccengine.reporting.call_record import CallRecord

WELL = Health(connected=True)
MOST_CLIENTS = 600  #: of the live feed
FILE_TOKEN = "a-token-long-enough-to-be-one"
CALLERS = {"nour": ("600100", "+971501234567"), "dnipro": ("600200", "+380441234567")}
RAW = bytes(range(256)) * 1_250  #: 10 seconds of both sides
SOUND = b"RIFF" + bytes(range(256)) * 4


@dataclass
class House:
    """The demo's tenant at work, moved by hand."""

    folder: Path
    tenant: Tenant
    shift: Shift
    keeper: RecordKeeper
    health: Health = WELL
    ensured: list[AgentId] = field(default_factory=list)
    acts: list[tuple[str, str, str]] = field(default_factory=list)
    port: int = 0
    server: ApiServer = field(init=False)
    hub: Hub = field(init=False)  #: of the live feed
    ports: Ports = field(init=False)
    recordings: Keeper = field(init=False)  #: keeps them
    cards: CardDeskWithoutPhones = field(init=False)
    broken: bool = False  #: there is a bug in the engine
    metrics: Metrics = field(default_factory=Metrics)

    def report(self) -> Health:
        """Tell how the engine is."""
        if self.broken:
            message = "a secret of the inside"
            raise RuntimeError(message)
        return self.health

    def post(self, event: Event) -> str:
        """Do as the engine does."""
        self.shift.post(event)
        rows = self.shift.written
        rejected = [row.what for row in rows if row.kind == "rejection"]
        return "".join(getattr(one, "reason", "") for one in rejected)

    def act(self, call: CallId, act: TalkAct, to: str) -> str:
        """Take note of what an agent does with a talk; 666 is nobody's number."""
        self.acts.append((call, act, to))
        return "nobody has the number 666" if to == "666" else ""

    async def reload(self) -> Sequence[Problem]:
        """Swap the configuration, as the engine does."""
        found = load_configuration(self.tenant.folder)
        if found.tenant is not None:
            self.tenant = found.tenant
            self.post(events.PlanLoaded(plan=found.tenant.plan(self.shift.now)))
        return found.problems

    def log_in(self, *agents: str) -> None:
        """Have agents of the demo log in at their own phones."""
        for name in agents:
            phone = self.tenant.settings.agents[AgentId(name)].phone
            self.shift.post(events.AgentLoggedIn(agent=AgentId(name), phone=phone or PhoneId("9")))
            self.shift.wait(1)

    def call(
        self,
        call: str,
        queue: str,
        caller: str | None = None,
        learned: Mapping[str, str] | None = None,
    ) -> CallId:
        """Have somebody call, by the client's usual number or another, and wait in a queue.

        Args:
            call: the call's id.
            queue: where they wait.
            caller: the number; None: the client's usual caller.
            learned: by the menu, for the agent.
        """
        known = CallId(call)
        client = client_of(QueueId(queue))
        number, usual = CALLERS[client]
        self.shift.post(
            events.CallArrived(
                call=known,
                tenant=TenantId("demo"),
                client=ClientId(client),
                number=number,
                caller=usual if caller is None else caller,
                channel=f"{call}-caller",
                node=NODE,
                arrived_at=self.shift.now,
            )
        )
        self.shift.post(events.FlowStepEntered(call=known, flow="main", step="menu"))
        if learned:
            self.shift.post(events.FlowDataSet(call=known, values={}, shown=learned))
        self.shift.post(events.CallQueued(call=known, queue=QueueId(queue)))
        self.shift.wait(1)
        return known

    def talk(self, call: str, queue: str) -> CallId:
        """Have a call come to a talk."""
        known = self.call(call, queue)
        self.shift.answer(known)
        return known

    def dial(self, call: str, number: str, kind: Kind, origin: CallId | None = None) -> CallId:
        """Have amira dial by hand, for nour."""
        known = CallId(call)
        self.shift.post(
            events.AgentDialled(
                call=known,
                agent=AgentId("amira"),
                tenant=TenantId("demo"),
                client=ClientId("nour"),
                number=number,
                channel="" if kind is Kind.CONSULT else f"{call}-side",
                leg=f"{call}-leg",
                node=NODE,
                kind=kind,
                origin=origin,
            )
        )
        return known

    def consult(self, call: CallId, number: str) -> CallId:
        """Have amira ask somebody about the call that she has."""
        return self.dial(f"{call}-consult", number, Kind.CONSULT, call)

    def ask_back(self, call: str, queue: str, to: str) -> CallId:
        """Have somebody call, and ask in a queue to be called back at a number."""
        origin = self.call(call, queue)
        known = CallId(f"{call}-back")
        client = client_of(QueueId(queue))
        self.shift.post(
            events.CallbackAsked(
                call=known,
                origin=origin,
                queue=QueueId(queue),
                tenant=TenantId("demo"),
                client=client,
                node=NODE,
                number=CALLERS[client][0],
                caller=to,
                to=to,
            )
        )
        return known

    def work_through(self, client: str) -> CallId:
        """Have a recorded call of a client from its arrival to its outcome and its survey."""
        call = self.talk(f"{client}-ended", f"{client}/billing")
        agent = self.shift.center.calls[call].agent or AgentId("")
        file, comment = (
            f"demo/{client}/{way}1970/01/01/{call}.{kind}"
            for way, kind in (("", "raw"), ("comments/", "wav"))
        )
        started = events.RecordingStarted(call=call, recording=file, channel=f"{call}-caller")
        self.shift.post(started)
        for name, content in ((file, RAW), (comment, SOUND)):
            path = self.folder / "recordings" / name
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
            os.utime(path, (1, 1))  # nobody writes to it any more
        self.shift.wait(10)
        said = min(self.tenant.clients[ClientId(client)].settings.dispositions)
        self.shift.post(events.OutcomeSet(call=call, agent=agent, disposition=said))
        of = QueueId(f"{client}/billing")
        self.shift.post(events.SurveyAsked(call=call, queue=of, agent=agent))
        answered = events.SurveyAnswered(call=call, queue=of, agent=agent, score=2, comment=comment)
        self.shift.post(answered)
        self.shift.hang_up(call)
        return call

    async def keep_records(self) -> None:
        """Have the database hold the calls that are over; each was scored and is learned from."""
        await self.keeper._write_pending()
        for client in CALLERS:
            record = await self.keeper.get(CallId(f"{client}-ended"))
            if record is not None and record.outcome is not None:
                await self._score(record)

    async def _score(self, record: CallRecord) -> None:
        if await score(record, self.keeper.database.quality, self.tenant, self.shift.now):
            await self.recordings.turn()

    async def status(
        self, method: str, path: str, token: str | None = FILE_TOKEN, **sent: Any
    ) -> int:
        """Send one request and return what became of it, whatever is answered."""
        async with self.client(token) as client, client.request(method, path, **sent) as response:
            await response.read()
            return response.status

    async def token(
        self,
        name: str,
        role: Role,
        *,
        agent: str | None = None,
        days: float = 1,
        **sets: tuple[str, ...],
    ) -> str:
        """Return a new token; sets that are left out are whole."""
        now = self.shift.now
        stored = StoredToken(
            name=name,
            role=role,
            clients=sets.get("clients"),
            teams=sets.get("teams"),
            sites=sets.get("sites"),
            agent=agent,
            created_at=now,
            expires_at=now + days * 86_400,
        )
        return await self.keeper.database.tokens.create(stored)

    def client(self, token: str | None = FILE_TOKEN) -> aiohttp.ClientSession:
        """Return a client that sends this token."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return aiohttp.ClientSession(f"http://127.0.0.1:{self.port}", headers=headers)

    async def ask(
        self, method: str, path: str, token: str | None = FILE_TOKEN, **sent: Any
    ) -> tuple[int, Any]:
        """Send one request and return status and body; every answer is JSON."""
        async with self.client(token) as client, client.request(method, path, **sent) as response:
            return response.status, await response.json(content_type=None)


@asynccontextmanager
async def house(
    tmp_path: Path,
    *,
    most_clients: int = MOST_CLIENTS,
    laid_out: Callable[[Path], Path] = with_campaigns,
) -> AsyncIterator[House]:
    """Open the house, with the API listening.

    Args:
        tmp_path: where all of it is.
        most_clients: of the live feed.
        laid_out: changes the tenant's folder before it is read.
    """
    tenant = load_tenant(laid_out(copy_of_demo(tmp_path))).draft
    shift = Shift(tmp_path / "journal.sqlite")
    (tmp_path / "records.sqlite").write_bytes(await _new_database())
    keeper = RecordKeeper(tmp_path / "records.sqlite", shift.journal.path)
    await keeper.start()
    await versions.keep(cast("Configuration", SimpleNamespace(tenant=tenant)), keeper.papers)
    shift.observers.append(keeper.observe)
    here = House(tmp_path, tenant, shift, keeper)
    shift.observers.append(here.metrics.observe)
    shift.post(events.PlanLoaded(plan=tenant.plan(shift.now)))
    shift.post(events.SwitchResynced(node=NODE))
    kpis = LiveKpis(shift.journal.path, AtOnce(), lambda: shift.now)
    token_file = tmp_path / "api_token"
    token_file.write_text(FILE_TOKEN + "\n")
    ports = here.ports = ports_of(here, token_file, kpis)
    hub = Hub(ports.floor, node=NODE, number=shift.journal.last_number, settle=lambda: None)
    shift.observers.append(hub.observe)
    here.hub = hub
    _keep_imports(here)
    feed = LiveFeed(hub, Backlog(shift.journal.path), most_clients=most_clients)
    try:
        async with ApiServer(ports, 0, extend=feed_and_pages(feed)) as server:
            here.port, here.server = server.port, server
            yield here
    finally:
        await keeper.close()
        shift.journal.close()


_new: dict[str, bytes] = {}


async def _new_database() -> bytes:
    """Return a database's file as all migrations leave it, which takes longer than most tests."""
    if not _new:
        with TemporaryDirectory() as folder:
            path = Path(folder, "records.sqlite")
            await (await RecordDatabase.open(path)).close()
            _new["records"] = await asyncio.to_thread(path.read_bytes)
    return _new["records"]


def _keep_imports(here: House) -> None:
    """Have each client have a list imported."""
    for client in CALLERS:
        job = ImportJob(
            id=sample_id("import", client),
            client=client,
            campaign="renewals",
            list="ending",
            file=f"{client}.csv",
            by="token-file",
            state=JobState.DONE,
            asked_at=here.shift.now - 60,
            ended_at=here.shift.now - 30,
        )
        here.ports.library.imports.keep(job)
