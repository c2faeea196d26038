"""Pausing a recording by the API: who may, and that it is known who did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.events import PauseReason
from tests.api.house import house

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.house import House

BILLING = "nour/billing"


async def act(here: House, act: str, token: str, call: str = "c1") -> tuple[int, Any]:
    return await here.ask("POST", f"/calls/{call}/recording", token, json={"act": act})


async def test_the_agent_pauses_and_a_supervisor_has_it_go_on(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        call = here.talk("c1", BILLING)
        amira = await here.token("amiras", Role.AGENT, agent="amira")
        lead = await here.token("lead", Role.SUPERVISOR, teams=("nour-desk",))
        status, told = await act(here, "pause", amira)
        assert (status, told["detail"]) == (409, "the call is not recorded")
        here.shift.post(events.RecordingStarted(call=call, recording="r.raw", channel="ch"))
        status, told = await act(here, "pause", amira)
        assert (status, told["recorded"], told["paused_by"]) == (200, True, "amira")
        assert told["paused_for"] == PauseReason.AGENT
        assert told["paused_until"]
        _, shown = await here.ask("GET", "/agents/amira/desk", amira)
        recording = shown["call"]["recording"]
        assert (recording["goes_on"], recording["pause"]["reason"]) == (True, "agent")
        assert recording["acts"] == ["resume"]
        status, told = await act(here, "resume", lead)
        assert (status, told["paused_by"]) == (200, None)
        await act(here, "pause", lead)
        pause = here.shift.center.calls[call].recording_pause
        assert pause is not None
        assert (pause.by, pause.reason) == ("lead", PauseReason.API)
        _, audit = await here.ask("GET", "/audit")
        acts = [(one["actor"], one["operation"]) for one in audit["entries"]]
        assert acts[:2] == [("lead", "actOnRecording")] * 2


async def test_others_know_of_no_such_call(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira", "olena")
        call = here.talk("c1", BILLING)
        here.shift.post(events.RecordingStarted(call=call, recording="r.raw", channel="ch"))
        olena = await here.token("olenas", Role.AGENT, agent="olena")
        lead = await here.token("lead", Role.SUPERVISOR, clients=("dnipro",))
        for token in (olena, lead):
            assert (await act(here, "pause", token))[0] == 404
        people = await here.token("people", Role.CLIENT, clients=("nour",))
        assert (await act(here, "pause", people))[0] == 403
        assert here.shift.center.calls[call].recording_pause is None


async def test_what_does_not_talk_is_not_recorded(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.call("c1", BILLING)
        lead = await here.token("lead", Role.SUPERVISOR)
        status, told = await act(here, "begin", lead)
        assert (status, told["detail"]) == (409, "There is no talk.")
