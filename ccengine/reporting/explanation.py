"""Why this agent and none of the others, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ccengine.core.explaining import Passed
from ccengine.core.ids import AgentId
from ccengine.core.queues import Strategy
from ccengine.reporting.instants import utc_text

if TYPE_CHECKING:
    from ccengine.core.explaining import Choice, PassedOver
    from ccengine.core.reasons import Why

TIME_OF_DAY = slice(11, 19)

_TEXTS: Mapping[Passed, str] = {
    Passed.FREE: "free, but Asterisk was out of reach: nothing is offered",
    Passed.HOUSE_RULE: "house rule: {name} ({value})",
    Passed.PAUSED: "wants no calls of {name}",
    Passed.RESTING: "resting{until}",
    Passed.PHONE_LOST: "phone {name} cannot be reached",
    Passed.OWN_CALL: "in a call of their own ({name})",
    Passed.COACHES: "coaches another agent",
    Passed.OFFERED: "rings{call}",
    Passed.ON_CALL: "on a call{call}",
    Passed.WRAP_UP: "wraps up{call}{until}",
    Passed.NOT_READY: "not ready: {name}",
    Passed.OFFLINE: "offline",
    Passed.NOT_OWN: "the caller's own agents come first: {name}",
    Passed.SKILL: "{name} {has}{detail}, needs {least}",
    Passed.GROUP: "not in group {name}",
    Passed.MEMBER: "not named to {name}, or beyond its penalty for now",
    Passed.LICENCE: "licence {name}{detail}",
    Passed.APPROVAL: "not approved for {name}{detail}",
    Passed.NOT_IN_PLAN: "no longer in the plan",
}

_UNITS: Mapping[Strategy, str] = {
    Strategy.LONGEST_IDLE: "idle for {:.1f} s",
    Strategy.RING_ALL: "idle for {:.1f} s",
    Strategy.BEST_MATCH: "{:.0f} points of the skills asked for",
    Strategy.LEAST_SKILLED: "{:.0f} points of skill in all",
    Strategy.LEAST_RECENT: "last call of this queue {:.1f} s ago",
    Strategy.FEWEST_CALLS: "{:.0f} calls of this queue",
    Strategy.LINEAR: "place {:.0f}",
    Strategy.ROUND_ROBIN: "turn {:.0f}",
    Strategy.RANDOM: "drawn as number {:.0f}",
    Strategy.WEIGHTED_RANDOM: "drawn as number {:.0f}",
}


@dataclass(frozen=True, slots=True)
class PassedRow:
    """Why one agent was passed over, for people and for programs."""

    agent: AgentId
    reason: Passed
    text: str


@dataclass(frozen=True, slots=True)
class PassedRows:
    """As many as were asked for, and a count of the others for each reason."""

    rows: tuple[PassedRow, ...]
    more: Mapping[Passed, int]


def passed_rows(choice: Choice, limit: int) -> PassedRows:
    """Return why the others were passed over, nearest to having had the call first.

    Args:
        choice: made at one instant.
        limit: so many one by one; 0: all.
    """
    shown = choice.passed if limit == 0 else choice.passed[:limit]
    rest = Counter(one.reason for one in choice.passed[len(shown) :])
    rows = tuple(PassedRow(one.agent, one.reason, passed_text(one, choice)) for one in shown)
    return PassedRows(rows, {reason: rest[reason] for reason in Passed if rest[reason]})


def passed_text(one: PassedOver, choice: Choice) -> str:
    """Return why one agent was passed over."""
    value = _value_text(choice.strategy, one)
    if one.reason is Passed.RANKED_LOWER:
        if choice.agent is None:
            return f"free ({value})"
        chosen = _value_text(choice.strategy, choice)
        return f"ranked lower: {value}; {choice.agent}: {chosen}"
    return _TEXTS[one.reason].format(
        name=one.name,
        detail=f", {one.detail}" if one.detail else "",
        has=one.has,
        least=one.least,
        call=f" with {one.call}" if one.call else "",
        until="" if one.until is None else f" until {utc_text(one.until)[TIME_OF_DAY]}",
        value=value,
    )


def needs_text(choice: Choice) -> str:
    """Return what the call needed of an agent."""
    needs = choice.needs
    parts = [f"{skill} {least}" for skill, least in needs.skills]
    parts += [f"licence {licence}" for licence in needs.licences]
    if needs.groups:
        parts.append(f"group {' or '.join(needs.groups)}")
    if needs.preferred:
        parts.append(f"preferably {', '.join(f'{skill}' for skill, _ in needs.preferred)}")
    if needs.only:
        parts.append(f"only {', '.join(needs.only)}")
    return ", ".join(parts) or "anybody approved for the client"


def why_text(choice: Choice, why: Why) -> str:
    """Return why the chosen agent was."""
    parts = [f"{choice.strategy}: {_value_text(choice.strategy, choice)}"]
    if why.own_agent:
        parts.append("the caller's own agent")
    if choice.strategy not in (Strategy.LONGEST_IDLE, Strategy.RING_ALL):
        parts.append(f"idle for {why.idle_seconds:.1f} s")
    parts.append(f"the caller waited {why.waited_seconds:.1f} s")
    if why.relaxed:
        steps = "step" if why.relaxed == 1 else "steps"
        parts.append(f"{why.relaxed} relax {steps} passed")
    if why.overdue:
        parts.append("overdue: before all who were not")
    return "; ".join(parts)


def _value_text(strategy: Strategy, one: PassedOver | Choice) -> str:
    text = _unit_text(strategy, one.value)
    text = f"penalty {one.penalty}, {text}" if one.penalty else text
    return text if one.score is None else f"score {one.score}, {text}"


def _unit_text(strategy: Strategy, value: float | None) -> str:
    if value is None:
        return "no call of this queue yet" if strategy is Strategy.LEAST_RECENT else "not asked"
    return _UNITS[strategy].format(value)
