"""Phones that are told to answer by themselves, and the tone by which an agent then notices.

A lead who has answered waits for seconds only: a phone that rings first would use them up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriDisconnected, AriError
from ccengine.core.states import Kind

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.core.ids import CallId, PhoneId

log = structlog.get_logger()

HEADERS: Final = {
    "PJSIP_HEADER(add,Call-Info)": "<sip:ccengine>;answer-after=0",
    "PJSIP_HEADER(add,Alert-Info)": "<http://www.notused.com>;info=alert-autoanswer;delay=0",
}
"""What makes phones answer by themselves: one of the two is what each softphone looks for."""

TONE: Final = "sound:ccengine/agent-tone"
"""A sixth of a second. A file, as it has an end of its own: the join waits for it."""


def answers_by_itself(wiring: Wiring, phone: PhoneId, call: CallId) -> bool:
    """Tell whether the phone is told to answer an offer of this call by itself."""
    tenant = wiring.configuration.tenant
    if tenant is None:
        return False
    settings = tenant.phone(phone)
    if settings.external is not None:
        return False
    return settings.auto_answer or (settings.answers_leads and _is_to_lead(wiring, call))


async def sound_tone(wiring: Wiring, leg: Channel, call: CallId) -> None:
    """Have an agent notice a lead, in no more time than the join takes; never fails for it."""
    if not _is_to_lead(wiring, call):
        return
    try:
        await leg.play(TONE)
    except AriDisconnected:
        raise
    except AriError as error:
        log.warning("agent_tone_failed", channel=leg.id, cause=str(error))


def _is_to_lead(wiring: Wiring, call: CallId) -> bool:
    known = wiring.engine.center.calls.get(call)
    return known is not None and known.kind is Kind.LEAD
