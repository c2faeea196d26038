"""What is said of a recording that cannot be begun, paused or ended, or that was lost."""

from __future__ import annotations

from typing import Final

from ccengine.asterisk.recorder import RecorderReply

NOT_RECORDED: Final = "the call is not recorded"
PAUSED_ALREADY: Final = "the recording is paused already"
NOT_PAUSED: Final = "the recording is not paused"
CARD_GOES_ON: Final = "the data of a card are being taken"
NO_ROOM: Final = "the disk is full"
NOT_AGREED: Final = "the caller does not agree"
PLACE_WANTS_MORE: Final = "the next agent's place wants more than was agreed to"
NOT_NOW: Final = "the recording cannot be changed now"

REASONS: Final = {
    RecorderReply.AWAY: "Asterisk's manager is away",
    RecorderReply.UNTOLD: "Asterisk's manager does not answer",
    RecorderReply.REFUSED: "Asterisk refused",
    RecorderReply.IDLE: "nothing records the channel",
    RecorderReply.GONE: "there is no such channel",
    RecorderReply.WIDEBAND: "its channel is wideband: allow ulaw and alaw only at the trunk",
}
