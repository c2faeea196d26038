"""Coaching by the API: what is asked for, by whom, and what is shown of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccengine.api.roles import Role
from ccengine.core.events import CallTakenOver, CoachingStarted, CoachMode, CoachRouted
from ccengine.core.ids import AgentId, CoachingId
from ccengine.core.states import AgentState
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
