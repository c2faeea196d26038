"""A stage for the core: events in a test's own words, invariants after every step, a story.

Every method posts one event and returns the commands it led to. What a test leaves out (which
offer, which agent, which phone) is filled in from what the core asked for last.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import orjson

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall, ShowAgent, ShowCall, ShowCoaching, ShowOutcome
from ccengine.core.errors import CoreError
from ccengine.core.events import Event, Miss, Party
from ccengine.core.ids import AgentId, CallId, OfferId, PhoneId
from ccengine.core.plan import Plan
from ccengine.core.work_items import Failure
from tests.core.builders import (
    CLIENT,
    agent_settings,
    call_arrived,
    callback_asked,
    message_left,
    phone_named,
    plan_of,
    queue_named,
    queue_settings,
)

if TYPE_CHECKING:
    from ccengine.core.commands import Command
    from ccengine.core.plan import AgentSettings, QueueSettings
    from ccengine.core.queues import Overflow
    from tests.core.ledger import Ledger

NODE = "node1"


class Like:
    """Equal to every command of the kind whose named fields have these values."""

    def __init__(self, kind: type, **wanted: object) -> None:
        unknown = set(wanted) - {field.name for field in fields(kind)}
        assert not unknown, f"{kind.__name__} has no {unknown}"
        self.kind, self.wanted = kind, wanted

    def __eq__(self, other: object) -> bool:
        return type(other) is self.kind and all(
            getattr(other, name) == value for name, value in self.wanted.items()
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value!r}" for name, value in self.wanted.items())
        return f"{self.kind.__name__}({inside}, …)"


def state_bytes(center: ContactCenter) -> bytes:
    """Return the whole state as bytes, to compare states."""
    return orjson.dumps(center.snapshot())


def acts(commands: list[Command]) -> list[Command]:
    """Leave out the commands that only say what state something is in."""
    return [
        command
        for command in commands
        if not isinstance(command, ShowAgent | ShowCall | ShowCoaching | ShowOutcome)
    ]


def _short(fact: Event | Command) -> str:
    """Return the fact on one line, without what is empty; of a plan only its version."""
    said = [getattr(fact, field.name) for field in fields(fact)]
    said = [value.version if isinstance(value, Plan) else str(value) for value in said if value]
    return f"{type(fact).__name__}({', '.join(said)})"


class Stage:
    """A contact center in a test's hands."""

    def __init__(self, *, connected: bool = True, ledger: Ledger | None = None) -> None:
        self.ledger = ledger  #: looks over the core's shoulder, if there is one
        self.center = ContactCenter()
        self.now = 0.0
        self.story: list[str] = []
        self.steps: list[tuple[float, Event | None]] = []  #: all that was accepted; None: time
        self.said: list[bytes] = []  #: what each step led to
        self.offers: dict[str, list[OfferCall]] = {}
        self.agents: dict[str, AgentSettings] = {}
        self.queues: dict[str, QueueSettings] = {}
        self.house: dict[str, Any] = {}  #: rules of the plan
        self.absent: set[str] = set()  #: in the plan, not logged in by `staff` or a scenario
        self.ready_at_login = True
        self._phones = 100
        if connected:
            self.resynced()

    # --- the world -----------------------------------------------------------------------------

    def plan(self) -> list[Command]:
        """Load the plan made of what `agent` and `queue_rules` have collected."""
        ready = self.ready_at_login
        return self.load(plan_of(self.agents, self.queues, ready_at_login=ready, **self.house))

    def load(self, plan: Plan) -> list[Command]:
        return self.post(events.PlanLoaded(plan=plan))

    def staff(self, **skills: str) -> None:
        """Have these agents, and a queue for each skill anybody has, all logged in, in order.

        They log in one second apart, so the first has been idle for longest.
        """
        for name, has in skills.items():
            self.agents[name] = agent_settings(has)
            for word in has.split():
                skill = word.partition(":")[0]
                self.queues.setdefault(skill, queue_settings(f"{skill}:1"))
        self.plan()
        for name in skills:
            self.log_in(name)
            self.wait(1)

    def wait(self, seconds: float) -> list[Command]:
        """Let time pass; every deadline is met on its second."""
        return self.until(self.now + seconds)

    def until(self, now: float) -> list[Command]:
        """Let time pass until `now`; every deadline is met on its second."""
        led_to: list[Command] = []
        while (due := self.center.next_deadline()) is not None and due <= now:
            led_to += self.advance(max(due, self.now))
        self.now = now
        return led_to

    def advance(self, now: float) -> list[Command]:
        """Call the core's `advance` once, however late."""
        self.now = now
        commands = self.center.advance(now)
        self._note(None, commands)
        return commands

    def post(self, event: Event) -> list[Command]:
        """Tell the core; check that a refused event changed nothing.

        Raises:
            CoreError: the core refused.
        """
        before, ignored = state_bytes(self.center), self.center.ignored
        try:
            commands = self.center.handle(event, self.now)
        except CoreError as refusal:
            self._note(event, [], f"refused: {refusal}")
            assert state_bytes(self.center) == before, self.told("a refused event left traces")
            raise
        if self.center.ignored > ignored:
            self._note(event, commands, "ignored")
            assert not commands, self.told("an ignored event led to commands")
            assert state_bytes(self.center) == before, self.told("an ignored event left traces")
        else:
            self._note(event, commands)
        return commands

    def expect(self, commands: list[Command], *wanted: object) -> None:
        """Check what the core asked for, in order, leaving out what it only shows."""
        asked = acts(commands)
        assert asked == list(wanted), self.told(f"wanted {list(wanted)}\n got {asked}")

    def told(self, complaint: str) -> str:
        """Return the complaint with everything that happened before it."""
        return "\n".join([complaint, "the story:", *self.story])

    # --- calls ---------------------------------------------------------------------------------

    def arrive(self, call: str, client: str = CLIENT, caller: str = "") -> list[Command]:
        arrived = replace(call_arrived(call, client), caller=caller, arrived_at=self.now)
        return self.post(arrived)

    def queue(
        self, call: str, queue: str, priority: int | None = None, **wishes: Any
    ) -> list[Command]:
        """Queue the call, which arrives first if it has not."""
        name = queue_named(queue)
        if call not in self.center.calls:
            self.arrive(call, name.partition("/")[0])
        queued = events.CallQueued(call=CallId(call), queue=name, priority=priority, **wishes)
        return self.post(queued)

    def press(self, call: str, key: str, to: Overflow) -> list[Command]:
        return self.post(events.ExitChosen(call=CallId(call), key=key, to=to))

    def stray(self, call: str) -> list[Command]:
        return self.post(events.CallerStrayed(call=CallId(call)))

    def come_back(self, call: str) -> list[Command]:
        return self.post(events.CallerReturned(call=CallId(call), channel=f"{call}-again"))

    def ring(self, call: str, agent: str | None = None) -> list[Command]:
        return self.post(events.OfferRinging(**self._offer(call, agent)))

    def accept(self, call: str, agent: str | None = None) -> list[Command]:
        return self.post(events.OfferAccepted(**self._offer(call, agent)))

    def decline(
        self,
        call: str,
        agent: str | None = None,
        reason: str = "declined",
        how: Miss = Miss.DECLINED,
    ) -> list[Command]:
        offer = self._offer(call, agent)
        return self.post(events.OfferDeclined(**offer, reason=reason, how=how))

    def bridge(self, call: str) -> list[Command]:
        ids = self._pair(call)
        return self.post(events.ConversationStarted(**ids, bridge=f"{call}-bridge"))

    def fail(self, call: str) -> list[Command]:
        return self.post(events.ConversationFailed(**self._pair(call)))

    def end_talk(self, call: str, by: Party = Party.AGENT) -> list[Command]:
        return self.post(events.ConversationEnded(**self._pair(call), by=by))

    def hang_up(self, call: str, by: Party = Party.CALLER) -> list[Command]:
        return self.post(events.CallEnded(call=CallId(call), by=by, cause="hung up"))

    def talk(self, call: str, queue: str) -> str:
        """Queue the call, have it answered and bridged; return who has it."""
        self.queue(call, queue)
        self.accept(call)
        self.bridge(call)
        return self.offers[call][-1].agent

    # --- items ---------------------------------------------------------------------------------

    def ask_callback(
        self, call: str, to: str, queue: str = "none", slot: float | None = None
    ) -> list[Command]:
        """Let the caller be called back; the item is called as the call, with `-cb` behind it."""
        asked = callback_asked(call, to, queue_named(queue))
        return self.post(replace(asked, slot=slot))

    def leave_message(self, call: str, queue: str, to: str = "+4930") -> list[Command]:
        return self.post(replace(message_left(call, queue_named(queue), self.now), to=to))

    def dial(self, item: str) -> list[Command]:
        """Dial the customer of an item, by another leg each time."""
        known = self.center.calls[CallId(item)].item
        number = 1 if known is None else known.attempts + 1
        return self.post(events.CallbackDialed(call=CallId(item), leg=f"{item}.c{number}"))

    def customer_answers(self, item: str) -> list[Command]:
        return self.post(events.CallbackAnswered(call=CallId(item), leg=self._leg(item)))

    def customer_confirms(self, item: str) -> list[Command]:
        return self.post(events.CallbackConfirmed(call=CallId(item)))

    def customer_fails(self, item: str, how: str = "no_answer") -> list[Command]:
        failed = events.CallbackFailed(call=CallId(item), leg=self._leg(item), how=Failure(how))
        return self.post(failed)

    def reclaim(self, call: str) -> list[Command]:
        return self.post(events.PlaceReclaimed(call=CallId(call)))

    def _leg(self, item: str) -> str:
        known = self.center.calls[CallId(item)].item
        return "" if known is None else known.leg

    # --- agents --------------------------------------------------------------------------------

    def log_in(self, agent: str, phone: str | None = None) -> list[Command]:
        if phone is None:
            self._phones += 1
            phone = str(self._phones)
        return self.post(events.AgentLoggedIn(agent=AgentId(agent), phone=phone_named(phone)))

    def log_out(self, agent: str) -> list[Command]:
        return self.post(events.AgentLoggedOut(agent=AgentId(agent)))

    def ready(self, agent: str) -> list[Command]:
        return self.post(events.AgentWentReady(agent=AgentId(agent)))

    def not_ready(self, agent: str, reason: str = "lunch") -> list[Command]:
        return self.post(events.AgentWentNotReady(agent=AgentId(agent), reason=reason))

    def leave_out(self, agent: str, queue: str) -> list[Command]:
        return self.post(events.AgentPaused(agent=AgentId(agent), queue=queue_named(queue)))

    def take_in(self, agent: str, queue: str) -> list[Command]:
        return self.post(events.AgentResumed(agent=AgentId(agent), queue=queue_named(queue)))

    def need_longer(self, agent: str) -> list[Command]:
        return self.post(events.WrapUpExtended(agent=AgentId(agent)))

    def give_wrong_pin(self, agent: str) -> list[Command]:
        return self.post(events.WrongPinGiven(agent=AgentId(agent), phone=phone_named("101")))

    def ask_for_help(self, agent: str) -> list[Command]:
        return self.post(events.HelpAsked(agent=AgentId(agent)))

    def answer_help(self, agent: str, supervisor: str = "") -> list[Command]:
        if not supervisor:
            return self.post(events.HelpUnanswered(agent=AgentId(agent)))
        answered = events.HelpAnswered(agent=AgentId(agent), supervisor=AgentId(supervisor))
        return self.post(answered)

    def lose_phone(self, agent: str) -> list[Command]:
        return self.post(events.PhoneLost(phone=self._phone(agent)))

    def find_phone(self, agent: str) -> list[Command]:
        return self.post(events.PhoneFound(phone=self._phone(agent)))

    def start_own_call(self, agent: str) -> list[Command]:
        return self.post(events.OwnCallStarted(phone=self._phone(agent), channel=f"{agent}-own"))

    def end_own_call(self, agent: str) -> list[Command]:
        return self.post(events.OwnCallEnded(phone=self._phone(agent), channel=f"{agent}-own"))

    # --- outcomes ------------------------------------------------------------------------------

    def say(self, agent: str, call: str, disposition: str = "sold", **more: Any) -> list[Command]:
        ids: dict[str, Any] = {"agent": AgentId(agent), "call": CallId(call)}
        return self.post(events.OutcomeSet(**ids, disposition=disposition, **more))

    def fill(self, agent: str, call: str, form: str = "order", **values: str) -> list[Command]:
        ids: dict[str, Any] = {"agent": AgentId(agent), "call": CallId(call)}
        return self.post(events.FormFilled(**ids, form=form, values=values))

    def start_typing(self, agent: str, call: str) -> list[Command]:
        return self.post(events.OutcomeEntryStarted(agent=AgentId(agent), call=CallId(call)))

    def stop_typing(self, agent: str, call: str) -> list[Command]:
        return self.post(events.OutcomeEntryEnded(agent=AgentId(agent), call=CallId(call)))

    # --- the switch ----------------------------------------------------------------------------

    def lost(self) -> list[Command]:
        return self.post(events.SwitchLost(node=NODE))

    def resynced(self) -> list[Command]:
        return self.post(events.SwitchResynced(node=NODE))

    # --- looking -------------------------------------------------------------------------------

    def state(self, agent: str) -> str:
        return self.center.agent(AgentId(agent)).state.value

    def reason(self, agent: str) -> str:
        return self.center.agent(AgentId(agent)).reason

    def call_state(self, call: str) -> str:
        return self.center.calls[CallId(call)].state.value

    def line(self) -> list[str]:
        return [str(call) for call in self.center.waiting()]

    def settle_plan(self, agent: str, **changes: Any) -> None:
        """Change an agent's settings in the plan to come."""
        self.agents[agent] = replace(self.agents[agent], **changes)

    # --- inside --------------------------------------------------------------------------------

    def _note(self, event: Event | None, commands: list[Command], word: str = "") -> None:
        if not word.startswith("refused"):
            self.steps.append((self.now, event))
            self.said.append(orjson.dumps(commands))
        self.story.append(f"{self.now:8.1f}  {'time' if event is None else _short(event)} {word}")
        self.story += [f"          -> {_short(command)}" for command in commands]
        for command in commands:
            if isinstance(command, OfferCall):
                self.offers.setdefault(command.call, []).append(command)
        try:
            self.center.check_invariants()
            if self.ledger is not None and word == "":
                self.ledger.enter(event, commands, self.now)
        except AssertionError as broken:
            raise AssertionError(self.told(str(broken))) from None

    def _phone(self, agent: str) -> PhoneId:
        phone = self.center.agent(AgentId(agent)).phone
        assert phone is not None
        return phone

    def _offer(self, call: str, agent: str | None) -> dict[str, Any]:
        made = [offer for offer in self.offers[call] if agent in (None, offer.agent)]
        return {
            "call": CallId(call),
            "agent": made[-1].agent,
            "offer": OfferId(made[-1].offer),
        }

    def _pair(self, call: str) -> dict[str, Any]:
        known = self.center.calls.get(CallId(call))
        agent = self.offers[call][-1].agent if known is None or known.agent is None else known.agent
        return {"call": CallId(call), "agent": agent}
