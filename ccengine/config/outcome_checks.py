"""What may be wrong with what is said of calls: dispositions, contact reasons, queues' rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.lookups import Range, out_of_range, unknown
from ccengine.config.papers import digits_clash
from ccengine.core.outcome_rules import AtDeadline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem
    from ccengine.config.queue_checks import QueueAt

DAY = 86_400


def check_words(client: Client, document: Document) -> Iterator[Problem]:
    """Yield what is wrong with a client's dispositions and contact reasons."""
    for section, words in (
        ("dispositions", client.settings.dispositions),
        ("contact_reasons", client.settings.contact_reasons),
    ):
        typed = {name: word.digits for name, word in words.items()}
        yield from digits_clash(document, (section,), typed)


def check_outcome(queue: QueueAt, client: Client) -> Iterator[Problem]:
    """Yield what is wrong with what a queue asks of its agents after a call."""
    rules, document = queue.settings.outcome, queue.document
    dispositions = document.keys("dispositions")
    reasons = document.keys("contact_reasons")
    for key, what, names, known in (
        ("dispositions", "disposition", rules.dispositions, dispositions),
        ("contact_reasons", "contact reason", rules.contact_reasons, reasons),
        ("form", "form", _named(rules.form), client.papers.form_names),
        ("script", "script", _named(rules.script), client.papers.script_names),
        ("default", "disposition", _named(rules.default), rules.dispositions or dispositions),
    ):
        yield from unknown(document, queue.at("outcome", key), what, names, known)
    if rules.required and not dispositions:
        message = "an outcome is required, but the client has no dispositions"
        yield queue.problem(("outcome", "required"), message, "add 'dispositions' to client.yaml")
    yield from _check_deadline(queue)
    grace = Range(queue.at("outcome", "grace_seconds"), rules.grace_seconds, 0, DAY)
    yield from out_of_range(document, f"queue '{queue.name}'", [grace])


def _check_deadline(queue: QueueAt) -> Iterator[Problem]:
    rules = queue.settings.outcome
    takes_default = rules.at_deadline is AtDeadline.DEFAULT
    if takes_default and rules.default is None:
        message = "at the deadline a default is taken, but none is named"
        remedy = "add 'default: …', one of the dispositions"
        yield queue.problem(("outcome", "at_deadline"), message, remedy)
    if rules.default is not None and not takes_default:
        message = "the default disposition is never taken"
        remedy = "add 'at_deadline: default', or remove it"
        yield queue.warning(("outcome", "default"), message, remedy)
    if not rules.required and rules.at_deadline is not AtDeadline.EXTEND:
        message = "nothing is missing at the deadline where no outcome is required"
        remedy = "add 'required: yes', or remove it"
        yield queue.warning(("outcome", "at_deadline"), message, remedy)


def _named(name: str | None) -> list[str]:
    return [] if name is None else [name]
