"""What the HTTP API is given of the running engine."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from ccengine.api.ports import Floor, Health, Library, Ports, TalkAct
from ccengine.calls.desk_talk import DeskTalk
from ccengine.calls.keys import Action
from ccengine.calls.recording_wishes import ScreenDesk
from ccengine.config.secrets import pin_matches
from ccengine.leads.jobs import ImportJobs
from ccengine.lookup.breaker import BreakerState
from ccengine.storage.lead_counts import LeadCounts
from ccengine.storage.live_kpis import LiveKpis
from ccengine.storage.reader_process import ReaderProcess

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from contextlib import AsyncExitStack

    from ccengine.calls.sessions import Sessions
    from ccengine.calls.switchboard import Switchboard
    from ccengine.calls.wiring import Wiring
    from ccengine.config.problems import Problem
    from ccengine.config.settings import Settings
    from ccengine.core.ids import CallId
    from ccengine.engine import Engine
    from ccengine.keeping.keeping import Keeping
    from ccengine.storage.records import RecordKeeper

IMPORT_SECONDS: Final = 4 * 3_600.0
LOOKS_AT_ONCE: Final = 64
"""Screens may ask for figures and lists all at once."""


def open_library(
    engine: Engine,
    keeper: RecordKeeper,
    keeping: Keeping,
    settings: Settings,
    stack: AsyncExitStack,
) -> Library:
    """Return what can be read; what it has opened is closed with the stack."""
    reader = ReaderProcess()
    stack.callback(reader.close)
    quick = ReaderProcess(at_once=LOOKS_AT_ONCE)
    stack.callback(quick.close)
    importer = ReaderProcess(seconds=IMPORT_SECONDS)
    stack.callback(importer.close)
    paths, now = settings.paths, engine.clock.now
    kpis = LiveKpis(settings.paths.journal, quick, engine.clock.now)
    return Library(
        keeper=keeper,
        reader=reader,
        quick_reader=quick,
        kpis=kpis,
        show=engine.show,
        journal=settings.paths.journal,
        recordings=settings.paths.recordings,
        keeping=keeping,
        lead_counts=LeadCounts(keeper.database.lead_lists),
        imports=ImportJobs(paths.lead_files, paths.database, importer, now),
        configuration=settings.tenant_folder,
    )


def api_ports(
    wiring: Wiring,
    sessions: Sessions,
    switchboard: Switchboard,
    library: Library,
    reload: Callable[[], Awaitable[Sequence[Problem]]],
    dead_submissions: Callable[[], int],
) -> Ports:
    """Return the ports."""
    engine = wiring.engine
    engine.observe(wiring.metrics.observe)

    desk = DeskTalk(wiring, sessions.talks)
    floor = Floor(
        center=engine.center,
        now=engine.clock.now,
        post=engine.post,
        ensure_agent=sessions.ensure_agent,
        act=partial(_act, desk),
        tenant=wiring.tenant,
        take_card=desk.take_card,
        stop_card=desk.stop_card,
        coaching=sessions.coaching,
        recordings=ScreenDesk(wiring, sessions.talks),
    )
    return Ports(
        health=lambda: replace(
            _health(switchboard, wiring, dead_submissions()),
            coaching_leaks=sessions.coaching.leaks,
        ),
        floor=floor,
        library=library,
        reload=reload,
        token_file=wiring.paths.api_token,
        is_pin=partial(pin_matches, wiring.paths),
        metrics=wiring.metrics.text,
    )


def _act(talk: DeskTalk, call: CallId, act: TalkAct, to: str) -> str:
    match act:
        case TalkAct.HOLD | TalkAct.RETRIEVE:
            return talk.hold(call, starts=act is TalkAct.HOLD)
        case TalkAct.HANG_UP:
            return talk.hang_up(call)
        case _:
            return talk.press(call, _ACTIONS[act], to)


_ACTIONS = {
    TalkAct.TRANSFER: Action.TRANSFER,
    TalkAct.CONSULT: Action.CONSULT,
    TalkAct.CONFERENCE: Action.CONFERENCE,
    TalkAct.SWAP: Action.SWAP,
    TalkAct.BACK: Action.BACK,
    TalkAct.VOICEMAIL: Action.LEAVE_MESSAGE,
}


def _health(switchboard: Switchboard, wiring: Wiring, dead: int) -> Health:
    breakers = {} if wiring.lookups is None else wiring.lookups.breakers()
    clients = wiring.tenant().clients.values()
    named = {f"{client.id}/{name}" for client in clients for name in client.settings.lookups}
    failing = {
        name: state
        for name, state in breakers.items()
        if state != BreakerState.CLOSED and name in named
    }
    if switchboard.connected:
        return Health(connected=True, lookups=failing, dead_submissions=dead)
    reasons = ("not connected to Asterisk, or still resyncing",)
    return Health(connected=False, reasons=reasons, lookups=failing, dead_submissions=dead)
