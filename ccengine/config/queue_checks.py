"""What may be wrong with a queue: names, numbers, rules that mean nothing or never come true."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from ccengine.config.documents import Document, Place
from ccengine.config.lookups import (
    Documents,
    Range,
    levels,
    out_of_range,
    unknown,
)
from ccengine.config.queue_names import full_name
from ccengine.core.ids import ClientId, QueueId, queue_id
from ccengine.core.queues import Order, QueueSettings, RelaxStep, Strategy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ccengine.config.problems import Problem

DAY: Final = 86_400
HOUR: Final = 3600
PENALTY_AT_MOST: Final = 1000
PRIORITY_AT_MOST: Final = 1000
COUNT_AT_MOST: Final = 100_000
MISSES_AT_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class QueueAt:
    """A queue and where it stands."""

    client: ClientId
    name: str
    settings: QueueSettings
    document: Document
    documents: Documents

    @property
    def id(self) -> QueueId:
        """The name that is unique in the tenant."""
        return queue_id(self.client, self.name)

    @property
    def place(self) -> Place:
        """Where its rules stand in client.yaml."""
        return ("queues", self.name)

    def at(self, *below: str | int) -> Place:
        """Return the place of a rule."""
        return (*self.place, *below)

    def problem(self, below: Place, message: str, remedy: str) -> Problem:
        """Return a mistake in a rule; the message need not name the queue."""
        told = f"queue '{self.name}': {message}"
        return self.document.problem(self.at(*below), told, remedy)

    def warning(self, below: Place, message: str, remedy: str) -> Problem:
        """Return what is legal and probably not meant; the message need not name the queue."""
        told = f"queue '{self.name}': {message}"
        return self.document.warning(self.at(*below), told, remedy)


def check_queue(queue: QueueAt) -> Iterator[Problem]:
    """Yield what one queue shows by itself and by the names in it."""
    yield from _names(queue)
    owner = f"queue '{queue.name}'"
    yield from out_of_range(queue.document, owner, _ranges(queue))
    yield from _relax(queue)
    yield from _strategy(queue)
    yield from _patience(queue)


# ---- names and numbers -----------------------------------------------------------------------


def _names(queue: QueueAt) -> Iterator[Problem]:
    settings, document, documents = queue.settings, queue.document, queue.documents
    for key, skills in (
        ("skills", settings.skills),
        ("preferred", settings.preferred),
        ("gates", settings.gates),
    ):
        yield from levels(document, queue.at(key), skills, documents)
    licences = documents.names("licences")
    yield from unknown(document, queue.at("licences"), "licence", settings.licences, licences)
    groups = documents.names("groups")
    yield from unknown(document, queue.at("groups"), "group", settings.groups, groups)
    for number, step in enumerate(settings.relax):
        yield from _step_names(queue, number, step)


def _step_names(queue: QueueAt, number: int, step: RelaxStep) -> Iterator[Problem]:
    document, documents = queue.document, queue.documents
    place = queue.at("relax", number)
    yield from levels(document, (*place, "lower"), step.lower, documents)
    skills, groups = documents.names("skills"), documents.names("groups")
    yield from unknown(document, (*place, "drop"), "skill", step.drop, skills)
    yield from unknown(document, (*place, "groups"), "group", step.groups, groups)
    if step.while_healthy is not None:
        known = documents.queues(queue.client)
        where = (*place, "while_healthy")
        yield from unknown(document, where, "queue", [step.while_healthy], known)


def _ranges(queue: QueueAt) -> Iterator[Range]:
    one = queue.settings
    yield Range(queue.at("ring_seconds"), one.ring_seconds, 1, 300)
    yield Range(queue.at("wrap_up_seconds"), one.wrap_up_seconds, 0, 2 * HOUR)
    extension = one.wrap_up_extension_seconds
    yield Range(queue.at("wrap_up_extension_seconds"), extension, 1, HOUR)
    yield Range(queue.at("wrap_up_at_most_seconds"), one.wrap_up_at_most_seconds, 0, 2 * HOUR)
    yield Range(queue.at("priority"), one.priority, -PRIORITY_AT_MOST, PRIORITY_AT_MOST)
    yield Range(queue.at("ageing_per_minute"), one.ageing_per_minute, 0, PRIORITY_AT_MOST)
    yield Range(queue.at("weight"), one.weight, -PRIORITY_AT_MOST, PRIORITY_AT_MOST)
    yield Range(queue.at("promise_seconds"), one.promise_seconds, 1, DAY)
    yield Range(queue.at("measure", "target_seconds"), one.measure.target_seconds, 1, HOUR)
    short = one.measure.short_abandon_seconds
    yield Range(queue.at("measure", "short_abandon_seconds"), short, 0, HOUR)
    yield Range(queue.at("longest_wait_seconds"), one.longest_wait_seconds, 1, DAY)
    yield Range(queue.at("misses"), one.misses, 1, MISSES_AT_MOST)
    for how, most in asdict(one.misses_by).items():
        yield Range(queue.at("misses_by", how), most, 0, MISSES_AT_MOST)
    yield Range(queue.at("max_penalty"), one.max_penalty, 0, PENALTY_AT_MOST)
    yield Range(queue.at("health", "waiting"), one.health.waiting, 0, COUNT_AT_MOST)
    yield Range(queue.at("health", "wait_seconds"), one.health.wait_seconds, 0, DAY)
    for key, seconds in (
        ("same_agent_seconds", one.affinity.same_agent_seconds),
        ("preferred_seconds", one.affinity.preferred_seconds),
    ):
        yield Range(queue.at("affinity", key), seconds, 0, DAY)
    yield Range(queue.at("limits", "waiting"), one.limits.waiting, 1, COUNT_AT_MOST)
    yield Range(queue.at("limits", "wait_seconds"), one.limits.wait_seconds, 1, DAY)
    yield Range(queue.at("limits", "partner_percent"), one.limits.partner_percent, 0, 100)
    for number, member in enumerate(one.members):
        place = queue.at("members", number, "penalty")
        yield Range(place, member.penalty, 0, PENALTY_AT_MOST)
    for number, step in enumerate(one.relax):
        place = queue.at("relax", number)
        yield Range((*place, "after_seconds"), step.after_seconds, 0, DAY)
        yield Range((*place, "penalty"), step.penalty, 0, PENALTY_AT_MOST)


def check_health(queues: Collection[QueueAt]) -> Iterator[Problem]:
    """Yield each queue that says when it can spare its agents, and from which nobody borrows."""
    lenders = {
        full_name(queue.client, step.while_healthy)
        for queue in queues
        for step in queue.settings.relax
        if step.while_healthy is not None
    }
    for queue in queues:
        if "health" in queue.document.keys(*queue.place) and queue.id not in lenders:
            message = "'health' says when agents can be spared, and nobody borrows them"
            remedy = "name the queue in 'while_healthy' of another's relax step, or remove it"
            yield queue.warning(("health",), message, remedy)


# ---- relax steps -------------------------------------------------------------------------------


def _relax(queue: QueueAt) -> Iterator[Problem]:
    before: RelaxStep | None = None
    for number, step in enumerate(queue.settings.relax):
        if before is not None and step.after_seconds < before.after_seconds:
            message = (
                f"relax step {number + 1} (after {step.after_seconds:g} s) comes before "
                f"step {number} (after {before.after_seconds:g} s)"
            )
            remedy = "write the steps in the order of their seconds"
            yield queue.problem(("relax", number, "after_seconds"), message, remedy)
        before = step
        yield from _step_on_skills(queue, number, step)
        yield from _step_on_agents(queue, number, step)


def _step_on_skills(queue: QueueAt, number: int, step: RelaxStep) -> Iterator[Problem]:
    required = queue.settings.skills
    touched = [("lower", skill) for skill in step.lower] + [("drop", skill) for skill in step.drop]
    for key, skill in touched:
        if skill in queue.settings.gates:
            message = f"relax step {number + 1} would {key} '{skill}', which is a gate"
            remedy = f"nothing relaxes a gate: move '{skill}' from 'gates' to 'skills'"
            yield queue.problem(_part(queue, number, key, skill), message, remedy)
    for skill, least in step.lower.items():
        if skill in required and least >= required[skill]:
            message = f"relax step {number + 1} does not lower '{skill}' below {required[skill]}"
            remedy = "ask for less, or leave it out"
            yield queue.problem(("relax", number, "lower", skill), message, remedy)
    if not (step.lower or step.drop or step.groups or step.penalty is not None):
        message = f"relax step {number + 1} asks for nothing less"
        remedy = "give it lower, drop, groups or penalty, or remove it"
        yield queue.problem(("relax", number), message, remedy)


def _part(queue: QueueAt, number: int, key: str, skill: str) -> Place:
    place = ("relax", number, key)
    items = queue.document.at(queue.at(*place))
    if isinstance(items, list):  # a faulty step was left out: those after it stand one further
        return (*place, items.index(skill)) if skill in items else place
    return (*place, skill)


def _step_on_agents(queue: QueueAt, number: int, step: RelaxStep) -> Iterator[Problem]:
    settings = queue.settings
    if step.groups and not settings.groups:
        message = f"relax step {number + 1} opens groups, but everybody counts already"
        remedy = "name the groups that count at first in the queue's 'groups'"
        yield queue.problem(("relax", number, "groups"), message, remedy)
    if step.while_healthy is not None and not step.groups:
        message = f"relax step {number + 1} has 'while_healthy' but no groups that are lent"
        remedy = "name the groups in the same step"
        yield queue.problem(("relax", number, "while_healthy"), message, remedy)
    if step.while_healthy in {queue.name, queue.id}:
        message = f"relax step {number + 1} borrows from the queue itself"
        remedy = "name the queue whose agents these are"
        yield queue.problem(("relax", number, "while_healthy"), message, remedy)
    if step.penalty is not None and not settings.members:
        message = f"relax step {number + 1} has 'penalty', but there are no members"
        yield queue.problem(("relax", number, "penalty"), message, "only members have a penalty")


# ---- strategy and time -------------------------------------------------------------------------


def _strategy(queue: QueueAt) -> Iterator[Problem]:
    settings = queue.settings
    if settings.max_penalty is not None and not settings.members:
        message = "'max_penalty' means nothing without members"
        yield queue.problem(("max_penalty",), message, "only members have a penalty")
    weighed = any(member.penalty for member in settings.members)
    if settings.strategy is Strategy.WEIGHTED_RANDOM and not weighed:
        message = "'weighted-random' has nothing to weigh by: no member has a penalty"
        yield queue.warning(("strategy",), message, "use random, or give members penalties")
    asked = settings.skills or settings.preferred or settings.gates
    if settings.strategy is Strategy.BEST_MATCH and not asked:
        message = "'best-match' has nothing to match but what flows ask for"
        yield queue.warning(("strategy",), message, "name skills or preferred skills")
    if settings.order is Order.NEWEST and settings.ageing_per_minute > 0:
        message = "'newest' means nothing while age adds priority"
        yield queue.problem(("order",), message, "remove 'ageing_per_minute' or 'order'")


def _patience(queue: QueueAt) -> Iterator[Problem]:
    """Yield rules that come true only after everybody has left."""
    settings = queue.settings
    longest = settings.limits.wait_seconds
    if longest is None or settings.limits.overflow is None:
        return
    guard = settings.longest_wait_seconds
    if guard is not None and guard >= longest:
        message = f"nobody waits {guard:g} s, for callers leave after {longest:g} s"
        remedy = "let 'longest_wait_seconds' be less than the limit's 'wait_seconds'"
        yield queue.warning(("longest_wait_seconds",), message, remedy)
    for number, step in enumerate(settings.relax):
        if step.after_seconds >= longest:
            message = f"relax step {number + 1} comes when callers have left ({longest:g} s)"
            remedy = "let it come before the limit's 'wait_seconds'"
            yield queue.warning(("relax", number, "after_seconds"), message, remedy)
