"""What a recording's looks say: each fault is found, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.core.events.causes import Party
from ccengine.core.events.recording_health import (
    GapKind,
    PartyHeard,
    PartyUnheard,
    RecordingGapFound,
)
from ccengine.core.ids import CallId
from ccengine.core.recording_health import (
    FileLook,
    Finding,
    PartyLook,
    RecordingJudge,
    TalkLook,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

CALL = CallId("c1")
CALLER, AGENT = Party.CALLER, Party.AGENT
EVERY = 10.0
PATIENCE = 20.0


def talk(
    at: float,
    *,
    file: float | None = -0.5,
    silent: Iterable[Party] = (),
    caller: PartyLook | None = None,
    agent: PartyLook | None = None,
    **more: object,
) -> TalkLook:
    """A look; `file` is how much longer or shorter it is than the time, None: there is none."""
    looked = None
    if file is not None:
        fresh = min(EVERY, at)
        looked = FileLook(
            at=at, seconds=max(0.0, at + file), fresh_seconds=fresh, silent=frozenset(silent)
        )
    parties = (
        caller or PartyLook(party=CALLER, channel="caller"),
        agent or PartyLook(party=AGENT, channel="leg"),
    )
    look = TalkLook(
        at=at,
        recording="r.raw",
        since=0.0,
        file=looked,
        settled_since=0.0,
        paused=False,
        parties=parties,
    )
    return replace(look, **more)  # type: ignore[arg-type]


def seen(*looks: TalkLook, judge: RecordingJudge | None = None) -> list[Finding]:
    judge = judge or RecordingJudge(CALL)
    return [finding for look in looks for finding in judge.look(look, unheard_seconds=PATIENCE)]


def gap(kind: GapKind, seconds: float, party: Party | None = None) -> RecordingGapFound:
    return RecordingGapFound(call=CALL, recording="r.raw", kind=kind, seconds=seconds, party=party)


def speaks(party: Party, since: float, until: float, packets: int | None = 100) -> PartyLook:
    channel = "caller" if party is CALLER else "leg"
    return PartyLook(party=party, channel=channel, packets=packets, talks=((since, until),))


def test_a_healthy_talk_has_no_findings() -> None:
    assert seen(*(talk(at * EVERY) for at in range(1, 400))) == []


def test_a_file_that_is_not_there_is_told_at_the_second_look() -> None:
    judge = RecordingJudge(CALL)
    assert seen(talk(10, file=None), judge=judge) == []
    assert judge.suspects
    assert seen(talk(12, file=None), judge=judge) == [gap(GapKind.NO_FILE, 12)]
    assert not judge.suspects


def test_it_is_told_once() -> None:
    assert len(seen(*(talk(at * EVERY, file=None) for at in range(1, 10)))) == 1


def test_the_first_moments_need_no_file() -> None:
    assert seen(talk(1, file=None), talk(2, file=None), talk(12)) == []


def test_a_file_that_stops_is_short() -> None:
    found = seen(talk(10), talk(20, file=-6), talk(22, file=-8), talk(32, file=-18))
    assert found == [gap(GapKind.FILE_SHORT, 8)]


def test_what_is_only_late_is_not_lost() -> None:
    assert seen(talk(10), talk(20, file=-6), talk(22, file=-0.5), talk(30, file=-6)) == []


def test_each_further_loss_is_told() -> None:
    first = (talk(10), talk(20, file=-6), talk(22, file=-6))
    goes_on = (talk(30, file=-6), talk(40, file=-6.2))
    second = (talk(50, file=-14), talk(52, file=-16), talk(60, file=-24))
    found = seen(*first, *goes_on, *second)
    assert found == [gap(GapKind.FILE_SHORT, 6), gap(GapKind.FILE_SHORT, 10)]


def test_a_phones_own_clock_makes_no_gap_in_hours() -> None:
    assert seen(*(talk(at * EVERY, file=-0.001 * at * EVERY) for at in range(1, 2000))) == []


def test_a_silent_side_is_missing_once_its_party_was_heard() -> None:
    quiet = talk(10, silent=[AGENT])
    spoke = talk(20, silent=[AGENT], agent=speaks(AGENT, 10, 20))
    assert seen(quiet, spoke) == [gap(GapKind.PARTY_MISSING, 8.5, AGENT)]


def test_it_is_told_again_only_after_it_was_there() -> None:
    lost = talk(20, silent=[CALLER], caller=speaks(CALLER, 0, 20))
    still = talk(30, silent=[CALLER], caller=speaks(CALLER, 0, 30))
    again = talk(50, silent=[CALLER], caller=speaks(CALLER, 0, 50))
    assert len(seen(lost, still, talk(40), again)) == 2


def test_who_says_nothing_is_missing_nowhere() -> None:
    silent = [talk(at * EVERY, silent=[CALLER, AGENT]) for at in range(1, 20)]
    assert seen(*silent) == []


def test_clicks_are_no_speech() -> None:
    look = talk(20, silent=[AGENT], agent=speaks(AGENT, 12, 14))
    assert seen(look) == []


def test_what_is_said_on_the_other_side_counts_there() -> None:
    look = talk(20, silent=[CALLER], agent=speaks(AGENT, 0, 20))
    assert seen(look) == []


def test_speech_before_the_silence_is_in_the_file() -> None:
    look = talk(30, silent=[AGENT], agent=speaks(AGENT, 0, 21))
    assert seen(talk(20), look) == []


def test_a_pause_is_no_gap() -> None:
    spoke = speaks(CALLER, 0, 100)
    paused = talk(20, silent=[CALLER, AGENT], paused=True, caller=spoke)
    resumed = talk(30, silent=[CALLER, AGENT], settled_since=28.0, caller=spoke)
    assert seen(paused, resumed) == []


def test_a_pause_between_two_looks_is_none_either() -> None:
    spoke = speaks(CALLER, 0, 100)
    look = talk(30, silent=[CALLER], settled_since=27.0, caller=spoke)
    assert seen(talk(20), look) == []


def test_a_file_that_stops_in_a_pause_is_found() -> None:
    found = seen(talk(20, paused=True, file=-9), talk(22, paused=True, file=-11))
    assert found == [gap(GapKind.FILE_SHORT, 11)]


def counted(packets: int, *, holds: bool = False) -> PartyLook:
    return PartyLook(party=AGENT, channel="leg", packets=packets, holds=holds)


def test_a_phone_that_sends_nothing_is_unheard_and_no_gap() -> None:
    looks = [talk(at * EVERY, silent=[AGENT], agent=counted(7)) for at in range(1, 8)]
    assert seen(*looks) == [PartyUnheard(call=CALL, party=AGENT, channel="leg", seconds=20)]


def test_it_is_told_when_they_are_heard_again() -> None:
    looks = [talk(at * EVERY, agent=counted(7)) for at in range(1, 4)]
    found = seen(*looks, talk(40, agent=counted(8)), talk(50, agent=counted(9)))
    assert found[1:] == [PartyHeard(call=CALL, party=AGENT, channel="leg", seconds=30)]


def test_packets_of_silence_are_enough() -> None:
    assert seen(*(talk(at * EVERY, agent=counted(at)) for at in range(1, 20))) == []


def test_a_phones_own_hold_is_no_lost_party() -> None:
    looks = [talk(at * EVERY, agent=counted(7, holds=True)) for at in range(1, 8)]
    assert seen(*looks, talk(80, agent=counted(7))) == []


def test_another_phone_begins_anew() -> None:
    other = PartyLook(party=AGENT, channel="other", packets=0)
    assert seen(talk(10, agent=counted(7)), talk(20, agent=counted(7)), talk(30, agent=other)) == []


def test_an_engine_goes_on_where_the_last_one_stopped() -> None:
    told = [gap(GapKind.FILE_SHORT, 6), gap(GapKind.PARTY_MISSING, 5, AGENT)]
    judge = RecordingJudge(CALL, told=told, unheard={"caller": 5.0})
    silent = {"silent": [AGENT], "agent": speaks(AGENT, 0, 90)}
    caller = PartyLook(party=CALLER, channel="caller", packets=700)
    looks = (
        talk(60, file=-6.1, caller=caller, **silent),  # type: ignore[arg-type]
        talk(62, file=-6.1, caller=caller, **silent),  # type: ignore[arg-type]
    )
    assert seen(*looks, judge=judge) == []
    back = talk(70, file=-6.1, caller=replace(caller, packets=701))
    heard = PartyHeard(call=CALL, party=CALLER, channel="caller", seconds=65)
    assert seen(back, judge=judge) == [heard]


def test_a_missing_party_who_spoke_before_is_not_told_again_by_the_next_engine() -> None:
    judge = RecordingJudge(CALL, told=[gap(GapKind.PARTY_MISSING, 5, AGENT)])
    from_the_beginning = talk(60)  # what it reads first holds what they said before the gap
    spoke = speaks(AGENT, 60, 90, None)
    lost = [talk(at, silent=[AGENT], agent=spoke) for at in (70.0, 80.0, 90.0)]
    assert seen(from_the_beginning, *lost, judge=judge) == []


def test_but_it_is_once_they_were_in_it_again() -> None:
    judge = RecordingJudge(CALL, told=[gap(GapKind.PARTY_MISSING, 5, AGENT)])
    lost = talk(80, silent=[AGENT], agent=speaks(AGENT, 70, 80))
    found = seen(talk(60), talk(70), lost, judge=judge)
    assert found == [gap(GapKind.PARTY_MISSING, 8, AGENT)]


def test_a_file_that_stopped_is_lost_for_the_next_engine_and_not_told_again() -> None:
    judge = RecordingJudge(CALL, told=[gap(GapKind.FILE_SHORT, 6)])
    assert seen(*(talk(at, file=20 - at) for at in (60.0, 70.0, 80.0)), judge=judge) == []
    assert judge.is_lost


def test_each_gap_that_was_told_counts() -> None:
    told = [gap(GapKind.FILE_SHORT, 6), gap(GapKind.FILE_SHORT, 7)]
    judge = RecordingJudge(CALL, told=told)
    assert seen(talk(60, file=-13), talk(70, file=-13), judge=judge) == []
    assert seen(talk(80, file=-20), talk(82, file=-22), judge=judge) == [gap(GapKind.FILE_SHORT, 9)]


def test_what_is_missing_in_another_part_too_is_not_told_again() -> None:
    judge = RecordingJudge(CALL)
    lost = talk(20, silent=[AGENT], agent=speaks(AGENT, 0, 20, None))
    anew = talk(
        50,
        recording="r-2.raw",
        since=21.0,
        file=-21.5,
        silent=[AGENT],
        agent=speaks(AGENT, 0, 50, None),
    )
    assert len(seen(lost, anew, judge=judge)) == 1


def test_another_part_of_the_recording_is_judged_by_itself() -> None:
    judge = RecordingJudge(CALL)
    seen(talk(10), talk(20, file=-8), talk(22, file=-10), judge=judge)
    anew = [
        talk(at, recording="r-2.raw", since=23.0, file=-23.5, settled_since=23.0)
        for at in (33.0, 43.0, 53.0)
    ]
    assert seen(*anew, judge=judge) == []
