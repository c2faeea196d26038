"""A request for each operation that would be served, were it allowed: for tests of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute

VALUES = {"customer": "1234567", "why": "price", "ends": "2026-12-31", "kept": "no"}
BODIES: dict[str, dict[str, Any]] = {
    "logAgentIn": {"phone": "205"},
    "setAgentNotReady": {"reason": "lunch"},
    "pauseQueue": {"queue": "nour/billing"},
    "resumeQueue": {"queue": "nour/billing"},
    "actOnTalk": {"act": "hold"},
    "setOutcome": {"disposition": "cancelled"},
    "fillForm": {"values": VALUES},
    "setTyping": {"typing": False},
    "closeNumbers": {"reason": "fire"},
    "moveCall": {"queue": "nour/technical"},
    "reprioritiseCall": {"priority": 5},
}
PARTS = {
    "agent": "amira",
    "client": "nour",
    "queue": "billing",
    "closure": "nour",
    "form": "order",
    "call": "nour-talks",
}


def request_of(route: AnyRoute, **parts: str) -> tuple[str, str, dict[str, Any]]:
    """Return method, path and what is sent; parts of the address are those of client nour."""
    values = {**PARTS, **parts}
    path = route.path
    for name in route.parts:
        path = path.replace(f"{{{name}}}", values[name])
    body = BODIES.get(route.operation)
    return route.method, path, {} if body is None else {"json": body}
