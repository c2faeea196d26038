"""A strict reader of queue_log, written from Asterisk's documentation, and what it counts.

docs.asterisk.org, Operation, Logging, Queue Logs; PAUSE and its like from the documentation of
PauseQueueMember and of queue_log readers. It knows nothing of ccengine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

NUMBER = r"(0|[1-9][0-9]*)(\.[0-9]{3})?"
POSITION = r"[1-9][0-9]*"
NAME = r"[^|]+"
ANY = r"[^|]*"
EVENTS = {
    "ABANDON": (POSITION, POSITION, NUMBER),
    "ADDMEMBER": (ANY,),
    "AGENTDUMP": (ANY,),
    "AGENTLOGIN": (NAME,),
    "AGENTLOGOFF": (NAME, NUMBER),
    "ATTENDEDTRANSFER": ("BRIDGE|APP", NAME, NUMBER, NUMBER, POSITION),
    "BLINDTRANSFER": (NAME, NAME, NUMBER, NUMBER, POSITION),
    "COMPLETEAGENT": (NUMBER, NUMBER, POSITION),
    "COMPLETECALLER": (NUMBER, NUMBER, POSITION),
    "CONFIGRELOAD": (ANY,),
    "CONNECT": (NUMBER, NAME, NUMBER),
    "ENTERQUEUE": (ANY, ANY, POSITION),
    "EXITEMPTY": (POSITION, POSITION, NUMBER),
    "EXITWITHKEY": (r"[0-9*#]?", POSITION, POSITION, NUMBER),
    "EXITWITHTIMEOUT": (POSITION, POSITION, NUMBER),
    "PAUSE": (ANY,),
    "PAUSEALL": (ANY,),
    "QUEUESTART": (ANY,),
    "REMOVEMEMBER": (ANY,),
    "RINGCANCELED": (r"[0-9]+",),
    "RINGNOANSWER": (r"[0-9]+",),
    "UNPAUSE": (ANY,),
    "UNPAUSEALL": (ANY,),
}
WAITING_ENDS = {"ABANDON", "EXITEMPTY", "EXITWITHKEY", "EXITWITHTIMEOUT"}
TALK_ENDS = {"COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER"}
OF_WAITING = {"RINGNOANSWER", "RINGCANCELED", "AGENTDUMP"}
OF_AGENTS = {"PAUSEALL", "UNPAUSEALL", "AGENTLOGIN", "AGENTLOGOFF"}
OF_MEMBERS = {"PAUSE", "UNPAUSE", "ADDMEMBER", "REMOVEMEMBER"}
OF_NOBODY = {"QUEUESTART", "CONFIGRELOAD"}


class Wrong(Exception):
    """A line that does not follow the documentation."""


@dataclass
class Queue:
    """What was counted of one queue."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    left: int = 0
    waits: list[Decimal] = field(default_factory=list)  # of the answered
    abandon_waits: list[Decimal] = field(default_factory=list)
    talks: list[Decimal] = field(default_factory=list)
    rings_missed: int = 0
    transfers: int = 0


@dataclass
class Read:
    """What a whole log says."""

    queues: dict[str, Queue] = field(default_factory=dict)
    logged_in: dict[str, Decimal] = field(default_factory=dict)
    paused: dict[str, Decimal] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, tuple[str, str]] = field(default_factory=dict)  # call: queue, position
    talking: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # queue, agent, position
    present: dict[str, Decimal] = field(default_factory=dict)  # agent: since
    members: set[tuple[str, str]] = field(default_factory=set)
    resting: dict[str, Decimal] = field(default_factory=dict)
    last: Decimal = Decimal(0)

    @property
    def open(self) -> list[str]:
        """Calls that are not closed."""
        return [*self.waiting, *self.talking]


def read(lines: list[str]) -> Read:
    """Read a log, strictly.

    Raises:
        Wrong: an unknown event, wrong parameters, or something that cannot be.
    """
    found = Read()
    for number, line in enumerate(lines, 1):
        try:
            _read_line(found, line)
        except Wrong as error:
            message = f"line {number}: {error}: {line}"
            raise Wrong(message) from None
    return found


def _read_line(found: Read, line: str) -> None:
    words = line.split("|")
    if len(words) < 6:
        msg = "too few fields"
        raise Wrong(msg)
    epoch, call, queue, agent, event, *parameters = words
    _expect(re.fullmatch(NUMBER, epoch), "no time")
    at = Decimal(epoch)
    _expect(at >= found.last, "time goes back")
    found.last = at
    _expect(event in EVENTS, "unknown event")
    shapes = EVENTS[event]
    _expect(len(parameters) == len(shapes), "wrong number of parameters")
    for parameter, shape in zip(parameters, shapes, strict=True):
        _expect(re.fullmatch(shape, parameter), f"'{parameter}' is not {shape}")
    found.events[event] = found.events.get(event, 0) + 1
    if event in OF_NOBODY:
        _expect((call, queue, agent) == ("NONE", "NONE", "NONE"), "of nobody")
    elif event in OF_AGENTS:
        _expect(queue == "NONE" and agent != "NONE", "of an agent")
        _read_agent(found, at, agent, event, parameters)
    elif event in OF_MEMBERS:
        _expect("NONE" not in (queue, agent), "of a member")
        _read_member(found, queue, agent, event)
    else:
        _expect("NONE" not in (call, queue), "of a call in a queue")
        _read_call(found, call, queue, agent, event, parameters)


def _read_agent(found: Read, at: Decimal, agent: str, event: str, parameters: list[str]) -> None:
    match event:
        case "AGENTLOGIN":
            _expect(agent not in found.present, "logged in already")
            found.present[agent] = at
        case "AGENTLOGOFF":
            _expect(agent in found.present, "not logged in")
            _expect(agent not in found.resting, "paused still")
            there = at - found.present.pop(agent)
            _expect(there == Decimal(parameters[1]), f"was there for {there}")
            found.logged_in[agent] = found.logged_in.get(agent, Decimal(0)) + there
            _expect(not any(one == agent for one, _ in found.members), "a member still")
        case "PAUSEALL":
            _expect(agent in found.present and agent not in found.resting, "paused already")
            found.resting[agent] = at
        case "UNPAUSEALL":
            _expect(agent in found.resting, "not paused")
            rested = at - found.resting.pop(agent)
            found.paused[agent] = found.paused.get(agent, Decimal(0)) + rested


def _read_member(found: Read, queue: str, agent: str, event: str) -> None:
    _expect(agent in found.present, "not logged in")
    member = (agent, queue)
    if event == "ADDMEMBER":
        _expect(member not in found.members, "a member already")
        found.members.add(member)
    elif event == "REMOVEMEMBER":
        _expect(member in found.members, "no member")
        found.members.remove(member)


def _read_call(
    found: Read, call: str, queue: str, agent: str, event: str, parameters: list[str]
) -> None:
    counts = found.queues.setdefault(queue, Queue())
    if event == "ENTERQUEUE":
        _expect(agent == "NONE" and call not in found.open, "is in a queue already")
        found.waiting[call] = (queue, parameters[2])
        counts.offered += 1
    elif event in TALK_ENDS:
        _expect(call in found.talking, "nobody talks")
        was_in, with_whom, place = found.talking.pop(call)
        _expect((was_in, with_whom, place) == (queue, agent, parameters[-1]), "not that talk")
        counts.talks.append(Decimal(parameters[-2]))
        counts.transfers += event in {"BLINDTRANSFER", "ATTENDEDTRANSFER"}
    else:
        _expect(call in found.waiting, "does not wait")
        was_in, place = found.waiting[call]
        _expect(was_in == queue, f"waits in {was_in}")
        if event in OF_WAITING:
            _expect(agent != "NONE", "of an agent")
            counts.rings_missed += event == "RINGNOANSWER"
            return
        del found.waiting[call]
        if event == "CONNECT":
            _expect(agent in found.present, "is not logged in")
            found.talking[call] = (queue, agent, place)
            counts.answered += 1
            counts.waits.append(Decimal(parameters[0]))
            return
        _expect(parameters[-2] == place, f"entered as {place}")
        counts.abandoned += event == "ABANDON"
        counts.left += event != "ABANDON"
        if event == "ABANDON":
            counts.abandon_waits.append(Decimal(parameters[-1]))


def _expect(condition: object, message: str) -> None:
    if not condition:
        raise Wrong(message)
