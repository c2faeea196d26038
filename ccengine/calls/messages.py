"""Messages that callers have left, as far as they are work for an agent.

The dialplan records them, with an engine or without (`dialplan/fallback.conf`); here the file is
looked for, and where there is one it becomes an item of the queue that the caller came from, or of
the one the client names for messages that were left in none.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ccengine.calls.sound_files import seconds_of
from ccengine.config.dialable import Unfit, judge_number
from ccengine.core.events import MessageLeft
from ccengine.core.ids import CallId, queue_id

if TYPE_CHECKING:
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.events import CallMissed
    from ccengine.core.ids import ClientId, Instant, QueueId, TenantId

LEAST_SECONDS = 1.0
"""Less than that was a caller who hung up at the beep."""


def message_of(call: CallId) -> CallId:
    """Return the name of the item for the message that a call leaves."""
    return CallId(f"{call}-vm")


class Messages:
    """Finds what was left, and says whose work it is."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._engine = wiring.engine

    def of_call(self, call: Call) -> MessageLeft | None:
        """Return the message of a call that the core knows; None: there is none, or no work."""
        last = call.message_queue or (call.visited[-1] if call.visited else None)
        return self._left(
            call.id,
            call.tenant,
            call.client,
            call.number,
            call.caller,
            self._engine.clock.now(),
            last,
        )

    def of_missed(self, missed: CallMissed) -> MessageLeft | None:
        """Return the message of a call that no engine had."""
        return self._left(
            missed.call,
            missed.tenant,
            missed.client,
            missed.number,
            missed.caller,
            missed.ended_at,
            None,
        )

    def _left(
        self,
        call: CallId,
        tenant: TenantId,
        client: ClientId,
        number: str,
        caller: str,
        at: Instant,
        queue: QueueId | None,
    ) -> MessageLeft | None:
        takes = self._queue_for(client, queue)
        found = None if takes is None else self._recording(f"{tenant}/{client}/voicemail", call, at)
        if takes is None or found is None:
            return None
        recording, seconds = found
        return MessageLeft(
            call=message_of(call),
            origin=call,
            tenant=tenant,
            client=client,
            node=self._wiring.node,
            number=number,
            caller=caller,
            queue=takes,
            to=self._number(client, caller, takes),
            recording=recording,
            seconds=seconds,
            left_at=at,
        )

    def _queue_for(self, client: ClientId, queue: QueueId | None) -> QueueId | None:
        queues = self._engine.center.plan.queues
        if queue is not None and queue in queues and queues[queue].messages_are_work:
            return queue
        tenant = self._wiring.configuration.tenant
        known = None if tenant is None else tenant.clients.get(client)  # a note outlives a client
        named = None if known is None else known.settings.messages
        usual = None if named is None else queue_id(client, named)
        return usual if usual in queues else None

    def _number(self, client: ClientId, caller: str, queue: QueueId) -> str:
        """Return whom to call back; empty: a number that nobody can or may call."""
        tenant = self._wiring.configuration.tenant
        known = None if tenant is None else tenant.clients.get(client)
        if tenant is None or known is None or not caller:
            return ""
        rules = self._engine.center.plan.queues[queue].callback
        countries = () if rules is None else rules.countries
        judged = judge_number(caller, known, tenant, countries)
        return "" if isinstance(judged, Unfit) else judged

    def _recording(self, folder: str, call: CallId, at: Instant) -> tuple[str, float] | None:
        """Return the path below the recordings folder, and the seconds; None: nothing was said."""
        day = datetime.fromtimestamp(at, UTC).date()
        for days in (0, -1, 1):  # Asterisk's own zone says which folder it went to
            name = f"{folder}/{day + timedelta(days=days):%Y/%m/%d}/{call}"
            seconds = seconds_of(self._wiring.paths.recordings / f"{name}.wav")
            if seconds is not None:
                return (name, round(seconds, 1)) if seconds >= LEAST_SECONDS else None
        return None
