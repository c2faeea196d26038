"""Scenarios: a text of what happens and when, and what the core does about it.

    # What the scenario promises, in a sentence.
    agents  anna billing:4   bob billing:2 german:3      logged in at second 0, in this order
    absent  carl billing:3                               in the plan, not logged in
    queue   vip needs billing:3 ring 10 wrap-up 0 priority 5
    0.0     queue c1 billing                             an event: second, word, arguments
            -> offer c1 anna                             what the core asked for
    20.0                                                 time passes: deadlines are met
    21.0    see                                          the line, and what each agent does

A skill that somebody has is also a queue of that name which needs it. `@sirin` after an agent's
skills approves them for client sirin instead of nova; a queue of hers is called `sirin/billing`.
Agents are separated by two blanks or more. Words for what happens are the keys of `WORDS`; those
for agents, queues and the house's rules are read in `script_words.py`, and those for calls in
agents' hands in `script_control.py`.
"""

from __future__ import annotations

import itertools
import re
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from ccengine.core.commands import (
    CallSupervisors,
    Command,
    Connect,
    DialCallback,
    DivertCall,
    DropItem,
    MoveCall,
    OfferCall,
    RemindAgent,
    RingStaff,
    ShowAgent,
    ShowCall,
    ShowOutcome,
    TakeUpItem,
    TargetMissed,
    WithdrawOffer,
)
from ccengine.core.errors import CoreError
from ccengine.core.events import CallMovedByHand, CallReprioritised, Miss, Party
from ccengine.core.ids import CallId
from ccengine.core.states import AgentState
from tests.core.builders import queue_named, queue_settings, skills
from tests.core.ledger import Ledger
from tests.core.script_control import CONTROL
from tests.core.script_words import (
    read_agent,
    read_hours,
    read_house,
    read_overflow,
    read_queue,
)
from tests.core.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BUSY = (AgentState.OFFERED, AgentState.ON_CALL)
OUTPUT = "        -> "
TIMED = re.compile(r"(?P<at>\d+\.\d+)\s*(?P<words>.*)")
Doing: TypeAlias = "Callable[[Stage, list[str]], list[Command]]"


def rendered(source: str) -> str:
    """Run the scenario and return its text with what the core does now."""
    stage = Stage(connected=False, ledger=Ledger())
    lines: list[str] = []
    started = False
    for line in source.splitlines():
        if line.lstrip().startswith("->"):
            continue
        timed = TIMED.fullmatch(line)
        if timed is None:
            lines.append(line)
            _prepare(stage, line)
            continue
        if not started:
            started = True
            _open(stage)
        lines += _perform(stage, line, timed)
    return "\n".join(lines) + "\n"


def _prepare(stage: Stage, line: str) -> None:
    kind, _, rest = line.partition(" ")
    if kind in ("agents", "absent"):
        for spec in re.split(r"\s{2,}", rest.strip()):
            _agent(stage, spec)
            if kind == "absent":
                stage.absent.add(spec.split()[0])
    elif kind == "queue":
        name, *words = rest.split()
        stage.queues[name] = read_queue(words)
        _open_hours(stage, name, words)
    elif kind == "house":
        stage.house |= read_house(rest.split())
    else:
        assert not kind or kind.startswith("#"), f"cannot read: {line}"


def _open_hours(stage: Stage, queue: str, words: list[str]) -> None:
    hours = read_hours(words)
    known = _without(dict(stage.house.get("openings", {})), queue_named(queue))
    stage.house["openings"] = known if hours is None else {**known, queue_named(queue): hours}


def _agent(stage: Stage, spec: str) -> None:
    name, *words = spec.split()
    stage.agents[name], periods = read_agent(words)
    known = dict(stage.house.get("periods", {}))
    stage.house["periods"] = {**known, name: periods} if periods else _without(known, name)


def _without(known: dict[str, Any], name: str) -> dict[str, Any]:
    return {other: periods for other, periods in known.items() if other != name}


def _open(stage: Stage) -> None:
    for settings in stage.agents.values():
        for skill in settings.skills:
            stage.queues.setdefault(skill, queue_settings(f"{skill}:1"))
    stage.plan()
    stage.resynced()
    for name in stage.agents:
        if name not in stage.absent:
            stage.log_in(name)


def _perform(stage: Stage, line: str, timed: re.Match[str]) -> list[str]:
    at, words = float(timed["at"]), timed["words"].split()
    lines = []
    waits = not words  # the line itself says that time passes
    while (due := stage.center.next_deadline()) is not None:
        met_at = max(due, stage.now)
        if met_at > at or (met_at == at and (waits or words != ["see"])):
            break
        lines += [f"{met_at:.1f}", *_said(stage, partial(stage.advance, met_at))]
    stage.now = at
    lines.append(line)
    if not words:
        return lines + _said(stage, partial(stage.advance, at))
    if words == ["see"]:
        return [*lines, OUTPUT + _seen(stage)]
    return lines + _said(stage, partial(WORDS[words[0]], stage, words[1:]))


def _said(stage: Stage, doing: Callable[[], list[Command]]) -> list[str]:
    ignored = stage.center.ignored
    try:
        commands = doing()
    except CoreError as refusal:
        return [f"{OUTPUT}refused: {refusal}"]
    if stage.center.ignored > ignored:
        return [f"{OUTPUT}ignored"]
    return [OUTPUT + said for command in commands if (said := _in_words(command))]


def _in_words(command: Command) -> str:
    match command:
        case OfferCall():
            return f"offer {command.call} {command.agent}"
        case WithdrawOffer():
            return f"withdraw {command.call} {command.agent} ({command.reason})"
        case Connect():
            return f"connect {command.call} {command.agent}"
        case DivertCall() | MoveCall() | RingStaff() | TargetMissed():
            return _way(command)
        case DialCallback() | DropItem() | TakeUpItem():
            return _of_item(command)
        case _:
            return _shown(command)


def _outcome(shown: ShowOutcome) -> str:
    more = [shown.contact_reason, "" if shown.resolved is None else f"resolved={shown.resolved}"]
    more += [shown.form, shown.by and f"by {shown.by}", "at the deadline" * shown.defaulted]
    told = ", ".join(word for word in more if word)
    said = f"outcome {shown.call} {shown.agent} {shown.disposition or '-'}"
    return f"{said} ({told})" if told else said


def _of_item(command: DialCallback | DropItem | TakeUpItem) -> str:
    match command:
        case DialCallback():
            return f"dial {command.call}"
        case DropItem():
            return f"drop {command.call} ({command.reason})"
        case TakeUpItem():
            return ""  # follows from the event


def _way(command: DivertCall | MoveCall | RingStaff | TargetMissed) -> str:
    if isinstance(command, RingStaff):
        return f"ring-staff {command.call} {command.number}"
    if isinstance(command, TargetMissed):
        return f"missed {command.call} ({command.reason})"
    if isinstance(command, MoveCall):
        return f"move {command.call} {command.to.partition('/')[2]} ({command.reason})"
    to = command.flow or command.number or "voicemail"
    return f"divert {command.call} {to} ({command.reason})"


def _shown(
    command: ShowAgent | RemindAgent | CallSupervisors | ShowOutcome | ShowCall,
) -> str:
    if isinstance(command, ShowCall):
        return ""  # follows from what is asked for
    if isinstance(command, ShowOutcome):
        return _outcome(command)
    if isinstance(command, ShowAgent):
        follows = command.state in (AgentState.OFFERED, AgentState.ON_CALL)
        return "" if follows else _doing(command)
    if isinstance(command, RemindAgent):
        return f"remind {command.agent} ({command.reason}, {command.then})"
    during = "" if command.call is None else f" about {command.call}"
    return f"call-supervisors {' '.join(command.supervisors)} for {command.agent}{during}"


def _doing(shown: ShowAgent) -> str:
    reason = shown.reason or shown.barred
    why = f" ({reason})" if reason else ""
    when = "" if shown.until is None else f" until {shown.until:.1f}"
    more = " overdue" if shown.overdue else ""
    more += f" without {', '.join(shown.paused)}" if shown.paused else ""
    more += "" if shown.locked_until is None else f" locked until {shown.locked_until:.1f}"
    return f"{shown.state.replace('_', '-')} {shown.agent}{why}{when}{more}"


def _seen(stage: Stage) -> str:
    agents = stage.center.agents()
    doing = [_doing(agent.shown()) for agent in agents]
    waiting = stage.center.waiting(stage.now)
    return f"line [{' '.join(waiting)}], {', '.join(doing)}"


def _plan(stage: Stage, words: list[str]) -> list[Command]:
    kind, *rest = words
    if kind == "agent":
        _agent(stage, " ".join(rest))
    elif kind == "queue":
        stage.queues[rest[0]] = read_queue(rest[1:])
        _open_hours(stage, rest[0], rest[1:])
    elif kind == "house":
        stage.house |= read_house(rest)
    elif kind == "no-agent":
        del stage.agents[rest[0]]
    else:
        assert kind == "no-queue", f"plan {kind}?"
        del stage.queues[rest[0]]
    return stage.plan()


def _queue_call(stage: Stage, words: list[str]) -> list[Command]:
    call, queue, *rest = words
    asked = dict(itertools.pairwise(rest))
    priority = int(asked["priority"]) if "priority" in asked else None
    own = [name.partition("/") for name in asked.get("agents", "").split(",") if name]
    wishes = {
        "skills": skills(asked.get("skills", "").replace(",", " ")),
        "preferred": skills(asked.get("preferred", "").replace(",", " ")),
        "agents": tuple(name for name, _, _ in own),
        "scores": {name: int(score) for name, _, score in own if score},
        "identity": asked.get("from", ""),
    }
    return stage.queue(call, queue, priority, **wishes)


def _callback(stage: Stage, words: list[str]) -> list[Command]:
    """Read `callback c1 +4930 [queue billing] [slot 3600]`."""
    call, to, *rest = words
    asked = dict(itertools.pairwise(rest))
    slot = float(asked["slot"]) if "slot" in asked else None
    return stage.ask_callback(call, to, asked.get("queue", "none"), slot)


def _more_said(words: list[str]) -> dict[str, Any]:
    """Read `reason=order resolved by=boss`."""
    said = dict(word.partition("=")[::2] for word in words)
    more: dict[str, Any] = {"contact_reason": said.get("reason", ""), "by": said.get("by", "")}
    if "resolved" in said:
        more["resolved"] = said["resolved"] != "no"
    return more


def _decline(stage: Stage, words: list[str]) -> list[Command]:
    """Read `decline c1 [@anna] a reason`; `busy` and `unreachable` are also how."""
    call, *rest = words
    agent = rest.pop(0)[1:] if rest and rest[0].startswith("@") else None
    reason = " ".join(rest)
    how = Miss(reason) if reason in set(Miss) else Miss.DECLINED
    return stage.decline(call, agent, reason, how)


def _talk(stage: Stage, call: str, queue: str) -> list[Command]:
    """Read `talk c1 billing`: queued, answered and bridged at once."""
    stage.talk(call, queue)
    return []


def _moved(call: str, queue: str) -> CallMovedByHand:
    return CallMovedByHand(call=CallId(call), queue=queue_named(queue), by="olga")


def _reprioritised(call: str, priority: str) -> CallReprioritised:
    return CallReprioritised(call=CallId(call), priority=int(priority), by="olga")


WORDS: Mapping[str, Doing] = {
    "arrive": lambda stage, words: stage.arrive(*words),
    "queue": _queue_call,
    "by-hand": lambda stage, words: stage.post(_moved(*words)),
    "priority": lambda stage, words: stage.post(_reprioritised(*words)),
    "key": lambda stage, words: stage.press(words[0], words[1], read_overflow(words[2])),
    "stray": lambda stage, words: stage.stray(*words),
    "return": lambda stage, words: stage.come_back(*words),
    "ringing": lambda stage, words: stage.ring(*words),
    "accept": lambda stage, words: stage.accept(*words),
    "decline": _decline,
    "talk": lambda stage, words: _talk(stage, *words),
    "bridged": lambda stage, words: stage.bridge(*words),
    "bridge-failed": lambda stage, words: stage.fail(*words),
    "talk-ends": lambda stage, words: stage.end_talk(*words),
    "hang-up": lambda stage, words: stage.hang_up(words[0]),
    "ended": lambda stage, words: stage.hang_up(words[0], Party(words[1])),
    "log-in": lambda stage, words: stage.log_in(*words),
    "log-out": lambda stage, words: stage.log_out(*words),
    "ready": lambda stage, words: stage.ready(*words),
    "not-ready": lambda stage, words: stage.not_ready(words[0], " ".join(words[1:])),
    "pause": lambda stage, words: stage.leave_out(*words),
    "resume": lambda stage, words: stage.take_in(*words),
    "longer": lambda stage, words: stage.need_longer(*words),
    "wrong-pin": lambda stage, words: stage.give_wrong_pin(*words),
    "help": lambda stage, words: stage.ask_for_help(*words),
    "help-answered": lambda stage, words: stage.answer_help(*words),
    "help-unanswered": lambda stage, words: stage.answer_help(*words),
    "phone-lost": lambda stage, words: stage.lose_phone(*words),
    "phone-found": lambda stage, words: stage.find_phone(*words),
    "own-call": lambda stage, words: stage.start_own_call(*words),
    "own-call-ends": lambda stage, words: stage.end_own_call(*words),
    "callback": _callback,
    "message": lambda stage, words: stage.leave_message(*words),
    "dialed": lambda stage, words: stage.dial(*words),
    "customer-answers": lambda stage, words: stage.customer_answers(*words),
    "customer-confirms": lambda stage, words: stage.customer_confirms(*words),
    "customer-fails": lambda stage, words: stage.customer_fails(*words),
    "reclaim": lambda stage, words: stage.reclaim(*words),
    "says": lambda stage, words: stage.say(*words[:3], **_more_said(words[3:])),
    "fills": lambda stage, words: stage.fill(*words, name="A. Name"),
    "types": lambda stage, words: stage.start_typing(*words),
    "typed": lambda stage, words: stage.stop_typing(*words),
    "switch-lost": lambda stage, _: stage.lost(),
    "resynced": lambda stage, _: stage.resynced(),
    "plan": _plan,
    **CONTROL,
}
