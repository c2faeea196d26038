"""What may be wrong with what waiting callers hear, and with the keys they may press."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ccengine.config.lookups import Range, out_of_range, unknown, unknown_keys
from ccengine.config.music import DEFAULT_MUSIC, music_folders
from ccengine.config.overflow_checks import check_target
from ccengine.core.queues import Overflow, PositionTold, WaitTold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.config.problems import Problem
    from ccengine.config.queue_checks import QueueAt
    from ccengine.config.tenant import Tenant
    from ccengine.core.queues import Announcements, KeyExit

HOUR: Final = 3600
LEAST_SECONDS: Final = 5
GAP_AT_MOST: Final = 600
AHEAD_AT_MOST: Final = 100
MINUTES_AT_MOST: Final = 90
NOWHERE: Final = Overflow()
ROUNDED_TO: Final = (5, 10, 15, 20, 30, 60)


def can_be_said(rules: Announcements) -> bool:
    """Tell whether the sentences are few enough to be made: the numbers are as they must be."""
    return (
        1 <= rules.position_limit <= AHEAD_AT_MOST
        and 1 <= rules.wait_limit_minutes <= MINUTES_AT_MOST
        and rules.round_seconds in ROUNDED_TO
    )


def check_company(tenant: Tenant, queue: QueueAt) -> Iterator[Problem]:
    """Yield what is wrong with a queue's music, language, announcements, messages and keys."""
    yield from _music_and_language(tenant, queue)
    yield from out_of_range(queue.document, f"queue '{queue.name}'", _ranges(queue))
    yield from _announcements(queue)
    yield from _messages(queue)
    for key, leads in queue.settings.keys.items():
        yield from _key(queue, tenant.clients[queue.client], key, leads)
    yield from _untold_keys(queue)


def _music_and_language(tenant: Tenant, queue: QueueAt) -> Iterator[Problem]:
    document, settings = queue.document, queue.settings
    music = [DEFAULT_MUSIC, *music_folders(tenant)]
    languages = queue.documents.names("languages")
    yield from unknown(document, queue.at("music"), "music", [settings.music], music)
    for language, name in settings.music_in.items():
        yield from unknown(document, queue.at("music_in", language), "music", [name], music)
    spoken = settings.music_in
    yield from unknown_keys(document, queue.at("music_in"), "language", spoken, languages)
    if settings.language is not None:
        own = [settings.language]
        yield from unknown(document, queue.at("language"), "language", own, languages)


def _ranges(queue: QueueAt) -> Iterator[Range]:
    told, messages = queue.settings.announcements, queue.settings.messages
    for key, value, least, most in (
        ("every_seconds", told.every_seconds, LEAST_SECONDS, HOUR),
        ("after_seconds", told.after_seconds, 0, HOUR),
        ("gap_seconds", told.gap_seconds, 0, GAP_AT_MOST),
        ("position_limit", told.position_limit, 1, AHEAD_AT_MOST),
        ("wait_limit_minutes", told.wait_limit_minutes, 1, MINUTES_AT_MOST),
    ):
        yield Range(queue.at("announcements", key), value, least, most)
    place = queue.at("messages")
    yield Range((*place, "every_seconds"), messages.every_seconds, LEAST_SECONDS, HOUR)
    yield Range((*place, "after_seconds"), messages.after_seconds, 0, HOUR)


def _announcements(queue: QueueAt) -> Iterator[Problem]:
    told = queue.settings.announcements
    # From the text, so that a mistake in one of them is not told as its absence, too.
    written = queue.document.keys(*queue.at("announcements"))
    if told.round_seconds not in ROUNDED_TO:
        message = f"waits cannot be rounded to {told.round_seconds} seconds"
        remedy = f"use {', '.join(map(str, ROUNDED_TO))}"
        yield queue.problem(("announcements", "round_seconds"), message, remedy)
    if written and "every_seconds" not in written:
        message = "nothing is announced without 'every_seconds'"
        yield queue.warning(("announcements",), message, "say how often, as in every_seconds: 60")
    is_mute = told.position is PositionTold.NO and told.wait is WaitTold.NO
    if told.every_seconds is not None and is_mute and not queue.settings.keys:
        message = "there is nothing to announce: neither position nor wait, and no keys"
        yield queue.warning(("announcements",), message, "leave 'announcements' out, or tell one")
    if told.only_improved and told.position is PositionTold.NO:
        message = "'only_improved' goes by the position, which is not told"
        remedy = "tell the position, or remove it"
        yield queue.problem(("announcements", "only_improved"), message, remedy)


def _messages(queue: QueueAt) -> Iterator[Problem]:
    written = queue.document.keys(*queue.at("messages"))
    if written and "prompts" not in written:
        message = "there are messages without any prompt"
        yield queue.problem(("messages",), message, "name them, as in prompts: [opening-times]")


def _key(queue: QueueAt, client: Client, key: str, leads: KeyExit) -> Iterator[Problem]:
    place = ("keys", key)
    if re.fullmatch(r"[0-9*#]", key) is None:
        message = f"'{key}' is no key of a telephone"
        yield queue.problem(place, message, 'use 0 to 9, "*" or "#", one each')
    if leads.callback and leads.overflow == NOWHERE:
        if queue.settings.callback is None:
            message = "this queue calls nobody back"
            remedy = "add 'callback: {mode: agent-first}' to the queue"
            yield queue.problem((*place, "callback"), message, remedy)
        return
    yield from check_target(queue, client, leads.overflow, place, leads_to_callback=leads.callback)


def _untold_keys(queue: QueueAt) -> Iterator[Problem]:
    settings = queue.settings
    if settings.announcements.every_seconds is None and not settings.messages.prompts:
        for key in settings.keys:
            message = f"nobody is told of key {key}: there are neither announcements nor messages"
            remedy = "add 'announcements: {every_seconds: 60}', or say it before the queue"
            yield queue.warning(("keys", key), message, remedy)
