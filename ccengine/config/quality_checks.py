"""What may be wrong with the rules by which calls are drawn to be listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.lookups import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client
    from ccengine.config.documents import Document, Place
    from ccengine.config.problems import Problem


def check_quality(client: Client, document: Document) -> Iterator[Problem]:
    """Yield names that nothing has, and rules that no scorecard is for."""
    quality, cards = client.settings.quality, client.scorecard_names
    named = [] if quality.scorecard is None else [quality.scorecard]
    yield from unknown(document, ("quality", "scorecard"), "scorecard", named, cards)
    for name, rule in quality.samples.items():
        place: Place = ("quality", "samples", name)
        named = [] if rule.scorecard is None else [rule.scorecard]
        yield from unknown(document, (*place, "scorecard"), "scorecard", named, cards)
        queues, words = document.keys("queues"), document.keys("dispositions")
        yield from unknown(document, (*place, "queues"), "queue", rule.queues, queues)
        there = (*place, "dispositions")
        yield from unknown(document, there, "disposition", rule.dispositions, words)
        if not cards:
            message = f"calls of '{name}' are drawn, and there is no scorecard"
            yield document.problem(place, message, "add a file to the folder scorecards")
            return
