"""Key figures: of the last two days as they are counted live, of earlier ones from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from ccengine.api.faults import CLIENT_UNKNOWN
from ccengine.api.kpis import KpisQuery, KpisShown, TooLong, Writing, question_of
from ccengine.api.problems import BUSY
from ccengine.api.readable import read
from ccengine.api.readings import read_kpis
from ccengine.api.requests import JSON_TYPE
from ccengine.api.route import Asked, Method, Nothing, Route
from ccengine.config.in_force import in_force
from ccengine.storage.reader_process import ReaderBusy

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
        Refused: there would be too many, or there is no time for it.
    """
    question, library, floor = question_of(asked), asked.ports.library, asked.ports.floor
    known = in_force(floor.tenant(), floor.center.plan)
    told = None
    if library.kpis.has(question.begins):
        library.show()
        try:
            told = await library.kpis.ask(question, known, Writing(asked.query, live=True))
        except ReaderBusy as busy:
            raise BUSY.because(detail=str(busy)) from busy
    if told is None:
        tell = Writing(asked.query, live=False)
        told = await read(asked, read_kpis, library.journal, question, known, tell, floor.now())
    if isinstance(told, TooLong):
        raise told.refused()
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
)
