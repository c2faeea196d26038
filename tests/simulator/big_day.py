"""A tenant of any size on disk, and a busy day for it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

QUEUES = 10  # of each client
SKILLS = 30
CLIENTS = ("nova", "sirin")
CALLS_PER_AGENT_HOUR = 13.5  # at 220 seconds each: an occupancy of 83 %
SHIFTS = 9  # begin half an hour apart
COURSE = (0.25, 0.55, 0.8, 0.95, 1.0, 1.0, 0.95, 0.9, 0.95, 0.75, 0.5, 0.25)  # from 7:00, hourly

TENANT = """\
name: Big
languages: {en: {voice: en-gb}}
sites: {kyiv: {name: Kyiv, zone: Europe/Kyiv}}
"""
CLIENT = """\
name: Client
contract:
  from: 2020-01-01
  until: 2040-12-31
  zone: Europe/Kyiv
  currency: EUR
  service_level: {percent: 80, seconds: 20, formula: offered}
languages: [en]
queues:
"""


def write_tenant(folder: Path, agents: int) -> Path:
    """Write a tenant whose agents each have six skills and may serve both clients."""
    chance = random.Random(1)
    skills = [f"skill{number}" for number in range(SKILLS)]
    needs = {
        (client, f"queue{number}"): chance.sample(skills, 1 + number % 2)
        for client in CLIENTS
        for number in range(QUEUES)
    }
    wanted = list(needs.values())
    lines = [TENANT, "skills:\n", *(f"  {skill}: Skill\n" for skill in skills), "agents:\n"]
    phones = ["phones:\n"]
    for number in range(agents):
        has = dict.fromkeys(chance.sample(skills, 4), 5) | dict.fromkeys(wanted[number % 20], 6)
        known = ", ".join(f"{skill}: {level}" for skill, level in has.items())
        lines.append(
            f"  agent{number}: {{name: Agent, number: {1000 + number}, phone: {20000 + number}, "
            f"clients: [{', '.join(CLIENTS)}], skills: {{{known}}}}}\n"
        )
        phones.append(f"  {20000 + number}: {{site: kyiv}}\n")
    folder.mkdir()
    (folder / "tenant.yaml").write_text("".join([*lines, *phones]))
    for client in CLIENTS:
        path = folder / "clients" / client / "client.yaml"
        path.parent.mkdir(parents=True)
        queues = [
            f"  {queue}: {{skills: {{{', '.join(f'{skill}: 3' for skill in need)}}}, "
            "wrap_up_seconds: 30, misses: 2}\n"
            for (owner, queue), need in needs.items()
            if owner == client
        ]
        path.write_text(CLIENT + "".join(queues))
    return folder


def write_scenario(file: Path, tenant: Path, agents: int) -> Path:
    """Write a day from 7:00 to 19:00 with shifts of eight hours that cover its course."""
    peak = agents * CALLS_PER_AGENT_HOUR / len(CLIENTS) / QUEUES
    profile = [
        f"      - {{from: {7 + hour:02d}:00, until: {8 + hour:02d}:00, "
        f"calls_per_hour: {peak * share:.2f}}}\n"
        for hour, share in enumerate(COURSE)
    ]
    lines = [
        f"tenant: {tenant}\nday: 2026-03-02\nzone: Europe/Kyiv\nfrom: 07:00\nuntil: 19:00\n",
        "arrivals:\n",
    ]
    for client in CLIENTS:
        for number in range(QUEUES):
            lines += [f"  - queue: {client}/queue{number}\n    profile:\n", *profile]
    lines.append(
        "everywhere:\n  talk: {mean_seconds: 190, law: lognormal, deviation_seconds: 140}\n"
        "  patience: {mean_seconds: 240}\nanswering: {miss_percent: 1}\nshifts:\n"
    )
    for place in range(SHIFTS):
        begins = 7 * 60 + place * 30
        lunch = begins + 210 + place % 3 * 30
        some = ", ".join(f"agent{number}" for number in range(place, agents, SHIFTS))
        lines.append(
            f"  - agents: [{some}]\n    from: {_clock(begins)}\n    until: {_clock(begins + 480)}\n"
            f"    breaks: [{{from: {_clock(lunch)}, until: {_clock(lunch + 30)}, reason: lunch}}]\n"
        )
    file.write_text("".join(lines))
    return file


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
