"""Passwords, PINs and tokens: made once, one file per secret, readable by its one reader."""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from ccengine.config.ownership import SECRET, Owner, write_file
from ccengine.config.secret_files import read_secret
from ccengine.config.tenant import sip_user_of

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.config.settings import StatePaths
    from ccengine.config.tenant import Tenant

TOKEN_BYTES: Final = 32
SIP_PASSWORD_BYTES: Final = 18
PIN_DIGITS: Final = 6


def generate(paths: StatePaths, tenant: Tenant) -> None:
    """Make the secrets that are missing; those that are there stay."""
    for file in (paths.ari_password, paths.ami_password, paths.api_token):
        _keep_or_make(file, secrets.token_urlsafe(TOKEN_BYTES))
    for sip_user in sip_users(tenant):
        _keep_or_make(paths.sip_password(sip_user), secrets.token_urlsafe(SIP_PASSWORD_BYTES))
    for agent in tenant.settings.agents:
        number = secrets.randbelow(10**PIN_DIGITS)
        _keep_or_make(paths.pin(agent), f"{number:0{PIN_DIGITS}}")
    for client in tenant.clients.values():
        for hook in client.settings.webhooks:
            key = base64.b64encode(secrets.token_bytes(TOKEN_BYTES)).decode()
            _keep_or_make(paths.webhook_secret(client.id, hook), f"whsec_{key}")


def sip_users(tenant: Tenant) -> tuple[str, ...]:
    """Return all SIP accounts: phones, then demo callers."""
    phones = (sip_user_of(extension) for extension in tenant.accounts)
    return (*phones, *tenant.settings.callers)


def ari_password(paths: StatePaths) -> str:
    """Return the password of the engine's ARI user."""
    return read_secret(paths.ari_password)


def ami_password(paths: StatePaths) -> str:
    """Return the password of the engine's manager user."""
    return read_secret(paths.ami_password)


def api_token(paths: StatePaths) -> str:
    """Return the bearer token of the engine's HTTP API."""
    return read_secret(paths.api_token)


def sip_password(paths: StatePaths, sip_user: str) -> str:
    """Return the password of a SIP account."""
    return read_secret(paths.sip_password(sip_user))


def pin(paths: StatePaths, agent: str) -> str:
    """Return an agent's PIN."""
    return read_secret(paths.pin(agent))


def pin_matches(paths: StatePaths, agent: str, given: str) -> bool:
    """Tell whether the digits are the agent's PIN."""
    return is_same(given, pin(paths, agent))


def is_same(given: str, wanted: str) -> bool:
    """Compare without telling by the time it takes how much was right."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def _keep_or_make(file: Path, secret: str) -> None:
    is_there = file.exists() and file.stat().st_size > 0
    kept = read_secret(file) if is_there else secret
    # Written again also when it is there: its owner and mode are part of the secret.
    write_file(file, f"{kept}\n", Owner.ENGINE, SECRET)
