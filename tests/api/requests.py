"""A request for each operation that would be served, were it allowed: for tests of all of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

VALUES = {
    "nour": {"customer": "1234567", "why": "price", "ends": "2026-12-31", "kept": "no"},
    "dnipro": {"contract": "1234567", "years": "two", "price": "9.50", "from": "2026-12-31"},
}
DISPOSITIONS = {"nour": "cancelled", "dnipro": "renewed"}
COACHED = {"nour": "omar", "dnipro": "taras"}
OTHER_QUEUES = {"nour": "nour/technical", "dnipro": "dnipro/vip"}
SCORECARDS = {"nour": "service", "dnipro": "sales"}
AGENTS = {"nour": "amira", "dnipro": "olena"}


def sample_id(of: str, client: str) -> str:
    """Return the id of a client's only review or calibration."""
    return hashlib.sha256(f"{of} {client}".encode()).hexdigest()[:24]


PARTS = {
    "agent": "amira",
    "client": "nour",
    "queue": "billing",
    "closure": "nour",
    "campaign": "renewals",
    "import": sample_id("import", "nour"),
    "form": "order",
    "call": "nour-talks",
    "scorecard": "service",
    "review": sample_id("review", "nour"),
    "calibration": sample_id("calibration", "nour"),
}
PARTS_OF_DNIPRO = {
    "agent": "olena",
    "client": "dnipro",
    "queue": "billing",
    "closure": "dnipro",
    "campaign": "renewals",
    "import": sample_id("import", "dnipro"),
    "form": "renewal",
    "call": "dnipro-talks",
    "scorecard": "sales",
    "review": sample_id("review", "dnipro"),
    "calibration": sample_id("calibration", "dnipro"),
}


def request_of(
    route: AnyRoute, of: str = "nour", /, **parts: str
) -> tuple[str, str, dict[str, Any]]:
    """Return method, path and what is sent; what is not given is of this client."""
    values = {**(PARTS if of == "nour" else PARTS_OF_DNIPRO), **parts}
    path = route.path
    for name in route.parts:
        path = path.replace(f"{{{name}}}", values[name])
    if route.upload is not None:
        headers = {"Content-Type": route.upload.content_types[0]}
        return (
            route.method,
            path,
            {"data": LEADS, "headers": headers, "params": {"list": LISTS[of]}},
        )
    body, query = _bodies(of).get(route.operation), QUERIES.get(route.operation)
    sent: dict[str, Any] = {} if body is None else {"json": body}
    return route.method, path, sent if query is None else {**sent, "params": query}


LEADS = "number,name\r\n+971509999999,Amal\r\n"
LISTS = {"nour": "all", "dnipro": "ending"}
QUERIES = {"whyNot": {"number": "+380441234567"}}
"""Where something has to be said."""


def _bodies(client: str) -> dict[str, dict[str, Any]]:
    return {
        "logAgentIn": {"phone": "205"},
        "setAgentNotReady": {"reason": "lunch"},
        "pauseQueue": {"queue": f"{client}/billing"},
        "resumeQueue": {"queue": f"{client}/billing"},
        "actOnTalk": {"act": "hold"},
        "setCoaching": {"agent": COACHED[client]},
        "actOnRecording": {"act": "pause"},
        "setOutcome": {"disposition": DISPOSITIONS[client]},
        "fillForm": {"values": VALUES[client]},
        "setTyping": {"typing": False},
        "closeNumbers": {"reason": "fire"},
        "bookLeadCallback": {"at": "2026-11-24T15:30", "own": True},
        "dialLead": {"lead": 1},
        "skipLead": {"lead": 1, "reason": "on holiday"},
        "startCampaign": {"reason": "new list"},
        "pauseCampaign": {"reason": "lunch"},
        "addDoNotCall": {"number": "+380441234560", "evidence": "a letter"},
        "addHouseDoNotCall": {"number": "+380441234561", "evidence": "a letter"},
        "finishCampaign": {"reason": "all are called"},
        "takeCard": {"amount": "12.50", "reference": "4711"},
        "moveCall": {"queue": OTHER_QUEUES[client]},
        "reprioritiseCall": {"priority": 5},
        "beginReview": {"agent": AGENTS[client], "scorecard": SCORECARDS[client]},
        "saveReview": {"answers": {"greeting": "no"}, "comment": "better"},
        "disputeReview": {"reason": "I did greet"},
        "answerDispute": {"text": "So it is", "answers": {"greeting": "yes"}},
        "openCalibration": {"agent": AGENTS[client], "reviewers": ["own", "rita"]},
        "addTraining": {"title": "Calm", "note": "All of it"},
        "holdRecording": {"reason": "a court asks"},
        "releaseRecording": {"reason": "settled"},
        "eraseRecording": {"reason": "asked for"},
    }
