"""Why an agent had a call and others had not, as far as a token sees."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field

from ccengine.api.models import Shown
from ccengine.core.explaining import Passed
from ccengine.storage.explanations import facts_of, tell_offers
from ccengine.storage.journal_reader import JournalReader

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.ids import CallId

PASSED_AT_MOST: Final = 200
"""Agents named one by one for each offer."""
ABOUT_OTHERS: Final = frozenset(
    {
        Passed.HOUSE_RULE,
        Passed.COACHES,
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


@dataclass(frozen=True, slots=True)
class AgentsSeen:
    """Whom a token sees, and how much of them. Plain: another process goes by it."""

    names: frozenset[str] | None  #: None: all
    of_all_clients: bool

    def sees(self, agent: str) -> bool:
        """Tell whether the agent is seen."""
        return self.names is None or agent in self.names


def read_explanation(journal: Path, call: CallId, seen: AgentsSeen) -> bytes:
    """Tell why each offer went to this agent and no other, as it is answered."""
    with JournalReader.open(journal) as reader:
        rows = list(reader.rows(call=call))
        moments = [facts_of(told, PASSED_AT_MOST) for told in tell_offers(reader, rows)]
    shown = ExplanationShown(call=call, moments=[_moment(one, seen) for one in moments])
    return shown.model_dump_json().encode()


def _moment(moment: dict[str, Any], seen: AgentsSeen) -> MomentShown:
    passed, more = [], Counter(moment.get("more", {}))
    for row in moment.get("passed", ()):
        if seen.sees(row["agent"]):
            passed.append(_passed(row, seen))
        else:
            more[row["reason"]] += 1
    return MomentShown.model_validate({**moment, "passed": passed, "more": dict(more)})


def _passed(row: dict[str, Any], seen: AgentsSeen) -> dict[str, Any]:
    if seen.of_all_clients or row["reason"] not in ABOUT_OTHERS:
        return row
    return {**row, "text": str(row["reason"]).replace("_", " ")}
