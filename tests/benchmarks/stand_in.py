"""Answers reads at the engine's cost and has no calls: what sharing the machine does to them.

`python -m tests.benchmarks.stand_in PORT MILLISECONDS` says when it listens. Each answer takes it
so much of a processor. Beside it calls are as late as sharing the processors makes them; whatever
is more beside the engine's own answers is the engine's.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Final

from aiohttp import web

ANSWER: Final = b'{"calls": [{"call": "c1"}], "rest": "' + b"." * 4_000 + b'"}'


def application(seconds: float) -> web.Application:
    """Return a server of one answer."""

    async def answer(_request: web.Request) -> web.Response:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        return web.Response(body=ANSWER, content_type="application/json")

    app = web.Application()
    app.router.add_get("/{any:.*}", answer)
    return app


async def main(port: int, seconds: float) -> None:
    """Answer until told to leave."""
    runner = web.AppRunner(application(seconds), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) / 1000))
