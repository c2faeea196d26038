"""Whatever stands in a queue's rules is checked or carried out, and never raises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccengine.core.events import PlanLoaded
from ccengine.core.queues import Strategy
from ccengine.ivr.configuration import load_configuration
from ccengine.storage.codec import decode, encode
from tests.config.tenants import copy_of_demo
from tests.sizes import by_size

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

NUMBERS = st.sampled_from([0, 1, 5, 10, 11, -1, 1.5, "nan", "inf", 1e9, "x", [], {}])
WORDS = "arabic billing ukrainian omar amira extra nour/technical x/y order ordered"
NAMES = st.sampled_from([*WORDS.split(), ""])
LEVELS = st.dictionaries(NAMES, NUMBERS, max_size=3)
LISTS = st.lists(NAMES, max_size=3)
TRUTH = st.sampled_from(["yes", "no", "perhaps"])


def some(**keys: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=keys)


STEP = some(
    after_seconds=NUMBERS, lower=LEVELS, drop=LISTS, groups=LISTS, penalty=NUMBERS,
    while_healthy=NAMES,
)  # fmt: skip
OVERFLOW = some(queue=NAMES, flow=NAMES, number=NUMBERS, voicemail=TRUTH)
LIMITS = some(
    waiting=NUMBERS, wait_seconds=NUMBERS, join_empty=LISTS, leave_empty=LISTS,
    partner_percent=NUMBERS, partner=NUMBERS, overflow=OVERFLOW,
)  # fmt: skip
OUTCOME = some(
    required=TRUTH, at_deadline=st.sampled_from(["extend", "default", "soon"]), default=NAMES,
    grace_seconds=NUMBERS, dispositions=LISTS, contact_reasons=LISTS, form=NAMES, script=NAMES,
)  # fmt: skip
ANNOUNCEMENTS = some(
    every_seconds=NUMBERS, after_seconds=NUMBERS, gap_seconds=NUMBERS, position_limit=NUMBERS,
    position=st.sampled_from(["no", "limit", "more", "yes"]), only_improved=TRUTH,
    wait=st.sampled_from(["yes", "no", "once", "x"]), round_seconds=NUMBERS,
    wait_limit_minutes=NUMBERS,
)  # fmt: skip
MESSAGES = some(prompts=LISTS, every_seconds=NUMBERS, after_seconds=NUMBERS, shuffled=TRUTH)
KEY = some(queue=NAMES, flow=NAMES, voicemail=TRUTH, prompt=NAMES)
RULES = some(
    skills=LEVELS, preferred=LEVELS, gates=LEVELS, licences=LISTS, groups=LISTS,
    members=st.lists(some(agent=NAMES, penalty=NUMBERS), max_size=3), max_penalty=NUMBERS,
    relax=st.lists(STEP, max_size=3), strategy=st.sampled_from([*Strategy, "loudest"]),
    affinity=some(same_agent_seconds=NUMBERS, preferred_seconds=NUMBERS), priority=NUMBERS,
    ageing_per_minute=NUMBERS, order=st.sampled_from(["oldest", "newest", "any"]), weight=NUMBERS,
    promise_seconds=NUMBERS, longest_wait_seconds=NUMBERS, limits=LIMITS, misses=NUMBERS,
    health=some(waiting=NUMBERS, wait_seconds=NUMBERS), counts_earlier_seconds=TRUTH,
    outcome=OUTCOME,
    music=NAMES, music_in=st.dictionaries(NAMES, NAMES, max_size=2), language=NAMES,
    announcements=ANNOUNCEMENTS, messages=MESSAGES,
    keys=st.dictionaries(st.sampled_from(["1", "*", "12", "x"]), KEY, max_size=2),
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_demo(tmp_path_factory.mktemp("rules"))


@example(rules={"gates": {"arabic": 0}, "relax": [{}, {"after_seconds": 0, "drop": ["arabic"]}]})
@given(rules=RULES)
@settings(max_examples=by_size(small=40, full=300), deadline=None)
def test_no_rules_make_the_checks_raise(folder: Path, rules: dict[str, Any]) -> None:
    file = folder / "clients/nour/client.yaml"
    before = file.read_text()
    try:
        file.write_text(before.replace("queues:\n", f"queues:\n  extra: {json.dumps(rules)}\n"))
        loaded = load_configuration(folder)
    finally:
        file.write_text(before)
    for problem in (*loaded.problems, *loaded.warnings):
        assert problem.line >= 1
        assert problem.remedy
    if loaded.tenant is not None:
        # What passed can be journaled and read back: no number in it is not-a-number.
        event = PlanLoaded(plan=loaded.tenant.plan())
        assert decode("event", "PlanLoaded", encode(event)) == event
