"""What an agent does with their talk from a screen: the same as by keys, and by the same code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.calls.directory import Directory
from ccengine.calls.insistence import insist
from ccengine.calls.keys import WITH_TARGET, Action, CardWish, Keyed
from ccengine.calls.machine_message import message_for
from ccengine.calls.whose import client_of_call
from ccengine.core.events import HoldBy
from ccengine.core.states import CallState

if TYPE_CHECKING:
    from ccengine.calls.consult import CustomersTalk, Talks
    from ccengine.calls.wiring import Wiring
    from ccengine.core.calls import Call
    from ccengine.core.ids import CallId

NO_TALK = "there is no talk"
IN_CONSULT = frozenset({Action.CONFERENCE, Action.SWAP, Action.BACK})


class DeskTalk:
    """Acts on talks that go on. What is said to be done is carried out a moment later."""

    def __init__(self, wiring: Wiring, talks: Talks) -> None:
        self._wiring = wiring
        self._talks = talks

    def press(self, call_id: CallId, action: Action, digits: str = "") -> str:
        """Do as if the agent had pressed a code, and where to.

        Returns:
            Why not; empty if it is done.
        """
        talk, call = self._talk(call_id)
        if talk is None or call is None:
            return NO_TALK
        refused = self._refusal(call, action, digits)
        if not refused:
            talk.note_wish(Keyed(action, digits))
        return refused

    def hold(self, call_id: CallId, *, starts: bool) -> str:
        """Put the caller on hold, or take them back; why not."""
        talk, call = self._talk(call_id)
        if talk is None or call is None:
            return NO_TALK
        if (call.held is HoldBy.CODE) == starts:
            return "the caller is on hold already" if starts else "the caller is not on hold"
        return self.press(call_id, Action.PUT_ASIDE if starts else Action.TAKE_BACK)

    def take_card(self, call_id: CallId, by: str, amount: str, reference: str) -> str:
        """Have the caller type a card, apart; why not."""
        talk, call = self._talk(call_id)
        if talk is None or call is None:
            return NO_TALK
        client = client_of_call(self._wiring, call)
        if client is None or client.settings.payment is None:
            return "the client takes no cards"
        if call.is_apart or call_id in self._talks.consults:
            return "no card can be taken now"
        talk.note_wish(CardWish(by=by, amount=amount, reference=reference))
        return ""

    def stop_card(self, call_id: CallId) -> str:
        """Bring caller and agent together again; why not."""
        talk, call = self._talk(call_id)
        if talk is None or call is None:
            return NO_TALK
        if call.card is None:
            return "no card is being taken"
        talk.note_wish(Keyed(Action.BACK))
        return ""

    def hang_up(self, call_id: CallId) -> str:
        """End the agent's part, as by the phone; who is consulted then has the caller; why not."""
        talk, _ = self._talk(call_id)
        if talk is None:
            return NO_TALK
        leg = talk.leg
        self._talks.start(insist(leg.hang_up, f"end of {leg.id}"), f"hang-up of {leg.id}")
        return ""

    def _talk(self, call_id: CallId) -> tuple[CustomersTalk | None, Call | None]:
        call = self._wiring.engine.center.calls.get(call_id)
        talks = call is not None and call.state is CallState.TALKING
        return (self._talks.controls.get(call_id) if talks else None), call

    def _refusal(self, call: Call, action: Action, digits: str) -> str:
        consults = call.id in self._talks.consults
        if (action in IN_CONSULT) != consults:
            return "a colleague is consulted" if consults else "nobody is consulted"
        if action is Action.LEAVE_MESSAGE and not (
            call.lead and message_for(self._wiring, call.lead.campaign)
        ):
            return "there is no message to be left"
        tenant = self._wiring.configuration.tenant
        if action in WITH_TARGET and tenant is not None:
            found = Directory(tenant, self._wiring.engine.center).inside(digits, call.client)
            return "" if found is not None else f"nobody has the number {digits}"
        return ""
