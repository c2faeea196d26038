"""Coaching by the API: what is asked for, by whom, and what is shown of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccengine.api.roles import Role
from ccengine.core.events import (
    CallTakenOver,
    CoachingEnded,
    CoachingStarted,
    CoachLeaked,
    CoachMode,
    CoachModeChanged,
    CoachParted,
    CoachRouted,
)
from ccengine.core.ids import AgentId, CoachingId
from ccengine.core.states import AgentState
from tests.api.feed_client import connected
from tests.api.house import House, house

if TYPE_CHECKING:
    from pathlib import Path

    from ccengine.core.ids import CallId

PATH = "/agents/olena/coaching"
OLENA, TARAS = AgentId("olena"), AgentId("taras")


async def talking(here: House) -> CallId:
    """Taras talks with a caller of dnipro's; olena is there."""
    here.log_in("taras")
    call = here.talk("c1", "dnipro/vip")
    here.log_in("olena")
    return call


async def put(here: House, token: str, **body: Any) -> tuple[int, Any]:
    answer: tuple[int, Any] = await here.ask("PUT", PATH, token, json=body)
    return answer


async def test_begin_change_take_over(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        call = await talking(here)
        token = await here.token("lead", Role.SUPERVISOR)
        assert (await here.ask("GET", PATH, token))[1] == {"coach": "olena", "coaching": None}
        status, body = await put(here, token, agent="taras")
        assert (status, body["coaching"]["mode"], body["coaching"]["call"]) == (
            200,
            "monitor",
            call,
        )
        assert (await here.ask("GET", "/agents/olena", token))[1]["barred"] == "coaches"
        status, body = await put(here, token, agent="taras", mode="whisper")
        assert (status, body["coaching"]["mode"]) == (200, "whisper")
        assert (await put(here, token, agent="amira"))[0] == 409
        status, body = await here.ask("POST", f"{PATH}/take-over", token)
        assert (status, body["coaching"]) == (200, None)
        assert here.shift.center.agent(OLENA).state is AgentState.ON_CALL
        assert here.shift.center.agent(TARAS).state is AgentState.WRAP_UP
        assert (await here.ask("POST", f"{PATH}/take-over", token))[0] == 409
        assert (await here.ask("DELETE", PATH, token))[0] == 409


async def test_a_supervisor_at_their_own_desk_sees_their_team_and_nobody_else(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as here:
        await talking(here)
        here.log_in("amira")
        token = await here.token("olena", Role.AGENT, agent="olena")
        told = [(await put(here, token, agent=whom)) for whom in ("amira", "nobody")]
        assert [status for status, _ in told] == [409, 409]
        details = [body["detail"].replace("nobody", "amira") for _, body in told]
        assert details[0] == details[1]
        assert (await put(here, token, agent="taras"))[0] == 200
        assert (await here.ask("DELETE", PATH, token))[0] == 200
        other = await here.token("taras", Role.AGENT, agent="taras")
        assert (await here.ask("GET", PATH, other))[0] == 404


async def test_who_coached_is_in_the_record_for_those_who_lead(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        call = await talking(here)
        coaching = CoachingId("coaching-1")
        both = {"coaching": coaching, "coach": OLENA, "agent": TARAS}
        here.post(CoachingStarted(**both, channel="k", mode=CoachMode.MONITOR))
        for mode in (CoachMode.MONITOR, CoachMode.WHISPER):
            here.post(CoachRouted(**both, call=call, mode=mode, hears=(), heard_by=(), bridges=()))
            here.shift.wait(5)
        over = {"to_agent": OLENA, "coaching": coaching, "channel": "k"}
        here.post(CallTakenOver(call=call, agent=TARAS, **over))
        for role, agent in ((Role.QUALITY, None), (Role.AGENT, "taras"), (Role.CLIENT, None)):
            token = await here.token(f"the-{role}", role, agent=agent)
            _, record = await here.ask("GET", f"/calls/{call}", token)
            shown = record["coachings"]
            assert len(shown) == (1 if role is Role.QUALITY else 0), role
            assert [one["agent"] for one in record["conversations"]] == ["taras", "olena"]
            if shown:
                assert [one["mode"] for one in shown[0]["modes"]] == ["monitor", "whisper"]
                assert shown[0]["ended_because"] == "taken over"


COACHING = CoachingId("coaching-1")


def coached(here: House, call: CallId) -> None:
    """Olena listens to taras, whispers, is refused, leaves, comes again and takes over."""
    both = {"coaching": COACHING, "coach": OLENA, "agent": TARAS}
    quiet, mode = {**both, "mode": CoachMode.MONITOR}, {**both, "mode": CoachMode.WHISPER}
    sound = {"hears": ("caller",), "heard_by": (), "bridges": ()}
    here.post(CoachingStarted(**quiet, channel="k"))
    here.post(CoachRouted(**quiet, call=call, **sound))
    here.post(CoachModeChanged(**mode, call=call))
    here.post(CoachModeChanged(**mode, call=call))  # once more: told if it is not in time, too
    here.post(CoachLeaked(**mode, call=call, reason="the caller hears olena", planned=True))
    here.post(CoachParted(**both, call=call, reason="the caller hears olena"))
    here.post(CoachingEnded(**both, call=call, reason="hung up"))
    here.post(CoachModeChanged(**mode, call=call))  # rejected, as she is gone
    here.post(CoachingStarted(**quiet, channel="k"))
    here.post(CoachRouted(**quiet, call=call, **sound))
    here.post(CallTakenOver(call=call, agent=TARAS, to_agent=OLENA, coaching=COACHING, channel="k"))


OF_COACHING = {"CoachRouted", "CoachModeChanged", "CoachLeaked", "CoachParted", "CoachingEnded"}


@pytest.mark.parametrize(
    ("role", "agent", "sees"),
    [
        (Role.ADMIN, None, True),
        (Role.SUPERVISOR, None, True),
        (Role.QUALITY, None, True),
        (Role.CLIENT, None, False),
        (Role.AGENT, "taras", False),
    ],
)
async def test_that_somebody_listens_is_told_to_those_who_lead_and_to_nobody_else(
    tmp_path: Path, role: Role, agent: str | None, *, sees: bool
) -> None:
    async with house(tmp_path) as here:
        call = await talking(here)
        begun = here.shift.journal.last_number
        token = await here.token("one", role, agent=agent)
        async with connected(here, token) as live:
            await live.next()
            await live.next()
            coached(here, call)
            last = here.shift.journal.last_number
            await live.until(last)
        async with connected(here, token, after=begun) as later:  # of the journal
            await later.until(last)
        for feed in (live, later):
            told = {one["type"] for one in feed.changes}
            assert told & OF_COACHING == (OF_COACHING if sees else set())
            assert ("coaching" in str(feed.changes)) == sees
            assert "CallTakenOver" in told
        story = await here.ask("GET", f"/calls/{call}/story", token)
        lines = [one["text"] for one in story[1]["lines"] if "olena" in one["text"]]
        hidden = [line for line in lines if line != "olena took the caller over from taras"]
        assert bool(hidden) == sees, lines
        assert ("coach" in str(story).lower()) == sees, story
