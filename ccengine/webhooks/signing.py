"""Signatures as Standard Webhooks has them: of id, time and body, so that none can be replayed."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "whsec_"
"""Secrets begin with this; base64 follows."""


def key_of(secret: str) -> bytes:
    """Return the key that a secret stands for.

    Raises:
        ValueError: it is none.
    """
    if not secret.startswith(PREFIX):
        message = f"a webhook's secret begins with {PREFIX}"
        raise ValueError(message)
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def signed(secret: str, name: str, at: int, body: bytes) -> Mapping[str, str]:
    """Return the headers of a message.

    Args:
        secret: shared with the receiver.
        name: the message's own; the same when it is sent again.
        at: seconds since the epoch, now; a receiver refuses what is minutes old.
        body: as it is sent.
    """
    content = f"{name}.{at}.".encode() + body
    digest = hmac.new(key_of(secret), content, hashlib.sha256).digest()
    return {
        "webhook-id": name,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
    }
