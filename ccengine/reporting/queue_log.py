"""The fold from journal rows to a queue_log in Asterisk's own format, for the tools that read it.

Written live and rebuilt by the same class. Callers are told of, and calls that an agent dialled
and sent to a queue; callbacks and messages are not, as app_queue knows none. A wait ends where the
agent answered, a talk begins at the bridge. Who is handed over stays with the second agent after
ATTENDEDTRANSFER, which closes the call as app_queue does. `NEVER` has what is not written, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.commands import (
    Connect,
    DivertCall,
    MoveCall,
    OfferCall,
    ShowAgent,
    ShowCall,
    WithdrawOffer,
)
from ccengine.core.events import (
    AgentDialled,
    CallArrived,
    CallEnded,
    CallHandedOut,
    CallHandedOver,
    CallQueued,
    CallTakenOver,
    CallTransferred,
    ConversationEnded,
    ConversationFailed,
    ConversationStarted,
    ExitChosen,
    OfferDeclined,
    OfferRinging,
    Party,
    PlanLoaded,
    SwitchLost,
)
from ccengine.core.ids import AgentId, CallId, OfferId, QueueId
from ccengine.core.limits import NOBODY_LEFT
from ccengine.core.snapshots import CenterSnapshot
from ccengine.core.states import IN_LINE, CallState, Kind
from ccengine.reporting.call_record import OfferOutcome
from ccengine.reporting.kpis.facts import Grain, Ms
from ccengine.reporting.masking import mask_number
from ccengine.reporting.offer_outcomes import outcome_of_refusal, outcome_of_withdrawal
from ccengine.reporting.queue_log_lines import Lines
from ccengine.reporting.queue_log_members import Members
from ccengine.reporting.rows import is_void

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ccengine.core.plan import Plan
    from ccengine.reporting.rows import JournalRow

NEVER = {
    "TRANSFER": "the old name of BLINDTRANSFER, which app_queue writes no more",
    "AGENTCALLBACKLOGIN": "of the agent type that Asterisk gave up; AGENTLOGIN has the phone",
    "AGENTCALLBACKLOGOFF": "likewise; AGENTLOGOFF has the seconds",
    "PENALTY": "agents have skills, not penalties that change; ADDMEMBER tells who may be offered",
    "SYSCOMPAT": "the channel that the agent answers on is made by the engine, and is compatible",
    "DID": "some dialplans write it; call records have the number dialed",
    "INFO": "likewise free text of dialplans",
}
"""Events that tools know and this engine never has, each with the reason."""
IN_VAIN = frozenset(
    {
        OfferOutcome.UNANSWERED,
        OfferOutcome.DECLINED,
        OfferOutcome.BUSY,
        OfferOutcome.WITHDRAWN,
    }
)
OFF_LINE = frozenset({CallState.DIALING, CallState.HANDED_OUT, CallState.POSTPONED})


@dataclass(slots=True)
class _Caller:
    """Somebody who may stand in a queue."""

    call: CallId
    number: str
    priority: int | None = None
    lined_at: Ms | None = None  #: into the first queue
    queue: QueueId | None = None  #: in which they are, or for which they talk
    entered: Ms = 0
    at_first: int = 0  #: position as they entered
    accepted: Ms | None = None
    offer: OfferId | None = None
    ring: Ms = 0
    agent: AgentId | None = None
    started: Ms | None = None  #: the talk
    bridge: str = ""

    @property
    def hold(self) -> Ms:
        return (self.entered if self.accepted is None else self.accepted) - self.entered

    def rank(self) -> tuple[int, Ms]:
        """Return what the order in a queue goes by."""
        return -(self.priority or 0), self.entered if self.lined_at is None else self.lined_at


class QueueLog:
    """Takes the journal's steps, and returns the lines that they come to.

    Args:
        grain: of times; Asterisk's are whole seconds.
        shown: how callers' numbers are shown.
    """

    def __init__(
        self, grain: Grain = Grain.SECOND, shown: Callable[[str], str] = mask_number
    ) -> None:
        self._lines = Lines(grain, shown)
        self._grain = grain
        self._members = Members(self._lines)
        self._callers: dict[CallId, _Caller] = {}
        self._waiting: dict[QueueId, dict[CallId, _Caller]] = {}
        self._rings: dict[OfferId, Ms] = {}
        self._plan: Plan | None = None
        self._starts = True  # an engine, and not only a connection

    def take(self, step: Sequence[JournalRow]) -> list[str]:
        """Take one step of the core, or a snapshot; return its lines."""
        if not step or is_void(step):
            return []
        event: object = None
        for row in step:
            if row.kind == "event":
                event = row.what
                self._take_event(row)
            elif row.kind == "command":
                self._take_command(row, event)
            elif isinstance(row.what, CenterSnapshot) and self._plan is None:
                self._begin_with(row.what)
        if event is not None and not isinstance(event, SwitchLost):
            self._starts = False
        return self._lines.taken()

    # --- events -------------------------------------------------------------------------------

    def _take_event(self, row: JournalRow) -> None:
        at, what = self._grain.of(row.at), row.what
        match what:
            case SwitchLost():
                self._starts = True
            case PlanLoaded():
                self._load(what.plan, row, at)
            case CallArrived():
                self._callers[what.call] = _Caller(what.call, what.caller)
            case AgentDialled(kind=Kind.OUTBOUND):
                self._callers[what.call] = _Caller(what.call, what.number)
            case OfferRinging():
                if what.offer in self._rings:
                    self._rings[what.offer] = Grain.MILLISECOND.of(row.at)
            case OfferDeclined():
                outcome = outcome_of_refusal(what)
                self._end_ring(what, outcome, Grain.MILLISECOND.of(row.at))
            case _:
                self._take_call_event(what, at)

    def _take_call_event(self, what: object, at: Ms) -> None:
        match what:
            case CallQueued() if what.call in self._callers:
                caller = self._callers[what.call]
                caller.priority, caller.lined_at = what.priority, at
            case ConversationStarted() if what.call in self._callers:
                self._callers[what.call].bridge = what.bridge
            case ConversationFailed() if what.call in self._callers:
                queue = self._callers[what.call].queue
                if queue is not None:
                    self._say(at, "AGENTDUMP", self._callers[what.call], agent=what.agent)
            case _:
                pass

    def _load(self, plan: Plan, row: JournalRow, at: Ms) -> None:
        if self._starts:
            self._lines.add(at, "QUEUESTART")
        elif self._plan is not None and self._plan.version != plan.version:
            self._lines.add(at, "CONFIGRELOAD")
        self._plan = plan
        self._members.load(plan, at, row.at)

    # --- commands -----------------------------------------------------------------------------

    def _take_command(self, row: JournalRow, event: object) -> None:
        at, fine, what = self._grain.of(row.at), Grain.MILLISECOND.of(row.at), row.what
        match what:
            case ShowAgent():
                self._members.show(what, at, row.at)
            case OfferCall():
                self._rings[what.offer] = fine
            case WithdrawOffer():
                self._end_ring(what, outcome_of_withdrawal(what.reason, event), fine)
            case Connect():
                since = self._rings.pop(what.offer, fine)
                caller = self._callers.get(what.call)
                if caller is not None:
                    caller.offer, caller.ring = what.offer, fine - since
            case MoveCall() | DivertCall() if what.call in self._callers:
                self._send_on(self._callers[what.call], what, event, at)
            case ShowCall() if what.call in self._callers:
                self._show(self._callers[what.call], what, event, at)
            case _:
                pass

    def _end_ring(
        self, offer: OfferDeclined | WithdrawOffer, outcome: OfferOutcome, at: Ms
    ) -> None:
        since = self._rings.pop(offer.offer, None)
        caller = self._callers.get(offer.call)
        if since is None or caller is None or caller.queue is None or caller.started is not None:
            return
        told = self._grain.of(at / 1000)
        if outcome in IN_VAIN:
            self._say(told, "RINGNOANSWER", caller, at - since, agent=offer.agent)
        elif outcome is OfferOutcome.CALLER_LEFT:
            self._say(told, "RINGCANCELED", caller, at - since, agent=offer.agent)

    def _show(self, caller: _Caller, shown: ShowCall, event: object, at: Ms) -> None:
        talks = shown.state is CallState.TALKING
        if caller.started is not None and not (talks and shown.agent == caller.agent):
            self._end_talk(caller, event, at)
        if talks and shown.agent is not None:
            self._connect(caller, shown.agent, at)
        elif shown.state is CallState.CONNECTING:
            caller.accepted = at
        elif shown.state in IN_LINE:
            self._wait(caller, shown, at)
        elif shown.state not in OFF_LINE:
            self._go(caller, shown, event, at)

    def _wait(self, caller: _Caller, shown: ShowCall, at: Ms) -> None:
        caller.accepted = None
        if caller.queue is not None or shown.state is not CallState.WAITING or not shown.queue:
            return
        if caller.lined_at is None:
            caller.lined_at = at
        self._enter(caller, shown.queue, at)
        number = self._lines.shown(caller.number) if caller.number else ""
        self._say(at, "ENTERQUEUE", caller, "", number, caller.at_first)

    def _connect(self, caller: _Caller, agent: AgentId, at: Ms) -> None:
        if caller.queue is None or caller.started is not None:
            return
        self._step_out(caller)
        caller.agent, caller.started = agent, at
        caller.accepted = at if caller.accepted is None else caller.accepted
        ring = self._seconds(self._grain.of(caller.ring / 1000))
        self._say(
            at,
            "CONNECT",
            caller,
            self._seconds(caller.hold),
            caller.offer or "",
            ring,
            agent=agent,
        )

    def _end_talk(self, caller: _Caller, event: object, at: Ms) -> None:
        talk = at - (at if caller.started is None else caller.started)
        told = (self._seconds(caller.hold), self._seconds(talk), caller.at_first)
        agent = caller.agent or ""
        match event:
            case CallTransferred():
                to = self._target(event)
                self._say(at, "BLINDTRANSFER", caller, *to, *told, agent=agent)
            case CallHandedOver() | CallHandedOut() | CallTakenOver():
                bridge = ("BRIDGE", caller.bridge)
                self._say(at, "ATTENDEDTRANSFER", caller, *bridge, *told, agent=agent)
            case ConversationEnded(by=Party.CALLER) | CallEnded(by=Party.CALLER):
                self._say(at, "COMPLETECALLER", caller, *told, agent=agent)
            case _:
                self._say(at, "COMPLETEAGENT", caller, *told, agent=agent)
        caller.queue = caller.agent = caller.started = caller.accepted = caller.lined_at = None

    def _target(self, event: CallTransferred) -> tuple[str, str]:
        if event.to_agent is not None:
            return event.to_agent, "agents"
        if event.queue is not None:
            return event.queue, "queues"
        return self._lines.shown(event.number or ""), "numbers"

    # --- ways out -----------------------------------------------------------------------------

    def _send_on(self, caller: _Caller, what: MoveCall | DivertCall, event: object, at: Ms) -> None:
        if caller.queue is None or caller.started is not None:
            return
        if isinstance(event, ExitChosen) and event.call == caller.call:
            self._leave(caller, at, "EXITWITHKEY", event.key)
        elif what.reason == NOBODY_LEFT:
            self._leave(caller, at, "EXITEMPTY")
        else:
            self._leave(caller, at, "EXITWITHTIMEOUT")

    def _go(self, caller: _Caller, shown: ShowCall, event: object, at: Ms) -> None:
        if caller.queue is not None:
            if shown.state is CallState.IN_FLOW and shown.became is not None:
                self._leave(caller, at, "EXITWITHKEY", self._callback_key(caller.queue))
            elif isinstance(event, CallEnded) and event.by in (Party.CALLER, Party.LOST):
                then = at if event.ended_at is None else self._grain.of(event.ended_at)
                self._leave(caller, at, "ABANDON", waited=max(0, then - caller.entered))
            else:
                self._leave(caller, at, "EXITWITHTIMEOUT")
        if shown.state is CallState.ENDED:
            del self._callers[caller.call]

    def _leave(
        self, caller: _Caller, at: Ms, event: str, *first: str, waited: Ms | None = None
    ) -> None:
        wait = at - caller.entered if waited is None else waited
        place = self._position(caller)
        self._say(at, event, caller, *first, place, caller.at_first, self._seconds(wait))
        self._step_out(caller)
        caller.queue = caller.accepted = None

    def _callback_key(self, queue: QueueId) -> str:
        rules = None if self._plan is None else self._plan.queues.get(queue)
        keys = {} if rules is None else rules.keys
        return next((key for key, leads in keys.items() if leads.callback), "")

    # --- the parts ----------------------------------------------------------------------------

    def _begin_with(self, snapshot: CenterSnapshot) -> None:
        """Take over who was there; of them no lines are made."""
        self._plan, self._starts = snapshot.plan, False
        of = self._grain.of
        self._members.load(snapshot.plan, of(snapshot.now), snapshot.now)
        for agent in snapshot.agents:
            self._members.seed(agent, of(agent.since), snapshot.now)
        for call in snapshot.calls:
            if call.item is None and call.kind not in (Kind.INTERNAL, Kind.CONSULT):
                caller = self._callers[call.id] = _Caller(call.id, call.caller)
                waits = call.state in IN_LINE | {CallState.CONNECTING}
                if waits and call.queue is not None:
                    self._enter(caller, call.queue, of(call.queued_at))

    def _enter(self, caller: _Caller, queue: QueueId, at: Ms) -> None:
        caller.queue, caller.entered = queue, at
        self._waiting.setdefault(queue, {})[caller.call] = caller
        caller.at_first = self._position(caller)

    def _step_out(self, caller: _Caller) -> None:
        if caller.queue is not None:
            self._waiting[caller.queue].pop(caller.call, None)

    def _position(self, caller: _Caller) -> int:
        mine, queue = caller.rank(), caller.queue
        others = {} if queue is None else self._waiting[queue]
        return 1 + sum(other.rank() < mine for other in others.values())

    def _seconds(self, time: Ms) -> str:
        return self._lines.seconds(time)

    def _say(
        self,
        at: Ms,
        event: str,
        caller: _Caller,
        *parameters: str | int,
        agent: AgentId | str = "NONE",
    ) -> None:
        queue = caller.queue or "NONE"
        self._lines.add(at, event, *parameters, call=caller.call, queue=queue, agent=agent)
