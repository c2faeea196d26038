"""Key figures, the agents' ledger, and what clients are billed.

Figures of the last two days are counted live; the rest is read from the journal.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from ccengine.api.faults import CLIENT_UNKNOWN, CONTRACT_MISSING, LEDGER_FAULTY
from ccengine.api.kpis import KpisQuery, KpisShown, TooLong, Writing, question_of
from ccengine.api.ledgers import ContractQuery, ContractShown, LedgerQuery, LedgerShown, LedgerView
from ccengine.api.problems import BUSY
from ccengine.api.readable import read
from ccengine.api.readings import read_accounts, read_contract, read_kpis
from ccengine.api.requests import JSON_TYPE
from ccengine.api.route import Asked, Method, Nothing, Route
from ccengine.api.routes.papers import client_of
from ccengine.api.spans import clients_of, span_of
from ccengine.config.billing import billed, weights_of
from ccengine.config.in_force import in_force

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

DESCRIPTION = """\
Each figure comes with the name, the version and the text of its formula, and with the numerator and
denominator it is made of. The live figures and those read from the journal are counted by the same
code, and agree to the last digit. A group of which nothing is known in these days has no line.
Tokens of some clients see what was done for these alone: time that agents spent for nobody in
particular, and figures made of it, are left out. Those of some teams or sites see figures by team
and agent of these alone, and queues and clients whole."""


async def get_kpis(asked: Asked[KpisQuery, Nothing]) -> web.Response:
    """Tell key figures.

    Raises:
        ReaderBusy: there is no time for it.
        Refused: there would be too many.
    """
    question, library, floor = question_of(asked), asked.ports.library, asked.ports.floor
    known = partial(in_force, floor.tenant(), floor.center.plan)
    told = None
    if library.kpis.has(question.begins):
        library.show()
        told = await library.kpis.ask(question, known, Writing(asked.query, live=True))
    if told is None:
        tell = Writing(asked.query, live=False)
        told = await read(asked, read_kpis, library.journal, question, known(), tell, floor.now())
    if isinstance(told, TooLong):
        raise told.refused()
    return web.Response(body=told, content_type=JSON_TYPE)


async def get_ledger(asked: Asked[LedgerQuery, Nothing]) -> web.Response:
    """Tell what agents' time went to, and whose it was."""
    library, floor, sight = asked.ports.library, asked.ports.floor, asked.sight
    clients = clients_of(asked, None)
    everybody, tenant = sight.sees_all_agents, floor.tenant()
    seen = frozenset(str(agent) for agent in tenant.settings.agents if sight.agent(agent))
    view = LedgerView(
        query=asked.query,
        span=span_of(asked, asked.query, clients),
        clients=clients,
        agents=None if everybody else frozenset(sight.agent_names()),
        teams=None if everybody else frozenset(sight.team_names()),
        checked=None if everybody and clients is None else seen,
        weights=weights_of(tenant),
    )
    told = await read(asked, read_accounts, library.journal, view, floor.now())
    return web.Response(body=told, content_type=JSON_TYPE)


async def get_contract_report(asked: Asked[ContractQuery, Nothing]) -> web.Response:
    """Draft what a client is billed.

    Raises:
        Refused: nothing is, or not by a ledger with faults.
    """
    client, floor = client_of(asked), asked.ports.floor
    known = billed(client, floor.tenant(), floor.center.plan)
    if known is None:
        raise CONTRACT_MISSING.because()
    days = span_of(asked, asked.query, frozenset({str(client.id)}))
    library = asked.ports.library
    told = await read(asked, read_contract, library.journal, known, days, asked.query, floor.now())
    if told is None:
        raise LEDGER_FAULTY.because()
    return web.Response(body=told, content_type=JSON_TYPE)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="getKpis",
        method=Method.GET,
        path="/kpis",
        summary="Key figures with their formulas, by queue, agent, client, interval and more",
        description=DESCRIPTION,
        query=KpisQuery,
        body=Nothing,
        answer=KpisShown,
        handler=get_kpis,
        faults=(CLIENT_UNKNOWN, BUSY),
    ),
    Route(
        operation="getLedger",
        method=Method.GET,
        path="/ledger",
        summary="What agents' time went to, and whose it was",
        description="Each millisecond of each log-in is in it once, which is checked each time.",
        query=LedgerQuery,
        body=Nothing,
        answer=LedgerShown,
        handler=get_ledger,
        faults=(BUSY,),
    ),
    Route(
        operation="getContractReport",
        method=Method.GET,
        path="/clients/{client}/contract-report",
        summary="A draft of what a client is billed, and the events behind each line",
        query=ContractQuery,
        body=Nothing,
        answer=ContractShown,
        handler=get_contract_report,
        faults=(CLIENT_UNKNOWN, CONTRACT_MISSING, LEDGER_FAULTY, BUSY),
    ),
)
