"""The composition root: builds all parts, owns the root task group, start and stop order.

Only this module sees everything, so there is no registry and no global. Stopping leaves every
call as it is: Asterisk keeps them, and the next engine takes them up.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from ccengine.api.server import ApiServer
from ccengine.assembly.agi import open_agi
from ccengine.assembly.api import api_ports, open_library
from ccengine.assembly.feed import begin_to_publish, live_feed, webhooks
from ccengine.assembly.keeping import Archive, open_archive
from ccengine.assembly.last_calls import StoredLastCalls
from ccengine.assembly.lead_books import StoredBooks
from ccengine.assembly.lookups import open_lookups, open_outbox, open_payments, put_examples
from ccengine.assembly.opt_outs import StoredOptOuts
from ccengine.assembly.pages import feed_and_pages
from ccengine.assembly.quality import look_after_quality
from ccengine.assembly.recordings import watch_recordings
from ccengine.assembly.reloading import Reloader, load_plan, things_that_stay
from ccengine.assembly.window_counts import StoredCounts
from ccengine.asterisk.ami.lead_notes import AmiLeadNotes
from ccengine.asterisk.ami.link import AmiAddress, AmiLink
from ccengine.asterisk.ami.recorder import AmiRecorder
from ccengine.asterisk.ami.redirector import AmiRedirector
from ccengine.asterisk.ari.client import APP, Ari
from ccengine.asterisk.ari.connection import AriAddress, Connection
from ccengine.asterisk.ari.versions import VersionVerdict, judge_version
from ccengine.asterisk.caller_sound import CallerSound
from ccengine.asterisk.router import Router
from ccengine.calls.audit import Audit
from ccengine.calls.dialing.desk import DialingDesk
from ccengine.calls.dialing.standstill import Standstill
from ccengine.calls.dialing.sweep import LeadSweep
from ccengine.calls.dialing.windows import AbandonWindows
from ccengine.calls.resync import Resyncer
from ccengine.calls.sessions import Sessions
from ccengine.calls.spoken_choice import Hearing
from ccengine.calls.switchboard import EngineReplaced, Switchboard
from ccengine.calls.unmet import UnmetCallers
from ccengine.calls.wiring import Wiring
from ccengine.clock import Clock
from ccengine.config.secrets import ami_password, ari_password
from ccengine.config.settings import ASTERISK_STATE, Settings
from ccengine.core.events import SwitchLost
from ccengine.core.ids import TenantId
from ccengine.engine import Engine
from ccengine.ivr import versions
from ccengine.ivr.recogniser_process import ListeningProcess, is_installed
from ccengine.ivr.speaking import Voices
from ccengine.mqtt.broker import BrokerAddress
from ccengine.mqtt.publisher import Publisher
from ccengine.storage.errors import StorageError
from ccengine.storage.journal import Journal
from ccengine.storage.journal_reader import read_closing, read_rows_of_agent
from ccengine.storage.logs import EngineLog
from ccengine.storage.queue_log_file import QueueLogFile
from ccengine.storage.records import RecordKeeper
from ccengine.storage.replay import center_of

if TYPE_CHECKING:
    from ccengine.api.ports import Ports
    from ccengine.config.settings import StatePaths
    from ccengine.ivr.configuration import Configuration
    from ccengine.storage.journal_reader import Restored

log = structlog.get_logger()

ENGINE_USER = "ccengine"
CHECKPOINT_SECONDS = 1.0
CALENDAR_SECONDS = 86_400.0

EXIT_REPLACED = 3
EXIT_CONFIGURATION = 1
EXIT_UNFIT = 4


class StopRequested(Exception):
    """A signal asked the engine to leave."""


class UnfitAsterisk(Exception):
    """Asterisk is too old to be trusted with calls."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the running engine is made of."""

    settings: Settings
    journal: Journal
    keeper: RecordKeeper
    publisher: Publisher | None
    link: Connection
    manager: AmiLink
    engine: Engine
    wiring: Wiring


def run(settings: Settings, configuration: Configuration) -> None:
    """Serve until a signal asks to stop.

    Args:
        configuration: without mistakes.

    Raises:
        SystemExit: 1 a version of a form or script says something else than before, 3 another
            engine took over, 4 unfit Asterisk or a journal that cannot be opened or written.
    """
    try:
        asyncio.run(_serve(settings, configuration))
    except* StopRequested:
        pass
    except* EngineReplaced:
        log.critical("engine_replaced", cause="another engine serves this Asterisk now")
        raise SystemExit(EXIT_REPLACED) from None
    except* (UnfitAsterisk, StorageError) as errors:
        sys.stderr.write(f"{errors.exceptions[0]}\n")
        raise SystemExit(EXIT_UNFIT) from None


async def _serve(settings: Settings, configuration: Configuration) -> None:
    async with AsyncExitStack() as stack:
        with things_that_stay():
            parts = await _build(settings, configuration, stack)
        async with asyncio.TaskGroup() as root:
            sessions = Sessions(parts.wiring, root)
            switchboard = Switchboard(parts.wiring, sessions, _see_to_leads(root, parts, sessions))
            reloader = Reloader(parts.wiring, parts.keeper, settings.tenant_folder)
            archive = open_archive(parts.engine, parts.keeper, parts.wiring.tenant, settings, stack)
            library = open_library(parts.engine, parts.keeper, archive.keeping, settings, stack)
            outbox = open_outbox(parts.wiring, library, stack)
            ports = archive.told_by(
                api_ports(
                    parts.wiring, sessions, switchboard, library, reloader.reload, outbox.dead
                )
            )
            feed = live_feed(parts.engine, parts.journal, ports, settings.node)
            api = ApiServer(ports, settings.api_port, extend=feed_and_pages(feed))
            await api.start()
            stack.push_async_callback(api.stop)
            await open_agi(ports, parts.wiring.lookups, settings, stack)
            post = await webhooks(parts.engine, parts.journal, ports, settings.paths, stack)
            root.create_task(post.run(), name="webhooks")
            root.create_task(outbox.run(), name="outbox")
            root.create_task(_stop_on_signal(), name="signals")
            root.create_task(_stop_on_failure(parts.engine), name="failure")
            root.create_task(_reload_on_signal(reloader), name="reload")
            root.create_task(_renew_calendar(parts), name="calendar")
            root.create_task(_checkpoint(parts.journal), name="checkpoint")
            root.create_task(parts.keeper.run(), name="records")
            root.create_task(library.kpis.run(), name="kpis")
            _see_to_recordings(root, parts, archive, sessions)
            _begin_extras(root, parts, ports)
            _connect(root, parts)
            root.create_task(_check_version(parts), name="version")
            root.create_task(switchboard.run(parts.link.events()), name="switchboard")
            root.create_task(UnmetCallers(parts.wiring, parts.keeper.get).run(), name="unmet")
            root.create_task(Audit(parts.wiring, sessions.phones).run(), name="audit")
            plan = parts.wiring.engine.center.plan.version
            log.info("engine_started", node=settings.node, plan=plan)


def _see_to_recordings(
    root: asyncio.TaskGroup, parts: Parts, archive: Archive, sessions: Sessions
) -> None:
    """Watch those that go on, and keep those that are over."""
    recordings = sessions.talks.recordings
    watch = watch_recordings(parts.wiring, recordings, parts.settings)
    root.create_task(watch, name="recordings")
    parts.wiring.has_room = archive.space.has_room
    archive.show(parts.wiring.metrics)
    archive.begin(root, recordings.make_room)


def _see_to_leads(root: asyncio.TaskGroup, parts: Parts, sessions: Sessions) -> Resyncer:
    """Dial for campaigns, as soon as it is known what an engine before this one has left."""
    wiring, database = parts.wiring, parts.keeper.database
    wiring.opt_outs = StoredOptOuts(database, parts.engine.clock.now)
    books = StoredBooks(wiring, database, partial(read_closing, parts.settings.paths.journal))
    redirector = AmiRedirector(parts.manager)
    desk = DialingDesk(wiring, sessions.talks, books, redirector, sessions.begin)
    windows = AbandonWindows(parts.engine, StoredCounts(wiring, database))
    notes = AmiLeadNotes(parts.manager)
    sweep = LeadSweep(wiring, books, notes, desk.settled, windows.recount)
    root.create_task(desk.run(), name="dialing")
    root.create_task(windows.run(), name="abandon windows")
    root.create_task(Standstill(parts.engine, redirector).run(), name="standstill")
    root.create_task(sweep.run(), name="leads left")
    return Resyncer(wiring, sessions, desk)


def _begin_extras(root: asyncio.TaskGroup, parts: Parts, ports: Ports) -> None:
    """Begin what not every engine has, or not every day has to do."""
    root.create_task(look_after_quality(ports), name="quality")
    root.create_task(ports.library.imports.run(), name="imports")
    if parts.publisher is not None:
        root.create_task(parts.publisher.run(), name="mqtt")
    if parts.wiring.hearing is not None:
        root.create_task(parts.wiring.hearing.recogniser.run(), name="listening")
    if parts.wiring.voices is not None:
        root.create_task(parts.wiring.voices.sweep(), name="sounds")


async def _build(settings: Settings, configuration: Configuration, stack: AsyncExitStack) -> Parts:
    tenant = TenantId(settings.tenant)
    paths = settings.paths
    logs = _engine_log(settings, tenant, stack)
    journal = Journal.open(paths.journal, tenant=tenant, node=settings.node)
    stack.callback(journal.close)
    restored = journal.restore()
    keeper = RecordKeeper(paths.database, paths.journal)
    await keeper.start()
    stack.push_async_callback(keeper.close)
    await _file_papers(keeper, configuration)
    engine = _restore_engine(restored, journal)
    put_examples(configuration, paths, engine.clock.now())
    queue_log = _queue_log(paths, restored, stack)
    publisher = _publisher(settings, engine)
    for observer in (logs, keeper, queue_log, publisher):
        if observer is not None:
            engine.observe(observer.observe)
    stack.callback(engine.leave)
    link, manager = _link(settings), _manager(settings)
    router = Router(Ari(link, app=APP, may_send=engine.write))
    wiring = Wiring(
        engine,
        router,
        configuration,
        paths,
        settings.node,
        recorder=AmiRecorder(manager, f"{ASTERISK_STATE}/recordings"),
        rows_of_agent=partial(read_rows_of_agent, paths.journal),
        lookups=open_lookups(paths, stack),
        payments=open_payments(paths, stack),
        last_calls=StoredLastCalls(keeper.database, engine.clock.now),
        voices=_voices(paths, stack),
        hearing=_hearing(router, settings),
    )
    engine.post(SwitchLost(node=settings.node))
    load_plan(engine, configuration, paths.sounds)
    if publisher is not None:
        begin_to_publish(publisher, engine, journal)
    return Parts(settings, journal, keeper, publisher, link, manager, engine, wiring)


def _engine_log(settings: Settings, tenant: TenantId, stack: AsyncExitStack) -> EngineLog:
    logs = EngineLog.open(settings.paths.engine_log, node=settings.node, tenant=tenant)
    stack.callback(logs.close)
    return logs


def _voices(paths: StatePaths, stack: AsyncExitStack) -> Voices:
    """Return what renders values; its processes end with the stack."""
    voices = Voices(paths.sounds, asyncio.get_running_loop().time)
    stack.push_async_callback(voices.close)
    return voices


def _link(settings: Settings) -> Connection:
    password = ari_password(settings.paths)
    address = AriAddress(url=settings.ari_url, user=ENGINE_USER, password=password, app=APP)
    return Connection(address)


def _manager(settings: Settings) -> AmiLink:
    secret = ami_password(settings.paths)
    return AmiLink(AmiAddress("127.0.0.1", settings.ami_port, ENGINE_USER, secret))


def _hearing(router: Router, settings: Settings) -> Hearing | None:
    if not is_installed():
        return None
    return Hearing(ListeningProcess(), CallerSound(router, settings.ari_url).open)


def _queue_log(paths: StatePaths, restored: Restored, stack: AsyncExitStack) -> QueueLogFile:
    """Start what follows the journal on a thread of its own."""
    queue_log = QueueLogFile(paths.queue_log, paths.journal)
    stack.callback(queue_log.close)
    queue_log.start(restored.last_number)
    return queue_log


def _publisher(settings: Settings, engine: Engine) -> Publisher | None:
    if not settings.mqtt_url:
        return None
    return Publisher(
        BrokerAddress.parse(settings.mqtt_url),
        tenant=TenantId(settings.tenant),
        node=settings.node,
        now=engine.clock.now,
    )


def _restore_engine(restored: Restored, journal: Journal) -> Engine:
    loop = asyncio.get_running_loop()
    clock = Clock(loop.time, not_before=restored.last_at)
    return Engine(center_of(restored), journal, clock, loop)


async def _file_papers(keeper: RecordKeeper, configuration: Configuration) -> None:
    """Keep the versions of forms and scripts in force, before any record names them.

    Raises:
        SystemExit: one of them once said something else.
    """
    problems = await versions.reused(configuration, keeper.papers)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if problems:
        raise SystemExit(EXIT_CONFIGURATION)
    await versions.keep(configuration, keeper.papers)


async def _check_version(parts: Parts) -> None:
    await parts.link.wait_connected()
    info = await parts.wiring.router.ari.info()
    match judge_version(info.version):
        case VersionVerdict.REFUSE:
            message = f"Asterisk {info.version} is too old: 22.10.1 closed security holes; upgrade"
            raise UnfitAsterisk(message)
        case VersionVerdict.WARN:
            log.warning("asterisk_old", version=info.version, cause="22.11 mends known deadlocks")
        case VersionVerdict.OK:
            log.info("asterisk_fit", version=info.version)


async def _renew_calendar(parts: Parts) -> None:
    """Give routing the opening hours of the weeks to come, once a day."""
    while True:
        await asyncio.sleep(CALENDAR_SECONDS)
        with things_that_stay():
            load_plan(parts.engine, parts.wiring.configuration, parts.wiring.paths.sounds)


def _connect(root: asyncio.TaskGroup, parts: Parts) -> None:
    root.create_task(parts.link.run(), name="ari")
    root.create_task(parts.manager.run(), name="ami")


async def _checkpoint(journal: Journal) -> None:
    while True:
        await asyncio.sleep(CHECKPOINT_SECONDS)
        await asyncio.to_thread(journal.checkpoint)


async def _stop_on_signal() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
    log.info("engine_leaving", cause="signal")
    raise StopRequested


async def _stop_on_failure(engine: Engine) -> None:
    """Leave as on a signal, with the journal's error: the next engine finds what was written."""
    await engine.failed


async def _reload_on_signal(reloader: Reloader) -> None:
    """On SIGHUP, swap the configuration whole; with mistakes in it, keep the one in force."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)
    while True:
        await asked.wait()
        asked.clear()
        await reloader.reload()
