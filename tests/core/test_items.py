"""What a callback or a message has of the call it was made from, and what it has not."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields

import pytest

from ccengine.core.calls import Call
from ccengine.core.items import NOTHING_BEGUN

ITS_OWN = {"id", "kind", "item", "state", "queue", "offers_made", "stands_for", "others"}
"""Set as the item is made."""
EMPTY = {"held", "conference", "outside", "by", "origin"}
"""Of a talk: nobody who may ask for an item has one."""
PLACE = {
    *("tenant", "client", "number", "caller", "language", "language_skills", "message_queue"),
    *("flow_began", "flow_returns", "flow_pass", "submitted", "data", "shown_data"),
    *("skills", "preferred", "only", "own_priority", "priority", "own_agents", "own_scores"),
    *("arrived_at", "waits_from", "serial", "queued_at", "lined_at", "waiting_since", "relaxed"),
    *("visited", "guess", "waited_seconds"),
}
"""The caller's place and wishes, and what is known of them."""


def test_each_field_of_a_call_is_the_items_too_or_is_not() -> None:
    """One that is new is put in one of these, or what a talk has left goes on in a callback."""
    sorted_out = [*NOTHING_BEGUN, *ITS_OWN, *EMPTY, *PLACE]
    assert len(sorted_out) == len(set(sorted_out))
    assert {one.name for one in fields(Call)} == set(sorted_out)


@pytest.mark.parametrize("one", fields(Call), ids=lambda one: one.name)
def test_nothing_that_has_begun_is_what_a_call_begins_with(one: Field[object]) -> None:
    if one.name not in NOTHING_BEGUN:
        return
    default = one.default if one.default_factory is MISSING else one.default_factory()
    assert NOTHING_BEGUN[one.name] == ("" if default is MISSING else default)
