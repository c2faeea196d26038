"""Where the benchmark stands: ports, folders, the tenant with its agents, Asterisk's own files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

TENANT: Final = "bench"
CLIENT: Final = "brand"
FIRST_EXTENSION: Final = 1001
AGENTS: Final = 200
NUMBERS: Final = {False: "700001", True: "700002"}  #: the engine's, by recorded or not
QUEUE_NUMBER: Final = "700009"  #: the baseline's
QUEUES: Final = {False: "plain", True: "recorded"}
CHECKOUT: Final = Path(__file__).resolve().parents[3]


def extension(agent: int) -> str:
    """Return the phone's extension of the agent with this index."""
    return str(FIRST_EXTENSION + agent)


@dataclass(frozen=True, slots=True)
class Ports:
    """All below the ephemeral range, all counted from one."""

    base: int = 17000

    def __getitem__(self, offset: int) -> int:
        return self.base + offset

    @property
    def sip(self) -> int:
        return self[60]

    @property
    def callers(self) -> int:
        return self[70]

    @property
    def others(self) -> int:
        """Of a second kind of callers beside the first."""
        return self[72]

    @property
    def phones(self) -> int:
        return self[80]

    @property
    def callers_sound(self) -> int:
        return self[100]

    @property
    def phones_sound(self) -> int:
        return self[110]

    @property
    def ari(self) -> int:
        return self[88]

    @property
    def ami(self) -> int:
        return self[38]

    @property
    def api(self) -> int:
        return self[90]

    @property
    def rtp_start(self) -> int:
        return self.base + 5000

    @property
    def rtp_end(self) -> int:
        return self.base + 8999


@dataclass(frozen=True)
class Ground:
    """The benchmark's folder and what is written into it before anything starts."""

    folder: Path
    ports: Ports
    agents: int = AGENTS

    @cached_property
    def state(self) -> Path:
        """The state folder of this benchmark's own system."""
        return self.folder / "state"

    @cached_property
    def dialplan(self) -> Path:
        """The folder with the tenant's YAML."""
        return self.folder / "dialplan"

    @property
    def settings(self) -> dict[str, str]:
        """The environment of `ccengine`'s commands."""
        kept = {name: value for name, value in os.environ.items() if "CCENGINE" not in name}
        ports = self.ports
        return kept | {
            "CCENGINE_STATE": str(self.state),
            "CCENGINE_DIALPLAN": str(self.dialplan),
            "CCENGINE_TENANT": TENANT,
            "CCENGINE_NODE": "bench",
            "CCENGINE_SIP_PORT": str(ports.sip),
            "CCENGINE_ARI_PORT": str(ports.ari),
            "CCENGINE_AMI_PORT": str(ports.ami),
            "CCENGINE_API_PORT": str(ports.api),
            "CCENGINE_RTP_START": str(ports.rtp_start),
            "CCENGINE_RTP_END": str(ports.rtp_end),
            "PYTHONPATH": str(CHECKOUT),
        }

    def write_tenant(self) -> None:
        """Write the YAML: one client, two queues, flows that only queue, the agents."""
        tenant = self.dialplan / "tenants" / TENANT
        flows = tenant / "clients" / CLIENT / "flows"
        flows.mkdir(parents=True, exist_ok=True)
        (tenant / "tenant.yaml").write_text(TENANT_YAML + "".join(_people(self.agents)))
        numbers = "".join(
            f'  "{number}": {{flow: {QUEUES[recorded]}}}\n' for recorded, number in NUMBERS.items()
        )
        queues = "".join(
            f"  {name}: {{skills: {{talk: 1}}, wrap_up_seconds: 0, recorded: "
            f"{'yes' if recorded else 'no'}}}\n"
            for recorded, name in QUEUES.items()
        )
        client = flows.parent / "client.yaml"
        client.write_text(f"{CLIENT_YAML}numbers:\n{numbers}queues:\n{queues}")
        for name in QUEUES.values():
            (flows / f"{name}.yaml").write_text(FLOW_YAML.format(queue=name))

    def write_asterisk(self) -> None:
        """Add to what `ccengine init` wrote: the phones' addresses, a trunk, the baseline."""
        asterisk = self.state / "asterisk"
        port = self.ports.phones
        accounts = (PHONE_CONF.format(phone=extension(i), port=port) for i in range(self.agents))
        (asterisk / "pjsip_accounts.conf").write_text("".join(accounts))
        local = asterisk / "local"
        (local / "pjsip.conf").write_text(TRUNK_CONF)
        (local / "modules.conf").write_text(MODULES_CONF)
        (local / "extensions.conf").write_text(EXTENSIONS_CONF.format(number=QUEUE_NUMBER))
        self.write_queue(agents=0, rings_busy=False, recorded=False)

    def write_queue(self, *, agents: int, rings_busy: bool, recorded: bool) -> str:
        """Write the baseline's only queue: more than one would cost it time at each change."""
        members = "".join(
            f"member => PJSIP/phone-{extension(i)},0,{extension(i)},PJSIP/phone-{extension(i)}\n"
            for i in range(agents)
        )
        text = QUEUE_CONF.format(
            rings_busy="yes" if rings_busy else "no",
            recording="monitor-format=wav\n" if recorded else "",
            members=members,
        )
        file = self.state / "asterisk" / "local" / "queues.conf"
        file.write_text(text)
        file.chmod(0o644)
        return text


def _people(agents: int) -> list[str]:
    lines = ["agents:\n"]
    for i in range(agents):
        phone = extension(i)
        lines.append(
            f'  a{phone}: {{name: "Agent {phone}", number: "{phone}", skills: {{talk: 5}}, '
            f'clients: [{CLIENT}], phone: "{phone}"}}\n'
        )
    lines.append("phones:\n")
    lines += [f'  "{extension(i)}": {{}}\n' for i in range(agents)]
    return lines


TENANT_YAML = """\
name: Benchmark
languages:
  en: {voice: en}
skills:
  talk: Speaks with people
"""

CLIENT_YAML = """\
name: Brand
contract:
  from: 2020-01-01
  until: 2099-12-31
  zone: Etc/UTC
  currency: EUR
  service_level: {percent: 80, seconds: 20, formula: offered}
languages: [en]
"""

FLOW_YAML = """\
start: wait
steps:
  wait: {{enqueue: {queue}}}
"""

# SIPp takes a question for a call it does not know.
PHONE_CONF = """\
[phone-{phone}](phone)
aors=phone-{phone}
callerid="{phone}" <{phone}>
set_var=CC_TENANT=bench
set_var=CC_PHONE={phone}
[phone-{phone}](phone-aor)
contact=sip:phone-{phone}@127.0.0.1:{port}
qualify_frequency=0
"""

# Without send_pai: SIPp's caller knows no second INVITE, which tells it who answered.
TRUNK_CONF = """\
[bench](trunk)
send_pai=no
[bench](trunk-identify)
endpoint=bench
match=127.0.0.1
"""

# What the comparison needs and the engine does not.
MODULES_CONF = """\
load=app_queue.so
load=func_periodic_hook.so
load=func_groupcount.so
load=func_uri.so
load=app_chanspy.so
load=app_mixmonitor.so
"""

EXTENSIONS_CONF = """\
[numbers](+)
exten => {number},1,Set(MONITOR_FILENAME=/var/lib/ccengine/recordings/queue/${{UNIQUEID}})
 same => n,Answer(,i)
 same => n,Queue(bench)
 same => n,Hangup()
"""

# rrmemory: round and round, so that ringinuse=yes seldom meets a busy phone. leastrecent would ring
# the same one for every call until its first has ended.
QUEUE_CONF = """\
[general]
persistentmembers=no
autofill=yes
monitor-type=MixMonitor
[bench]
strategy=rrmemory
ringinuse={rings_busy}
timeout=20
retry=1
wrapuptime=0
joinempty=yes
leavewhenempty=no
{recording}{members}"""
