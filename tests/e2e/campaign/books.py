"""A campaign's leads and attempts, by the commands that people have for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from tests.e2e.campaign import leads
from tests.e2e.campaign.tenant import LIST

if TYPE_CHECKING:
    from tests.e2e.system import System

NOT_DONE = ("fresh", "waiting", "claimed", "dialing")


async def imported(system: System, campaign: str, numbers: Sequence[str]) -> None:
    """Import these leads into the campaign's list."""
    file = system.paths.root / "leads.csv"
    leads.write(file, numbers)
    file.chmod(0o644)
    where = f"/var/lib/ccengine/{file.name}"
    await system.engine.command(
        *("leads", "import", campaign, where, "--list", LIST, "--rejects", "/tmp/rejects.csv")
    )


async def left(system: System, campaign: str) -> int:
    """Count leads that are not done."""
    lists = orjson.loads(await system.engine.command("leads", "list", campaign, "--json"))
    await asyncio.sleep(1.0)  # a command is a process
    return sum(one[state] for one in lists for state in NOT_DONE)


@dataclass(frozen=True, slots=True)
class Pack:
    """What a proof pack says."""

    attempts: Sequence[dict[str, Any]]
    figures: Mapping[str, Any]
    windows: Sequence[dict[str, Any]]  #: of limits on abandoned calls


async def proved(system: System, campaign: str) -> Pack:
    """Return the proof pack's content, which is what was signed."""
    name = f"proof-{uuid4().hex}"
    day = datetime.fromtimestamp(time.time(), UTC).date()  # noqa: TID251 - the day of the calls
    days = (day - timedelta(days=1), day + timedelta(days=1))
    where = f"/var/lib/ccengine/{system.paths.exports.name}/{name}"
    await system.engine.command(
        *("proof", "export", campaign, "--to", where),
        *("--from", f"{days[0]}", "--until", f"{days[1]}"),
    )
    await system.engine.command("proof", "verify", where)
    folder = system.paths.exports / name
    lines = (folder / "attempts.jsonl").read_bytes().splitlines()
    return Pack(
        attempts=[orjson.loads(line) for line in lines],
        figures=orjson.loads((folder / "manifest.json").read_bytes())["figures"],
        windows=orjson.loads((folder / "ratios.json").read_bytes())["windows"],
    )
