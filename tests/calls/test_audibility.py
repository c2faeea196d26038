"""Who hears whom: by another way of reckoning, and over every order in which things may happen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccengine.calls.coaching.audibility import (
    Direction,
    Hears,
    Seating,
    Setup,
    Snoop,
    heard,
    leaks,
    missing,
)
from ccengine.calls.coaching.routing import (
    Enter,
    Listen,
    WouldLeak,
    after,
    plan,
    prove,
    setups,
    snoop_for,
)
from ccengine.core.events import CoachMode
from tests.sizes import by_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.calls.coaching.routing import Step

CALLER, AGENT, COACH, COLLEAGUE, OTHER = "caller", "agent", "coach", "colleague", "other coach"
TALK, CONSULT, ROOM, OTHER_ROOM = "talk", "consult", "room", "other room"
MODES = tuple(CoachMode)
Node = tuple[str, str]


def edges(setup: Setup) -> Iterator[tuple[Node, Node]]:
    """Every way that sound takes by itself."""
    for members in setup.bridges.values():
        for speaker in members:
            yield from ((("says", speaker), ("gets", one)) for one in members if one != speaker)
    for snoop in setup.snoops:
        if snoop.spy.has_in:
            yield ("says", snoop.target), ("says", snoop.channel)
        if snoop.spy.has_out:
            yield ("gets", snoop.target), ("says", snoop.channel)
        if snoop.whisper.has_out:
            yield ("gets", snoop.channel), ("ear", snoop.target)
        if snoop.whisper.has_in:
            yield ("gets", snoop.channel), ("says", snoop.target)


def reached(setup: Setup, people: set[str]) -> frozenset[Hears]:
    """Who hears whom, found by walking from each mouth."""
    ways = [*edges(setup), *((("gets", one), ("ear", one)) for one in people)]
    found = set()
    for voice in people:
        seen, ahead = {("says", voice)}, [("says", voice)]
        while ahead:
            at = ahead.pop()
            for begins, ends in ways:
                if begins == at and ends not in seen:
                    seen.add(ends)
                    ahead.append(ends)
        found |= {Hears(one, voice) for what, one in seen if what == "ear" and one in people}
    return frozenset(found)


NAMES = ("a", "b", "c", "d")
SNOOPS = ("s", "t")
SETUPS = st.builds(
    lambda places, whom, spies, whispers: Setup(
        {
            bridge: frozenset(one for one, place in places.items() if place == bridge)
            for bridge in ("x", "y", "z")
        },
        frozenset(
            Snoop(one, whom[one], spies[one], whispers[one]) for one in SNOOPS if whom[one] != "-"
        ),
    ),
    st.fixed_dictionaries(
        {one: st.sampled_from(("x", "y", "z", "nowhere")) for one in (*NAMES, *SNOOPS)}
    ),
    st.fixed_dictionaries({one: st.sampled_from((*NAMES, "-")) for one in SNOOPS}),
    st.fixed_dictionaries({one: st.sampled_from(list(Direction)) for one in SNOOPS}),
    st.fixed_dictionaries({one: st.sampled_from(list(Direction)) for one in SNOOPS}),
)


@given(SETUPS)
@settings(max_examples=by_size(small=300, full=20_000), deadline=None)
def test_both_ways_of_reckoning_agree(setup: Setup) -> None:
    snoops = {snoop.channel for snoop in setup.snoops}
    there = {one for members in setup.bridges.values() for one in members}
    people = (there | {snoop.target for snoop in setup.snoops}) - snoops
    assert heard(setup) == reached(setup, people)


def talking(snoop: Snoop | None = None, *room: str, barges: bool = False) -> Setup:
    talk = {CALLER, AGENT, *((COACH,) if barges else ())}
    bridges = {TALK: frozenset(talk), ROOM: frozenset(room)}
    return Setup(bridges, frozenset() if snoop is None else frozenset({snoop}))


@pytest.mark.parametrize("whisper", list(Direction))
@pytest.mark.parametrize("target", [AGENT, CALLER])
def test_the_four_whispers_at_either_end_are_what_was_measured(
    target: str, whisper: Direction
) -> None:
    """At the agent `in` reaches the caller, `out` does not; at the caller it is inverse."""
    snoop = Snoop("s", target, Direction.BOTH, whisper)
    hearing = heard(talking(snoop, COACH, "s"))
    assert {Hears(COACH, CALLER), Hears(COACH, AGENT)} <= hearing
    into_ear, as_said = whisper.has_out, whisper.has_in
    at_caller = into_ear if target == CALLER else as_said
    at_agent = into_ear if target == AGENT else as_said
    assert (Hears(CALLER, COACH) in hearing) == at_caller
    assert (Hears(AGENT, COACH) in hearing) == at_agent
    leak = leaks(talking(snoop, COACH, "s"), Seating(COACH, AGENT, CoachMode.WHISPER))
    assert leak or not at_caller
    assert not leak or (target, whisper) not in ((AGENT, Direction.NONE), (AGENT, Direction.OUT))


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_as_it_shall_be_leaks_nothing_and_lacks_nothing(mode: CoachMode) -> None:
    seating = Seating(COACH, AGENT, mode)
    snoop = snoop_for(seating, "s")
    room = () if snoop is None else (COACH, "s")
    setup = talking(snoop, *room, barges=mode is CoachMode.BARGE)
    assert leaks(setup, seating) == missing(setup, seating) == ()


@pytest.mark.parametrize("mode", [CoachMode.MONITOR, CoachMode.WHISPER])
@pytest.mark.parametrize(
    "wrong",
    [
        [Enter(TALK, COACH)],  # into the talk's bridge
        [Listen(Snoop("s", CALLER, Direction.BOTH, Direction.OUT))],  # at the caller's channel
        [Listen(Snoop("s", AGENT, Direction.BOTH, Direction.IN))],  # as if the agent said it
        [Listen(Snoop("s", AGENT, Direction.BOTH, Direction.BOTH))],
        [Enter(ROOM, CALLER)],
    ],
)
def test_a_plan_that_would_leak_is_refused(mode: CoachMode, wrong: list[Step]) -> None:
    seating = Seating(COACH, AGENT, mode)
    steps = [Enter(ROOM, COACH), *wrong, Enter(ROOM, "s")]
    with pytest.raises(WouldLeak, match=r"hears coach"):
        prove(talking(), steps, seating, mode)


class Change(NamedTuple):
    """Something that happens."""

    what: str
    mode: CoachMode = CoachMode.MONITOR


CHANGES = (
    *(Change("mode", mode) for mode in MODES),
    Change("hold"),
    Change("back"),
    Change("consult"),
    Change("together"),
    Change("agent aside"),
    Change("agent gone"),
    Change("next call"),
    Change("other coach"),
)


MOVES: dict[str, dict[str, str]] = {
    "hold": {CALLER: ""},
    "back": {CALLER: TALK, AGENT: TALK, COLLEAGUE: ""},
    "next call": {CALLER: TALK, AGENT: TALK, COLLEAGUE: ""},
    "consult": {CALLER: "", AGENT: CONSULT, COLLEAGUE: CONSULT},
    "together": {CALLER: TALK, AGENT: TALK, COLLEAGUE: TALK},
    "agent aside": {AGENT: ""},
}


def happen(setup: Setup, change: Change, other: CoachMode) -> Setup:
    """What agents, colleagues and other coaches do to the bridges."""

    def moved(where: dict[str, str]) -> Setup:
        left = {name: members - where.keys() for name, members in setup.bridges.items()}
        for who, place in where.items():
            if place:
                left[place] = left.get(place, frozenset()) | {who}
        return replace(setup, bridges=left)

    if change.what in MOVES:
        return moved(MOVES[change.what])
    if change.what == "agent gone":
        kept = frozenset(one for one in setup.snoops if one.target != AGENT)
        gone = {one.channel for one in setup.snoops - kept} | {AGENT}
        left = {name: members - gone for name, members in setup.bridges.items()}
        return Setup(left, kept)
    snoop = snoop_for(Seating(OTHER, AGENT, other), "other snoop")
    if change.what != "other coach" or snoop is None:
        return setup
    room = moved({OTHER: OTHER_ROOM, "other snoop": OTHER_ROOM})
    return replace(room, snoops=room.snoops | {snoop})


@given(
    st.lists(st.sampled_from(CHANGES), max_size=12),
    st.sampled_from([CoachMode.MONITOR, CoachMode.WHISPER]),
)
@settings(max_examples=by_size(small=400, full=50_000), deadline=None)
def test_no_order_of_changes_ever_leaks(changes: list[Change], other: CoachMode) -> None:
    setup, mode = talking(), CoachMode.MONITOR
    for number, change in enumerate([Change("mode"), *changes]):
        # A call or a room may change at any time; whoever is heard by more than may be at that
        # instant is so by the agent's doing (they bring a coach who has joined in along).
        setup, before = happen(setup, change, other), mode
        mode = change.mode if change.what == "mode" else mode
        is_there = setup.bridge_of(AGENT) is not None
        seating = Seating(COACH, AGENT, mode) if is_there else None
        own = replace(setup, snoops=frozenset(o for o in setup.snoops if o.channel[0] == "s"))
        steps = plan(own, seating, coach=COACH, room=ROOM, new_snoop=f"s{number}")
        if seating is not None:
            prove(setup, steps, seating, before)
            may = {None, AGENT} if CoachMode.WHISPER in (before, mode) else {None}
            if CoachMode.BARGE not in (before, mode):
                for step in setups(setup, steps):
                    people = {CALLER, AGENT, COACH, COLLEAGUE, OTHER}
                    hearing = reached(step, people)
                    assert {one.listener for one in hearing if one.voice == COACH} <= may
        for one in steps:
            setup = after(setup, one)
        if seating is None:
            people = {CALLER, AGENT, COACH, COLLEAGUE, OTHER}
            assert all(one.voice != COACH for one in reached(setup, people))
        else:
            assert missing(setup, seating) == ()


def test_what_is_told_of_a_leak_has_nothing_of_others_talks() -> None:
    snoop = Snoop("s", AGENT, Direction.BOTH, Direction.NONE)
    beside = Snoop("t", "other agent", Direction.BOTH, Direction.NONE)
    own = {TALK: frozenset({CALLER, AGENT}), ROOM: frozenset({COACH, "s"})}
    others = {"theirs": frozenset({"other caller", "other agent"}), OTHER_ROOM: frozenset({"t"})}
    setup = Setup({**own, **others}, frozenset({snoop, beside}))
    told = setup.around(Seating(COACH, AGENT, CoachMode.MONITOR))
    assert told == Setup(own, frozenset({snoop}))
