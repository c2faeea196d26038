"""One leg to a lead: dialed by the dialplan's rules, answered there, pulled out for an agent.

Who has answered is in the dialplan (`lead-answered` in `dialplan/campaigns.conf`), whose clock
runs without us: after 1.6 s they hear who called, which makes 1.8 s until the first sound. Only
after that, or when we pull them out by the manager's Redirect, does the channel come to us.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from ccengine.asterisk.ari.events import ChannelStateChange
from ccengine.asterisk.ari.results import Unreachable
from ccengine.asterisk.channels import Gone
from ccengine.asterisk.redirector import RedirectReply
from ccengine.calls.race import first_of
from ccengine.config.clients import digits_of
from ccengine.core.dialer.leads import AttemptOutcome

if TYPE_CHECKING:
    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.redirector import Redirector
    from ccengine.asterisk.router import Router
    from ccengine.calls.dialing.books import Placed
    from ccengine.core.commands import PlaceCall
    from ccengine.core.ids import Instant, TenantId

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")

ROLE: Final = "lead"
LEG_CONTEXT, ANSWERED_CONTEXT, TAKEN_CONTEXT = "lead-leg", "lead-answered", "lead-taken"
ABANDONED: Final = ["lead", "abandoned"]
"""Arguments of the application of who comes to us after they were told who called."""

TRUNK: Final = "CC_TRUNK"
"""The variable by which the dialplan tells which trunk carried the call (`outbound.conf`)."""

ORPHAN_SECONDS: Final = 5
"""Asterisk itself gives up this much later, should the dialplan not."""

GONE_AT_ONCE: Final = Gone(34, "gone at once")
"""No cause was told: the leg was gone before we could ask for its end."""

OUTCOMES: Final = {
    0: AttemptOutcome.LOST,
    1: AttemptOutcome.INVALID,
    17: AttemptOutcome.BUSY,
    18: AttemptOutcome.NO_ANSWER,
    19: AttemptOutcome.NO_ANSWER,
    21: AttemptOutcome.REJECTED,
    22: AttemptOutcome.INVALID,
    28: AttemptOutcome.INVALID,
}
"""Q.850 causes of a leg that was never answered; any other is the network's fault, or ours."""


def leg_of(asked: PlaceCall) -> str:
    """Return the id of the channel by which the lead is dialed."""
    return f"{asked.call}.lead"


def outcome_of(gone: Gone) -> AttemptOutcome:
    """Return how an attempt ended that nobody answered."""
    return OUTCOMES.get(gone.cause, AttemptOutcome.FAILED)


class Message(NamedTuple):
    """They were told who called, as nobody came."""

    wants_no_more: bool  #: they pressed the key for it
    began_at: Instant | None


def message_of(snapshot: ChannelSnapshot) -> Message | None:
    """Return what the dialplan tells of who comes to us at last; None: nothing was said to them."""
    _, *arguments = snapshot.app_data.split(",")
    if arguments[:2] != ABANDONED:
        return None
    wish, began, *_ = (*arguments[2:], "", "")
    return Message(wish == "1", float(began) if _NUMBER.fullmatch(began) else None)


class LeadLeg:
    """One attempt in Asterisk."""

    def __init__(self, router: Router, redirector: Redirector, channel: Channel) -> None:
        self._router = router
        self._redirector = redirector
        self.channel = channel

    @property
    def trunk(self) -> str:
        """Which trunk carries it, known from when it has come to us; empty: nobody has told."""
        snapshot = self.channel.snapshot
        return "" if snapshot is None else snapshot.variables.get(TRUNK, "")

    async def dial(self, asked: PlaceCall, placed: Placed, tenant: TenantId) -> bool:
        """Begin to ring; False: nothing rings.

        Raises:
            AriError: Asterisk refused, or nobody knows what became of it.
        """
        seconds = round(asked.ring_seconds)
        result = await self.channel.originate_into_dialplan(
            endpoint=f"Local/{digits_of(asked.number)}@{LEG_CONTEXT}/n",
            context=ANSWERED_CONTEXT,
            variables={
                "CC_ROLE": ROLE,
                "CC_CALL_ID": asked.call,
                "CC_TENANT": tenant,
                "CC_CLIENT": asked.client,
                "CC_CAMPAIGN": asked.campaign,
                "CC_CALLER_ID": placed.caller_id,
                "CC_RING_SECONDS": str(seconds),
                "CC_MESSAGE": placed.message,
                "CC_OPT_OUT_KEY": placed.opt_out_key,
                "CC_OPTED_OUT": placed.opted_out,
            },
            timeout_seconds=seconds + ORPHAN_SECONDS,
        )
        if isinstance(result, Unreachable):
            return False
        await self.listen()
        return True

    async def listen(self) -> None:
        """Be told of a leg that the dialplan has: nobody can subscribe to its endpoint."""
        if not await self._router.ari.subscribe_channel(self.channel.id):
            self.channel.end(GONE_AT_ONCE)

    async def answered(self) -> bool:
        """Wait until somebody answers; False: the leg is gone before."""
        is_up, _ = await first_of(self._until_up(), self.channel.wait_gone())
        return is_up is not None

    async def _until_up(self) -> bool:
        while True:
            event = await self.channel.next_event()
            if isinstance(event, ChannelStateChange) and event.channel.is_up:
                return True

    async def pull_out(self) -> bool:
        """Take them out of the dialplan, for an agent who is there; False: they cannot be had."""
        reply = await self._redirector.redirect(self.channel.id, TAKEN_CONTEXT)
        if reply not in (RedirectReply.DONE, RedirectReply.UNTOLD):
            return False
        entered = await self.channel.entered()
        if isinstance(entered, Gone) or message_of(entered) is not None:
            return False
        # Until here the dialplan would have told them who called, had we died.
        await self.channel.set_variable(name="TIMEOUT(absolute)", value="0")
        return True
