"""A center restored from a snapshot goes on exactly as the first would have."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest
from pydantic import TypeAdapter

from ccengine.core.center import ContactCenter
from ccengine.core.commands import OfferCall
from ccengine.core.queues import Strategy
from ccengine.core.snapshots import CenterSnapshot
from tests.core.builders import queue_settings
from tests.core.stage import Like, Stage, state_bytes
from tests.core.test_center import PLACES, SAMPLES, stage_at

ADAPTER = TypeAdapter(CenterSnapshot)


def through_the_journal(center: ContactCenter) -> ContactCenter:
    """Return the center as an engine finds it after a restart: written as JSON and read back."""
    return ContactCenter.from_snapshot(ADAPTER.validate_json(state_bytes(center)))


@pytest.mark.parametrize("place", PLACES)
def test_written_and_read_back_it_is_the_same(place: str) -> None:
    stage = stage_at(place)
    again = through_the_journal(stage.center)
    again.check_invariants()
    assert state_bytes(again) == state_bytes(stage.center)
    assert again.next_deadline() == stage.center.next_deadline()
    assert again.plan == stage.center.plan


@pytest.mark.parametrize("place", PLACES)
def test_it_goes_on_identically(place: str) -> None:
    stage = stage_at(place)
    again = through_the_journal(stage.center)
    for event in SAMPLES.values():
        outcomes = []
        for center in (stage.center, again):
            try:
                outcomes.append(orjson.dumps(center.handle(event, 5.0)))
            except Exception as refusal:
                outcomes.append(repr(refusal).encode())
        assert outcomes[0] == outcomes[1], event
    assert orjson.dumps(again.advance(1e6)) == orjson.dumps(stage.center.advance(1e6))
    assert state_bytes(again) == state_bytes(stage.center)


def test_a_snapshot_does_not_change_with_the_centers(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.queue("c1", "billing")
    snapshot = stage.center.snapshot()
    before = orjson.dumps(snapshot)
    restored = ContactCenter.from_snapshot(snapshot)
    stage.accept("c1")
    restored.advance(100.0)
    assert orjson.dumps(snapshot) == before


def test_an_imprint_does_not_change_either(stage: Stage) -> None:
    stage.queues = {"all": replace(queue_settings("billing:1"), strategy=Strategy.RING_ALL)}
    stage.staff(anna="billing:4", bob="billing:4", carl="billing:4")
    stage.talk("c1", "all")
    stage.hang_up("c1")
    stage.wait(15)
    stage.queue("c2", "all")
    imprint, before = stage.center.imprint(), state_bytes(stage.center)
    stage.accept("c2")
    stage.bridge("c2")
    stage.hang_up("c2")
    stage.wait(100)
    assert state_bytes(stage.center) != before
    assert orjson.dumps(imprint.snapshot()) == before


def test_a_center_restored_while_the_switch_is_away_waits_for_it(stage: Stage) -> None:
    stage.staff(anna="billing:4")
    stage.lost()
    stage.center = through_the_journal(stage.center)
    stage.expect(stage.queue("c1", "billing"))
    stage.expect(stage.resynced(), Like(OfferCall, call="c1"))
