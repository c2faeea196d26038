"""Backing off, queueing, judging versions."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.asterisk.ari.events import Connected, Disconnected, UnknownEvent
from ccengine.asterisk.ari.inbox import Inbox
from ccengine.asterisk.ari.versions import VersionVerdict, judge_version
from ccengine.asterisk.backoff import Backoff
from ccengine.asterisk.mailbox import Mailbox


@given(st.integers())
def test_delays_double_up_to_the_longest_and_jitter_only_shortens(seed: int) -> None:
    backoff = Backoff(chance=random.Random(seed))
    ceilings = [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    for ceiling in ceilings:
        assert ceiling / 2 <= backoff.next_delay() <= ceiling
    backoff.reset()
    assert backoff.next_delay() <= 0.1


def test_engines_do_not_return_in_step() -> None:
    delays = {Backoff(chance=random.Random(seed)).next_delay() for seed in range(20)}
    assert len(delays) == 20


async def test_a_full_inbox_refuses_events_and_takes_markers() -> None:
    inbox = Inbox(limit=4, alarm_at=2)
    assert [inbox.put(UnknownEvent(str(n))) for n in range(5)] == [True] * 4 + [False]
    inbox.mark(Disconnected(1, "overflow"))
    assert (inbox.alarms, inbox.highest, len(inbox)) == (1, 4, 5)


async def test_there_is_room_again_at_half() -> None:
    inbox = Inbox(limit=4, alarm_at=2)
    while inbox.put(UnknownEvent("x")):
        pass
    await inbox.get()
    assert not inbox._room.is_set()
    await inbox.get()
    await inbox.wait_for_room()


async def test_an_alarm_is_raised_once_for_each_backlog() -> None:
    inbox = Inbox(limit=10, alarm_at=2)
    for _ in range(5):
        inbox.put(UnknownEvent("x"))
    assert inbox.alarms == 1
    for _ in range(5):
        await inbox.get()
    for _ in range(3):
        inbox.put(UnknownEvent("x"))
    assert inbox.alarms == 2


async def test_an_inbox_keeps_order() -> None:
    inbox = Inbox()
    inbox.mark(Connected(1))
    inbox.put(UnknownEvent("a"))
    assert [await inbox.get(), await inbox.get()] == [Connected(1), UnknownEvent("a")]


async def test_a_full_mailbox_forgets_the_oldest() -> None:
    mailbox: Mailbox[int] = Mailbox(2)
    for number in (1, 2, 3):
        mailbox.put(number)
    assert [await mailbox.get(), await mailbox.get()] == [2, 3]
    mailbox.put(4)
    mailbox.clear()
    assert len(mailbox) == 0


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("22.10.1+dfsg+~cs6.17.60671434-1", VersionVerdict.WARN),
        ("22.10.0", VersionVerdict.REFUSE),
        ("22.10", VersionVerdict.REFUSE),
        ("20.20.1", VersionVerdict.REFUSE),
        ("certified-20.7-cert8", VersionVerdict.REFUSE),
        ("22.11.0", VersionVerdict.OK),
        ("22.11", VersionVerdict.OK),
        ("23.1.0", VersionVerdict.OK),
        ("GIT-master-abc", VersionVerdict.WARN),
        ("", VersionVerdict.WARN),
    ],
)
def test_versions_that_lose_calls_are_refused(version: str, verdict: VersionVerdict) -> None:
    assert judge_version(version) is verdict
