"""What waits in a line in the place of a caller: a callback that was asked for, or a message.

An item is a `Call` without a caller's channel, with the data below. Its number may be dialed by at
most one leg at a time; a customer who has answered makes it an ordinary call with a channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.ids import CallId, Instant, QueueId


class Mode(StrEnum):
    """Whom a callback rings first."""

    AGENT_FIRST = "agent-first"  #: at its turn an agent is rung, and then the customer
    CUSTOMER_FIRST = "customer-first"  #: shortly before its turn the customer is rung


class Failure(StrEnum):
    """How an attempt to reach a customer came to nothing."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"  #: by the person, or by a network that does not say why
    NOBODY = "nobody"  #: answered, and no key was pressed: a machine, or a pocket
    HUNG_UP = "hung_up"  #: answered, and hung up before an agent or a key
    FAILED = "failed"  #: the network could not, or Asterisk
    LOST = "lost"  #: cut off while the engine or Asterisk was away
    UNMET = "unmet"  #: answered while there was no engine: heard an apology
    NO_SUCH_NUMBER = "no_such_number"  #: never tried again
    FORBIDDEN = "forbidden"  #: by the dialplan's rules or caps


FINAL = frozenset({Failure.NO_SUCH_NUMBER, Failure.FORBIDDEN})
"""There is no point in trying again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySeconds:
    """How long to wait for the next attempt, by what the last one came to."""

    busy: float = 120.0
    no_answer: float = 900.0
    refused: float = 900.0
    nobody: float = 900.0
    hung_up: float = 300.0
    failed: float = 120.0
    lost: float = 10.0
    unmet: float = 60.0

    def after(self, failure: Failure) -> float:
        """Return how long to wait after a failure; 0 after one that is final."""
        seconds: float = getattr(self, failure.value, 0.0)
        return seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """Times of the day for which callbacks can be booked."""

    minutes: int = 30  #: how long each is; they begin when the hours do
    capacity: int = 1  #: callbacks in each
    offered: int = 3  #: how many are read out, the earliest first
    days: int = 3  #: how far ahead, today being the first


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRules:
    """How a queue calls back."""

    mode: Mode = Mode.AGENT_FIRST
    hours: str | None = None  #: the client's opening hours; left out: always
    attempts: int = 3  #: in all
    retry_seconds: RetrySeconds = RetrySeconds()
    ring_seconds: float = 30.0  #: how long the customer's phone rings
    lead_seconds: float = 60.0  #: customer-first: rung when the wait is expected to be as short
    expires_hours: float = 24.0  #: since it was asked for, or since its slot began
    countries: tuple[str, ...] = ()  #: numbers of these are called beside the client's own country
    slots: Slots | None = None


@dataclass(slots=True, kw_only=True)
class Item:
    """What a call carries that stands for a callback or a message."""

    origin: CallId  #: the call it came from
    asked_in: QueueId  #: the queue, which may have sent it on to another
    to: str = ""  #: the number to dial, in international form; empty: nobody can be called back
    mode: Mode = Mode.AGENT_FIRST
    message: str = ""  #: of a voicemail: path below the recordings folder, without its ending
    message_seconds: float = 0.0
    slot: Instant | None = None  #: booked for this time
    not_before: Instant = 0.0  #: of the next attempt
    expires_at: Instant | None = None
    attempts: int = 0
    leg: str = ""  #: the channel by which the customer is dialed
    answered: bool = False  #: that leg is up
    is_live: bool = False  #: the customer is here, as a caller is
    is_due: bool = False  #: its time has come
    is_asked_for: bool = False  #: customer-first: the session was told to dial
    behind: CallId | None = None  #: waits for the end of a call from the same number
    dropped: str = ""  #: why it is over, until its session has said so
