"""What a caller was told, or asked, about being recorded, and what they have agreed to.

Meanwhile the caller is alone, and their agent waits: before the two are joined, or apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.core import offers
from ccengine.core.calls import Consent
from ccengine.core.events.consents import (
    ConsentAnswer,
    ConsentAsked,
    ConsentGiven,
    ConsentRefused,
)
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.core.calls import Call
    from ccengine.core.events import ConsentEvent
    from ccengine.core.floor import Floor
    from ccengine.core.ids import Instant

ASKING_SECONDS: Final = 90.0
"""Telling or asking takes at most so long: sessions see to it."""

UNKNOWN: Final = frozenset({ConsentAnswer.ENGINE_LOST, ConsentAnswer.TAKEN_OVER})


def note(floor: Floor, event: ConsentEvent, now: Instant) -> None:
    """Remember what the caller knows and has said: who has agreed is not asked again.

    An answered call is a sign of life with it: it is joined later than others.
    """
    call = floor.calls[event.call]
    seconds = offers.CONNECT_SECONDS
    match event:
        case ConsentAsked():
            is_theirs = call.agent is not None and call.agent == event.agent
            call.asked = event if is_theirs else None  # it may come too late
            seconds += ASKING_SECONDS
        case ConsentGiven() | ConsentRefused():
            call.asked = None
            _agree(call, event)
    if call.state is CallState.CONNECTING:
        floor.set_deadline(offers.CONNECT_PREFIX + call.id, now + seconds)


def _agree(call: Call, event: ConsentGiven | ConsentRefused) -> None:
    if event.answer in UNKNOWN:
        return  # nobody knows what they would have said
    has_agreed = call.consent is not None and call.consent.given
    if event.answer is ConsentAnswer.NOT_PLAYED and has_agreed:
        return  # the caller has said nothing: what they agreed to before is still so
    call.consent = Consent(rule=event.rule, given=isinstance(event, ConsentGiven))
