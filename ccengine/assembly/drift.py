"""Where Asterisk's files and the engine have drifted apart: each relies on names of the other's.

Looked at as text, without Asterisk: the dialplan and `asterisk-conf` that an admin may change, and
what `ccengine init` has written, which is older than the YAML until it runs again.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from ccengine.agi_routes.every import ROUTES
from ccengine.assembly.codecs import wideband
from ccengine.asterisk.ari.client import APP
from ccengine.calls import agent, customer_leg, dialled, staff
from ccengine.calls.dialing import machine_ear
from ccengine.config.asterisk_conf import conf_lines, included_by, read_conf
from ccengine.config.asterisk_files import asterisk_files
from ccengine.config.names import suggestion
from ccengine.config.problems import Problem, in_order
from ccengine.config.secret_files import SecretMissing
from ccengine.core.ids import ClientId

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from ccengine.config.asterisk_conf import ConfLine
    from ccengine.config.settings import Settings
    from ccengine.config.tenant import Tenant
    from ccengine.ivr.configuration import Configuration

CONTEXTS: Final = (
    "fallback",
    "partner",
    "unmet",
    staff.STAFF_CONTEXT,
    agent.LEG_CONTEXT,
    customer_leg.CONTEXT,
    customer_leg.ANSWERED_CONTEXT,
    dialled.ALONE_CONTEXT,
    dialled.OUTSIDE_CONTEXT,
    machine_ear.EAR_CONTEXT,
)
"""Where the engine sends calls."""

ROLES: Final = frozenset({"inbound", "agent", "customer", "lead", "feature", "dial"})
"""What a channel that comes to us says it is."""

CHANNEL_VARIABLES: Final = (
    *("CC_CALL_ID", "CC_TENANT", "CC_CLIENT", "CC_NUMBER", "CC_ARRIVED_AT", "CC_ROLE"),
    *("CC_AGENT", "CC_OFFER", "CC_PHONE", "CC_REACHED", "CC_ENDED_BY", "CC_MACHINE"),
    *("CC_WAITED_SINCE", "CC_MESSAGE_AT"),
)
"""What the engine reads of each channel."""

RENEW: Final = "run 'docker/demo --no-call', which writes it anew"
STASIS: Final = re.compile(r"\bStasis\(([^,)]*),?([^,)]*)")
ASKS: Final = re.compile(r"ask-engine,s,1\(([^),?]*)|\bagi://[^/,)]*/([^),?]*)")
VARIABLE: Final = re.compile(r"\$\{")
OF_MODULES: Final = frozenset({"parkedcalls"})
"""Contexts that Asterisk's own modules make."""
JUMP: Final = re.compile(r"\b(?:Goto|Gosub)\(([a-z][a-z0-9-]*),[^,()]+,")
WITH_SECRETS: Final = frozenset({"ari_user.conf", "manager_user.conf", "pjsip_accounts.conf"})


def drift(configuration: Configuration, settings: Settings) -> tuple[Problem, ...]:
    """Return what does not fit together."""
    written = _written(configuration, settings)
    dialplan = [line for file in sorted(settings.dialplan.glob("*.conf")) for line in _of(file)]
    local = _with_included(settings.paths.asterisk_local / "extensions.conf")
    generated = [line for name, text in written.items() for line in _text(settings, name, text)]
    known = {line.section for line in (*dialplan, *local, *generated) if not line.key}
    known |= OF_MODULES
    found = [*_stale(settings, written)]
    if dialplan:  # else it is somewhere else, or this is a tenant's folder alone
        found += _contexts(settings.dialplan / "extensions.conf", known)
        found += _applications(dialplan, local, settings.dialplan / "inbound.conf")
        found += _asked([*dialplan, *local], configuration.tenant)
    if dialplan and generated:
        found += _jumps([*dialplan, *local], known)
    if settings.asterisk_conf.is_dir() and generated:
        found += _endpoints(settings.asterisk_conf / "pjsip.conf", generated, known)
        found += _variables(settings.asterisk_conf / "ari.conf")
        found += wideband(_pjsip(settings, generated))
    return in_order(found)


def _of(file: Path) -> list[ConfLine]:
    return read_conf(file)


def _with_included(file: Path) -> list[ConfLine]:
    """Return what stands in an admin's file and in those that it includes from its own folder."""
    found = read_conf(file)
    for pattern in included_by(file):
        for other in sorted(file.parent.glob(pattern)):
            found += read_conf(other)
    return found


def _text(settings: Settings, name: str, text: str) -> Iterator[ConfLine]:
    return conf_lines(settings.paths.asterisk / name, text)


def _written(configuration: Configuration, settings: Settings) -> Mapping[str, str]:
    """Return what `ccengine init` would write now; nothing where its secrets cannot be read."""
    tenant = configuration.tenant
    if tenant is None:
        return {}
    with suppress(SecretMissing, OSError):
        return asterisk_files(tenant, settings, configuration.sent_on_to())[0]
    return {}


def _contexts(file: Path, known: set[str]) -> Iterator[Problem]:
    for context in CONTEXTS:
        if context not in known:
            message = f"the engine sends calls to context '{context}', and no file has it"
            remedy = f"put it back: {suggestion(context, known)}"
            yield Problem(file, 1, message, remedy)


def _jumps(lines: list[ConfLine], known: set[str]) -> Iterator[Problem]:
    for line in lines:
        named = JUMP.findall(line.value)
        named += [line.value.split(",")[0].strip()] if line.key == "include" else []
        for context in named:
            if context not in known:
                message = f"context '{line.section}' leads to '{context}', which no file has"
                yield Problem(line.file, line.number, message, suggestion(context, known))


def _applications(
    dialplan: list[ConfLine], local: list[ConfLine], usual: Path
) -> Iterator[Problem]:
    ours = False
    for line in (*dialplan, *local):
        for app, role in STASIS.findall(line.value):
            ours = ours or (app == APP and role == "inbound")
            if app != APP and line in local:
                continue  # another program's, which is the admin's own affair
            if app != APP:
                message = f"calls are handed to '{app}', and the engine is called '{APP}'"
                yield Problem(line.file, line.number, message, f"write Stasis({APP},{role})")
            elif role not in ROLES:
                message = f"the engine knows no channel of role '{role}'"
                yield Problem(line.file, line.number, message, suggestion(role, ROLES))
    if not ours:
        message = "no caller is ever handed to the engine"
        yield Problem(usual, 1, message, f"put Stasis({APP},inbound) back")


def _asked(lines: list[ConfLine], tenant: Tenant | None) -> Iterator[Problem]:
    """Yield what a dialplan asks the engine for and nobody answers."""
    for line in lines:
        for by_gosub, by_agi in ASKS.findall(line.value):
            name, *parts = (by_gosub or by_agi).split("/")
            if VARIABLE.search(name):
                continue
            route = ROUTES.get(name)
            if route is None:
                message = f"the engine is asked for '{name}', which it does not know"
                yield Problem(line.file, line.number, message, suggestion(name, ROUTES))
            elif len(parts) != len(route.parts):
                message = f"'{name}' is asked for wrongly"
                yield Problem(line.file, line.number, message, f"write {route.address}")
            elif tenant is not None:
                yield from _unknown_parts(line, tenant, dict(zip(route.parts, parts, strict=True)))


def _unknown_parts(line: ConfLine, tenant: Tenant, parts: Mapping[str, str]) -> Iterator[Problem]:
    """Yield what is asked about and is not there; variables are known on the call only."""
    client = tenant.clients.get(ClientId(parts.get("CLIENT", "")))
    known: dict[str, Collection[str]] = {"CLIENT": tenant.clients}
    if client is not None:
        known |= {"QUEUE": client.settings.queues, "NAME": client.settings.hours}
    for part, name in parts.items():
        if part in known and name not in known[part] and not VARIABLE.search(name):
            what = {"CLIENT": "client", "QUEUE": "queue", "NAME": "hours"}[part]
            message = f"the engine is asked about {what} '{name}', which is not there"
            yield Problem(line.file, line.number, message, suggestion(name, known[part]))


def _stale(settings: Settings, written: Mapping[str, str]) -> Iterator[Problem]:
    """Yield files that were written for an older configuration, at the first line that differs."""
    for name, text in written.items():
        file = settings.paths.asterisk / name
        if not settings.paths.asterisk.is_dir() or name in WITH_SECRETS:
            continue
        try:
            there = file.read_text("utf-8", "replace").splitlines()
        except FileNotFoundError:
            yield Problem(file, 1, f"'{name}' was never written", RENEW, is_warning=True)
            continue
        except OSError:
            continue  # not ours to read
        wanted = text.splitlines()
        if there != wanted:
            pairs = zip(there, wanted, strict=False)
            same = next((at for at, (a, b) in enumerate(pairs) if a != b), len(there))
            message = f"'{name}' is not what the configuration says any more"
            line = min(same, max(len(there) - 1, 0)) + 1
            yield Problem(file, line, message, RENEW, is_warning=True)


def _endpoints(file: Path, generated: list[ConfLine], contexts: set[str]) -> Iterator[Problem]:
    lines = _of(file)
    templates = {line.section for line in lines if not line.key}
    wanted = {
        name
        for line in generated
        if not line.key and line.file.name.startswith("pjsip")
        for name in filter(None, line.value.split(","))
    }
    for name in sorted(wanted - templates):
        message = f"accounts are made from the template '{name}', which is not there"
        yield Problem(file, 1, message, suggestion(name, templates))
    for line in lines:
        if line.key == "context" and line.value not in contexts:
            message = f"calls of '{line.section}' come to context '{line.value}', which no file has"
            yield Problem(file, line.number, message, suggestion(line.value, contexts))


def _pjsip(settings: Settings, generated: list[ConfLine]) -> Iterator[ConfLine]:
    """Yield what Asterisk reads of pjsip, in its order: the admin's own is last."""
    yield from _of(settings.asterisk_conf / "pjsip.conf")
    yield from (line for line in generated if line.file.name.startswith("pjsip"))
    yield from _with_included(settings.paths.asterisk_local / "pjsip.conf")


def _variables(file: Path) -> Iterator[Problem]:
    for line in _of(file):
        if line.key == "channelvars":
            told = {name.strip() for name in line.value.split(",")}
            for name in CHANNEL_VARIABLES:
                if name not in told:
                    message = f"the engine is not told '{name}' of its channels"
                    yield Problem(file, line.number, message, f"add {name} to 'channelvars'")
            return
    yield Problem(file, 1, "the engine is told no variable of its channels", "add 'channelvars'")
