"""What a queue asks of its agents after a call.

These dataclasses are also the schema of the YAML that admins write, like those of `queues`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AtDeadline(StrEnum):
    """What happens when the wrap-up is over and a required outcome is missing."""

    EXTEND = "extend"  #: the wrap-up goes on until it is given
    DEFAULT = "default"  #: the default disposition is taken
    NOT_READY = "not_ready"  #: the agent is not ready, and cannot be until it is given


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRules:
    """What may and what must be said of a call."""

    required: bool = False  #: no other call before an outcome is given
    at_deadline: AtDeadline = AtDeadline.EXTEND
    default: str | None = None  #: the disposition taken at the deadline
    grace_seconds: float = 300.0  #: after the wrap-up: still given or corrected
    dispositions: tuple[str, ...] = ()  #: of the client's; empty in YAML: all
    contact_reasons: tuple[str, ...] = ()  #: likewise
    form: str | None = None  #: its name; in a plan, the version in force (`nova/order@3#…`)
    script: str | None = None  #: likewise


NO_RULES = OutcomeRules()
