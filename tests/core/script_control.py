"""What a scenario says of calls in agents' hands.

dials o1 anna outside            anna dials somebody outside; `inside`: a colleague
dials x1 anna about c1           she asks a colleague about c1; `staff c1`: the client's staff
aims x1 bob                      the call is for bob alone
sends c1 bob                     who has c1 sends it on; also to `queue:sales`, `number:99555`
hands-over c1                    to whom was asked about it; `hands-out c1`: to the staff
holds c1, retrieves c1, joins x1     x1: all three talk
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ccengine.core import events
from ccengine.core.events import HoldBy
from ccengine.core.ids import AgentId, CallId
from ccengine.core.states import Kind
from tests.core.builders import agent_dialled, queue_named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.core.commands import Command
    from tests.core.stage import Stage

KINDS = {
    "outside": Kind.OUTBOUND,
    "inside": Kind.INTERNAL,
    "about": Kind.CONSULT,
    "staff": Kind.CONSULT,
}


def _dials(stage: Stage, words: list[str]) -> list[Command]:
    call, agent, how, *about = words
    outside = f"{call}.staff" if how == "staff" else ""
    return stage.post(replace(agent_dialled(call, agent, KINDS[how], *about), outside=outside))


def _aims(stage: Stage, words: list[str]) -> list[Command]:
    call, agent = words
    return stage.post(events.CallDirected(call=CallId(call), agent=AgentId(agent)))


def _both(stage: Stage, call: str) -> dict[str, Any]:
    """Return the call, and who has it, or had it."""
    known = stage.center.calls.get(CallId(call))
    has = None if known is None else known.agent
    return {"call": CallId(call), "agent": has or stage.offers[call][-1].agent}


def _send_on(stage: Stage, words: list[str], key: str) -> list[Command]:
    """Read `to-agent c1 carl`, `to-queue c1 billing`, `to-staff c1 99555`."""
    call, to = CallId(words[0]), words[1]
    agent = stage.center.calls[call].agent or AgentId("nobody")
    place: Any = {key: queue_named(to) if key == "queue" else to}
    return stage.post(events.CallTransferred(call=call, agent=agent, **place))


def _staff(stage: Stage, words: list[str], *, answers: bool) -> list[Command]:
    """Read `staff-answer c1` and `staff-missed c1 no answer`."""
    call = CallId(words[0])
    leg = stage.center.calls[call].outside
    if answers:
        return stage.post(events.StaffAnswered(call=call, leg=leg, bridge=f"{leg}.talk"))
    return stage.post(events.StaffMissed(call=call, leg=leg, reason=" ".join(words[1:])))


def _consult(stage: Stage, call: str) -> CallId:
    return next(one.id for one in stage.center.calls.values() if one.origin == call)


def _hands_over(stage: Stage, words: list[str]) -> list[Command]:
    both, consult = _both(stage, words[0]), _consult(stage, words[0])
    to = stage.center.calls[consult].agent or stage.offers[consult][-1].agent
    return stage.post(events.CallHandedOver(**both, to_agent=to, consult=consult))


def _hands_out(stage: Stage, words: list[str]) -> list[Command]:
    both, consult = _both(stage, words[0]), _consult(stage, words[0])
    return stage.post(events.CallHandedOut(**both, consult=consult, channel="s", number="99555"))


def _holds(stage: Stage, words: list[str]) -> list[Command]:
    return stage.post(events.HoldStarted(**_both(stage, words[0]), how=HoldBy.CODE))


def _retrieves(stage: Stage, words: list[str]) -> list[Command]:
    return stage.post(events.HoldEnded(**_both(stage, words[0])))


def _joins(stage: Stage, words: list[str]) -> list[Command]:
    both = _both(stage, words[0])
    return stage.post(events.ConferenceStarted(**both, bridge="b", channel="s"))


CONTROL: Mapping[str, Callable[[Stage, list[str]], list[Command]]] = {
    "dials": _dials,
    "aims": _aims,
    "to-agent": lambda stage, words: _send_on(stage, words, "to_agent"),
    "to-queue": lambda stage, words: _send_on(stage, words, "queue"),
    "to-staff": lambda stage, words: _send_on(stage, words, "number"),
    "staff-answer": lambda stage, words: _staff(stage, words, answers=True),
    "staff-missed": lambda stage, words: _staff(stage, words, answers=False),
    "hands-over": _hands_over,
    "hands-out": _hands_out,
    "holds": _holds,
    "retrieves": _retrieves,
    "joins": _joins,
}
