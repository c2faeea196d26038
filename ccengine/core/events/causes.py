"""Who ended something, how an offer came to nothing, how far a caller came without us."""

from __future__ import annotations

from enum import StrEnum


class Party(StrEnum):
    """Who ended something."""

    CALLER = "caller"
    AGENT = "agent"
    ENGINE = "engine"  #: our own rule or flow
    LOST = "lost"  #: found gone after the engine had been away


class Miss(StrEnum):
    """How an offer came to nothing, as far as it is the agent's or the phone's doing."""

    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    FAILED = "failed"  #: neither: Asterisk refused, or the network did


class HoldBy(StrEnum):
    """How a caller was put on hold."""

    PHONE = "phone"  #: by the phone's own button; Asterisk plays the music
    CODE = "code"  #: by keys during the call, or because a colleague is consulted


class CoachMode(StrEnum):
    """What a coach does beside hearing the agent, and whom the agent talks with."""

    MONITOR = "monitor"  #: is heard by nobody
    WHISPER = "whisper"  #: is heard by the agent alone
    BARGE = "barge"  #: is heard by all who talk with the agent


class Reached(StrEnum):
    """How far a caller came whom no engine took, or whom the engine sent on to the dialplan."""

    ARRIVAL = "arrival"  #: no further than the dialplan's first steps
    FALLBACK = "fallback"  #: was told to wait
    EMERGENCY = "emergency"  #: the client's emergency phones rang
    EMERGENCY_TALK = "emergency_talk"  #: one of them answered
    VOICEMAIL = "voicemail"  #: was asked for a message
    MESSAGE = "message"  #: the message was being recorded, or is
    PARTNER = "partner"  #: an outside partner was rung
    PARTNER_TALK = "partner_talk"  #: the partner answered
