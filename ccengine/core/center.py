"""The contact center: one reducer for all that calls and agents compete for.

`handle` takes one event at a time and returns what to do about it. It is synchronous, so under
asyncio it is atomic and the program needs no lock. Time comes in as `now` and goes out as
`next_deadline`; equal states, events and times give equal commands, byte for byte.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from ccengine.core import (
    closures,
    coaching,
    deadlines,
    debriefs,
    explaining,
    invariants,
    lead_outcomes,
    limits,
    pacing,
    pairing,
    promises,
    reclaims,
    reducer,
    snapshots,
    turns,
)
from ccengine.core.acd.requirement import usual_caller
from ccengine.core.errors import CoreError
from ccengine.core.faults import Unsettled
from ccengine.core.floor import Floor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.core.agents import Agent, Debrief
    from ccengine.core.calls import Call
    from ccengine.core.closed_numbers import Closed
    from ccengine.core.coachings import Coaching
    from ccengine.core.commands import Command, ShowClosure
    from ccengine.core.dialer.runs import LeadCall, Preview, Run
    from ccengine.core.events import Event
    from ccengine.core.explaining import Choice
    from ccengine.core.floor import Watcher
    from ccengine.core.ids import (
        AgentId,
        CallId,
        CampaignId,
        ClosureId,
        CoachingId,
        Instant,
        PhoneId,
        QueueId,
    )
    from ccengine.core.outcome_rules import OutcomeRules
    from ccengine.core.plan import Plan
    from ccengine.core.snapshots import CenterSnapshot, Imprint
    from ccengine.core.waits import WaitEstimate


class ContactCenter:
    """Every decision that calls and agents compete for; changed only here, event by event."""

    def __init__(self) -> None:
        self._floor = Floor()

    @property
    def ignored(self) -> int:
        """How many events came late, about calls or offers that are over."""
        return self._floor.ignored

    @property
    def plan(self) -> Plan:
        """The configuration in force."""
        return self._floor.plan

    @property
    def calls(self) -> Mapping[CallId, Call]:
        """Calls that are alive. Look, don't touch."""
        return self._floor.calls

    @property
    def coachings(self) -> Mapping[CoachingId, Coaching]:
        """Coaching that goes on. Look, don't touch."""
        return self._floor.coachings

    @property
    def campaigns(self) -> Mapping[CampaignId, Run]:
        """Campaigns that were started and are not finished. Look, don't touch."""
        return self._floor.runs.known

    @property
    def in_air(self) -> Mapping[CallId, LeadCall]:
        """Campaigns' calls that nobody has answered yet. Look, don't touch."""
        return self._floor.runs.air

    @property
    def dialed(self) -> Mapping[CallId, LeadCall]:
        """All of campaigns' calls whose attempts have no outcome yet."""
        runs, calls = self._floor.runs, self._floor.calls
        answered = {call.id: call.lead for call in calls.values() if call.lead is not None}
        return {**runs.air, **runs.closing, **answered}

    @property
    def previews(self) -> Mapping[AgentId, Preview]:
        """Leads that agents are shown, and may have dialed or skip. Look, don't touch."""
        return self._floor.runs.previews

    @property
    def is_held(self) -> bool:
        """Whether Asterisk is out of reach, so that nobody is offered anything."""
        return self._floor.held

    def agents(self) -> list[Agent]:
        """Return all agents. Look, don't touch."""
        return self._floor.roster.all()

    def agent(self, agent: AgentId) -> Agent:
        """Return one agent. Look, don't touch.

        Raises:
            UnknownAgent: the plan has no such agent.
        """
        return self._floor.roster.get(agent)

    def agent_on(self, phone: PhoneId) -> Agent | None:
        """Return who is logged in at a phone. Look, don't touch."""
        return self._floor.roster.on_phone(phone)

    def closed(self, now: Instant) -> Mapping[ClosureId, Closed]:
        """Return the closures whose numbers are closed. Look, don't touch."""
        return {name: one for name, one in self._floor.closed.items() if one.holds(now)}

    def closures(self, now: Instant) -> list[ShowClosure]:
        """Return how all closures are, those that are not closed too."""
        return closures.all_shown(self._floor, now)

    def debrief(self, agent: AgentId, now: Instant) -> Debrief | None:
        """Return what is known and owed of the call the agent has or had last.

        None: there is none, or it is too late to say anything.

        Raises:
            UnknownAgent: the plan has no such agent.
        """
        return debriefs.latest(self._floor, self._floor.roster.get(agent), now)

    def debrief_of(self, agent: AgentId, call: CallId, now: Instant) -> Debrief | None:
        """Return the same of one of the agent's latest calls.

        Raises:
            UnknownAgent: the plan has no such agent.
        """
        return debriefs.find(self._floor, self._floor.roster.get(agent), call, now)

    def lead_of(self, agent: AgentId, call: CallId) -> LeadCall | None:
        """Return whom a campaign has dialed by a call that an agent may say something of."""
        return lead_outcomes.find(self._floor, agent, call)

    def outcome_rules(self, debrief: Debrief) -> OutcomeRules:
        """Return what may and must be said of the call, by the plan in force."""
        return debriefs.rules_of(self._floor, debrief)

    def queues_of(self, agent: AgentId, now: Instant) -> list[QueueId]:
        """Return the queues whose calls the agent may get."""
        return self._floor.requirements.queues_of(agent, self._floor.plan, now)

    def waiting(self, now: Instant = 0.0) -> list[CallId]:
        """Return waiting calls in the order in which one agent for all would serve them."""
        return list(self._floor.matching.waiting(now))

    def position(self, call: CallId, now: Instant) -> int | None:
        """Return a caller's place in the order of service of their queue; None: in no line.

        1 is next. Whoever an agent's phone rings for counts as long as nobody has answered.
        """
        known = self._floor.calls.get(call)
        return None if known is None else promises.position_of(self._floor, known, now)

    def line(self, queue: QueueId, now: Instant) -> list[CallId]:
        """Return who stands in a queue's line, in its order of service."""
        places = promises.places_of(self._floor, queue, now)
        return sorted(places, key=places.__getitem__)

    def standing(self, queue: QueueId) -> tuple[int, Instant | None]:
        """Return how many stand in a queue's line, and since when the first of them."""
        return self._floor.shares.waiting(queue), self._floor.shares.oldest(queue)

    def estimate(self, call: CallId, now: Instant) -> WaitEstimate | None:
        """Return how much longer a caller will wait; None: in no line, or nothing to go by."""
        known = self._floor.calls.get(call)
        return None if known is None else promises.estimate_for_call(self._floor, known, now)

    def estimate_queue(self, queue: QueueId, now: Instant) -> WaitEstimate | None:
        """Return for how long somebody would wait who called now; None: nothing to go by."""
        return promises.estimate_for_queue(self._floor, queue, now)

    def agents_free(self, queue: QueueId, now: Instant) -> int:
        """Return how many agents could be offered a usual caller of the queue now."""
        return promises.agents_free(self._floor, queue, now)

    def shut(self, queue: QueueId) -> str:
        """Return why the queue would send on a usual caller who came now; empty: it takes them."""
        return limits.shut(self._floor, usual_caller(queue), self._floor.queue_settings(queue))

    def keeps_place_of(self, call: CallId) -> bool:
        """Tell whether the caller had a better place, hung up, and may have it back."""
        known = self._floor.calls.get(call)
        return known is not None and reclaims.is_kept(self._floor, known)

    def free_slots(self, queue: QueueId, now: Instant) -> list[Instant]:
        """Return the times for which a callback can be booked, as many as are read out."""
        rules = self._floor.queue_settings(queue).callback
        most = 0 if rules is None or rules.slots is None else rules.slots.offered
        return list(islice(turns.free_slots(self._floor, queue, now), most))

    def watch(self, watcher: Watcher | None) -> None:
        """Have the watcher called before each offer is made; it must only look, as `explain` does.

        None: nobody watches any more.
        """
        self._floor.watcher = watcher

    def explain(self, call: CallId, now: Instant, chosen: AgentId | None = None) -> Choice | None:
        """Return why each agent is not offered the call at this instant.

        Args:
            call: alive.
            now: this instant.
            chosen: who is, asked by a watcher.

        Returns:
            None if the call does not look for an agent.
        """
        known = self._floor.calls.get(call)
        return None if known is None else explaining.explain(self._floor, known, chosen, now)

    def handle(self, event: Event, now: Instant) -> list[Command]:
        """Apply one event and return the commands it leads to, in order.

        A late event, about a call or an offer that is over, changes nothing and is counted.

        Raises:
            CoreError: the event is impossible in the present state, which is left as it was.
            Unsettled: a fault of the core; the event is applied all the same.
        """
        ignored = self._floor.ignored
        try:
            reducer.apply(self._floor, event, now)
        except CoreError:
            self._floor.take_commands()
            raise
        if self._floor.ignored == ignored:
            self._settle(now)
        return self._floor.take_commands()

    def advance(self, now: Instant) -> list[Command]:
        """Do whatever fell due until now, and return the commands it leads to.

        Raises:
            Unsettled: a fault of the core; what fell due is done all the same.
        """
        if not self._floor.held:
            deadlines.meet_due(self._floor, now)
            self._settle(now)
        return self._floor.take_commands()

    def _settle(self, now: Instant) -> None:
        """Work out what follows: nothing is refused any more, as the state has changed."""
        try:
            pairing.settle(self._floor, now)
            pacing.settle(self._floor, now)
            coaching.settle(self._floor)
        except Exception as fault:
            raise Unsettled(self._floor.take_commands()) from fault

    def next_deadline(self) -> Instant | None:
        """Return when `advance` has something to do, None if nothing is due ever."""
        first = None if self._floor.held else self._floor.deadlines.first()
        return None if first is None else first[0][0]

    def check_invariants(self) -> None:
        """Check what must hold between any two events; for tests.

        Raises:
            AssertionError: something does not hold; the message says what.
        """
        invariants.check(self._floor)

    def snapshot(self) -> CenterSnapshot:
        """Return the whole state as plain data."""
        return self.imprint().snapshot()

    def imprint(self) -> Imprint:
        """Take the whole state in little time: a snapshot can be made of it later."""
        return snapshots.imprint(self._floor)

    @classmethod
    def from_snapshot(cls, snapshot: CenterSnapshot) -> ContactCenter:
        """Return a center that goes on from the snapshot exactly as the first would have."""
        center = cls()
        snapshots.restore(center._floor, snapshot)
        return center
