"""Queues: how they stand, and what is best for somebody who calls now."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ccengine.agi_routes.numbers import may_be_called_back
from ccengine.agi_routes.route import AgiRoute, Unanswered
from ccengine.asterisk.agi.answers import Status

if TYPE_CHECKING:
    from ccengine.agi_routes.route import Asked, Variables
    from ccengine.core.queues import Overflow, QueueSettings
    from ccengine.core.waits import WaitEstimate

ENTER, CALL_BACK, ELSEWHERE = "enter", "callback", "elsewhere"
LONG_WAIT: Final = "long wait"
LONGEST_WAIT: Final = 86_400


async def queue_state(asked: Asked) -> Variables:
    """Tell how a queue stands."""
    queue, _ = asked.queue()
    floor, now = asked.ports.floor, asked.ports.floor.now()
    waiting, oldest = floor.center.standing(queue)
    return {
        "CC_WAITING": str(waiting),
        "CC_OLDEST_SECONDS": _seconds(0.0 if oldest is None else now - oldest),
        **_estimate(floor.center.estimate_queue(queue, now)),
        "CC_AGENTS_FREE": str(floor.center.agents_free(queue, now)),
    }


def _estimate(estimate: WaitEstimate | None) -> Variables:
    low, likely, high = (
        ("", "", "")
        if estimate is None
        else map(_seconds, (estimate.low_seconds, estimate.likely_seconds, estimate.high_seconds))
    )
    return {"CC_ESTIMATE_SECONDS": likely, "CC_ESTIMATE_LOW": low, "CC_ESTIMATE_HIGH": high}


async def advice(asked: Asked) -> Variables:
    """Tell what the queue would do with who calls now, and what would serve them better.

    Who would be sent on at once goes there without entering. Whose wait would be longer than the
    queue's limit, or than the dialplan bears, is rather called back, else goes where the queue
    would send them in the end; if there is neither, waiting is all there is.
    """
    queue, settings = asked.queue()
    floor = asked.ports.floor
    to, shut = settings.limits.overflow, floor.center.shut(queue)
    if shut:
        return _advice(ELSEWHERE, shut, to)
    limit = _wait_limit(asked, settings)
    estimate = floor.center.estimate_queue(queue, floor.now())
    if limit is None or estimate is None or estimate.likely_seconds <= limit:
        return _advice(ENTER, "", None)
    if settings.callback is not None and may_be_called_back(asked, asked.caller, settings.callback):
        return _advice(CALL_BACK, LONG_WAIT, None)
    return _advice(ENTER if to is None else ELSEWHERE, LONG_WAIT, to)


def _wait_limit(asked: Asked, settings: QueueSettings) -> float | None:
    given = asked.query.get("wait", "")
    if not given:
        return settings.limits.wait_seconds
    if not (given.isascii() and given.isdecimal() and int(given[:9]) <= LONGEST_WAIT):
        raise Unanswered(Status.REFUSED, "wait")
    return float(given)


def _advice(advice: str, why: str, to: Overflow | None) -> Variables:
    return {
        "CC_ADVICE": advice,
        "CC_ADVICE_WHY": why,
        "CC_ELSEWHERE": "" if to is None else _kind_of(to),
        "CC_ELSEWHERE_NAME": "" if to is None or to.voicemail else to.place,
    }


def _kind_of(to: Overflow) -> str:
    kinds = {"queue": to.queue, "flow": to.flow, "number": to.number}
    return next((kind for kind, name in kinds.items() if name is not None), "voicemail")


def _seconds(span: float) -> str:
    return str(math.ceil(max(0.0, span)))


ROUTES = (
    AgiRoute(
        address="queue-state/CLIENT/QUEUE",
        summary="How a queue stands",
        sets={
            "CC_WAITING": "how many wait, those whose agent's phone rings among them",
            "CC_OLDEST_SECONDS": "how long the first of them has been waiting; 0: nobody waits",
            "CC_ESTIMATE_SECONDS": "how long who calls now would likely wait; empty: nothing to "
            "go by",
            "CC_ESTIMATE_LOW": "two of ten would wait shorter than this",
            "CC_ESTIMATE_HIGH": "two of ten would wait longer than this",
            "CC_AGENTS_FREE": "how many agents could be rung for it at once",
        },
        handler=queue_state,
    ),
    AgiRoute(
        address="advice/CLIENT/QUEUE",
        summary="What is best for who calls now",
        query={"wait": "seconds that are borne with; left out: the queue's `limits.wait_seconds`"},
        sets={
            "CC_ADVICE": "`enter`, `callback` or `elsewhere`",
            "CC_ADVICE_WHY": "`full`, `nobody there`, `long wait`; empty: nothing speaks against "
            "entering",
            "CC_ELSEWHERE": "`queue`, `flow`, `number` or `voicemail`: the queue's `overflow`",
            "CC_ELSEWHERE_NAME": "which one; empty for voicemail",
        },
        handler=advice,
    ),
)
