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
Agents are separated by two blanks or more. Words for what happens are the keys of `WORDS`.
"""

from __future__ import annotations

import itertools
import re
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from ccengine.core.commands import (
    Command,
    Connect,
    OfferCall,
    ShowAgent,
    ShowCall,
    WithdrawOffer,
)
from ccengine.core.errors import CoreError
from ccengine.core.events import Party
from ccengine.core.states import AgentState
from tests.core.builders import CLIENT, agent_settings, queue_settings
from tests.core.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ccengine.core.plan import AgentSettings
    from ccengine.core.queues import QueueSettings

OUTPUT = "        -> "
TIMED = re.compile(r"(?P<at>\d+\.\d+)\s*(?P<words>.*)")
Doing: TypeAlias = "Callable[[Stage, list[str]], list[Command]]"


def rendered(source: str) -> str:
    """Run the scenario and return its text with what the core does now."""
    stage = Stage(connected=False)
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
            name, settings = _agent(spec)
            stage.agents[name] = settings
            if kind == "absent":
                stage.absent.add(name)
    elif kind == "queue":
        name, settings_of_queue = _queue(rest.split())
        stage.queues[name] = settings_of_queue
    else:
        assert not kind or kind.startswith("#"), f"cannot read: {line}"


def _agent(spec: str) -> tuple[str, AgentSettings]:
    name, *words = spec.split()
    clients = tuple(word[1:] for word in words if word.startswith("@")) or (CLIENT,)
    has = " ".join(word for word in words if not word.startswith("@"))
    return name, agent_settings(has, clients)


def _queue(words: list[str]) -> tuple[str, QueueSettings]:
    name, *words = words
    needs = " ".join(word for word in words if ":" in word)
    numbers = {word: float(after) for word, after in itertools.pairwise(words)
               if word in ("ring", "wrap-up", "priority")}  # fmt: skip
    settings = queue_settings(
        needs,
        ring=numbers.get("ring", 20.0),
        wrap_up=numbers.get("wrap-up", 15.0),
        priority=int(numbers.get("priority", 0)),
    )
    return name, settings


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
        case ShowAgent(state=AgentState.OFFERED | AgentState.ON_CALL) | ShowCall():
            return ""  # follows from what is asked for
        case ShowAgent():
            return _doing(command.agent, command.state, command.reason, command.until)


def _doing(agent: str, state: AgentState, reason: str, until: float | None) -> str:
    why = f" ({reason})" if reason else ""
    when = "" if until is None else f" until {until:.1f}"
    return f"{state.replace('_', '-')} {agent}{why}{when}"


def _seen(stage: Stage) -> str:
    doing = [_doing(a.id, a.state, a.reason, a.until) for a in stage.center.agents()]
    return f"line [{' '.join(stage.line())}], {', '.join(doing)}"


def _plan(stage: Stage, words: list[str]) -> list[Command]:
    kind, *rest = words
    if kind == "agent":
        name, settings = _agent(" ".join(rest))
        stage.agents[name] = settings
    elif kind == "queue":
        name, settings_of_queue = _queue(rest)
        stage.queues[name] = settings_of_queue
    elif kind == "no-agent":
        del stage.agents[rest[0]]
    else:
        assert kind == "no-queue", f"plan {kind}?"
        del stage.queues[rest[0]]
    return stage.plan()


def _queue_call(stage: Stage, words: list[str]) -> list[Command]:
    call, queue, *rest = words
    return stage.queue(call, queue, int(rest[1]) if rest else None)


WORDS: Mapping[str, Doing] = {
    "arrive": lambda stage, words: stage.arrive(*words),
    "queue": _queue_call,
    "stray": lambda stage, words: stage.stray(*words),
    "return": lambda stage, words: stage.come_back(*words),
    "ringing": lambda stage, words: stage.ring(*words),
    "accept": lambda stage, words: stage.accept(*words),
    "decline": lambda stage, words: stage.decline(words[0], reason=" ".join(words[1:])),
    "bridged": lambda stage, words: stage.bridge(*words),
    "bridge-failed": lambda stage, words: stage.fail(*words),
    "talk-ends": lambda stage, words: stage.end_talk(*words),
    "hang-up": lambda stage, words: stage.hang_up(words[0]),
    "ended": lambda stage, words: stage.hang_up(words[0], Party(words[1])),
    "log-in": lambda stage, words: stage.log_in(*words),
    "log-out": lambda stage, words: stage.log_out(*words),
    "ready": lambda stage, words: stage.ready(*words),
    "not-ready": lambda stage, words: stage.not_ready(words[0], " ".join(words[1:])),
    "switch-lost": lambda stage, _: stage.lost(),
    "resynced": lambda stage, _: stage.resynced(),
    "plan": _plan,
}
