"""Keys that an agent presses during a call: codes, and where to, ended by # or a pause."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.asterisk.channels import Channel
    from ccengine.config.tenant import CallCodes

PAUSE_SECONDS = 3.0
"""Between two keys of one code or number."""


class Action(Enum):
    """What a code asks for."""

    HOLD = auto()  #: or take back, by turns
    PUT_ASIDE = auto()  #: from a screen, which says which of the two
    TAKE_BACK = auto()
    TRANSFER = auto()
    CONSULT = auto()
    CONFERENCE = auto()
    SWAP = auto()
    BACK = auto()
    TAKE_CARD = auto()  #: or stop that, by turns
    PAUSE_RECORDING = auto()  #: or go on, by turns
    RECORD = auto()  #: or end it, by turns
    LEAVE_MESSAGE = auto()  #: on the machine that a campaign's call has reached, and end
    LEAVE_MACHINE = auto()  #: from a detector: no agent is needed


WITH_TARGET = frozenset({Action.TRANSFER, Action.CONSULT})


@dataclass(frozen=True, slots=True)
class Keyed:
    """A code, and the digits after it."""

    action: Action
    digits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardWish:
    """Somebody asks for a card to be taken."""

    by: str
    amount: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWish:
    """Somebody asks from a screen for the call to be recorded."""

    by: str
    refused: asyncio.Future[str]  #: why it is not; empty: it is

    def answer(self, refused: str) -> None:
        """Tell who waits for it; they may have gone."""
        if not self.refused.done():
            self.refused.set_result(refused)


def actions_of(codes: CallCodes) -> dict[str, Action]:
    """Return what each code means."""
    return {
        codes.hold: Action.HOLD,
        codes.transfer: Action.TRANSFER,
        codes.consult: Action.CONSULT,
        codes.conference: Action.CONFERENCE,
        codes.swap: Action.SWAP,
        codes.back: Action.BACK,
        codes.card: Action.TAKE_CARD,
        codes.pause_recording: Action.PAUSE_RECORDING,
        codes.record: Action.RECORD,
        codes.voicemail: Action.LEAVE_MESSAGE,
    }


async def read_keys(channel: Channel, codes: CallCodes, say: Callable[[Keyed], None]) -> None:
    """Tell each code that is pressed on the channel, until cancelled; other keys mean nothing."""
    actions = actions_of(codes)
    typed = ""
    while True:
        key = await _next_key(channel, within=PAUSE_SECONDS if typed else None)
        if key is None:
            typed = ""
            continue
        typed = key if key == "*" else typed + key
        action = actions.get(typed)
        if action is not None:
            typed = ""
            say(Keyed(action, await _number(channel) if action in WITH_TARGET else ""))
        elif not any(code.startswith(typed) for code in actions):
            typed = ""


async def _number(channel: Channel) -> str:
    digits = ""
    while True:
        key = await _next_key(channel, within=PAUSE_SECONDS)
        if key is None or key == "#":
            return digits
        digits += key


async def _next_key(channel: Channel, *, within: float | None) -> str | None:
    try:
        async with asyncio.timeout(within):
            return await channel.next_digit()
    except TimeoutError:
        return None
