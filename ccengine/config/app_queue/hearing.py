"""Options of queues.conf about what callers hear while they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.announcement_checks import (
    AHEAD_AT_MOST,
    GAP_AT_MOST,
    HOUR,
    LEAST_SECONDS,
    ROUNDED_TO,
)
from ccengine.config.app_queue.conf import FALSE, TRUE
from ccengine.core.queues import PositionTold, WaitTold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.config.app_queue.conf import Setting
    from ccengine.config.app_queue.draft import Draft

DEFAULT_SOUND: Final = "queue-periodic-announce"


def _within(draft: Draft, setting: Setting, least: int, most: int) -> int:
    """Return the number, or the nearest one that is allowed here."""
    number = draft.number(setting)
    nearest = min(max(number, least), most)
    if nearest != number:
        why = f"{least} to {most} is possible: {nearest} is written"
        draft.problems.append(setting.not_carried(why))
    return nearest


def _frequency(draft: Draft, setting: Setting) -> None:
    if draft.number(setting) > 0:
        draft.announcements["every_seconds"] = float(_within(draft, setting, LEAST_SECONDS, HOUR))


def _least_frequency(draft: Draft, setting: Setting) -> None:
    draft.announcements["gap_seconds"] = float(_within(draft, setting, 0, GAP_AT_MOST))


def _position(draft: Draft, setting: Setting) -> None:
    word = setting.value.lower()
    draft.counts_all = word in TRUE
    if word in {"limit", "more"}:
        draft.announcements["position"] = PositionTold(word)
    elif word in FALSE:
        draft.announcements["position"] = PositionTold.NO
    elif word not in TRUE:
        draft.problems.append(setting.not_carried("Asterisk, too, knows yes, no, limit and more"))


def _position_limit(draft: Draft, setting: Setting) -> None:
    draft.announcements["position_limit"] = _within(draft, setting, 1, AHEAD_AT_MOST)


def _only_up(draft: Draft, setting: Setting) -> None:
    draft.announcements["only_improved"] = setting.value.lower() in TRUE


def _hold_time(draft: Draft, setting: Setting) -> None:
    word = setting.value.lower()
    told = WaitTold.YES if word in TRUE else WaitTold.NO
    draft.announcements["wait"] = WaitTold.ONCE if word == "once" else told


def _round_seconds(draft: Draft, setting: Setting) -> None:
    seconds = draft.number(setting) or ROUNDED_TO[-1]  # 0: minutes only
    nearest = min(ROUNDED_TO, key=lambda one: (abs(one - seconds), -one))
    if nearest != seconds:
        why = f"waits are rounded to {', '.join(map(str, ROUNDED_TO))} s: {nearest} is written"
        draft.problems.append(setting.not_carried(why))
    draft.announcements["round_seconds"] = nearest


def _messages(draft: Draft, setting: Setting) -> None:
    sounds = [sound.strip() for sound in setting.value.split(",") if sound.strip()]
    draft.sounds = [(setting, sound) for sound in sounds]


def _messages_frequency(draft: Draft, setting: Setting) -> None:
    if draft.number(setting) > 0:
        draft.messages["every_seconds"] = float(_within(draft, setting, LEAST_SECONDS, HOUR))
        draft.sounds = draft.sounds or [(setting, DEFAULT_SOUND)]


def _messages_delay(draft: Draft, setting: Setting) -> None:
    if draft.number(setting) >= 0:  # less: as the frequency
        draft.messages["after_seconds"] = float(_within(draft, setting, 0, HOUR))


def _messages_random(draft: Draft, setting: Setting) -> None:
    draft.messages["shuffled"] = setting.value.lower() in TRUE


HEARD: Final[Mapping[str, Callable[[Draft, Setting], None]]] = {
    "announce-frequency": _frequency,
    "min-announce-frequency": _least_frequency,
    "announce-position": _position,
    "announce-position-limit": _position_limit,
    "announce-position-only-up": _only_up,
    "announce-holdtime": _hold_time,
    "announce-round-seconds": _round_seconds,
    "periodic-announce": _messages,
    "periodic-announce-frequency": _messages_frequency,
    "periodic-announce-startdelay": _messages_delay,
    "random-periodic-announce": _messages_random,
}
