"""What is wrong with how a queue calls back, and with where messages become work."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

import phonenumbers

from ccengine.config.lookups import Range, out_of_range, unknown
from ccengine.config.names import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document, Place
    from ccengine.config.lookups import Documents
    from ccengine.config.problems import Problem
    from ccengine.config.queue_checks import QueueAt
    from ccengine.core.work_items import CallbackRules

DAY: Final = 86_400
NO_WAY_REMEDY: Final = "give the client 'outbound' with prefixes and a trunk, or take it away"


def check_callback(client: Client, queue: QueueAt) -> Iterator[Problem]:
    """Yield what one queue's callbacks show."""
    place = queue.at("reclaim_seconds")
    yield from _ranges(queue, [Range(place, queue.settings.reclaim_seconds, 0, DAY)])
    if queue.settings.reclaim_seconds and client.settings.country is None:
        message = "callers are known again by their numbers, which are of no country"
        yield queue.problem(("reclaim_seconds",), message, "give the client its 'country'")
    rules = queue.settings.callback
    if rules is None:
        return
    if client.settings.country is None:
        message = "'callback' needs the country that numbers are of"
        yield queue.problem(("callback",), message, "give the client its 'country', such as UA")
    yield from _hours(queue, rules)
    yield from _ranges(queue, _limits(queue, rules))
    yield from _no_way(client, queue, rules)
    for number, country in enumerate(rules.countries):
        if country not in phonenumbers.SUPPORTED_REGIONS:
            message = f"there is no country '{country}'"
            remedy = suggestion(country, phonenumbers.SUPPORTED_REGIONS)
            yield queue.problem(("callback", "countries", number), message, remedy)


def _no_way(client: Client, queue: QueueAt, rules: CallbackRules) -> Iterator[Problem]:
    if queue.document.keys("outbound") and client.settings.outbound is None:
        return  # a mistake in it is told there
    if not has_way_out(client):
        message = f"nobody can be called back: client '{client.id}' has no 'outbound'"
        yield queue.warning(("callback",), message, NO_WAY_REMEDY)
        return
    named: list[tuple[str | None, Place]] = [(client.settings.country, ("callback",))]
    named += [(one, ("callback", "countries")) for one in rules.countries]
    for country, place in named:
        if country in phonenumbers.SUPPORTED_REGIONS and not has_way_out(client, country):
            code = phonenumbers.country_code_for_region(country)
            message = f"numbers of {country} cannot be called: no prefix of 'outbound' begins like "
            remedy = f"add {code} and its trunk to 'outbound.prefixes'"
            yield queue.warning(place, f"{message}{code}", remedy)


def has_way_out(client: Client, country: str | None = None) -> bool:
    """Tell whether the client's rules let any number out; with a country, any of its numbers."""
    outbound = client.settings.outbound
    if outbound is None or not outbound.prefixes:
        return False
    code = "" if country is None else str(phonenumbers.country_code_for_region(country))
    return any(code.startswith(prefix) or prefix.startswith(code) for prefix in outbound.prefixes)


def check_messages(client: Client, document: Document, documents: Documents) -> Iterator[Problem]:
    """Yield what is wrong with where messages go that were left in no queue."""
    if client.settings.messages is not None:
        known = documents.queues(client.id)
        yield from unknown(document, ("messages",), "queue", [client.settings.messages], known)


def _hours(queue: QueueAt, rules: CallbackRules) -> Iterator[Problem]:
    known = queue.document.keys("hours")
    place = queue.at("callback", "hours")
    if rules.hours is not None:
        yield from unknown(queue.document, place, "opening hours", [rules.hours], known)
    elif rules.slots is not None:
        message = "callbacks are booked in no opening hours"
        yield queue.problem(("callback", "slots"), message, "name the 'hours' of the callback")


def _limits(queue: QueueAt, rules: CallbackRules) -> Iterator[Range]:
    def at(*below: str) -> tuple[str | int, ...]:
        return queue.at("callback", *below)

    yield Range(at("attempts"), rules.attempts, 1, 20)
    yield Range(at("ring_seconds"), rules.ring_seconds, 5, 120)
    yield Range(at("lead_seconds"), rules.lead_seconds, 0, 3600)
    yield Range(at("expires_hours"), rules.expires_hours, 0.1, 720)
    for field in fields(rules.retry_seconds):
        seconds = getattr(rules.retry_seconds, field.name)
        yield Range(at("retry_seconds", field.name), seconds, 0, DAY)
    if rules.slots is not None:
        yield Range(at("slots", "minutes"), rules.slots.minutes, 5, 240)
        yield Range(at("slots", "capacity"), rules.slots.capacity, 1, 1000)
        yield Range(at("slots", "offered"), rules.slots.offered, 1, 8)
        yield Range(at("slots", "days"), rules.slots.days, 1, 30)


def _ranges(queue: QueueAt, ranges: Iterator[Range] | list[Range]) -> Iterator[Problem]:
    yield from out_of_range(queue.document, f"queue '{queue.name}'", ranges)
