"""What a scenario says of agents, queues and the house, in words.

    anna billing:4 @sirin +front #loans<60    skills, client, group, licence until second 60
    queue billing needs billing:3 wants german:1 gate german:2 licence=loans
          ring 10 wrap-up 0 priority 5 strategy=linear members=anna,bob/2 groups=front
          relax=10/lower/billing:1 relax=20/drop/german relax=30/group/back
          relax=30/group/back/vip             lent only while vip is healthy
          relax=5/penalty/2 overflow=vip      or voicemail, flow:closed, number:600999
          callback=agent-first/3 lead=30      whom first, and how often at most
          hours=0-100,200-300 slots=1/2       in seconds; minutes long and how many in each
          outcome=sold,lost reasons=order must=extend grace 60
                                              or must=not_ready, must=default:lost
    house floor=sirin:1 ceiling=nova:2 rest=5 occupancy=0.5 window=10 precedence=promise
          reason=lunch/30/log_out             minutes, and what follows; `reasons-only`: no other
          supervisor=anna                     of everybody

All else that a queue may say is in `NUMBERS`, or a word for a list in `_limits`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ccengine.core.ids import AgentId, ClientId, GroupId, LicenceId, SkillId
from ccengine.core.outcome_rules import AtDeadline, OutcomeRules
from ccengine.core.periods import Period
from ccengine.core.plan import AgentSettings, Days, Precedence, Reason, Rest, Share
from ccengine.core.queues import (
    Affinity,
    Empty,
    Health,
    Limits,
    Member,
    MissesBy,
    Order,
    Overflow,
    QueueSettings,
    RelaxStep,
    Strategy,
)
from ccengine.core.reasons import AfterLimit
from ccengine.core.work_items import CallbackRules, Mode, Slots
from tests.core.builders import CLIENT, agent_settings, queue_named, skills

NUMBERS = {
    "ring": "ring_seconds",
    "wrap-up": "wrap_up_seconds",
    "guard": "longest_wait_seconds",
    "promise": "promise_seconds",
    "ageing": "ageing_per_minute",
    "extend": "wrap_up_extension_seconds",
    "wrap-up-most": "wrap_up_at_most_seconds",
}
COUNTS = {
    "priority": "priority",
    "weight": "weight",
    "misses": "misses",
    "max-penalty": "max_penalty",
}
MISSES_BY = frozenset({"busy", "declined", "failed"})
ALONE = ("earlier", "reasons-only")
TEAM = "desk"
SKILLS = {"needs": "skills", "wants": "preferred", "gate": "gates"}


def read_agent(words: list[str]) -> tuple[AgentSettings, dict[str, Period]]:
    """Read an agent; approvals, licences and skills with `<` end at that second."""
    marked: dict[str, list[str]] = {"@": [], "+": [], "#": [], "": []}
    periods = {}
    for word in words:
        mark = word[0] if word[0] in marked else ""
        said, _, ends = word.removeprefix(mark).partition("<")
        marked[mark].append(said)
        what = {"@": "client", "#": "licence"}.get(mark, "skill")
        if ends:
            periods[f"{what}:{said.partition(':')[0]}"] = Period(None, float(ends))
    has = " ".join(marked[""])
    settings = replace(
        agent_settings(has, tuple(marked["@"]) or (CLIENT,)),
        groups=tuple(map(GroupId, marked["+"])),
        team=TEAM,
        licences={LicenceId(name): Days() for name in marked["#"]},
    )
    return settings, periods


def read_queue(words: list[str]) -> QueueSettings:
    """Read a queue."""
    pairs = _pairs(words)
    said = dict(pairs)
    relax = [_step(step) for key, step in pairs if key == "relax"]
    given: dict[str, Any] = {
        field: skills(said.get(word, "").replace(",", " ")) for word, field in SKILLS.items()
    }
    given |= {NUMBERS[word]: float(said[word]) for word in NUMBERS.keys() & said.keys()}
    given |= {COUNTS[word]: int(said[word]) for word in COUNTS.keys() & said.keys()}
    healthy = said.get("healthy", "0/10").split("/")
    return QueueSettings(
        **given,
        strategy=Strategy(said.get("strategy", "longest-idle")),
        order=Order(said.get("order", "oldest")),
        members=tuple(map(_member, _listed(said, "members"))),
        groups=tuple(map(GroupId, _listed(said, "groups"))),
        licences=tuple(map(LicenceId, _listed(said, "licence"))),
        relax=tuple(relax),
        counts_earlier_seconds="earlier" in said,
        affinity=Affinity(
            same_agent_seconds=float(said.get("same-agent", 0)),
            preferred_seconds=float(said.get("own-agents", 0)),
        ),
        health=Health(waiting=int(healthy[0]), wait_seconds=float(healthy[1])),
        limits=_limits(said),
        callback=_callback(said),
        reclaim_seconds=float(said.get("reclaim", 0)),
        misses_by=MissesBy(**{one: int(said[one]) for one in MISSES_BY & said.keys()}),
        outcome=_outcome_rules(said),
    )


def read_hours(words: list[str]) -> tuple[Period, ...] | None:
    """Read when a queue's customers may be called; None: always."""
    said = dict(_pairs(words)).get("hours")
    if said is None:
        return None
    spans = [span.split("-") for span in said.split(",")]
    return tuple(Period(float(starts), float(ends)) for starts, ends in spans)


def _callback(said: dict[str, str]) -> CallbackRules | None:
    if "callback" not in said:
        return None
    mode, _, attempts = said["callback"].partition("/")
    minutes, _, capacity = said.get("slots", "").partition("/")
    return CallbackRules(
        mode=Mode(mode),
        attempts=int(attempts or 3),
        lead_seconds=float(said.get("lead", 60)),
        expires_hours=float(said.get("expires", 24 * 3600)) / 3600,
        slots=Slots(minutes=int(minutes), capacity=int(capacity)) if minutes else None,
    )


def _outcome_rules(said: dict[str, str]) -> OutcomeRules:
    at_deadline, _, default = said.get("must", "extend").partition(":")
    return OutcomeRules(
        required="must" in said,
        at_deadline=AtDeadline(at_deadline),
        default=default or None,
        grace_seconds=float(said.get("grace", 300)),
        dispositions=tuple(_listed(said, "outcome")),
        contact_reasons=tuple(_listed(said, "reasons")),
        form=said.get("form"),
        script=said.get("script"),
    )


def read_house(words: list[str]) -> dict[str, Any]:
    """Read the rules of the house."""
    pairs = _pairs(words)
    said = dict(pairs)
    shares: dict[ClientId, Share] = {}
    for key, value in pairs:
        if key in ("floor", "ceiling"):
            client, _, count = value.partition(":")
            share = shares.get(ClientId(client), Share())
            shares[ClientId(client)] = replace(share, **{key: int(count)})
    reasons = dict(_reason(value) for key, value in pairs if key == "reason")
    return {
        "reasons": reasons,
        "reason_required": "reasons-only" in said,
        "supervisors": {TEAM: tuple(map(AgentId, _listed(said, "supervisor")))},
        "shares": shares,
        "precedence": Precedence(said.get("precedence", "score")),
        "rest": Rest(
            seconds=float(said.get("rest", 0)),
            occupancy=float(said.get("occupancy", 1)),
            window_minutes=float(said.get("window", 30)),
        ),
    }


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    """Read `key value`, `key=value` and `needs a:1 b:2`."""
    pairs: list[tuple[str, str]] = []
    for word in words:
        key, equals, value = word.partition("=")
        if equals or word in ALONE:
            pairs.append((key, value))
        elif pairs and (pairs[-1][1] == "" or ":" in word) and pairs[-1][0] not in ALONE:
            pairs[-1] = (pairs[-1][0], f"{pairs[-1][1]} {word}".strip())
        else:
            pairs.append((word, ""))
    return pairs


def _listed(said: dict[str, str], key: str) -> list[str]:
    return [one for one in said.get(key, "").split(",") if one]


def _reason(said: str) -> tuple[str, Reason]:
    name, _, rest = said.partition("/")
    minutes, _, then = rest.partition("/")
    after = AfterLimit(then) if then else AfterLimit.REMIND
    return name, Reason(name=name, minutes=float(minutes) if minutes else None, then=after)


def _member(word: str) -> Member:
    agent, _, penalty = word.partition("/")
    return Member(agent=AgentId(agent), penalty=int(penalty or 0))


def _step(said: str) -> RelaxStep:
    after, what, *rest = said.split("/")
    match what:
        case "lower":
            return RelaxStep(after_seconds=float(after), lower=skills(rest[0]))
        case "drop":
            return RelaxStep(after_seconds=float(after), drop=(SkillId(rest[0]),))
        case "penalty":
            return RelaxStep(after_seconds=float(after), penalty=int(rest[0]))
        case _:
            lender = queue_named("/".join(rest[1:])) if rest[1:] else None
            group = (GroupId(rest[0]),)
            return RelaxStep(after_seconds=float(after), groups=group, while_healthy=lender)


def _limits(said: dict[str, str]) -> Limits:
    most, longest = said.get("max-waiting"), said.get("max-wait")
    share, _, number = said.get("partner", "").partition(":")
    return Limits(
        waiting=None if most is None else int(most),
        wait_seconds=None if longest is None else float(longest),
        join_empty=tuple(map(Empty, _listed(said, "join-empty"))),
        leave_empty=tuple(map(Empty, _listed(said, "leave-empty"))),
        partner_percent=int(share or 0),
        partner=number or None,
        overflow=None if "overflow" not in said else read_overflow(said["overflow"]),
    )


def read_overflow(to: str) -> Overflow:
    """Read `voicemail`, `flow:closed`, `number:600999`, or a queue."""
    what, _, name = to.partition(":")
    match what:
        case "voicemail":
            return Overflow(voicemail=True)
        case "flow":
            return Overflow(flow=name)
        case "number":
            return Overflow(number=name)
        case _:
            return Overflow(queue=queue_named(to))
