"""What may be wrong with where callers go whom a queue does not take or keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.clients import Client, digits_of
from ccengine.config.lookups import unknown
from ccengine.config.queue_names import full_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ccengine.config.documents import Place
    from ccengine.config.problems import Problem
    from ccengine.config.queue_checks import QueueAt
    from ccengine.core.ids import QueueId
    from ccengine.core.queues import Overflow

OVERFLOW: Final = ("limits", "overflow")
CAUSES: Final = ("waiting", "wait_seconds", "join_empty", "leave_empty", "partner_percent")


def check_overflow(queue: QueueAt, client: Client) -> Iterator[Problem]:
    """Yield what is wrong with a queue's limits and with where they lead."""
    limits, to = queue.settings.limits, queue.settings.limits.overflow
    # From the text, so that a mistake in one of them is not told as its absence, too.
    written = queue.document.keys(*queue.at("limits"))
    causes = [key for key in written if key in CAUSES]
    if "partner" in written:
        causes = [key for key in causes if key != "partner_percent"]
        yield from _partner(queue, client)
    if to is None:
        if causes and "overflow" not in written:
            message = f"no overflow says where callers go for whom '{causes[0]}' is reached"
            remedy = "add 'overflow: {voicemail: yes}', or a queue, flow or number"
            yield queue.problem(("limits", causes[0]), message, remedy)
        return
    if not causes:
        message = "nothing leads there"
        remedy = "add waiting, wait_seconds, join_empty, leave_empty or partner_percent"
        yield queue.warning(OVERFLOW, message, remedy)
    if limits.partner_percent and limits.partner is None and to.number is None:
        message = "a partner's share goes to a number"
        yield queue.problem(
            OVERFLOW, message, "name it as 'partner', or as the overflow's 'number'"
        )
    yield from check_target(queue, client, to, OVERFLOW)


def check_target(
    queue: QueueAt, client: Client, to: Overflow, place: Place, *, leads_to_callback: bool = False
) -> Iterator[Problem]:
    """Yield what is wrong with where callers go; `place` is below the queue."""
    targets = [*_targets(to), *(["callback"] if leads_to_callback else [])]
    if len(targets) != 1:
        message = f"{' and '.join(targets) or 'nothing'} is named where one goes"
        known = "queue, flow, number, voicemail"
        remedy = f"name one of {known if place == OVERFLOW else 'queue, flow, voicemail, callback'}"
        yield queue.problem(place, message, remedy)
    yield from _target_exists(queue, client, to, place)


def _targets(to: Overflow) -> list[str]:
    named = {
        "queue": to.queue is not None,
        "flow": to.flow is not None,
        "number": to.number is not None,
        "voicemail": to.voicemail,
    }
    return [name for name, is_named in named.items() if is_named]


def _target_exists(queue: QueueAt, client: Client, to: Overflow, place: Place) -> Iterator[Problem]:
    document = queue.document
    if to.queue is not None:
        known = queue.documents.queues(queue.client)
        yield from unknown(document, queue.at(*place, "queue"), "queue", [to.queue], known)
        if full_name(queue.client, to.queue) == queue.id:
            message = "callers would go where they come from"
            yield queue.problem((*place, "queue"), message, "name another queue")
    if to.flow is not None:
        flows = client.flow_names
        yield from unknown(document, queue.at(*place, "flow"), "flow", [to.flow], flows)
    if to.number is not None:
        yield from _number_may_be_called(queue, client, to.number, (*place, "number"))


def _partner(queue: QueueAt, client: Client) -> Iterator[Problem]:
    rules, place = queue.settings.limits, ("limits", "partner")
    if rules.partner is not None:
        yield from _number_may_be_called(queue, client, rules.partner, place)
    if not rules.partner_percent:
        message = "nothing goes to the partner"
        yield queue.warning(place, message, "say how much by 'partner_percent'")


def _number_may_be_called(
    queue: QueueAt, client: Client, number: str, place: Place
) -> Iterator[Problem]:
    fault = fault_of_number(client, number, queue.document.keys("outbound", "prefixes"))
    if fault is not None:
        yield queue.problem(place, *fault)


def fault_of_number(
    client: Client, number: str, written: Collection[str] = ()
) -> tuple[str, str] | None:
    """Return why a client's callers cannot be sent to a number, and what to do; None: they can.

    Args:
        client: whose staff and whose outbound rules count.
        number: a number, or a code of the client's staff.
        written: prefixes as they stand in the file: a mistake in one is told there.
    """
    if number in client.settings.staff:
        return None
    digits = digits_of(number)
    if not (digits.isascii() and digits.isdecimal()):
        return f"'{number}' is no telephone number", "write digits"
    outbound = client.settings.outbound
    prefixes = () if outbound is None else outbound.prefixes
    if any(digits.startswith(prefix) for prefix in (*prefixes, *written)):
        return None
    remedy = "name a prefix of it and its trunk in 'outbound.prefixes'"
    return f"client '{client.id}' may not call {number}", remedy


def check_circles(queues: Collection[QueueAt]) -> Iterator[Problem]:
    """Yield each round of queues that send callers on to each other, once."""
    to = {queue.id: _next(queue) for queue in queues}
    at = {queue.id: queue for queue in queues}
    told: set[QueueId] = set()
    for start in to:
        way = _way_back(start, to)
        if len(way) > 1 and told.isdisjoint(way):
            told.update(way)
            message = f"callers may go round {' → '.join((*way, start))}"
            remedy = "who has been in all of them stays in the last: is that meant?"
            yield at[start].warning((*OVERFLOW, "queue"), message, remedy)


def _next(queue: QueueAt) -> QueueId | None:
    to = queue.settings.limits.overflow
    return None if to is None or to.queue is None else full_name(queue.client, to.queue)


def _way_back(start: QueueId, to: Mapping[QueueId, QueueId | None]) -> tuple[QueueId, ...]:
    """Return the queues from `start` until before it comes again, empty when it never does."""
    way: list[QueueId] = [start]
    while (following := to.get(way[-1])) is not None and following not in way:
        way.append(following)
    return tuple(way) if following == start else ()
