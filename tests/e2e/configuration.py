"""The running system's configuration, changed as admins change it: in YAML, then told.

docker/test serves a copy of the demo's tenant, so that this may be done.
"""

from __future__ import annotations

import re
import shutil
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ccengine.phone import Phone
from tests.e2e.waits import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.e2e.system import System

DNIPRO = "clients/dnipro/client.yaml"
VIP = "  vip:\n"
MESSAGES = "messages: billing\n"
PROVIDER = "127.0.0.9"  # a place of its own on the loopback: its address says who it is
PARTNER = "99555"

Change = tuple[str, str, str]
"""A file of the tenant, what is in it once, and what shall be there."""


def vip(*rules: str) -> Change:
    """Give the queue vip of dnipro more rules, a line of YAML each."""
    return DNIPRO, VIP, VIP + "".join(f"    {rule}\n" for rule in rules)


def queues(system: System, written: str) -> Change:
    """Give dnipro other queues than its own.

    Args:
        system: whose.
        written: the whole section, in YAML.
    """
    text = (system.settings.tenant_folder / DNIPRO).read_text()
    (section,) = re.findall(r"^queues:\n(?:[ \n].*\n|\n)*", text, re.MULTILINE)
    return DNIPRO, section, written


def more_agents(count: int) -> tuple[Change, ...]:
    """Give dnipro's queue vip so many more agents, each with a phone; Asterisk must be told."""
    agents = "".join(
        f"  {name}: {{name: Agent {name}, number: {phone}9, phone: {phone}, clients: [dnipro],"
        " skills: {ukrainian: 5}}\n"
        for name, phone in more_desks(count).items()
    )
    phones = "".join(f"  {phone}: {{site: kyiv}}\n" for phone in more_desks(count).values())
    return (
        ("tenant.yaml", "\nagents:\n", f"\nagents:\n{agents}"),
        ("tenant.yaml", "\nphones:\n", f"\nphones:\n{phones}"),
    )


def more_desks(count: int) -> dict[str, str]:
    """Return their names, and at which phone each of them sits."""
    return {f"vip-{number}": f"{230 + number}" for number in range(1, count + 1)}


def outbound(prefix: str) -> tuple[Change, ...]:
    """Let dnipro call numbers with this prefix, by a provider whom nobody ever reaches."""
    trunk = "{server: 127.0.0.10, addresses: [127.0.0.10]}"
    return _wiring(trunk, prefix)


@asynccontextmanager
async def configured(
    system: System, *changes: Change, tell_asterisk: bool = False
) -> AsyncIterator[None]:
    """Change the configuration for the block.

    Args:
        system: whose.
        changes: of the tenant's files.
        tell_asterisk: also what `ccengine init` writes for Asterisk follows.
    """
    folder = system.settings.tenant_folder
    before = {file: (folder / file).read_text() for file, _, _ in changes}
    try:
        for file, old, new in changes:
            text = (folder / file).read_text()
            assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
            (folder / file).write_text(text.replace(old, new))
        await _reload(system, tell_asterisk=tell_asterisk)
        yield
    finally:
        for file, text in before.items():
            (folder / file).write_text(text)
        await _reload(system, tell_asterisk=tell_asterisk)


async def make_messages_nobodys_work(system: System) -> None:
    """From now on a message is only kept, unless a test says otherwise.

    Else what one test's caller leaves rings at the agents of the next.
    """
    await system.engine_is_back()
    file = system.settings.tenant_folder / DNIPRO
    text = file.read_text()
    if MESSAGES in text:
        file.write_text(text.replace(MESSAGES, ""))
        await _reload(system, tell_asterisk=False)


@asynccontextmanager
async def another_tenant(system: System, folder: Path) -> AsyncIterator[None]:
    """Serve the tenant in this folder for the block, in the place and under the name of ours."""
    ours = system.settings.tenant_folder
    with TemporaryDirectory() as kept:
        before = shutil.copytree(ours, Path(kept, ours.name))
        try:
            _replace(ours, folder)
            await _reload(system, tell_asterisk=True)
            yield
        finally:
            _replace(ours, before)
            await _reload(system, tell_asterisk=True)


def _replace(folder: Path, by: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    shutil.copytree(by, folder, dirs_exist_ok=True)


@asynccontextmanager
async def provider(system: System, *changes: Change, prefix: str = "99") -> AsyncIterator[Phone]:
    """Have a trunk to a provider, which is a phone of ours, beside other changes.

    Args:
        system: whose.
        changes: of the tenant's files.
        prefix: of the numbers that may be called.
    """
    account = system.account("caller-4")  # it has none with us, and needs none
    async with Phone(account, local=(PROVIDER, 0)) as phone:
        trunk = f"{{server: {PROVIDER}, port: {phone.address[1]}, addresses: [{PROVIDER}]}}"
        async with configured(system, *_wiring(trunk, prefix), *changes, tell_asterisk=True):
            yield phone


def _wiring(trunk: str, prefix: str) -> tuple[Change, ...]:
    rules = (
        f"outbound: {{prefixes: {{{prefix}: provider}}, caller_id: 380440000000,"
        " calls_per_agent_day: 1000, calls_per_day: 1000}\n"
    )
    return (
        ("tenant.yaml", "reasons:", f"trunks: {{provider: {trunk}}}\nreasons:"),
        ("tenant.yaml", "reasons:", "outbound: {calls_per_day: 1000}\nreasons:"),
        ("tenant.yaml", "203: {site: kyiv}", "203: {site: kyiv, dials_for: dnipro}"),
        (DNIPRO, "emergency:", f"{rules}emergency:"),
    )


async def _reload(system: System, *, tell_asterisk: bool) -> None:
    if tell_asterisk:
        await system.write_asterisk_files()
        await system.tell_asterisk("module reload res_pjsip.so")
        await system.tell_asterisk("module reload pbx_config.so")
    system.ledger.read()
    plans = system.ledger.plans
    await system.engine.reload()

    def is_loaded() -> bool:
        system.ledger.read()
        return system.ledger.plans > plans

    await until("the engine has taken the configuration over", is_loaded)
