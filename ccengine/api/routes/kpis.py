"""Key figures: of the last two days as they are counted live, of earlier ones from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.api.faults import CLIENT_UNKNOWN
from ccengine.api.kpis import KpisQuery, KpisShown, question_of, shown
from ccengine.api.problems import BUSY
from ccengine.api.readable import read
from ccengine.api.route import Asked, Method, Nothing, Route
from ccengine.config.in_force import in_force
from ccengine.storage.figures import read_table

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

DESCRIPTION = """\
Each figure comes with the name, the version and the text of its formula, and with the numerator and
denominator it is made of. The live figures and those read from the journal are counted by the same
code, and agree to the last digit. A group of which nothing is known in these days has no line.
Tokens of some clients see what was done for these alone: time that agents spent for nobody in
particular, and figures made of it, are left out. Those of some teams or sites see figures by team
and agent of these alone, and queues and clients whole."""


async def get_kpis(asked: Asked[KpisQuery, Nothing]) -> KpisShown:
    """Tell key figures."""
    question, library, floor = question_of(asked), asked.ports.library, asked.ports.floor
    known = in_force(floor.tenant(), floor.center.plan)
    live = library.kpis.has(question.begins)
    if live:
        library.show()
        table = await library.kpis.ask(question, known)
    else:
        table = await read(asked, read_table, library.journal, question, known, floor.now())
    return shown(table, asked.query, live=live)


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
