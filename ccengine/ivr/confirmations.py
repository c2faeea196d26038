"""What the engine itself says to agents who dial a feature code.

The texts are in `catalogue/`. A tenant replaces any of it by a prompt of the same name in its own
`prompts/<language>/`.
"""

from __future__ import annotations

from enum import StrEnum


class Confirmation(StrEnum):
    """What there is to say; the values are the prompts' names."""

    ENTER_NUMBER = "enter-number"
    ENTER_PIN = "enter-pin"
    WRONG_PIN = "wrong-pin"
    UNKNOWN_AGENT = "unknown-agent"
    LOGGED_IN = "logged-in"
    LOGGED_OUT = "logged-out"
    READY = "ready"
    NOT_READY = "not-ready"
    NOT_LOGGED_IN = "not-logged-in"
    REFUSED = "refused"  #: not possible now, for example during a call
    UNAVAILABLE = "unavailable"  #: something is broken
    LOCKED = "locked"
    WHICH_PHONE = "which-phone"
    AFTER_THE_CALL = "after-the-call"
    WHY_NOT_READY = "why-not-ready"
    UNKNOWN_REASON = "unknown-reason"
    TIME_IS_UP = "time-is-up"  #: a reason's limit has passed
    ENTER_QUEUE = "enter-queue"
    UNKNOWN_QUEUE = "unknown-queue"
    PAUSED = "paused"  #: a queue's name follows
    RESUMED = "resumed"  #: likewise
    LONGER = "longer"
    NO_LONGER = "no-longer"
    HELP_IS_CALLED = "help-is-called"
    NOBODY_TO_HELP = "nobody-to-help"
    NEEDS_HELP = "needs-help"  #: after an agent's name, before a queue's
    PRESS_ONE_TO_TAKE = "press-one-to-take"  #: to agents on phones outside
    TIME_LOGGED_IN = "time-logged-in"  #: hours and minutes follow
    CALLS_TAKEN = "calls-taken"  #: a number follows
    TIME_TALKED = "time-talked"
    TIME_NOT_READY = "time-not-ready"  #: a reason's name may follow
    CALLS_MISSED = "calls-missed"
    HOURS = "hours"  #: a number follows
    MINUTES = "minutes"
    CALLBACK_FOR = "callback-for"  #: before the client's name; the customer is dialed meanwhile
    MESSAGE_FOR = "message-for"  #: before the client's name and the message
    MESSAGE_KEYS = "message-keys"
    NOT_REACHED = "not-reached"  #: the customer who was dialed
    UNKNOWN_EXTENSION = "unknown-extension"  #: dialed at a phone
    NO_SUCH_CLOSURE = "no-such-closure"
    NOT_ALLOWED = "not-allowed"
    NUMBERS_ARE_OPEN = "numbers-are-open"  #: 1 closes them
    NUMBERS_ARE_CLOSED = "numbers-are-closed"  #: 1 opens them
    NUMBERS_CLOSED = "numbers-closed"  #: now
    NUMBERS_OPENED = "numbers-opened"
    NOTHING_CHANGED = "nothing-changed"
    CARD_TAKEN = "card-taken"  #: to the agent who has the caller again
    CARD_DECLINED = "card-declined-told"
    CARD_UNKNOWN = "card-unknown-told"  #: nobody knows whether it was taken
    CARD_NOT_TAKEN = "card-not-taken-told"  #: for certain
    CARD_BEGIN_AGAIN = "card-begin-again"  #: the digits were lost with the engine
    CALLER_IS_ASKED = "caller-is-asked"  #: whether the call may be recorded; silence follows
    CALL_NOT_RECORDED = "call-not-recorded"  #: the caller does not want it
    RECORDING_PAUSED = "recording-paused"
    RECORDING_ON = "recording-on"
    RECORDING_ENDED = "recording-ended"
    COACH_WAITS = "coach-waits"  #: the agent has no call; music follows
    COACH_OTHER_CLIENT = "coach-other-client"  #: silence follows
    COACH_PRIVATE = "coach-private"  #: likewise
    COACH_NOT_TEAM = "coach-not-team"
    COACH_AGENT_AWAY = "coach-agent-away"
    COACH_ONE_VOICE = "coach-one-voice"  #: another coach whispers or has joined in
