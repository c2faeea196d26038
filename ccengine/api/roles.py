"""Who may do what: the one table of operations and roles. A test tries each pair."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Role(StrEnum):
    """What a token is for."""

    ADMIN = "admin"
    SUPERVISOR = "supervisor"
    QUALITY = "quality"
    BILLING = "billing"
    CLIENT = "client"  #: the client's own people
    AGENT = "agent"  #: one agent, for themself


Roles = frozenset[Role]

ADMIN: Final[Roles] = frozenset({Role.ADMIN})
ALL: Final[Roles] = frozenset(Role)
LEADERS: Final[Roles] = ADMIN | {Role.SUPERVISOR}
LISTENERS: Final[Roles] = LEADERS | {Role.QUALITY}

MAY: Final[Mapping[str, Roles]] = {
    "whoAmI": ALL,
    # agents
    "listAgents": LISTENERS,
    "getAgent": LISTENERS | {Role.AGENT},
    "setAgentReady": LEADERS | {Role.AGENT},
    "setAgentNotReady": LEADERS | {Role.AGENT},
    # calls
    "getCall": ALL,
    # the engine itself
    "listAudit": ADMIN,
}
"""By operation. Whoever may, may so within what their token sees."""
