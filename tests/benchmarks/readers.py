"""People and programs who look things up: so many requests a second, whatever the answers take.

`python -m tests.benchmarks.readers URL RATE SECONDS` reads tokens from its input, a line each with
role, agent (or -) and token, says when it begins, and prints what it saw as JSON. It runs beside
the inbound benchmark in a process of its own.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

import aiohttp
import orjson

from ccengine.api.roles import MAY, Role
from ccengine.api.route import Method
from ccengine.api.routes.every import ROUTES
from tests.benchmarks.inbound.ground import CLIENT, QUEUES, extension

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

WEIGHTS: Final = {
    "listQueues": 8,
    "listLiveCalls": 8,
    "listAgents": 8,
    "listCalls": 8,
    "getCall": 8,
    "getCallStory": 5,
    "getKpis": 5,
    "listCampaigns": 4,
    "getQueue": 4,
    "listWaiting": 4,
    "listStaffing": 4,
    "getAgent": 4,
    "getDesk": 4,
    "getCustomerHistory": 4,
    "listRecordings": 2,
    "listCallbacks": 2,
    "getAgentDay": 2,
    "whoAmI": 2,
    "getHealth": 2,
    "listForms": 1,
    "listScripts": 1,
    "listAudit": 1,
    "explainCall": 1,
    "getLedger": 1,
    "listClosures": 1,
    "listFailingLookups": 1,
    "readMetrics": 2,
    "getCoaching": 2,
    "getCard": 1,
    "listSamples": 1,
    "listDraws": 1,
    "listReviews": 2,
    "listCalibrations": 1,
    "listTraining": 1,
    "listScorecards": 1,
    "listDoNotCall": 1,
    "listRegisters": 1,
}
"""How often each is asked for, of a hundred or so."""
LEFT_OUT: Final = {
    "getForm": "the tenant has no forms",
    "getRecording": "these calls are not recorded",
    "getComment": "likewise",
    "getPicture": "likewise",
    "getKeptRecording": "likewise",
    "verifyRecording": "likewise",
    "listPlays": "likewise",
    "getTrainingRecording": "likewise",
    "getReview": "nobody has scored them",
    "getReviewRecording": "likewise",
    "getReviewPicture": "likewise",
    "getCalibration": "likewise",
    "getScorecard": "the tenant has none",
    "getCampaign": "the tenant has no campaigns",
    "listImports": "likewise",
    "getImport": "likewise",
    "getRejects": "likewise",
    "whyNot": "likewise",
    "getContractReport": "nothing is billed",
    "checkConfiguration": "is asked by who changes the configuration, before a reload",
    "planConfiguration": "likewise",
}
MAY_BE_REFUSED: Final = (404, 503)
"""A client's people do not see everybody, and who asks for too much is asked to wait."""
CALLS_KEPT: Final = 200


def reads() -> list[AnyRoute]:
    """Return the routes, each as often as it is asked for.

    Raises:
        KeyError: nobody has said how often a new one is.
    """
    known = [one for one in ROUTES if one.method is Method.GET and one.operation not in LEFT_OUT]
    return [one for one in known for _ in range(WEIGHTS[one.operation])]


class Reader(NamedTuple):
    """One of the people."""

    role: Role
    agent: str  #: an agent's own name, or -
    headers: dict[str, str]


class Readers:
    """All of them, by one connection pool; what they ask for is chosen by dice with a seed."""

    def __init__(self, session: aiohttp.ClientSession, tokens: list[str]) -> None:
        self._session = session
        self._people = [
            Reader(Role(role), agent, {"Authorization": f"Bearer {token}"})
            for role, agent, token in (line.split() for line in tokens)
        ]
        self._dice = random.Random(1)
        self._calls: list[str] = []
        self.statuses: Counter[str] = Counter()
        self.seconds: list[float] = []

    async def run(self, rate: float, seconds: float) -> None:
        """Ask at even distances: who waits for an answer keeps nobody from asking."""
        loop, routes = asyncio.get_running_loop(), reads()
        await self._find_calls()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        begin = loop.time()
        async with asyncio.TaskGroup() as group:
            for number in range(round(rate * seconds)):
                await asyncio.sleep(begin + number / rate - loop.time())
                if number % round(rate) == 0:
                    group.create_task(self._find_calls())
                route = self._dice.choice(routes)
                may = [
                    one for one in self._people if route.is_open or one.role in MAY[route.operation]
                ]
                group.create_task(self._ask(route, self._dice.choice(may)))

    async def _ask(self, route: AnyRoute, reader: Reader) -> None:
        loop = asyncio.get_running_loop()
        begin = loop.time()
        address = self._address(route, reader)
        if address is None:
            return
        async with self._session.get(address, headers=reader.headers) as response:
            await response.read()
            self.seconds.append(loop.time() - begin)
            self.statuses[f"{route.operation} {response.status}"] += 1

    def _address(self, route: AnyRoute, reader: Reader) -> str | None:
        if "call" in route.parts and not self._calls:
            return None
        somebody = f"a{extension(self._dice.randrange(20))}"
        parts = {
            "agent": reader.agent if reader.role is Role.AGENT else somebody,
            "client": CLIENT,
            "queue": QUEUES[False],
            "call": self._dice.choice(self._calls or [""]),
        }
        return route.path.format(**parts)

    async def _find_calls(self) -> None:
        for path in ("/calls", "/live-calls"):
            query = {"limit": str(CALLS_KEPT)}
            async with self._session.get(
                path, headers=self._people[0].headers, params=query
            ) as response:
                page = await response.json()
                self._calls += [one["call"] for one in page["calls"]]
        del self._calls[:-CALLS_KEPT]

    def told(self) -> dict[str, object]:
        """Return what was seen."""
        times = sorted(self.seconds)
        return {
            "asked": len(times),
            "p50_ms": times[len(times) // 2] * 1000 if times else 0.0,
            "p99_ms": times[int(len(times) * 0.99)] * 1000 if times else 0.0,
            "statuses": dict(sorted(self.statuses.items())),
        }


async def main(url: str, rate: float, seconds: float, tokens: list[str]) -> None:
    """Ask, and print what was seen."""
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(url, timeout=timeout) as session:
        readers = Readers(session, tokens)
        await readers.run(rate, seconds)
    sys.stdout.write(orjson.dumps(readers.told()).decode() + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]), sys.stdin.readlines()))
