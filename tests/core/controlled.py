"""Rules of a machine for what agents do with calls: dial, ask, send on, hand over, hold."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import rule

from ccengine.core import events
from ccengine.core.ids import AgentId, PhoneId
from ccengine.core.states import CallState, Kind
from tests.core.machine import Machine
from tests.core.plans import NAMES
from tests.core.random_control import (
    DIALLED,
    consult_about,
    consulted_about,
    control_of,
    dialled_by,
)

if TYPE_CHECKING:
    from ccengine.core.calls import Call

AGENTS = st.sampled_from([*NAMES, "ghost"]).map(AgentId)
DICE = st.integers(0, 2**32)


class Controlled(Machine):
    """A contact center whose agents do things with calls."""

    @rule()
    def all_get_ready(self) -> None:
        for phone, agent in enumerate(self.stage.center.agents()):
            if agent.phone is None:
                self.tell(events.AgentLoggedIn(agent=agent.id, phone=PhoneId(str(101 + phone))))
            self.tell(events.AgentWentReady(agent=agent.id))

    @rule(agent=AGENTS, kind=st.sampled_from([Kind.OUTBOUND, Kind.INTERNAL]), dice=DICE)
    def an_agent_dials(self, agent: AgentId, kind: Kind, dice: int) -> None:
        self.tell(dialled_by(self.dialled(), agent, kind, Random(dice)))

    @rule(dice=DICE, rounds=st.integers(1, 3))
    def agents_do_things_with_calls(self, dice: int, rounds: int) -> None:
        """Send callers on, ask about them, hand them over: mostly who talks with one."""
        chance = Random(dice)
        for _ in range(rounds):
            calls = list(self.stage.center.calls.values())
            talks = [one for one in calls if one.state is CallState.TALKING]
            among = talks if talks and chance.random() < 0.9 else calls
            if among:
                self.control(chance.choice(among), chance)
            for _ in range(3):
                self.agents_calls_go_on(chance)
            self.pass_time(chance.choice((0.0, 0.5, 5.0)))

    @rule(dice=DICE)
    def a_caller_is_handed_on(self, dice: int) -> None:
        """Ask a colleague about a caller, and hand them over, unless something comes between."""
        chance = Random(dice)
        talks = [one for one in self.stage.center.calls.values() if one.bridge and not one.by]
        if not talks:
            return
        call, consult = chance.choice(talks), self.dialled()
        if chance.random() < 0.7:
            self.all_get_ready()
        self.tell(consulted_about(consult, call, chance))
        for _ in range(4):
            if consult in self.stage.center.calls and chance.random() < 0.9:
                event = self.next_of(consult)
                if event is not None and not isinstance(event, events.ConversationEnded):
                    self.tell(event)
            self.pass_time(chance.choice((0.0, 0.0, 1.0, 8.0)))
        if chance.random() < 0.8:
            self.tell(control_of(call, self.stage.center, chance))

    def control(self, call: Call, chance: Random) -> None:
        consult = consult_about(call, self.stage.center)
        if consult is None and chance.random() < 0.5:
            self.tell(consulted_about(self.dialled(), call, chance))
        else:
            self.tell(control_of(call, self.stage.center, chance))

    def agents_calls_go_on(self, chance: Random) -> None:
        for call in list(self.stage.center.calls.values()):
            if call.kind in DIALLED and call.id in self.stage.center.calls:
                wrong = chance.random() < 0.1
                event = control_of(call, self.stage.center, chance) if wrong else None
                event = event or self.next_of(call.id)
                if event is not None:
                    self.tell(event)
