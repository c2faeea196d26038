"""What agent and caller hear of being recorded: as a talk begins, and when another comes to it.

Another comes to talk with a recorded caller: their place may want more than was agreed to.
Until that is settled the recording is paused (`Talk.change_to`), so none of the newcomer is in it.
The caller alone is told or asked. Then it goes on; it ends where they do not agree; it stays paused
where they could not be told, until they are handed over to somebody whose place wants no more.
"""

from __future__ import annotations

from contextlib import suppress
from enum import Enum, auto
from typing import TYPE_CHECKING

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.consent import Consent, TakenAway, playbacks_of
from ccengine.calls.languages import agents_language
from ccengine.core.events import ConsentAnswer, ConsentRefused
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel, Playback
    from ccengine.calls.call_recording import CallRecording
    from ccengine.calls.talk import Talk
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call


class Begun(Enum):
    """How a talk begins."""

    RECORDED = auto()
    UNRECORDED = auto()  #: the caller does not agree
    REFUSED = auto()  #: likewise, and the client's rule is to end the call


async def begin_if_agreed(
    wiring: Wiring, recording: CallRecording, call: Call, caller: Channel, leg: Channel
) -> Begun:
    """Record a talk that begins now; its agent hears what they wait for, and what came of it.

    Args:
        wiring: of all sessions.
        recording: the call's.
        call: the customer's.
        caller: the customer's channel.
        leg: the agent's.
    """
    consent = Consent(wiring, caller, call)
    if consent.has_to_ask:
        await _play(wiring, leg, Confirmation.CALLER_IS_ASKED)
    if await recording.begin(caller.id):
        return Begun.RECORDED
    if consent.ends_call:
        await consent.say_goodbye()
        return Begun.REFUSED
    await leg.silence()
    await (await _play(wiring, leg, Confirmation.CALL_NOT_RECORDED)).wait()
    return Begun.UNRECORDED


async def _play(wiring: Wiring, leg: Channel, what: Confirmation) -> Playback:
    prompts, language = wiring.configuration.prompts, agents_language(wiring)
    return await leg.play(prompts.confirmation(what, language))


async def take_up(talk: Talk) -> None:
    """Go on after an engine that died while the caller was asked: nobody knows the answer."""
    asked = talk.call.asked
    if asked is None:
        return
    for playback in playbacks_of(talk.call):
        with suppress(AriError):
            await talk.wiring.router.ari.stop_playback(playback)
    talk.engine.post(
        ConsentRefused(
            call=talk.call.id,
            rule=asked.rule,
            answer=ConsentAnswer.ENGINE_LOST,
            caller_place=asked.caller_place,
            agent_place=asked.agent_place,
        )
    )
    if talk.bridge is not None and talk.call.held is None:
        await talk.bridge.add(talk.caller, talk.leg)


async def may_go_on(talk: Talk) -> bool:
    """Settle what the place of the agent who has the caller now wants.

    Returns:
        False: the caller does not agree, and the client's rule is to end the call.
    """
    caller, call = talk.caller, talk.call
    if call.agent is None or not (call.recorded_channel or call.recording_lost):
        return True
    try:
        if await talk.recordings.of(call).begin(caller.id, by=call.recorded_for):
            return True
    except TakenAway:
        return True  # it is settled for who has the caller now, in their turn
    consent = Consent(talk.wiring, caller, call)
    if not consent.ends_call:
        await talk.say(Confirmation.CALL_NOT_RECORDED)
        return True
    if talk.bridge is not None:
        await talk.bridge.remove(caller)
    await consent.say_goodbye()
    return False


async def settle_for_joining(talk: Talk, consult: Call) -> None:
    """Settle it for whoever was consulted and now joins caller and agent, before they do."""
    caller, call = talk.caller, talk.call
    is_settled = Consent(talk.wiring, caller, call, beside=consult).is_settled()
    if call.recorded_channel and not is_settled:
        await caller.stop_music()
        recording = talk.recordings.of(call)
        await recording.begin(caller.id, by=call.recorded_for, beside=consult)
