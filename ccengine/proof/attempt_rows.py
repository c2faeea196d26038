"""Attempts and what belongs to them, as rows of files."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from ccengine.reporting.instants import utc_text
from ccengine.storage.attempt_courses import AWAY
from ccengine.storage.proof_rows import WISHED, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import RowMapping

    from ccengine.core.ids import Instant
    from ccengine.proof.laws import LawVersions

DAY_SECONDS: Final = 86_400.0
ATTEMPT: Final = (
    "attempt", "client", "campaign", "seller", "lead", "number", "person", "debt", "caller_id",
    "mode", "purpose", "script", "form", "placed_at", "local_times", "rang_at", "answered_at",
    "taken_at", "bridged_at", "message_at", "ended_at", "seconds_to_answer", "seconds_to_agent",
    "seconds_to_message", "seconds_to_join", "seconds_lasted", "outcome", "disposition", "cause",
    "agent", "machine", "machine_at", "trunk", "node", "call", "law", "rules", "scrubs", "consents",
)  # fmt: skip
"""Columns of an attempt. Of a form its version only: what was filled in is the customer's."""
CONSENT: Final = (
    "consent", "number", "person", "client", "purposes", "reach", "written", "given_at", "ends_at",
    "evidence", "by",
)  # fmt: skip
WISH: Final = (*WISHED, *WITHDRAWN)
SCRUB: Final = (
    "attempt", "placed_at", "number", "rule", "register", "scrubbed_at", "age_days",
    "allowed_days", "standing", "kept",
)  # fmt: skip
_AS_THEY_ARE: Final = (
    "client", "campaign", "seller", "lead", "number", "person", "debt", "caller_id", "mode",
    "purpose", "script", "form", "outcome", "disposition", "cause", "agent", "machine", "trunk",
    "node", "call", "law",
)  # fmt: skip
_MOMENTS: Final = (
    "placed_at", "rang_at", "answered_at", "taken_at", "bridged_at", "message_at", "ended_at",
    "machine_at",
)  # fmt: skip


def attempt_facts(row: RowMapping) -> dict[str, Any]:
    """Return an attempt's facts by column; seconds to agent and message count from the answer."""
    answered = row["answered_at"]
    facts = {
        "attempt": row["id"],
        **{name: row[name] for name in _AS_THEY_ARE},
        **{name: text_of(row[name]) for name in _MOMENTS},
        "local_times": [_local(row["placed_at"], zone) for zone in row["zones"]],
        "seconds_to_answer": between(row["placed_at"], answered),
        "seconds_to_agent": between(answered, row["bridged_at"]),
        "seconds_to_message": between(answered, row["message_at"]),
        "seconds_to_join": between(row["taken_at"], row["bridged_at"]),
        "seconds_lasted": _lasted(row),
        "rules": dict(row["rules"]),
        "scrubs": {name: utc_text(at) for name, at in row["scrubs"].items()},
        "consents": list(row["consents"]),
    }
    return {name: facts[name] for name in ATTEMPT}


def scrub_facts(row: RowMapping, laws: LawVersions) -> Iterator[dict[str, Any]]:
    """Yield what each rule with a register meant for an attempt, and how old its copy was."""
    law = laws.get(row["law"])
    for rule, standing in row["rules"].items():
        fact = ((law.written(rule) if law else None) or {}).get("register")
        if fact is None:
            continue
        scrubbed_at, allowed = row["scrubs"].get(fact["register"]), fact.get("days")
        age = None if scrubbed_at is None else (row["placed_at"] - scrubbed_at) / DAY_SECONDS
        yield {
            "attempt": row["id"],
            "placed_at": utc_text(row["placed_at"]),
            "number": row["number"],
            "rule": rule,
            "register": fact["register"],
            "scrubbed_at": text_of(scrubbed_at),
            "age_days": None if age is None else round(age, 3),
            "allowed_days": allowed,
            "standing": standing,
            "kept": standing != "kept" or (age is not None and (allowed is None or age <= allowed)),
        }


def consent_facts(row: RowMapping) -> dict[str, Any]:
    """Return what somebody agreed to."""
    changed = {"consent": row["id"], "given_at": utc_text(row["given_at"])}
    return {**row, **changed, "ends_at": text_of(row["ends_at"])}


def wish_facts(row: RowMapping) -> dict[str, Any]:
    """Return who does not want to be called, or did not until a moment."""
    withdrawn_at = text_of(row["withdrawn_at"])
    return {**row, "at": utc_text(row["at"]), "withdrawn_at": withdrawn_at}


def between(first: Instant | None, then: Instant | None) -> float | None:
    """Return the seconds from one moment to another; None: one of them never was."""
    return None if first is None or then is None else round(then - first, 3)


def _lasted(row: RowMapping) -> float | None:
    return None if row["cause"] == AWAY else between(row["placed_at"], row["ended_at"])


def text_of(at: Instant | None) -> str | None:
    """Return a moment as it is written; None: it never was."""
    return None if at is None else utc_text(at)


def _local(at: Instant, zone: str) -> str:
    local = datetime.fromtimestamp(at, UTC).astimezone(_zone(zone))
    return f"{local.isoformat(timespec='seconds')} {zone}"


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
