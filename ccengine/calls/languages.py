"""Which language a caller is spoken to in, wherever they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.ids import client_of
from ccengine.ivr.built_in import FALLBACK_LANGUAGE

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import QueueId


LANGUAGE = "CHANNEL(language)"
"""Of what the dialplan says: the caller may have chosen another than the number's."""


def agents_language(wiring: Wiring) -> str:
    """Return the language in which agents are spoken to."""
    tenant = wiring.configuration.tenant
    return FALLBACK_LANGUAGE if tenant is None else tenant.language


def language_of(wiring: Wiring, call: Call, queue: QueueId | None) -> str:
    """Return the language that the caller has chosen in a flow, or by going to a queue.

    Of a queue that names none it is that of the one they came from, else the dialled number's, else
    the client's.

    Args:
        wiring: with the configuration in force.
        call: the caller's.
        queue: where they are, or have just been.
    """
    tenant = wiring.configuration.tenant
    if tenant is not None and call.language in tenant.settings.languages:
        return call.language
    queues = wiring.engine.center.plan.queues
    for name in (queue, *reversed(call.visited)):
        rules = None if name is None else queues.get(name)
        if rules is not None and rules.language:
            return rules.language
    route = None if tenant is None else tenant.route(call.number)
    if route is not None:
        return route.language
    whose = call.client if queue is None else client_of(queue)
    client = None if tenant is None else tenant.clients.get(whose)
    return FALLBACK_LANGUAGE if client is None else client.language
