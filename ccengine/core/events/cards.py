"""What happens while a caller types the data of a payment card: never any digit of it.

Who types is alone with the prompts: nobody hears it, and no file holds it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.ids import AgentId, CallId


class CardField(StrEnum):
    """What of a card is typed, in this order."""

    NUMBER = "number"
    EXPIRY = "expiry"
    CODE = "code"  #: the security code


class CardOutcome(StrEnum):
    """How the taking of a card has ended."""

    APPROVED = "approved"  #: the payment program took it
    DECLINED = "declined"  #: it answered, and did not take it
    UNKNOWN = "unknown"  #: it was asked, and whether it took the card nobody knows
    FAILED = "failed"  #: it was not reached, so nothing was taken
    NOT_TYPED = "not typed"  #: the caller gave up, or typed what no card has too often
    STOPPED = "stopped"  #: by the agent
    NOT_PAUSED = "not paused"  #: the recording could not be, so nothing was asked for
    CALLER_LEFT = "caller left"
    AGENT_LEFT = "agent left"
    ENGINE_LOST = "engine lost"  #: the digits were in its memory alone: begin again


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEntryStarted:
    """The caller is apart, to type a card."""

    call: CallId
    entry: str  #: also the key by which the payment program knows a repetition
    by: str  #: who asked for it; empty: the flow
    agent: AgentId | None = None  #: who waits meanwhile; None: nobody, in a flow


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFieldTyped:
    """One field is typed, and can be."""

    call: CallId
    entry: str
    typed: CardField


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPaymentSent:
    """The payment program is asked from here on: it may have taken the card."""

    call: CallId
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardEntryEnded:
    """How it has ended is known; of the answer only what client.yaml says may be kept."""

    call: CallId
    entry: str
    outcome: CardOutcome
    token: str = ""  #: the payment program's name for the card
    last4: str = ""
    result: str = ""  #: in the payment program's words
    apart: bool = False  #: caller and agent still are, to hear it: `CardTalkResumed` follows


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTalkResumed:
    """Caller and agent have heard how it has ended, and talk with each other again."""

    call: CallId
    entry: str
