"""How offers ended: told apart by whose doing it was, in records and in stories alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.core.agents import PHONE_LOST
from ccengine.core.events import (
    CallEnded,
    CallerStrayed,
    Miss,
    OfferAccepted,
    OfferDeclined,
)
from ccengine.core.offers import ANSWERED_ELSEWHERE, CALLER_LEFT, NO_ANSWER
from ccengine.reporting.call_record import OfferOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

_MISSES: Mapping[Miss, OfferOutcome] = {
    Miss.NO_ANSWER: OfferOutcome.UNANSWERED,
    Miss.DECLINED: OfferOutcome.DECLINED,
    Miss.BUSY: OfferOutcome.BUSY,
    Miss.UNREACHABLE: OfferOutcome.UNREACHABLE,
    Miss.FAILED: OfferOutcome.FAILED,
}

_FIRST_WORDS: Mapping[str, OfferOutcome] = {
    "busy": OfferOutcome.BUSY,
    "no answer": OfferOutcome.UNANSWERED,
    "phone not registered": OfferOutcome.UNREACHABLE,
    "congestion": OfferOutcome.FAILED,
    "not answered": OfferOutcome.FAILED,
    "Asterisk refused": OfferOutcome.FAILED,
    "no session": OfferOutcome.FAILED,
}
"""What the first version wrote as a reason, when there was no `how`."""

_WITHDRAWALS: Mapping[str, OfferOutcome] = {
    NO_ANSWER: OfferOutcome.UNANSWERED,
    CALLER_LEFT: OfferOutcome.CALLER_LEFT,
    ANSWERED_ELSEWHERE: OfferOutcome.ANSWERED_ELSEWHERE,
    PHONE_LOST: OfferOutcome.UNREACHABLE,
}


def outcome_of_refusal(declined: OfferDeclined) -> OfferOutcome:
    """Return how an offer ended that the agent or the phone did not take."""
    if declined.how is Miss.DECLINED:
        return _FIRST_WORDS.get(declined.reason, OfferOutcome.DECLINED)
    return _MISSES[declined.how]


def outcome_of_withdrawal(reason: str, reported: object = None) -> OfferOutcome:
    """Return how an offer ended that the core took back.

    Args:
        reason: the core's.
        reported: the event of the call that led to it, if one did: it says it all.
    """
    match reported:
        case CallEnded() | CallerStrayed():
            return OfferOutcome.CALLER_LEFT
        case OfferAccepted():
            return OfferOutcome.ANSWERED_ELSEWHERE
        case _:
            return _WITHDRAWALS.get(reason, OfferOutcome.WITHDRAWN)


def told(agent: str, outcome: OfferOutcome, reason: str) -> str:
    """Return how the offer to an agent ended, for people."""
    match outcome:
        case OfferOutcome.DECLINED:
            return f"{agent} declined: {reason}"
        case OfferOutcome.UNANSWERED:
            return f"{agent} did not answer"
        case OfferOutcome.BUSY:
            return f"{agent}'s phone was busy"
        case OfferOutcome.UNREACHABLE:
            return f"{agent}'s phone could not be reached: {reason}"
        case OfferOutcome.FAILED:
            return f"{agent} could not be rung: {reason}"
        case _:
            return f"offer to {agent} withdrawn: {reason}"
