"""A queue in the making, as the options of queues.conf are read one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from ccengine.config.announcement_checks import AHEAD_AT_MOST
from ccengine.config.app_queue.conf import Setting
from ccengine.config.problems import Problem
from ccengine.core.queues import Announcements, Limits, Overflow, QueueSettings, Strategy

NEVER: Final = 1000  #: misses in a row until an agent is not ready, where autopause is off


@dataclass(slots=True)
class Draft:
    """A queue in the making: what app_queue does where an option is left out."""

    values: dict[str, Any] = field(
        default_factory=lambda: {
            "strategy": Strategy.RING_ALL,
            "ring_seconds": 15.0,
            "wrap_up_seconds": 0.0,
            "recorded": False,
            "misses": NEVER,
        }
    )
    limits: dict[str, Any] = field(default_factory=dict)
    announcements: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, Any] = field(default_factory=dict)
    counts_all: bool = True  #: app_queue tells each position unless it is told otherwise
    sounds: list[tuple[Setting, str]] = field(default_factory=list)  #: named as messages
    problems: list[Problem] = field(default_factory=list)

    def settings(self) -> QueueSettings:
        """Return the queue's rules, without members."""
        told = Announcements()
        if "every_seconds" in self.announcements:  # else nothing is announced, there as here
            all_of_them = {"position_limit": AHEAD_AT_MOST} if self.counts_all else {}
            told = Announcements(**{**self.announcements, **all_of_them})
        limits = Limits(**self.limits)
        return QueueSettings(**self.values, limits=limits, announcements=told)

    def number(self, setting: Setting) -> int:
        """Return the value as Asterisk would; a word is 0."""
        digits = setting.value.removeprefix("+")
        if digits.removeprefix("-").isdecimal() and digits.isascii():
            return int(digits)
        self.problems.append(setting.not_carried("it is no number"))
        return 0

    def limit(self, setting: Setting, key: str, value: object) -> None:
        """Set a limit; where callers go whom it keeps out is the dialplan's, and not known here."""
        self.limits[key] = value
        self.limits["overflow"] = Overflow(voicemail=True)
        message = f"where callers go after '{setting.key}' is said by the dialplan, not here"
        remedy = "voicemail is written: name a queue, flow or number in 'overflow' if that is meant"
        self.problems.append(setting.note(message, remedy))
