"""Whether a call is to be recorded, and who may choose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.whose import client_of_call
from ccengine.config.keeping import DiskFull
from ccengine.config.recording import USUAL_RECORDING, rule_for
from ccengine.core.ids import client_of

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.config.recording import RecordingSettings
    from ccengine.core.calls import Call
    from ccengine.core.ids import QueueId
    from ccengine.core.queues import OnDemand


def settings_of(wiring: Wiring, call: Call) -> RecordingSettings:
    """Return how the calls of the call's client are recorded."""
    client = client_of_call(wiring, call)
    return USUAL_RECORDING if client is None else client.settings.recording


def rule_of(wiring: Wiring, call: Call) -> bool | OnDemand:
    """Return whether the call is recorded, or its agent may choose."""
    plan = wiring.engine.center.plan
    queue = None if call.queue is None else plan.queues.get(call.queue)
    return rule_for(settings_of(wiring, call), queue)


def customers_channel(call: Call) -> str:
    """Return the channel that is recorded: of who called, or was called."""
    dialed = "" if call.item is None else call.item.leg
    return dialed or call.channel


def may_be_served(wiring: Wiring, queue: QueueId) -> bool:
    """Tell whether a caller may wait in a queue.

    Not where each of its calls must be recorded, no room is left for that, and the client would
    rather refuse callers than serve them all the same.
    """
    tenant, settings = wiring.configuration.tenant, wiring.engine.center.plan.queues.get(queue)
    client = None if tenant is None else tenant.clients.get(client_of(queue))
    if client is None or settings is None or settings.recorded is not True:
        return True
    return client.settings.keeping.disk_full is not DiskFull.REFUSE or wiring.has_room()
