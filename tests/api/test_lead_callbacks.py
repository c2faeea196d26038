"""Calls that agents promise leads by the API, in the talk and after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccengine.api.roles import Role
from ccengine.core import events
from ccengine.core.commands import CloseLead
from ccengine.core.ids import AgentId, CallId
from tests.api.campaign_files import previewed
from tests.api.house import House, house
from tests.api.test_campaigns import dial
from tests.api.test_previews import AMIRA, commands, desk, shown_a_lead

if TYPE_CHECKING:
    from pathlib import Path

LATER = "2026-06-02T15:30"  # in Dubai, some hours after the talk
AT_NIGHT = "2026-06-02T23:30"


async def talking(here: House) -> CallId:
    """Have amira talk with a lead whom she was shown."""
    preview = (await shown_a_lead(here))["preview"]
    await here.ask("POST", "/agents/amira/preview/dial", json={"lead": preview["lead"]})
    call = dial(here)
    here.post(events.LeadAnswered(call=call, leg=f"{call}.lead"))
    offer = here.shift.center.agent(AMIRA).offer
    assert offer is not None
    said: dict[str, Any] = {"call": call, "agent": AMIRA, "offer": offer}
    here.post(events.OfferAccepted(**said))
    here.post(events.ConversationStarted(call=call, agent=AMIRA, bridge="b1"))
    return call


def callback(call: CallId) -> str:
    return f"/agents/amira/calls/{call}/callback"


async def test_a_call_is_promised_by_the_leads_clock(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        call = await talking(here)
        status, told = await here.ask("PUT", callback(call), json={"at": LATER, "own": True})
        assert status == 200, told
        assert (told["local"], told["zone"], told["own"]) == (LATER, "Asia/Dubai", True)
        assert told["due_at"] == "2026-06-02T11:30:00.000000Z"
        lead = (await desk(here))["lead"]
        assert (lead["callback_at"], lead["callback_own"]) == (told["due_at"], True)
        here.post(events.CallEnded(call=call, by=events.Party.CALLER, cause="hung up"))
        here.shift.wait(600)
        (closed,) = commands(here, CloseLead)
        assert closed.promise.agent == AgentId("amira")
        status, _ = await here.ask("PUT", callback(call), json={"at": LATER})
        assert status == 404  # it is too late to say anything


async def test_after_the_talk_it_corrects_what_was_closed(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        call = await talking(here)
        here.post(events.CallEnded(call=call, by=events.Party.CALLER, cause="hung up"))
        here.shift.wait(120)
        await here.ask("PUT", callback(call), json={"at": LATER})
        first, *_, last = commands(here, CloseLead)
        assert first.promise is None
        assert (last.corrects, last.promise.agent) == (True, None)
        status, told = await here.ask("DELETE", callback(call))
        assert (status, told["due_at"]) == (200, None)
        assert commands(here, CloseLead)[-1].promise is None


async def test_at_night_none_is_and_the_next_time_is_named(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        call = await talking(here)
        status, told = await here.ask("PUT", callback(call), json={"at": AT_NIGHT})
        assert status == 422
        (error,) = told["errors"]
        assert error["field"] == "at"
        assert "no calls at this hour" in error["problem"]
        assert "2026-06-03T" in error["remedy"]
        assert "Asia/Dubai" in error["remedy"]
        assert (await desk(here))["lead"]["callback_at"] is None
        for wrong in ("tomorrow", "2026-02-30T10:00", "2026-06-02T15:30Z"):
            status, _ = await here.ask("PUT", callback(call), json={"at": wrong})
            assert status == 422, wrong


async def test_the_desk_says_on_which_numbers_and_by_whose_clock(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        call = await talking(here)
        told = (await desk(here))["lead"]["callback"]
        assert told["call"] == call
        assert [one["zones"] for one in told["numbers"]] == [["Asia/Dubai"]] * len(told["numbers"])
        assert [one["is_dialed"] for one in told["numbers"]].count(True) == 1
        here.post(events.CallEnded(call=call, by=events.Party.CALLER, cause="hung up"))
        here.shift.wait(60)
        assert (await desk(here))["lead"]["callback"]["call"] == call
        here.shift.wait(600)
        assert (await desk(here))["lead"] is None


async def test_another_of_the_leads_numbers(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        call = await talking(here)
        status, _ = await here.ask("PUT", callback(call), json={"at": LATER, "number": 1})
        assert status == 200
        here.post(events.CallEnded(call=call, by=events.Party.CALLER, cause="hung up"))
        here.shift.wait(120)
        (closed,) = commands(here, CloseLead)
        assert closed.promise.number == "+971501234568"
        status, told = await here.ask("PUT", callback(call), json={"at": LATER, "number": 7})
        assert (status, told["errors"][0]["field"]) == (422, "number")


async def test_who_is_not_the_agent_promises_nothing(tmp_path: Path) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        call = await talking(here)
        other = await here.token("other", Role.AGENT, agent="olena")
        sent = {"json": {"at": LATER}}
        assert await here.status("PUT", callback(call), other, **sent) == 404
        theirs = await here.token("lead", Role.SUPERVISOR, clients=("dnipro",))
        assert await here.status("PUT", callback(call), theirs, **sent) == 404
        assert (await desk(here))["lead"]["callback_at"] is None


async def test_a_callers_call_has_no_lead(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.log_in("amira")
        here.talk("nour-talks", "nour/billing")
        path = "/agents/amira/calls/nour-talks/callback"
        assert await here.status("PUT", path, json={"at": LATER}) == 409


async def test_an_invitation_is_owed_to_the_calls_client_when_the_call_is_long_over(
    tmp_path: Path,
) -> None:
    async with house(tmp_path, laid_out=previewed) as here:
        call = await talking(here)
        here.post(events.CallEnded(call=call, by=events.Party.CALLER, cause="hung up"))
        here.shift.wait(600)
        here.post(events.SubmissionMade(call=call, submission="invite", key="a1@node1/0"))
        owed = [row for row in here.shift.rows() if isinstance(row.what, events.SubmissionMade)]
        assert [row.client for row in owed] == ["nour"]
