"""The tenant of the campaign: as many agents as wanted for one campaign of one client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.e2e.configuration import PROVIDER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CLIENT_ID: Final = "dnipro"
CAMPAIGN: Final = f"{CLIENT_ID}/spring"
LIST: Final = "all"
SHOWN: Final = "600201"
FIRST_PHONE: Final = 1001


def agents_at(count: int) -> dict[str, str]:
    """Return agents' names, and at which phone each of them sits."""
    return {f"agent-{FIRST_PHONE + i}": str(FIRST_PHONE + i) for i in range(count)}


def write(
    folder: Path, *, agents: int, provider_port: int, more: Mapping[str, str] | None = None
) -> None:
    """Write its YAML.

    Args:
        folder: where to.
        agents: how many there are.
        provider_port: at which the provider listens.
        more: files of the client, and what is in them.
    """
    desks = agents_at(agents)
    people = "".join(
        f"  {name}: {{name: Agent {phone}, number: '{phone}9', phone: '{phone}',"
        " clients: [dnipro], skills: {english: 5}}\n"
        for name, phone in desks.items()
    )
    phones = "".join(f"  '{phone}': {{}}\n" for phone in desks.values())
    trunk = f"{{server: {PROVIDER}, port: {provider_port}, addresses: [{PROVIDER}]}}"
    client = folder / "clients" / CLIENT_ID
    for name, text in {
        **{client / file: text for file, text in (more or {}).items()},
        folder / "tenant.yaml": f"{TENANT}agents:\n{people}phones:\n{phones}"
        f"trunks: {{provider: {trunk}}}\n",
        folder / "dialing.yaml": DIALING,
        client / "client.yaml": CLIENT,
        client / "flows" / "vip.yaml": FLOW,
        client / "campaigns" / "spring.yaml": SPRING,
    }.items():
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text(text)


TENANT: Final = """\
name: A campaign
languages:
  en: {voice: en-gb, words_per_minute: 150}
skills:
  english: Speaks English
callers: [caller-1, caller-2, caller-3, caller-4]
outbound: {calls_per_day: 10000}
"""

# At any hour, and as if all had agreed: the test runs whenever it is started.
DIALING: Final = """\
places:
  UA:
    hours: {hours: {week: {mon-sun: "00:00-24:00"}}, source: the test's own, checked: "no"}
    automatic: {ring_seconds: 15, source: the test's own, checked: "no"}
    abandoned:
      abandoned: {percent: 3, of: live_answers, window: day}
      source: the test's own
      checked: "no"
"""

CLIENT: Final = """\
name: Dnipro Energy
contract:
  from: 2026-01-01
  until: 2030-12-31
  zone: Europe/Kyiv
  currency: UAH
  service_level: {percent: 90, seconds: 30, formula: offered}
languages: [en]
numbers:
  600201: {flow: vip}
queues:
  vip: {skills: {english: 4}, ring_seconds: 5, wrap_up_seconds: 2, recorded: no}
outbound:
  prefixes: {380: provider}
  caller_id: 380440000000
  calls_per_agent_day: 10000
  calls_per_day: 10000
"""

FLOW: Final = """\
start: wait
steps:
  wait: {enqueue: vip}
"""

SPRING: Final = """\
name: Spring
mode: predictive
purpose: service
seller: Dnipro Energy
queue: vip
caller_ids:
  600201: {tested: 2026-11-20}
lists:
  all: {order: oldest}
country: UA
fields:
  name: {label: Name}
retries: {most_attempts: 1}
ring_seconds: 15
"""
