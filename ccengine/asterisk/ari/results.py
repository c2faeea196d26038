"""What requests bring back, and the words they are asked with."""

from dataclasses import dataclass
from enum import StrEnum


class HangUpReason(StrEnum):
    """Why we end a channel; the far end's phone may show it."""

    NORMAL = "normal"
    BUSY = "busy"
    CONGESTION = "congestion"
    NO_ANSWER = "no_answer"
    TIMEOUT = "timeout"
    REJECTED = "rejected"
    UNALLOCATED = "unallocated"
    ANSWERED_ELSEWHERE = "answered_elsewhere"


class TransferOutcome(StrEnum):
    """What becomes of a transfer that a phone asked for."""

    DONE = "channel_answered"
    REFUSED = "channel_declined"


@dataclass(frozen=True, slots=True)
class Originated:
    """The leg exists; `repeated` when an earlier try of ours had already made it."""

    channel_id: str
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No leg: the endpoint is not registered, or does not exist."""

    reason: str


@dataclass(frozen=True, slots=True)
class AsteriskInfo:
    """Which Asterisk this is; another `startup_time` means that every old call is lost."""

    version: str
    startup_time: str
    entity_id: str
