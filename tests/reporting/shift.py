"""A shift at the core, with its journal: the engine's own order of things, without the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from ccengine.core import events
from ccengine.core.center import ContactCenter
from ccengine.core.errors import CoreError
from ccengine.core.events import Event, Party, Reached
from ccengine.core.ids import AgentId, CallId, ClientId, OfferId, PhoneId, TenantId
from ccengine.core.outcome_rules import AtDeadline, OutcomeRules
from ccengine.core.queues import Limits, Overflow, Strategy
from ccengine.core.states import CallState
from ccengine.reporting.rows import Step
from ccengine.storage.journal import Journal
from tests.core.builders import agent_settings, plan_of, queue_named, queue_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.core.plan import Plan
    from ccengine.reporting.rows import JournalRow, Observer

NODE = "node1"
CALLER = "+380441234567"
AGENTS = ("anna", "bob", "carl")

Move = tuple[str, int, int, float]
"""What happens, to which call and agent, and how many seconds after the last."""


OUTCOME = OutcomeRules(
    dispositions=("sold", "lost"),
    contact_reasons=("order",),
    grace_seconds=30.0,
    script="nova/sale@1#0a",
)
FORM = "nova/order@3#0b"


def plan(*, wrap_up: float = 15.0, version: str = "1") -> Plan:
    """Two queues, three agents; carl can do only one."""
    return plan_of(
        {
            "anna": agent_settings("billing:4 sales:2"),
            "bob": agent_settings("billing:2 sales:5"),
            "carl": agent_settings("sales:1"),
        },
        {
            "billing": replace(queue_settings("billing:1", wrap_up=wrap_up), outcome=OUTCOME),
            "sales": replace(
                queue_settings("sales:1", wrap_up=0.0, priority=1, recorded=False), outcome=OUTCOME
            ),
        },
        version=version,
    )


def other_plan() -> Plan:
    """The same queues: one rings all at once, the other sends callers away who wait too long."""
    usual = plan(version="2")
    sales, billing = usual.queues[queue_named("sales")], usual.queues[queue_named("billing")]
    limits = Limits(wait_seconds=25.0, overflow=Overflow(voicemail=True))
    required = replace(OUTCOME, required=True)
    defaulted = replace(required, at_deadline=AtDeadline.DEFAULT, default="lost")
    early = Limits(wait_seconds=9.0, overflow=Overflow(queue=queue_named("billing")))
    return replace(
        usual,
        queues={
            queue_named("sales"): replace(
                sales, strategy=Strategy.RING_ALL, limits=early, outcome=required
            ),
            queue_named("billing"): replace(billing, limits=limits, misses=2, outcome=defaulted),
        },
    )


def arrived(call: CallId) -> events.CallArrived:
    """A caller with a number of their own."""
    return events.CallArrived(
        call=call,
        tenant=TenantId("demo"),
        client=queue_client(),
        number="600100",
        caller=CALLER,
        channel=f"{call}-caller",
        node=NODE,
        arrived_at=0.5,
    )


def missed(call: CallId, reached: Reached = Reached.FALLBACK) -> events.CallMissed:
    """What a note says of a caller whom no engine took."""
    return events.CallMissed(
        call=call,
        tenant=TenantId("demo"),
        client=queue_client(),
        number="600100",
        caller=CALLER,
        node=NODE,
        arrived_at=1_100.5,
        ended_at=1_160.0,
        by=Party.CALLER,
        reached=reached,
    )


def queue_client() -> ClientId:
    """The client of the usual queues."""
    return ClientId(queue_named("billing").partition("/")[0])


class Shift:
    """A center and its journal, driven event by event."""

    def __init__(self, path: Path, *, center: ContactCenter | None = None) -> None:
        self.journal = Journal.open(path, tenant=TenantId("demo"), node=NODE)
        self.center = center or ContactCenter()
        self.now = 1_000.0
        self.rejections = 0
        self.observers: list[Observer] = []
        self.begun: list[Iterator[None]] = []  #: snapshots that random moves let wait for more

    def open_doors(self, *agents: str, wrap_up: float = 15.0) -> None:
        """Load the plan and have agents log in, a second apart."""
        self.post(events.PlanLoaded(plan=plan(wrap_up=wrap_up)))
        self.post(events.SwitchResynced(node=NODE))
        for place, name in enumerate(agents):
            self.post(events.AgentLoggedIn(agent=AgentId(name), phone=PhoneId(str(200 + place))))
            self.wait(1)

    def post(self, event: Event) -> int:
        """Do as the engine does."""
        try:
            return self._write(Step(event, self.now, self.center.handle(event, self.now)))
        except CoreError as error:
            self.rejections += 1
            return self._write(Step(event, self.now, (), str(error)))

    def wait(self, seconds: float) -> None:
        """Let time pass, with each deadline acted on when it is due."""
        end = self.now + seconds
        while (due := self.center.next_deadline()) is not None and due <= end:
            self.now = max(due, self.now)
            self._write(Step(None, self.now, self.center.advance(self.now)))
        self.now = end

    def rows(self) -> list[JournalRow]:
        """All rows so far."""
        return list(self.journal.rows())

    def offer_of(self, call: CallId) -> tuple[AgentId, OfferId]:
        """The call's agent and offer now, or ones that nobody made."""
        found = self.center.calls.get(call)
        if found is None or found.agent is None:
            return AgentId("anna"), OfferId(f"{call}.99")
        return found.agent, found.offer or OfferId(f"{call}.99")

    def answer(self, call: CallId) -> AgentId:
        """Have the offer ring, be answered and bridged, a second each."""
        agent, offer = self.offer_of(call)
        self.post(events.OfferRinging(call=call, agent=agent, offer=offer))
        self.wait(1)
        self.post(events.OfferAccepted(call=call, agent=agent, offer=offer))
        self.wait(1)
        self.post(events.ConversationStarted(call=call, agent=agent, bridge=f"{call}-bridge"))
        return agent

    def enter(self, call: str, queue: str = "billing") -> CallId:
        """Have a caller come through a flow into a queue, a second each."""
        known = CallId(call)
        self.post(arrived(known))
        self.wait(1)
        self.post(events.FlowStepEntered(call=known, flow="main", step="menu"))
        self.wait(1)
        self.post(events.CallQueued(call=known, queue=queue_named(queue)))
        return known

    def hang_up(self, call: CallId, by: Party = Party.CALLER) -> None:
        """End the call."""
        self.post(events.CallEnded(call=call, by=by, cause="hung up"))

    def play(self, moves: list[Move]) -> None:
        """Make random moves, many of them late, doubled or impossible.

        A snapshot is written bit by bit between the moves that follow, and may not be finished.
        """
        for what, call, agent, seconds in moves:
            for writing in self.begun:
                next(writing, None)
            self.wait(seconds)
            event = self._event(what, CallId(f"c{call}"), AgentId(AGENTS[agent]))
            if event is None:
                self.begun.append(self.journal.begin_snapshot(self.center.imprint(), self.now))
            else:
                self.post(event)

    def write_snapshot(self) -> None:
        """Have the journal hold the center's state."""
        for _ in self.journal.begin_snapshot(self.center.imprint(), self.now):
            pass

    def _write(self, step: Step) -> int:
        (self.written,) = self.journal.write([step])
        for observer in self.observers:
            observer(self.written)
        return self.written[0].number

    def _beside(self, call: CallId) -> dict[str, Any]:
        """Return the last of several offers side by side, or one that nobody made."""
        found = self.center.calls.get(call)
        others = {} if found is None else found.others
        offer = next(reversed(others), OfferId(f"{call}.99"))
        return {"agent": others.get(offer, AgentId("anna")), "offer": offer}

    def _event(self, what: str, call: CallId, agent: AgentId) -> Event | None:
        holder, offer = self.offer_of(call)
        name = "billing" if agent == "anna" else "sales"
        known = self.center.calls.get(call)
        lost = known is not None and known.state is CallState.IN_FLOW and agent == "carl"
        by = Party.LOST if lost else Party.CALLER
        said: dict[str, Any] = {"call": call, "agent": agent}
        made: dict[str, Event] = {
            "say": events.OutcomeSet(**said, disposition="sold", contact_reason="order"),
            "say lost": events.OutcomeSet(**said, disposition="lost", resolved=False, by="boss"),
            "say nonsense": events.OutcomeSet(**said, disposition="nonsense"),
            "fill": events.FormFilled(**said, form=FORM, values={"at": str(self.now)}),
            "type": events.OutcomeEntryStarted(**said),
            "typed": events.OutcomeEntryEnded(**said),
            "arrive": arrived(call),
            "miss": missed(call),
            "step": events.FlowStepEntered(call=call, flow="main", step="menu"),
            "learn": events.FlowDataSet(
                call=call, values={"order": "t:4711"}, shown={"order": name}
            ),
            "ask": events.SurveyAsked(**said, queue=queue_named(name)),
            "score": events.SurveyAnswered(
                **said, queue=queue_named(name), score=1 + (known.offers_made if known else 0) % 5
            ),
            "choose": events.LanguageChosen(call=call, language="en"),
            "queue": events.CallQueued(call=call, queue=queue_named(name)),
            "stray": events.CallerStrayed(call=call),
            "return": events.CallerReturned(call=call, channel=f"{call}-again"),
            "ring": events.OfferRinging(call=call, agent=holder, offer=offer),
            "accept": events.OfferAccepted(call=call, agent=holder, offer=offer),
            "decline": events.OfferDeclined(call=call, agent=holder, offer=offer, reason="busy"),
            "bridge": events.ConversationStarted(call=call, agent=holder, bridge=f"{call}-b"),
            "fail": events.ConversationFailed(call=call, agent=holder),
            "talk ends": events.ConversationEnded(call=call, agent=holder, by=Party.AGENT),
            "record": events.RecordingStarted(call=call, recording=f"demo/{call}.wav"),
            "record fails": events.RecordingFailed(call=call, recording="x", reason="disk full"),
            "record ends": events.RecordingStopped(
                call=call, recording=f"demo/{call}.wav", reason="survey"
            ),
            "pause": events.RecordingPaused(
                call=call,
                recording=f"demo/{call}.wav",
                by=agent,
                reason=events.PauseReason.AGENT,
                limit_seconds=9.0,
            ),
            "go on": events.RecordingResumed(call=call, recording=f"demo/{call}.wav", by=agent),
            "gap": events.RecordingGapFound(
                call=call,
                recording=f"demo/{call}.wav",
                kind=events.GapKind.FILE_SHORT,
                seconds=7.5,
            ),
            "end": events.CallEnded(call=call, by=by, cause="hung up"),
            "log in": events.AgentLoggedIn(agent=agent, phone=PhoneId(f"20{len(agent)}")),
            "log out": events.AgentLoggedOut(agent=agent),
            "ready": events.AgentWentReady(agent=agent),
            "not ready": events.AgentWentNotReady(agent=agent, reason="lunch"),
            "plan": events.PlanLoaded(plan=other_plan()),
            "promise": events.WaitPromised(call=call, low_seconds=2.0, high_seconds=9.0),
            "key out": events.ExitChosen(call=call, key="1", to=Overflow(voicemail=True)),
            "key on": events.ExitChosen(call=call, key="2", to=Overflow(queue=queue_named(name))),
            "accept beside": events.OfferAccepted(call=call, **self._beside(call)),
            "decline beside": events.OfferDeclined(call=call, reason="no", **self._beside(call)),
            "phone lost": events.PhoneLost(phone=PhoneId(f"20{len(agent)}")),
            "phone found": events.PhoneFound(phone=PhoneId(f"20{len(agent)}")),
            "switch lost": events.SwitchLost(node=NODE),
            "switch back": events.SwitchResynced(node=NODE),
        }
        return made.get(what)


USUAL = (
    "arrive queue queue accept accept bridge bridge record end ready ready log_in log_in step ring "
    "decline talk_ends say fill"
)
UNUSUAL = (
    "stray return fail record_fails record_ends pause go_on gap log_out not_ready plan switch_lost "
    "snapshot switch_back "
    "switch_back miss promise promise accept_beside decline_beside decline_beside phone_lost "
    "phone_found plan key_out key_on key_on say_lost say_nonsense type typed ask score learn"
)
MOVES = st.lists(
    st.tuples(
        st.sampled_from([word.replace("_", " ") for word in f"{USUAL} {USUAL} {UNUSUAL}".split()]),
        st.integers(0, 3),
        st.integers(0, 2),
        st.sampled_from([0.0, 0.0, 0.5, 1.0, 7.25, 21.0]),
    ),
    max_size=60,
)
