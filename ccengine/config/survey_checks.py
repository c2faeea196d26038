"""What may be wrong with a queue's survey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.lookups import Range, out_of_range, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.config.problems import Problem
    from ccengine.config.queue_checks import QueueAt


def check_survey(queue: QueueAt, client: Client) -> Iterator[Problem]:
    """Yield what is wrong with it, if there is one."""
    survey, document = queue.settings.survey, queue.document
    if survey is not None:
        place = queue.at("survey", "flow")
        yield from unknown(document, place, "flow", [survey.flow], client.flow_names)
        ranges = (
            Range(queue.at("survey", "percent"), survey.percent, 0, 100),
            Range(queue.at("survey", "low"), survey.low, 1, 5),
        )
        yield from out_of_range(document, f"queue '{queue.name}'", ranges)
        if not survey.owner.strip():
            message = "low scores of its survey are told to nobody"
            yield queue.problem(("survey", "owner"), message, "name somebody at the client")
