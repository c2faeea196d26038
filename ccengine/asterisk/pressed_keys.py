"""Keys that are pressed in bridges: those that come again, and those that are not over yet.

Where keys go on to the others in a bridge of softmix, Asterisk reports again what somebody
pressed who was alone in it.
It keeps them there for whoever comes, and when somebody does, the channel that pressed them is
told to have pressed them once more, one after the other and as fast as the first time. Seen on
22.10.1; not in a simple_bridge, and not while a recorder or a coach is in the bridge, as then
nobody is alone in it.

And it forgets that a key has ended if who pressed it leaves at once: the others are sent that key
from then on, and no sound at all, until they leave the bridge, too (`softmix_bridge_write` drops
what is owed by a channel that has left; seen on 22.10.1, with keys of less than 80 ms).
"""

from __future__ import annotations

import asyncio
from typing import Final

KEPT: Final = 64
KEY_SECONDS: Final = 0.6
"""What one key takes at most, with the pause after it."""
FIRST_SECONDS: Final = 0.5
"""Until the first of them is reported again."""
OVER_SECONDS: Final = 0.15
"""From the word that a key was pressed until the others have been told that it is over: Asterisk
makes each at least 80 ms long, in frames of 20 ms."""


class PressedKeys:
    """What is pressed on a channel while it is alone in a bridge, and comes again after that."""

    def __init__(self) -> None:
        self._is_alone = False
        self._alone = ""
        self._again = ""
        self._until = 0.0
        self._pressed_at = 0.0

    def be_alone(self) -> None:
        """Take note that nobody else is in the channel's bridge."""
        if not self._is_alone:
            self._is_alone, self._alone = True, ""

    def have_company(self) -> None:
        """Take note that somebody is: what was pressed meanwhile will be reported once more."""
        if self._is_alone:
            self._is_alone, self._again = False, self._alone
            seconds = FIRST_SECONDS + KEY_SECONDS * len(self._again)
            self._until = asyncio.get_running_loop().time() + seconds

    def leave(self) -> None:
        """Take note that the channel itself is out of its bridge."""
        self._is_alone = False

    async def be_over(self) -> None:
        """Wait until the others in the bridge know that the last key is over."""
        left = self._pressed_at + OVER_SECONDS - asyncio.get_running_loop().time()
        if self._pressed_at and left > 0:
            await asyncio.sleep(left)

    def is_again(self, key: str) -> bool:
        """Take note of a key; tell whether it was pressed before, and is only reported now."""
        self._pressed_at = asyncio.get_running_loop().time()
        is_in_time = self._pressed_at <= self._until
        if is_in_time and self._again.startswith(key):
            self._again = self._again.removeprefix(key)
            return True
        self._again = ""
        if self._is_alone:
            self._alone = (self._alone + key)[-KEPT:]
        return False
