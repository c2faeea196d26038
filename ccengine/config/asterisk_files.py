"""Writes what Asterisk needs of a tenant: accounts, numbers, hints, rules, ports.

Files in `asterisk-conf/` and `dialplan/` include these and define the templates their sections
inherit. Each is written whole, on each `ccengine init`; additions by hand go to `asterisk/local/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.asterisk_dialplan import (
    emergency,
    feature_codes,
    hints,
    numbers,
    outbound_rules,
)
from ccengine.config.music import music_folders
from ccengine.config.ownership import SECRET, SHARED, Owner, write_file
from ccengine.config.secret_files import SecretMissing, read_secret
from ccengine.config.secrets import ami_password, ari_password, sip_password
from ccengine.config.settings import ASTERISK_DIALPLAN
from ccengine.config.tenant import sip_user_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ccengine.config.asterisk_dialplan import SentOn
    from ccengine.config.settings import Settings
    from ccengine.config.tenant import Tenant
    from ccengine.config.trunks import Trunk

ENGINE_USER: Final = "ccengine"
WITH_SECRETS: Final = frozenset(
    {"pjsip_accounts.conf", "pjsip_trunks.conf", "ari_user.conf", "manager_user.conf"}
)


class UnsafeValue(Exception):
    """A value would mean something else in Asterisk's files; the message names it, not a secret."""


def write_asterisk_files(
    tenant: Tenant, settings: Settings, sent_on_to: SentOn | None = None
) -> list[str]:
    """Write all files. Returns what could not be written, with the remedy; normally nothing.

    Args:
        tenant: the tenant.
        settings: where they go, and which ports are theirs.
        sent_on_to: the numbers that each client's flows send callers on to.

    Raises:
        SecretMissing: a generated secret is not there.
        UnsafeValue: a secret put there by hand holds characters that no file may hold.
    """
    files, warnings = asterisk_files(tenant, settings, sent_on_to)
    for name, content in files.items():
        mode = SECRET if name in WITH_SECRETS else SHARED
        write_file(settings.paths.asterisk / name, content, Owner.ASTERISK, mode)
    return warnings


def asterisk_files(
    tenant: Tenant, settings: Settings, sent_on_to: SentOn | None = None
) -> tuple[Mapping[str, str], list[str]]:
    """Return the text of each file, and what had to be left out; see `write_asterisk_files`.

    Raises:
        SecretMissing: as of that.
        UnsafeValue: likewise.
    """
    trunks, warnings = _trunks(tenant, settings)
    files = {
        "asterisk_local.conf": f"systemname={settings.node}\n",
        "http_local.conf": f"bindport={settings.ari_port}\n",
        "manager_local.conf": f"port={settings.ami_port}\n",
        "rtp_local.conf": f"rtpstart={settings.rtp_start}\nrtpend={settings.rtp_end}\n",
        "pjsip_transport.conf": _transports(tenant, settings),
        "pjsip_accounts.conf": _accounts(tenant, settings),
        "pjsip_trunks.conf": trunks,
        "ari_user.conf": _user("password", ari_password(settings.paths)),
        "manager_user.conf": _user("secret", ami_password(settings.paths)),
        "musiconhold_classes.conf": _music(tenant, settings),
        "numbers.conf": numbers(tenant),
        "feature_codes.conf": feature_codes(tenant),
        "hints.conf": hints(tenant),
        "emergency.conf": emergency(tenant),
        "outbound_rules.conf": outbound_rules(tenant, sent_on_to),
    }
    return files, warnings


def _user(key: str, password: str) -> str:
    return _section(ENGINE_USER, "engine-user", [(key, password)])


def _transports(tenant: Tenant, settings: Settings) -> str:
    host = settings.sip_host
    transports = _section("transport-udp", "udp", [("bind", f"{host}:{settings.sip_port}")])
    if any(trunk.tls for trunk in tenant.settings.trunks.values()):
        bind = [("bind", f"{host}:{settings.sip_tls_port}")]
        transports += "\n" + _section("transport-tls", "tls", bind)
    return transports


def _accounts(tenant: Tenant, settings: Settings) -> str:
    sections: list[str] = []
    for extension in tenant.accounts:
        user = sip_user_of(extension)
        own = [
            ("callerid", f'"{extension}" <{extension}>'),
            ("set_var", f"CC_TENANT={tenant.id}"),
            ("set_var", f"CC_PHONE={extension}"),
        ]
        sections += _account(user, "phone", own, sip_password(settings.paths, user))
    for user in tenant.settings.callers:
        sections += _account(user, "caller", [], sip_password(settings.paths, user))
    return "\n".join(sections)


def _account(user: str, kind: str, own: Iterable[tuple[str, str]], password: str) -> Iterator[str]:
    yield _section(user, kind, [("auth", user), ("aors", user), *own])
    yield _section(user, f"{kind}-auth", [("username", user), ("password", password)])
    yield _section(user, f"{kind}-aor", [])


def _trunks(tenant: Tenant, settings: Settings) -> tuple[str, list[str]]:
    sections: list[str] = []
    warnings: list[str] = []
    for name, trunk in tenant.settings.trunks.items():
        password = ""
        if trunk.user is not None:
            try:
                password = read_secret(settings.paths.trunk_password(name))
            except SecretMissing:
                file = settings.host_paths.trunk_password(name)
                message = f"trunk '{name}' is left out — put the provider's password in {file}"
                warnings.append(message)
                continue
        sections += _trunk(name, trunk, password)
    return "\n".join(sections), warnings


def _trunk(name: str, trunk: Trunk, password: str) -> Iterator[str]:
    address = f"sip:{trunk.address}" + (";transport=tls" if trunk.tls else "")
    endpoint = [("aors", name), ("from_domain", trunk.server)]
    if trunk.user is not None:
        endpoint[1:1] = [("outbound_auth", name), ("from_user", trunk.user)]
    yield _section(name, "trunk-srtp" if trunk.tls else "trunk", endpoint)
    if trunk.user is not None:
        yield _section(name, "trunk-auth", [("username", trunk.user), ("password", password)])
    yield _section(name, "trunk-aor", [("contact", address)])
    if trunk.user is not None:
        registration = [
            ("endpoint", name),
            ("outbound_auth", name),
            ("transport", "transport-tls" if trunk.tls else "transport-udp"),
            ("server_uri", address),
            ("client_uri", f"sip:{trunk.user}@{trunk.server}"),
            ("contact_user", trunk.user),
        ]
        yield _section(name, "trunk-registration", registration)
    matches = [("match", network) for network in trunk.addresses]
    yield _section(name, "trunk-identify", [("endpoint", name), *matches])


def _music(tenant: Tenant, settings: Settings) -> str:
    classes = []
    for name, folder in music_folders(tenant).items():
        place = f"{ASTERISK_DIALPLAN}/{folder.relative_to(settings.dialplan)}"
        values = [("mode", "files"), ("directory", place), ("sort", "randstart")]
        classes.append(_section(name, "", values))
    return "\n".join(classes)


def _section(name: str, template: str, values: Iterable[tuple[str, str]]) -> str:
    head = f"[{name}]({template})\n" if template else f"[{name}]\n"
    return head + "".join(f"{key}={_value(name, key, value)}\n" for key, value in values)


def _value(section: str, key: str, value: str) -> str:
    """Return the value as it stands in a file: `;` begins a comment, a line's end ends it."""
    if not value.isprintable() or value != value.strip() or "\\" in value:
        message = f"'{key}' of '{section}' holds a backslash, an outer blank or a control character"
        raise UnsafeValue(message)
    return value.replace(";", "\\;")
