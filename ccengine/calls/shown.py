"""What an agent's phone shows of a call that it rings for: who calls, and for which client."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ccengine.ivr.names import queue_name
from ccengine.reporting.masking import last_digits

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call

NAME_AT_MOST: Final = 60
UNSHOWABLE: Final = re.compile(r'["\\<>\x00-\x1f\x7f]')
"""What could end a display name before its end."""


def shown_on_phone(wiring: Wiring, call: Call) -> str:
    """Return number and name as a caller id; empty: the caller's number is withheld.

    The name is that of the client and the queue, as agents serve several; of a colleague it is
    their own.
    """
    if call.by is not None:
        return _colleague(wiring, call)
    if not call.caller.removeprefix("+").isdigit():
        return ""
    tenant = wiring.configuration.tenant
    client = None if tenant is None else tenant.clients.get(call.client)
    # Whoever's policy cannot be read is treated as if numbers were not to be shown.
    masked = client is None or client.settings.mask_numbers
    number = last_digits(call.caller) if masked else call.caller
    if client is None:
        return number
    name = client.settings.name if call.queue is None else queue_name(client, call.queue)
    return _caller_id(name, number)


def _colleague(wiring: Wiring, call: Call) -> str:
    tenant, center = wiring.configuration.tenant, wiring.engine.center
    settings = None if tenant is None or call.by is None else tenant.settings.agents.get(call.by)
    if settings is None or call.by is None:
        return ""
    return _caller_id(settings.name, center.agent(call.by).phone or "")


def _caller_id(name: str, number: str) -> str:
    shown = UNSHOWABLE.sub(" ", name).strip()[:NAME_AT_MOST]
    return f'"{shown}" <{number}>' if shown and number else number
