"""What is counted, and whose it is: one cell for each quarter of an hour and key."""

from __future__ import annotations

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from ccengine.reporting.kpis.facts import Doing, Ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Key(NamedTuple):
    """Whose a count is. Empty: of nobody in particular."""

    client: str = ""
    queue: str = ""
    number: str = ""  #: that was dialed
    kind: str = ""
    team: str = ""
    agent: str = ""
    contact_reason: str = ""  #: as the agent said; known of what callers think, and nothing else
    campaign: str = ""  #: that has dialed the call


@dataclass(slots=True)
class Counts:
    """Whole numbers, and times in milliseconds. All but the longest wait can be added up."""

    arrived: int = 0  #: calls
    missed: int = 0  #: of those, that no engine took
    refused: int = 0  #: not let into a queue
    offered: int = 0  #: calls that entered a queue
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0
    left: int = 0  #: sent on by limits, keys, agents
    callbacks: int = 0  #: callers who took a callback in place of waiting
    wait_answered: Ms = 0
    wait_abandoned: Ms = 0
    longest_wait: Ms = 0
    items: int = 0  #: callbacks and messages that came to a queue
    items_served: int = 0
    rings: int = 0  #: times a phone was rung
    rings_missed: int = 0  #: of those, that the agent did not take
    handled: int = 0  #: agents' parts in calls from queues
    talk: Ms = 0
    hold: Ms = 0
    wrap_up: Ms = 0
    sent_blind: int = 0  #: to a colleague or a number without asking
    sent_attended: int = 0  #: handed over
    sent_back: int = 0  #: to a queue
    judged: int = 0  #: of the handled, said to be resolved or not
    resolved: int = 0
    contacts: int = 0  #: customers who are known by number and talked with an agent
    repeated: int = 0  #: of those, who came again
    survey_asked: int = 0  #: callers who were asked how it was, when the agent had hung up
    survey_answered: int = 0  #: of those, who gave a score
    survey_score: int = 0  #: sum of the scores
    measured: Ms = 0  #: of agents' talks in recordings, hold and pauses left out
    silence: Ms = 0  #: of these, nobody talked
    talk_over: Ms = 0  #: of these, both talked
    reviews: int = 0  #: published
    review_score: int = 0  #: sum of scores, in hundredths of a percent
    reviews_failed: int = 0  #: by a question that fails a call
    disputes: int = 0
    disputes_answered: int = 0
    disputes_accepted: int = 0  #: of those, with which the reviewer agreed
    dialled: int = 0  #: calls to the outside by hand that were answered
    dialled_talk: Ms = 0
    leads_dialed: int = 0  #: calls of campaigns
    leads_answered: int = 0
    leads_abandoned: int = 0  #: of these, for whom no agent came in time
    leads_talked: int = 0  #: agents' parts in them
    leads_talk: Ms = 0
    leads_hold: Ms = 0
    leads_wrap_up: Ms = 0
    available: Ms = 0  #: agents' time from here on
    not_ready: Ms = 0
    ringing: Ms = 0
    connecting: Ms = 0
    talking: Ms = 0
    holding: Ms = 0
    consulting: Ms = 0
    internal: Ms = 0
    wrapping_up: Ms = 0

    def add(self, other: Counts) -> None:
        """Add up with another's."""
        longest = max(self.longest_wait, other.longest_wait)
        for name, value in zip(NAMES, _values(other), strict=True):
            if value:
                setattr(self, name, getattr(self, name) + value)
        self.longest_wait = longest

    @property
    def logged_in(self) -> Ms:
        """Agents' time in all."""
        return sum(getattr(self, name) for name in TIMES.values())


def total(parts: Iterable[Counts]) -> Counts:
    """Add up many at once: column by column, which is how it is quickest."""
    values = [_values(one) for one in parts]
    whole = Counts(*map(sum, zip(*values, strict=True)))
    whole.longest_wait = max((one[_LONGEST] for one in values), default=0)
    return whole


NAMES = tuple(one.name for one in fields(Counts))
_values = attrgetter(*NAMES)
_LONGEST = NAMES.index("longest_wait")
TIMES: Mapping[Doing, str] = {
    **{doing: doing.value for doing in Doing},
    Doing.WRAP_UP: "wrapping_up",
}
"""Where the time for each thing that agents do is counted."""
