"""One leg to a lead: dialed by the dialplan's rules, answered there, pulled out for an agent.

Who has answered is in the dialplan (`lead-answered` in `dialplan/campaigns.conf`), whose clock
runs without us: after 1.6 s they hear who called, which makes 1.8 s until the first sound. Only
after that, or when we pull them out by the manager's Redirect, does the channel come to us.
"""

from __future__ import annotations

import asyncio
import math
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from ccengine.asterisk.ari.events import ChannelStateChange, ChannelUserevent, Dial, StasisStart
from ccengine.asterisk.ari.results import Unreachable
from ccengine.asterisk.channels import Gone
from ccengine.asterisk.redirector import RedirectReply
from ccengine.calls.dialing.machine_ear import heard_in
from ccengine.calls.race import first_of
from ccengine.config.campaigns import Detection
from ccengine.config.clients import digits_of
from ccengine.core.dialer.leads import AttemptOutcome
from ccengine.core.ids import CallId
from ccengine.core.placing import TRUNKS_IN_TURN

if TYPE_CHECKING:
    from ccengine.asterisk.ari.client import Ari
    from ccengine.asterisk.ari.events import ChannelSnapshot
    from ccengine.asterisk.channels import Channel
    from ccengine.asterisk.redirector import Redirector
    from ccengine.asterisk.router import Router
    from ccengine.calls.dialing.books import Machines, Placed
    from ccengine.calls.dialing.machine_ear import Heard
    from ccengine.core.commands import PlaceCall
    from ccengine.core.ids import Instant, TenantId

_NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,6})?")

ROLE: Final = "lead"
LEG_SUFFIX: Final = ".lead"
LEG_CONTEXT, ANSWERED_CONTEXT, TAKEN_CONTEXT = "lead-leg", "lead-answered", "lead-taken"
WAITED_SINCE: Final = "CC_WAITED_SINCE"
MESSAGE_AT: Final = "CC_MESSAGE_AT"
LIMIT: Final = "TIMEOUT(absolute)"
"""Variables of the dialplan: since when they wait, when the message began, and what is left of
their time with us."""

ABANDONED: Final = ["lead", "abandoned"]
"""Arguments of the application of who comes to us after they were told who called."""

MACHINE: Final = ["lead", "machine"]
"""Likewise of a machine; then what AMD() says, and why."""

HEARD_EVENT: Final = "ccengine-heard"
"""By which the dialplan tells that it has listened, and that it was no machine."""

TRUNK: Final = "CC_TRUNK"
"""The variable by which the dialplan tells which trunk carried the call (`outbound.conf`)."""

SETUP_SECONDS: Final = 5
"""For so long the network may take until the phone rings: the law speaks of ringing."""

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


def leg_of(call: CallId) -> str:
    """Return the id of the channel by which a call's lead is dialed."""
    return f"{call}{LEG_SUFFIX}"


def call_of(leg: str) -> CallId | None:
    """Return the call of such a channel; None: it is another."""
    return CallId(leg.removesuffix(LEG_SUFFIX)) if leg.endswith(LEG_SUFFIX) else None


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


def is_ringing_lead(channel: ChannelSnapshot) -> bool:
    """Tell whether it is a leg of ours that nobody has answered; else the dialplan has a word."""
    is_ours = channel.variables.get("CC_ROLE") == ROLE and call_of(channel.id) is not None
    return is_ours and not channel.is_up


async def is_unanswered(ari: Ari, leg: str) -> bool:
    """Tell whether nobody has answered a leg; else the dialplan has a word for who has.

    Raises:
        AriError: nobody knows.
    """
    found = await ari.channel(leg)
    return found is None or not found.is_up


def answered_since(snapshot: ChannelSnapshot) -> Instant | None:
    """Return since when they wait in the dialplan, by its clock; None: it has not begun."""
    since = snapshot.variables.get(WAITED_SINCE, "")
    return float(since) if _NUMBER.fullmatch(since) else None


def message_begun(snapshot: ChannelSnapshot) -> Instant | None:
    """Return since when they hear who called; None: the dialplan has not begun with that."""
    began = snapshot.variables.get(MESSAGE_AT, "")
    return float(began) if _NUMBER.fullmatch(began) else None


def machine_in(entered: ChannelSnapshot | Gone) -> Heard | None:
    """Return what was heard of a machine that the dialplan hands over; None: it is none."""
    if isinstance(entered, Gone):
        return None
    _, *arguments = entered.app_data.split(",")
    return heard_in(*arguments[2:4]) if arguments[:2] == MACHINE else None


def _listened(machines: Machines) -> dict[str, str]:
    """Return what the dialplan is told where it listens before an agent is looked for."""
    if machines.when is not Detection.BEFORE:
        return {}
    return {
        "CC_AMD": machines.detector.arguments(before=True),
        "CC_AMD_SILENCE_MS": str(machines.detector.after_greeting_silence_ms),
    }


class LeadLeg:
    """One attempt in Asterisk."""

    def __init__(self, router: Router, redirector: Redirector, channel: Channel) -> None:
        self._router = router
        self._redirector = redirector
        self._up = asyncio.Event()
        self.channel = channel
        self.rang_at: float | None = None  #: by the loop's clock

    @property
    def waits_since(self) -> Instant | None:
        """When they answered, by the dialplan's clock; known as `message_began` is."""
        return None if self.channel.snapshot is None else answered_since(self.channel.snapshot)

    @property
    def message_began(self) -> Instant | None:
        """When they began to hear who called, known as they come to us or are gone."""
        return None if self.channel.snapshot is None else message_begun(self.channel.snapshot)

    @property
    def trunk(self) -> str | None:
        """Which trunk carries it, known as it comes to us or is gone; None: nobody has told."""
        snapshot = self.channel.snapshot
        return None if snapshot is None else snapshot.variables.get(TRUNK) or None

    async def dial(self, asked: PlaceCall, placed: Placed, tenant: TenantId) -> bool:
        """Begin to ring; False: nothing rings.

        Raises:
            AriDisconnected: the connection was lost, and nobody knows whether it rings.
            AriError: Asterisk refused, or nobody knows what became of it.
        """
        seconds = math.ceil(asked.ring_seconds) + SETUP_SECONDS
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
                **_listened(placed.machines),
            },
            timeout_seconds=TRUNKS_IN_TURN * seconds + ORPHAN_SECONDS,
            once=True,  # a number is dialed once, whatever becomes of the connection
        )
        if isinstance(result, Unreachable):
            return False
        await self.listen()
        return True

    async def withdraw(self) -> bool:
        """End it if nobody has answered; False: somebody has, and is not hung up on.

        Raises:
            AriError: nobody knows.
        """
        if self._up.is_set() or not await is_unanswered(self._router.ari, self.channel.id):
            return False
        await self.channel.hang_up()
        return True

    async def who_answered(self) -> Heard | ChannelSnapshot | Gone:
        """Wait for what the detector says before an agent is looked for; else for what became of
        them."""
        heard, entered = await first_of(self._until_heard(), self.channel.entered())
        if heard is not None:
            return heard
        return Gone(0, "nobody knows") if entered is None else machine_in(entered) or entered

    async def _until_heard(self) -> Heard:
        while True:
            event = await self.channel.next_event()
            if isinstance(event, ChannelUserevent) and event.name == HEARD_EVENT:
                return heard_in(event.values.get("status", ""), event.values.get("cause", ""))

    async def listen(self) -> None:
        """Be told of a leg that the dialplan has: nobody can subscribe to its endpoint.

        What has happened before is looked up: somebody may have answered already.
        """
        ari = self._router.ari
        is_told = await ari.subscribe_channel(self.channel.id)
        found = await ari.channel(self.channel.id) if is_told else None
        if found is None:
            self.channel.end(GONE_AT_ONCE)
        elif found.is_up:
            self.channel.snapshot = found  # perhaps they have waited for long
            self._up.set()

    async def answered(self) -> bool:
        """Wait until somebody answers; False: the leg is gone before."""
        is_up, _ = await first_of(self._until_up(), self.channel.wait_gone())
        return is_up is not None or await self._was_answered()

    async def _was_answered(self) -> bool:
        """Tell whether their answer is not read yet: who hangs up at once has answered, too."""
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                await self._hear_answer()
        return self._up.is_set()

    async def _until_up(self) -> bool:
        await first_of(self._hear_answer(), self._up.wait())
        return True

    async def _hear_answer(self) -> bool:
        """Listen until they have answered; once heard it is not forgotten."""
        while not self._up.is_set():
            event = await self.channel.next_event()
            match event:
                case Dial(status="RINGING" | "PROGRESS"):
                    self._note_ringing()
                case StasisStart():
                    self._up.set()
                case ChannelStateChange(channel=channel) if channel.is_up:
                    self._up.set()
                case ChannelStateChange(channel=channel) if channel.state == "Ringing":
                    self._note_ringing()
                case _:
                    pass
        return True

    def _note_ringing(self) -> None:
        if self.rang_at is None:
            self.rang_at = asyncio.get_running_loop().time()

    async def left(self) -> Message | Gone | Heard:
        """Wait until they were told who called, a machine was heard, or they are gone."""
        entered = await self.channel.entered()
        if isinstance(entered, Gone):
            return entered
        return message_of(entered) or machine_in(entered) or await self.channel.wait_gone()

    async def pull_out(self) -> RedirectReply:
        """Take them out of the dialplan, for an agent who is there.

        The dialplan takes them back in two seconds, and tells them who called, unless they `stay`.

        Returns:
            DONE: they are with us; GONE: they have hung up; any other: they are, or were, told who
            called.
        """
        if self.channel.is_up:
            return RedirectReply.DONE  # an engine before us has done it
        reply = await self._redirector.redirect(self.channel.id, TAKEN_CONTEXT)
        if reply not in (RedirectReply.DONE, RedirectReply.UNTOLD):
            return reply
        entered = await self.channel.entered()
        if isinstance(entered, Gone):
            return RedirectReply.GONE
        return RedirectReply.DONE if message_of(entered) is None else RedirectReply.REFUSED

    async def stay(self, seconds: int = 0) -> None:
        """Have the dialplan's limit taken back: they are with somebody, or hear something.

        Args:
            seconds: they are the dialplan's again after so long; 0: never.
        """
        # The manager may be there when ARI is not, and then they hear nothing of ours.
        if seconds and await self._router.ari.channel(self.channel.id) is None:
            return
        reply = await self._redirector.limit(self.channel.id, seconds)
        if reply not in (RedirectReply.DONE, RedirectReply.GONE):
            await self.channel.set_variable(name=LIMIT, value=str(seconds))

    async def lives_on(self) -> bool:
        """Tell whether they are in the dialplan again, as that limit was over: with a new handle.

        Raises:
            AriError: nobody knows.
        """
        gone = self.channel.gone
        if not gone.done() or gone.result().cause:
            return False
        found = await self._router.ari.channel(self.channel.id)
        if found is None or found.in_app(self._router.ari.app):
            return False
        self.channel = self._router.channel(found.id, found)
        await self.listen()
        return not self.channel.is_gone
