"""Whatever comes over the wire, decoding returns."""

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.asterisk.ari import events
from ccengine.asterisk.ari.decode import Malformed, Tally, decode
from tests.asterisk.samples import CHANNEL, EVENTS, event

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", EVENTS)
def test_every_known_event_is_read(kind: str) -> None:
    assert type(decode(event(kind))).__name__ == kind


def test_every_type_of_the_union_has_a_sample() -> None:
    known = {member.__name__ for member in get_args(events.AriEvent)}
    assert known - {"UnknownEvent"} == set(EVENTS)


def test_a_channel_is_read_as_far_as_it_is_used() -> None:
    start = decode(event("StasisStart"))
    assert isinstance(start, events.StasisStart)
    channel = start.channel
    assert start.args == ("inbound",)
    assert (channel.id, channel.caller_number) == ("1763760000.12", "0301234567")
    assert channel.variables["CC_CALL_ID"] == "1763760000-12"
    assert channel.in_app("ccengine")
    assert not channel.in_app("cc")
    assert channel.is_up
    assert channel.created_at == datetime(2026, 11, 21, 21, 41, 18, 861000, tzinfo=UTC)


def test_a_channel_without_the_fields_that_nobody_needs_is_read() -> None:
    bare = {"id": "1", "name": "n", "state": "Ring"}
    read = decode(event("StasisEnd", channel=bare))
    assert isinstance(read, events.StasisEnd)
    assert read.channel == events.ChannelSnapshot("1", "n", "Ring")


def test_a_variable_that_is_no_text_does_not_lose_the_call() -> None:
    odd = {**CHANNEL, "channelvars": {"CC_CALL_ID": "x", "CC_ROLE": None}}
    read = decode(event("StasisStart", channel=odd))
    assert isinstance(read, events.StasisStart)
    assert read.channel.variables == {"CC_CALL_ID": "x"}


def test_an_unknown_type_is_an_event() -> None:
    assert decode({"type": "ChannelTeleported", "to": 1}) == events.UnknownEvent(
        "ChannelTeleported"
    )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ([], Malformed("", "not an object")),
        ({}, Malformed("", "type")),
        ({"type": 5}, Malformed("", "type")),
        ({"type": "StasisEnd"}, Malformed("StasisEnd", "missing channel")),
        (event("StasisEnd", channel=7), Malformed("StasisEnd", "wrong type of channel")),
        (event("StasisStart", args=[1]), Malformed("StasisStart", "wrong type of args")),
        (
            event("ChannelDestroyed", cause="16"),
            Malformed("ChannelDestroyed", "wrong type of cause"),
        ),
    ],
)
def test_damage_is_named_by_field_and_never_by_value(raw: object, expected: Malformed) -> None:
    assert decode(raw) == expected


@given(anything)
def test_arbitrary_json_never_raises(raw: object) -> None:
    decode(raw)


@given(st.sampled_from(sorted(EVENTS)), st.data())
def test_damaged_events_never_raise(kind: str, data: st.DataObject) -> None:
    def damage(value: Any) -> Any:
        if isinstance(value, dict) and value:
            name = data.draw(st.sampled_from(sorted(value)))
            changed = dict(value)
            how = data.draw(st.sampled_from(["drop", "replace", "deeper"]))
            if how == "drop":
                del changed[name]
            else:
                changed[name] = damage(value[name]) if how == "deeper" else data.draw(anything)
            return changed
        return data.draw(anything)

    raw = damage(event(kind))
    read = decode(raw)
    if isinstance(read, Malformed):
        assert read.reason
    else:
        assert isinstance(read, get_args(events.AriEvent))


def test_a_tally_says_when_something_is_new() -> None:
    tally = Tally()
    odd, damaged = events.UnknownEvent("Odd"), Malformed("StasisEnd", "missing channel")
    assert [tally.note_unknown(odd), tally.note_unknown(odd)] == [True, False]
    assert [tally.note_malformed(damaged), tally.note_malformed(damaged)] == [True, False]
    assert tally.unknown == {"Odd": 2}
    assert tally.malformed == {("StasisEnd", "missing channel"): 2}
