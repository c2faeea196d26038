"""Plans of every kind, each made of a number, for tests that try what comes to nobody's mind.

They are thrown with dice of their own: hypothesis has enough to do with what happens, and a plan
that it shrank to nothing would say little.
"""

from __future__ import annotations

import itertools
from random import Random
from typing import TYPE_CHECKING, TypeVar

from ccengine.core.ids import (
    AgentId,
    ClientId,
    GroupId,
    LicenceId,
    QueueId,
    SkillId,
    client_of,
)
from ccengine.core.outcome_rules import NO_RULES, AtDeadline, OutcomeRules
from ccengine.core.periods import Period
from ccengine.core.plan import AgentSettings, Days, Plan, Precedence, Reason, Rest, Share
from ccengine.core.queues import (
    Affinity,
    Empty,
    Health,
    Limits,
    Member,
    MissesBy,
    Order,
    Overflow,
    QueueSettings,
    RelaxStep,
    Strategy,
)
from ccengine.core.reasons import AfterLimit
from ccengine.core.work_items import CallbackRules, Mode, RetrySeconds, Slots
from tests.core.builders import TENANT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NAMES = ("anna", "bob", "carl", "dora", "erin")
CLIENTS = ("nova", "sirin")
QUEUES = ("nova/billing", "nova/vip", "nova/any", "sirin/sales", "sirin/loans")
SKILLS = ("billing", "sales", "german")
GROUPS = ("front", "back")
LOANS = LicenceId("loans")
DISPOSITIONS = ("sold", "lost")

Thing = TypeVar("Thing")


def plan_number(seed: int) -> Plan:
    """Return the plan of this number; plans use few of all rules at a time."""
    return _Thrown(Random(seed)).plan()


def skills_of(chance: Random, most: int, lowest: int = 1, highest: int = 4) -> dict[SkillId, int]:
    """Return some skills with levels."""
    named = chance.sample(SKILLS, chance.randint(0, most))
    return {SkillId(skill): chance.randint(lowest, highest) for skill in named}


class _Thrown:
    """A plan in the making."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.easy = chance.random() < 0.5  # agents who can do nearly everything

    def at_times(self, how_often: float, make: Callable[[], Thing], else_: Thing) -> Thing:
        return make() if self.chance.random() < how_often else else_

    def some(self, names: Sequence[str], most: int) -> list[str]:
        return self.chance.sample(names, self.chance.randint(0, min(most, len(names))))

    def plan(self) -> Plan:
        chance = self.chance
        names = chance.sample(NAMES, chance.randint(3, len(NAMES)))
        queues = chance.sample(QUEUES, chance.randint(2, len(QUEUES)))
        return Plan(
            tenant=TENANT,
            version=str(chance.randint(1, 3)),
            agents={AgentId(name): self.agent() for name in names},
            queues={QueueId(queue): self.queue() for queue in queues},
            ready_at_login=chance.random() < 0.8,
            precedence=chance.choice(list(Precedence)),
            shares=self.at_times(0.3, self.shares, {}),
            rest=self.at_times(0.25, self.rest, Rest()),
            periods=self.at_times(0.25, self.periods, {}),
            openings=self.at_times(0.4, lambda: self.openings(queues), {}),
            reasons=self.at_times(0.5, self.reasons, {}),
            reason_required=chance.random() < 0.1,
            supervisors={"desk": tuple(map(AgentId, self.some(NAMES, 2)))},
            dialled_wrap_up_seconds=chance.choice((0.0, 5.0, 15.0)),
            usual_queues=self.at_times(0.5, lambda: self.usual(queues), {}),
            outcomes=self.at_times(0.3, lambda: {ClientId(CLIENTS[0]): self.outcome()}, {}),
        )

    def usual(self, queues: Sequence[str]) -> dict[ClientId, QueueId]:
        return {client_of(QueueId(queue)): QueueId(queue) for queue in queues}

    def openings(self, queues: Sequence[str]) -> dict[QueueId, tuple[Period, ...]]:
        edges = (0.0, 15.0, 60.0, 65.0, 90.0, 200.0, 400.0)
        return {
            QueueId(queue): tuple(
                Period(starts, ends)
                for starts, ends in itertools.pairwise(sorted(self.chance.sample(edges, 4)))
                if self.chance.random() < 0.6
            )
            for queue in self.some(queues, 2)
        }

    def reasons(self) -> dict[str, Reason]:
        chance = self.chance
        return {
            name: Reason(
                name=name,
                minutes=chance.choice((None, 0.1, 0.25, 1.0)),
                then=chance.choice(list(AfterLimit)),
            )
            for name in ("lunch", "training", "no answer")
        }

    def agent(self) -> AgentSettings:
        chance = self.chance
        able = skills_of(chance, 3, 1, 10)
        return AgentSettings(
            name="A. Name",
            number="1000",
            skills={SkillId(one): 5 for one in SKILLS} if self.easy else able,
            clients=tuple(
                map(ClientId, CLIENTS if self.easy else chance.choice((CLIENTS, CLIENTS[:1])))
            ),
            licences={LOANS: Days()} if self.easy or chance.random() < 0.5 else {},
            groups=tuple(map(GroupId, self.some(GROUPS, 2))),
            team=chance.choice(("desk", None)),
        )

    def shares(self) -> dict[ClientId, Share]:
        chance = self.chance
        return {
            ClientId(client): Share(
                floor=chance.choice((0, 1, 2)), ceiling=chance.choice((None, 1, 2, 3))
            )
            for client in CLIENTS
        }

    def rest(self) -> Rest:
        chance = self.chance
        occupancy = chance.choice((1.0, 0.5, 0.8))
        return Rest(seconds=chance.choice((0.0, 3.0)), occupancy=occupancy, window_minutes=1.0)

    def periods(self) -> dict[AgentId, dict[str, Period]]:
        edges = (None, None, 1.0, 10.0, 33.0, 60.0, 120.0)
        whats = ("client:nova", "client:sirin", "licence:loans", "skill:german", "skill:billing")
        return {
            AgentId(name): {
                what: Period(self.chance.choice(edges), self.chance.choice(edges))
                for what in self.some(whats, 2)
            }
            for name in self.some(NAMES, 3)
        }

    def queue(self) -> QueueSettings:
        chance = self.chance
        return QueueSettings(
            skills=skills_of(chance, 2),
            preferred=self.at_times(0.3, lambda: skills_of(chance, 2), {}),
            gates=self.at_times(0.2, lambda: skills_of(chance, 1), {}),
            licences=(LOANS,) if chance.random() < 0.2 else (),
            groups=tuple(map(GroupId, self.at_times(0.3, lambda: self.some(GROUPS, 1), []))),
            members=self.at_times(0.3, self.members, ()),
            max_penalty=chance.choice((None, None, 0, 2)),
            relax=self.at_times(0.5, self.relax, ()),
            strategy=chance.choice([*Strategy, Strategy.RING_ALL]),
            affinity=self.at_times(0.3, self.affinity, Affinity()),
            priority=chance.choice((0, 0, 0, 1, 5, -2)),
            ageing_per_minute=chance.choice((0.0, 0.0, 1.0, 12.0)),
            counts_earlier_seconds=chance.random() < 0.3,
            order=chance.choice((Order.OLDEST, Order.OLDEST, Order.NEWEST)),
            weight=chance.choice((0, 0, 0, 1, 2)),
            promise_seconds=chance.choice((None, 5.0, 20.0, 60.0)),
            longest_wait_seconds=chance.choice((None, None, 5.0, 15.0, 40.0)),
            health=Health(waiting=chance.choice((0, 1)), wait_seconds=5.0),
            limits=self.at_times(0.4, self.limits, Limits()),
            misses=chance.choice((1, 2, 3)),
            misses_by=MissesBy(busy=chance.choice((None, 0, 2)), declined=chance.choice((None, 1))),
            ring_seconds=chance.choice((5.0, 10.0, 20.0)),
            wrap_up_seconds=chance.choice((0.0, 5.0, 15.0)),
            callback=self.at_times(0.7, self.callback, None),
            reclaim_seconds=chance.choice((0.0, 30.0)),
            wrap_up_extension_seconds=chance.choice((5.0, 30.0)),
            wrap_up_at_most_seconds=chance.choice((10.0, 40.0)),
            outcome=self.at_times(0.5, self.outcome, NO_RULES),
        )

    def callback(self) -> CallbackRules:
        chance = self.chance
        return CallbackRules(
            mode=chance.choice((Mode.AGENT_FIRST, Mode.AGENT_FIRST, Mode.CUSTOMER_FIRST)),
            attempts=chance.choice((1, 2, 3)),
            retry_seconds=RetrySeconds(busy=0.0, no_answer=chance.choice((5.0, 30.0)), nobody=5.0),
            ring_seconds=chance.choice((5.0, 20.0)),
            lead_seconds=chance.choice((0.0, 5.0, 60.0)),
            expires_hours=chance.choice((0.01, 0.1, 24.0)),
            slots=self.at_times(0.3, lambda: Slots(minutes=1, capacity=1), None),
        )

    def outcome(self) -> OutcomeRules:
        chance = self.chance
        return OutcomeRules(
            required=chance.random() < 0.6,
            at_deadline=chance.choice(list(AtDeadline)),
            default=chance.choice(("lost", "lost", None)),
            grace_seconds=chance.choice((0.0, 10.0, 60.0)),
            dispositions=DISPOSITIONS,
            contact_reasons=("order",),
            script=chance.choice((None, "nova/sale@1#0")),
        )

    def members(self) -> tuple[Member, ...]:
        return tuple(
            Member(agent=AgentId(name), penalty=self.chance.randint(0, 2))
            for name in self.some(NAMES, 5)
        )

    def affinity(self) -> Affinity:
        return Affinity(same_agent_seconds=8.0, preferred_seconds=self.chance.choice((0.0, 6.0)))

    def relax(self) -> tuple[RelaxStep, ...]:
        after = sorted(self.chance.sample((2.0, 5.0, 10.0, 20.0, 40.0), self.chance.randint(1, 3)))
        return tuple(self.step(seconds) for seconds in after)

    def step(self, seconds: float) -> RelaxStep:
        chance = self.chance
        return RelaxStep(
            after_seconds=seconds,
            lower=skills_of(chance, 2, 0, 2),
            drop=tuple(map(SkillId, self.some(SKILLS, 1))),
            groups=tuple(map(GroupId, self.some(GROUPS, 1))),
            penalty=chance.choice((None, 0, 1, 2)),
            while_healthy=self.at_times(0.5, lambda: QueueId(chance.choice(QUEUES)), None),
        )

    def limits(self) -> Limits:
        chance = self.chance
        empties = [str(one) for one in Empty]
        return Limits(
            waiting=chance.choice((None, None, 0, 1, 2)),
            wait_seconds=chance.choice((None, 5.0, 10.0, 30.0)),
            join_empty=tuple(map(Empty, self.at_times(0.3, lambda: self.some(empties, 3), []))),
            leave_empty=tuple(map(Empty, self.at_times(0.4, lambda: self.some(empties, 4), []))),
            partner_percent=chance.choice((0, 0, 0, 30)),
            partner=chance.choice((None, None, "600777")),
            overflow=self.at_times(0.9, self.overflow, None),
        )

    def overflow(self) -> Overflow:
        chance = self.chance
        other = Overflow(queue=QueueId(chance.choice(QUEUES)))
        return chance.choice(
            (other, other, other, Overflow(voicemail=True), Overflow(flow="closed"))
        )
