"""An engine that does nothing but dial leads, to be killed: `python dialing_engine.py DB FILE`.

A call is a line in a file, which is on the disk before anything else happens.
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count
from pathlib import Path

from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.dialer.retries import RetryRules
from ccengine.storage.attempts import Ending
from tests.storage.leads import NODE, NOON, anybody, attempt, opened, refill

RULES = RetryRules()


async def dial_all(database_file: Path, dialed: Path) -> None:
    async with opened(database_file) as database:
        await database.attempts.settle(NODE, NOON, lambda *_: RULES)
        await database.leads.give_back_all(NODE)
        for turn in count():
            leads = await database.leads.claim(refill(8), NOON)
            if not leads:
                return
            for place, lead in enumerate(leads):
                new = attempt(lead, f"{os.getpid()}.{turn}.{place}")
                assert await database.attempts.place(new, anybody) is None
                with dialed.open("a") as file:
                    file.write(f"{new.number}\n")
                    file.flush()
                    os.fsync(file.fileno())
                outcome = (AttemptOutcome.ANSWERED, AttemptOutcome.NO_ANSWER)[place % 2]
                await database.attempts.close(new.id, Ending(outcome=outcome, at=NOON), RULES)


if __name__ == "__main__":
    asyncio.run(dial_all(Path(sys.argv[1]), Path(sys.argv[2])))
