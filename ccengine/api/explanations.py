"""Why an agent had a call and others had not, as far as a token sees."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from ccengine.api.models import Shown
from ccengine.core.explaining import Passed
from ccengine.core.ids import AgentId

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.api.sight import Sight

ABOUT_OTHERS: Final = frozenset(
    {
        Passed.HOUSE_RULE,
        Passed.OFFERED,
        Passed.ON_CALL,
        Passed.WRAP_UP,
        Passed.OWN_CALL,
        Passed.PAUSED,
    }
)
"""Reasons whose details may name another client's calls, queues or rules."""


class PassedShown(Shown):
    """Why one agent was passed over."""

    agent: str
    reason: Passed
    text: str


class MomentShown(Shown):
    """One instant at which somebody was chosen, or nobody."""

    at: str
    offer: str | None
    agent: str | None
    outcome: str | None = Field(description="Of the offer.")
    why: dict[str, Any] | None
    explained: bool = Field(description="false: this version would not have made the offer.")
    queue: str | None = None
    strategy: str | None = None
    value: float | None = Field(None, description="What the strategy compares.")
    needs: str | None = None
    passed: list[PassedShown] = Field(default_factory=list)
    more: dict[Passed, int] = Field(
        default_factory=dict, description="Agents who are not named, by reason."
    )


class ExplanationShown(Shown):
    """Offer by offer; last why nobody has the call, if nobody has."""

    call: str
    moments: list[MomentShown]


def explained(call: str, moments: Sequence[dict[str, Any]], sight: Sight) -> ExplanationShown:
    """Return the explanation without what the token does not see."""
    return ExplanationShown(call=call, moments=[_moment(one, sight) for one in moments])


def _moment(moment: dict[str, Any], sight: Sight) -> MomentShown:
    rows = [row for row in moment.get("passed", ()) if sight.agent(AgentId(row["agent"]))]
    hidden = [row for row in moment.get("passed", ()) if row not in rows]
    more = Counter(moment.get("more", {}))
    more.update(row["reason"] for row in hidden)
    passed = [_passed(row, sight) for row in rows]
    return MomentShown.model_validate({**moment, "passed": passed, "more": dict(more)})


def _passed(row: dict[str, Any], sight: Sight) -> dict[str, Any]:
    if sight.client_names() is None or row["reason"] not in ABOUT_OTHERS:
        return row
    return {**row, "text": str(row["reason"]).replace("_", " ")}
