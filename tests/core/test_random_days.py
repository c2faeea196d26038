"""Days on which everything happens: the same machine as in `test_properties`, driven by dice.

Hypothesis looks for small stories and makes them smaller; here the stories are long and busy, so
that rules meet each other. A failure names its seed and tells the story.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

from ccengine.core import events
from ccengine.core.events import Miss, Party
from ccengine.core.ids import AgentId, OfferId, PhoneId, QueueId
from ccengine.core.queues import Overflow
from ccengine.core.states import CallState, Kind
from tests.core.machine import ALL_CALLS
from tests.core.plans import DISPOSITIONS, NAMES, QUEUES, plan_number, skills_of
from tests.core.random_items import NUMBERS
from tests.core.test_properties import RandomCenter
from tests.sizes import FULL, by_size

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.long

DAYS = by_size(small=60, full=4000)
STEPS = 150
PHONES = ("101", "102", "103", "104", "105")


class Day:
    """One seed's day."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.machine = RandomCenter()
        self.machine.open_doors(plan=plan_number(seed), present=set(NAMES))
        self.happenings: list[Callable[[], None]] = [
            *[self.call_comes] * self.chance.choice((3, 6, 8)),
            *[self.all_go_on] * 10,
            *[self.time_passes] * 6,
            *[self.offer_is_missed] * 3,
            *[self.agents_get_ready] * 3,
            *[self.items_happen] * self.chance.choice((2, 8, 14)),
            *[self.outcomes_are_given] * 3,
            *[self.agents_control_calls] * 10,
            *[self.agents_are_choosy] * 3,
            self.caller_leaves,
            *[self.supervisor_steps_in] * 2,
            self.caller_strays_or_returns,
            self.agent_comes_or_goes,
            self.phone_changes,
            self.engine_changes,
            self.plan_changes,
        ]

    def items_happen(self) -> None:
        chance, machine = self.chance, self.machine
        call, queue = chance.choice(ALL_CALLS), QueueId(chance.choice(QUEUES))
        match chance.randint(0, 12):
            case 0 | 5 | 6:
                machine.a_caller_with_a_number_comes(call, queue, NUMBERS[0], known=False)
                again, to = chance.random() < 0.2, chance.choice(NUMBERS)
                machine.a_callback_is_asked_for(call, queue, to, again=again)
            case 1:
                machine.a_message_is_left(call, queue)
            case 2:
                machine.a_place_is_reclaimed(call)
            case 3:
                number = chance.choice(NUMBERS)
                machine.a_caller_with_a_number_comes(call, queue, number, known=True)
            case _:
                machine.items_go_on(chance.randrange(2**32), 3)

    def pass_by(self) -> None:
        for _ in range(STEPS):
            self.chance.choice(self.happenings)()
        self.machine.teardown()

    def call_comes(self) -> None:
        chance, machine = self.chance, self.machine
        call, queue = chance.choice(ALL_CALLS), QueueId(chance.choice(QUEUES))
        if not machine.is_free(call):
            return
        earlier = chance.choice((0.0, 30.0))
        wishes = chance.random() < 0.3
        own = tuple(map(AgentId, chance.sample(NAMES, chance.choice((0, 0, 1, 2, 3)))))
        machine.come(
            call,
            queue,
            earlier,
            priority=chance.choice((None, None, 0, 5)),
            skills=skills_of(chance, 1) if wishes else {},
            preferred=skills_of(chance, 1) if wishes else {},
            agents=own,
            scores={one: chance.choice((50, 90)) for one in own} if chance.random() < 0.5 else {},
        )

    def all_go_on(self) -> None:
        machine = self.machine
        for call in list(machine.stage.center.calls):
            talks = machine.stage.center.calls[call].state is CallState.TALKING
            goes_on = self.chance.random() < (0.2 if talks else 0.4)
            event = machine.next_of(call) if goes_on else None
            if event is not None:
                machine.tell(event)

    def time_passes(self) -> None:
        seconds = self.chance.choice((0.3, 1.0, 2.7, 5.0, 10.0))
        if self.chance.random() < 0.1:
            self.machine.the_timer_is_late(seconds=seconds)
        else:
            self.machine.pass_time(seconds)

    def offer_is_missed(self) -> None:
        machine = self.machine
        offers = machine.offers[-4:]
        if offers:
            one = self.chance.choice(offers)
            how = self.chance.choice(list(Miss))
            ids = {"call": one.call, "agent": one.agent, "offer": OfferId(one.offer)}
            machine.tell(events.OfferDeclined(**ids, reason=how, how=how))

    def agents_get_ready(self) -> None:
        self.machine.all_get_ready()

    def outcomes_are_given(self) -> None:
        chance, machine = self.chance, self.machine
        if chance.random() < 0.4:
            seconds = chance.choice((0.0, 1.0, 10.0))
            machine.outcomes_are_typed(over=chance.random() < 0.6, seconds=seconds)
        if chance.random() < 0.6:
            machine.all_say_how_it_went(said=chance.choice(DISPOSITIONS), resolved=None)

    def agents_are_choosy(self) -> None:
        """Agents leave queues out, want longer or a break; callers press keys; bridges fail."""
        chance, machine = self.chance, self.machine
        agent, call = AgentId(chance.choice(NAMES)), chance.choice(ALL_CALLS)
        queue = QueueId(chance.choice(QUEUES))
        match chance.randint(0, 6):
            case 0 | 1:
                machine.agent_leaves_a_queue_out(
                    agent=agent, queue=queue, back=chance.random() < 0.5
                )
            case 2:
                machine.agent_needs_longer(agent=agent, times=chance.randint(1, 3))
            case 3:
                machine.agent_says_why(agent=agent, reason=chance.choice(("lunch", "nap")))
            case 4:
                machine.caller_leaves_by_key(call=call, to=Overflow(queue=queue))
            case 5:
                machine.the_bridge_fails(call=call)
            case _:
                again = machine.happened[-20:]
                machine.tell(chance.choice(again))

    def agents_control_calls(self) -> None:
        chance, machine = self.chance, self.machine
        dice = chance.randrange(2**32)
        if chance.random() < 0.4:
            machine.a_caller_is_handed_on(dice)
        elif chance.random() < 0.2:
            kind = chance.choice((Kind.OUTBOUND, Kind.INTERNAL))
            machine.an_agent_dials(AgentId(chance.choice(NAMES)), kind, dice)
        else:
            machine.agents_do_things_with_calls(dice, 3)

    def caller_leaves(self) -> None:
        self.machine.caller_hangs_up(call=self.chance.choice(ALL_CALLS), by=Party.CALLER)

    def supervisor_steps_in(self) -> None:
        chance, call = self.chance, self.chance.choice(ALL_CALLS)
        if chance.random() < 0.5:
            self.machine.supervisor_moves(call=call, queue=QueueId(chance.choice(QUEUES)))
        else:
            self.machine.supervisor_gives_a_priority(call=call, priority=chance.choice((0, 5, -3)))

    def caller_strays_or_returns(self) -> None:
        call = self.chance.choice(ALL_CALLS)
        self.machine.caller_strays_or_returns(call=call, returns=self.chance.random() < 0.7)

    def agent_comes_or_goes(self) -> None:
        agent = AgentId(self.chance.choice(NAMES))
        if self.chance.random() < 0.5:
            self.machine.agent_wants_a_rest(agent=agent, leaves=self.chance.random() < 0.5)
        else:
            phone = PhoneId(self.chance.choice(PHONES))
            self.machine.agent_logs_in(agent=agent, phone=phone)

    def phone_changes(self) -> None:
        chance, phone = self.chance, PhoneId(self.chance.choice(PHONES))
        better = chance.random() < 0.6
        if chance.random() < 0.5:
            self.machine.a_phone_is_lost_or_found(phone=phone, found=better)
        else:
            self.machine.an_agent_has_a_call_of_their_own(phone=phone, channel="own", over=better)

    def engine_changes(self) -> None:
        machine = self.machine
        self.chance.choice((machine.engine_restarts, machine.a_twin_is_restored))()
        if self.chance.random() < 0.3:
            machine.switch_goes_or_comes(back=False)
            self.call_comes()
            self.all_go_on()
            self.time_passes()
            machine.switch_goes_or_comes(back=True)

    def plan_changes(self) -> None:
        self.machine.tell(events.PlanLoaded(plan=plan_number(self.chance.randint(0, 10**6))))


@pytest.mark.timeout(7200 if FULL else 300)
@pytest.mark.parametrize("first", range(0, DAYS, 20))
def test_days_go_by(first: int) -> None:
    for seed in range(first, first + 20):
        try:
            Day(seed).pass_by()
        except AssertionError as wrong:
            message = f"seed {seed}: {wrong}"
            raise AssertionError(message) from wrong
