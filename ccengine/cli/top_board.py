"""What `ccengine top` knows: the live feed's snapshot and changes, folded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Message = Mapping[str, Any]

WAITS = ("waiting", "offered", "strayed", "postponed")
TALKS = ("connecting", "talking", "handed_out")


@dataclass(slots=True, kw_only=True)
class AgentNow:
    """An agent."""

    agent: str
    name: str
    state: str = "offline"
    cause: str = ""
    call: str | None = None
    phone: str | None = None
    overdue: bool = False
    since: float | None = None


@dataclass(slots=True, kw_only=True)
class CallNow:
    """A call that is alive."""

    call: str
    state: str = "in_flow"
    client: str = ""
    queue: str | None = None
    agent: str | None = None
    caller: str = ""
    since: float | None = None
    queued_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueNow:
    """A queue, counted."""

    queue: str
    waiting: int
    oldest: float | None
    talking: int


@dataclass(slots=True)
class Board:
    """All that a token sees of an engine."""

    place: str = ""  #: tenant and node
    seq: int | None = None
    stream: str | None = None
    is_switch_there: bool = True
    agents: dict[str, AgentNow] = field(default_factory=dict)
    calls: dict[str, CallNow] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  #: of queues

    def take(self, message: Message) -> None:
        """Take one of the engine's messages into account; unknown ones say nothing."""
        match message.get("type"):
            case "hello":
                self.stream = message["stream"]
            case "snapshot":
                self._begin(message)
            case "changes":
                for change in message["changes"]:
                    self._change(change)
                self.seq = message["seq"]
            case _:
                pass

    def queues(self) -> list[QueueNow]:
        """Return the queues, those first in which somebody has waited longest."""
        found = [_count(queue, self.calls.values()) for queue in self.names]
        return sorted(found, key=lambda one: (one.oldest or float("inf"), one.queue))

    def _begin(self, message: Message) -> None:
        self.seq = message["seq"]
        self.place = f"{message['tenant']}/{message['node']}"
        self.is_switch_there = not message["switch_lost"]
        self.names = {one["queue"] for one in message["queues"]}
        self.agents, self.calls = {}, {}
        for one in message["agents"]:
            self.agents[one["agent"]] = AgentNow(agent=one["agent"], name=one["name"])
            self._agent(one, _instant(one["since"]))
        for one in message["calls"]:
            self._call(one, _instant(one["since"]))
            known = self.calls[one["call_id"]]
            known.caller, known.queued_at = one["caller"], _instant(one["queued_at"])

    def _change(self, change: Message) -> None:
        at = _instant(change["at"])
        match change["type"]:
            case "AgentState":
                self._agent(change, at)
            case "CallState" if change["state"] != "ended":
                self._call(change, at)
            case "CallState" | "CallGone":
                self.calls.pop(change["call_id"], None)
            case "CallArrived":
                call = CallNow(call=change["call_id"], caller=change["caller"], since=at)
                self.calls.setdefault(call.call, call).caller = call.caller
            case "CallQueued" if change["call_id"] in self.calls:
                self.calls[change["call_id"]].queued_at = at
            case "SwitchLost" | "SwitchResynced" as what:
                self.is_switch_there = what == "SwitchResynced"
            case _:
                pass

    def _agent(self, told: Message, at: float | None) -> None:
        name = told["agent"]
        known = self.agents.setdefault(name, AgentNow(agent=name, name=name))
        if known.state != told["state"] or known.since is None:
            known.since = at
        known.state, known.cause = told["state"], told["cause"] or told["barred"]
        known.call, known.phone, known.overdue = told["call_id"], told["phone"], told["overdue"]

    def _call(self, told: Message, at: float | None) -> None:
        name = told["call_id"]
        known = self.calls.setdefault(name, CallNow(call=name))
        if known.state != told["state"] or known.since is None:
            known.since = at
        if told["queue"] != known.queue:
            known.queued_at = at
        known.state, known.client = told["state"], told["client"]
        known.queue, known.agent = told["queue"], told["agent"]


def _count(queue: str, calls: Iterable[CallNow]) -> QueueNow:
    here = [call for call in calls if call.queue == queue]
    waits = [call for call in here if call.state in WAITS]
    return QueueNow(
        queue=queue,
        waiting=len(waits),
        oldest=min((call.queued_at for call in waits if call.queued_at), default=None),
        talking=sum(call.state in TALKS for call in here),
    )


def _instant(text: str | None) -> float | None:
    return None if text is None else datetime.fromisoformat(text).timestamp()
