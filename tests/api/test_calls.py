"""Calls over the API: lists, stories, why an agent had them, recordings, what supervisors do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.api.roles import Role
from ccengine.core.ids import CallId
from ccengine.storage.reader_process import ReaderBusy
from tests.api.house import RAW, SOUND, house
from tests.api.house_ports import AtOnce

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccengine.reporting.call_record import CallRecord
    from tests.api.house import House

PLACE = "/calls/nour-ended/recording"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path) as opened:
        opened.log_in("amira")
        opened.work_through("nour")
        opened.shift.wait(30)
        await opened.keep_records()
        yield opened


async def test_a_list_is_filtered_and_turned_page_by_page(here: House) -> None:
    for number in range(5):
        here.shift.hang_up(here.call(f"c{number}", "nour/technical"))
    await here.keep_records()
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        query = {"limit": "2", "queue": "nour/technical", **({"after": after} if after else {})}
        _, page = await here.ask("GET", "/calls", params=query)
        seen += [one["call"] for one in page["calls"]]
        after = page["next"]
    assert seen == ["c4", "c3", "c2", "c1", "c0"]
    _, page = await here.ask("GET", "/calls", params={"outcome": "answered"})
    assert [one["call"] for one in page["calls"]] == ["nour-ended"]
    since = page["calls"][0]["arrived_at"]
    _, page = await here.ask("GET", "/calls", params={"until": since})
    assert page["calls"] == []
    _, page = await here.ask("GET", "/calls", params={"since": since, "limit": "200"})
    assert len(page["calls"]) == 6


async def test_lists_of_who_is_there_now_have_pages_too(here: House) -> None:
    calls = [here.call(f"c{number}", "nour/technical") for number in range(5)]
    _, page = await here.ask("GET", "/live-calls", params={"limit": "3"})
    _, rest = await here.ask("GET", "/live-calls", params={"limit": "3", "after": page["next"]})
    assert [one["call"] for one in page["calls"] + rest["calls"]] == calls
    assert rest["next"] is None
    place = "/queues/nour/technical/waiting"
    _, part = await here.ask("GET", place, params={"first": "4", "limit": "9"})
    assert [(one["call"], one["position"]) for one in part["calls"]] == [("c3", 4), ("c4", 5)]
    _, page = await here.ask("GET", "/agents", params={"limit": "3"})
    _, rest = await here.ask("GET", "/agents", params={"after": page["next"]})
    assert [one["agent"] for one in page["agents"] + rest["agents"]] == [
        *("amira", "olena", "omar"),
        "taras",
    ]


async def test_a_story_and_an_explanation(here: House) -> None:
    _, story = await here.ask("GET", "/calls/nour-ended/story")
    texts = [line["text"] for line in story["lines"]]
    assert "call from +971501234567 to 600100 (nour) arrived on node1" in texts
    assert "queued in nour/billing" in texts
    _, told = await here.ask("GET", "/calls/nour-ended/explanation")
    (moment,) = told["moments"]
    assert (moment["agent"], moment["outcome"]) == ("amira", "accepted")
    assert {one["agent"]: one["reason"] for one in moment["passed"]}["omar"] == "skill"


async def test_an_explanation_names_no_agent_who_is_not_seen(here: House) -> None:
    _, whole = await here.ask("GET", "/calls/nour-ended/explanation")
    token = await here.token("lead", Role.SUPERVISOR, teams=("nour-desk",))
    _, seen = await here.ask("GET", "/calls/nour-ended/explanation", token)
    named = [{one["agent"] for one in told["moments"][0]["passed"]} for told in (whole, seen)]
    assert (named[0] - named[1], named[1]) == ({"olena", "taras"}, {"omar"})
    assert sum(seen["moments"][0]["more"].values()) == 2, "they are counted"


async def test_who_may_not_see_a_call_takes_no_time_of_who_reads(
    here: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        msg = "8 others wait"
        raise ReaderBusy(msg)

    monkeypatch.setattr(AtOnce, "run", busy)
    other = await here.token("other", Role.CLIENT, clients=("dnipro",))
    for told in ("story", "explanation"):
        assert await here.status("GET", f"/calls/nour-ended/{told}", other) in {403, 404}
        assert await here.status("GET", f"/calls/nobody/{told}") == 404
        status, problem = await here.ask("GET", f"/calls/nour-ended/{told}")
        assert (status, problem["detail"]) == (503, "8 others wait")
    for path in ("/calls", "/recordings", "/calls/nour-ended/history", "/kpis", "/ledger"):
        assert await here.status("GET", path) == 503, path


async def test_a_customers_history_is_that_of_one_client(here: House) -> None:
    here.shift.hang_up(here.call("again", "nour/technical"))
    here.shift.hang_up(here.call("other", "dnipro/technical"))
    await here.keep_records()
    now = here.call("now", "nour/technical")
    _, history = await here.ask("GET", f"/calls/{now}/history")
    assert [one["call"] for one in history["calls"]] == ["again", "nour-ended"]


async def test_a_recording_whole_and_in_part(here: House) -> None:
    async with here.client() as client:
        async with client.get(PLACE) as response:
            assert (response.status, response.content_type) == (200, "audio/wav")
            sound = await response.read()
            assert sound.endswith(RAW)
            assert response.headers["Accept-Ranges"] == "bytes"
            tag = response.headers["ETag"]
        for sent, part in (("bytes=4-9", sound[4:10]), ("bytes=-5", sound[-5:])):
            async with client.get(PLACE, headers={"Range": sent}) as response:
                assert response.status == 206
                assert await response.read() == part
        async with client.get(PLACE, headers={"If-None-Match": tag}) as response:
            assert response.status == 304
    for sent in ("bytes=999999-", "bytes=x", "bytes=5-1"):
        status, told = await here.ask("GET", PLACE, headers={"Range": sent})
        assert (status, told["type"].rpartition(":")[2]) == (416, "range-wrong")


async def test_a_surveys_comment_is_in_the_record_and_can_be_heard(here: House) -> None:
    comment = "demo/nour/comments/1970/01/01/nour-ended.wav"
    _, record = await here.ask("GET", "/calls/nour-ended")
    assert (record["survey_score"], record["survey_comment"]) == (2, comment)
    assert (record["agent"], record["queue"]) == ("amira", "nour/billing")
    assert record["survey_asked_at"]
    _, listed = await here.ask("GET", "/calls")
    (line,) = listed["calls"]
    assert (line["survey_score"], line["survey_comment"]) == (2, comment)
    async with here.client() as client, client.get("/calls/nour-ended/comment") as response:
        assert (response.status, await response.read()) == (200, SOUND)
    call = here.call("waits", "nour/billing")
    status, told = await here.ask("GET", f"/calls/{call}/comment")
    assert (status, told["type"].rpartition(":")[2]) == (404, "recording-missing")


async def test_what_menus_have_learned_is_in_the_record_as_far_as_one_may_see(here: House) -> None:
    caller = "+971501234567"
    told = {"Verified": "yes", "Called from": f"{caller}, or {caller[1:]}"}
    call = here.call("c1", "nour/billing", caller, learned=told)
    _, record = await here.ask("GET", f"/calls/{call}")
    assert record["learned"] == told
    here.shift.hang_up(call)
    await here.keep_records()
    _, record = await here.ask("GET", f"/calls/{call}")
    assert record["learned"] == told
    _, record = await here.ask("GET", f"/calls/{call}", await here.token("books", Role.BILLING))
    assert record["learned"] == {}


async def test_no_recording_is_sent_from_elsewhere(
    here: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.wav").write_bytes(b"secret")
    (tmp_path / "recordings/demo/dnipro").mkdir(parents=True)
    (tmp_path / "recordings/demo/dnipro/c9.wav").write_bytes(b"another's")
    record = await here.keeper.get(CallId("nour-ended"))
    assert record is not None

    async def found(_call: CallId) -> CallRecord:
        return record

    monkeypatch.setattr(here.keeper, "get", found)
    climbs = "demo/nour/../../../secret.wav"
    for name in ("../secret", climbs, "demo/dnipro/c9.wav", "/etc/hostname", "demo/nour/none"):
        record.recording = name
        status, told = await here.ask("GET", PLACE)
        assert (status, told["type"].rpartition(":")[2]) == (404, "recording-missing"), name


async def test_a_supervisor_moves_and_lifts_a_waiting_call(here: House) -> None:
    boss = await here.token("boss", Role.SUPERVISOR, clients=("nour",))
    for name in ("c1", "c2"):
        here.call(name, "nour/technical")
    _, line = await here.ask("GET", "/queues/nour/technical/waiting", boss)
    assert [one["call"] for one in line["calls"]] == ["c1", "c2"]
    status, told = await here.ask("POST", "/calls/c2/priority", boss, json={"priority": 9})
    assert (status, told["position"], told["priority"]) == (200, 1, 9)
    status, told = await here.ask("POST", "/calls/c1/move", boss, json={"queue": "nour/billing"})
    assert (status, told["queue"]) == (200, "nour/billing")
    status, told = await here.ask("POST", "/calls/c1/move", boss, json={"queue": "nour/billing"})
    assert (status, told["type"].rpartition(":")[2]) == (409, "refused")
    _, queues = await here.ask("GET", "/queues", boss)
    assert [one["waiting"] for one in queues["queues"]] == [1, 1]
    _, story = await here.ask("GET", "/calls/c1/story")
    assert "boss has the caller wait in nour/billing" in [one["text"] for one in story["lines"]]
    _, audit = await here.ask("GET", "/audit")
    assert [(one["operation"], one["target"]) for one in audit["entries"]] == [
        ("moveCall", "call c1"),
        ("reprioritiseCall", "call c2"),
    ]
    assert audit["entries"][0]["before"]["queue"] == "nour/technical"


async def test_an_agents_desk_from_the_offer_to_the_outcome(here: House) -> None:
    token = await here.token("desk", Role.AGENT, agent="amira")
    call = here.call("c1", "nour/billing")
    _, desk = await here.ask("GET", "/agents/amira/desk", token)
    assert (desk["agent"]["state"], desk["call"]["state"]) == ("offered", "offered")
    assert await here.status("GET", "/calls/c1/history", token) == 200
    here.shift.answer(call)
    _, desk = await here.ask("GET", "/agents/amira/desk", token)
    assert desk["debrief"]["form"]["name"] == "cancellation"
    assert desk["debrief"]["script"]["steps"]
    values = {"customer": "1234567", "why": "price", "ends": "2026-12-31", "kept": "no"}
    part = "/agents/amira/calls/c1"
    assert await here.status("PUT", f"{part}/form", token, json={"values": values}) == 200
    here.shift.hang_up(call)
    assert (await here.ask("GET", "/agents/amira", token))[1]["state"] == "wrap_up"
    said = {"disposition": "cancelled", "contact_reason": "invoice", "resolved": True}
    status, debrief = await here.ask("PUT", f"{part}/outcome", token, json=said)
    assert (status, debrief["disposition"], debrief["by"]) == (200, "cancelled", "")
    assert await here.status("POST", "/agents/amira/wrap-up/extend", token) == 200
    status, agent = await here.ask("POST", "/agents/amira/wrap-up/end", token)
    assert (status, agent["state"]) == (200, "available")
    _, day = await here.ask("GET", "/agents/amira/day", token)
    assert (day["calls"], day["zone"]) == (2, "Asia/Dubai")
    _, record = await here.ask("GET", "/calls/c1", token)
    assert (record["disposition"], record["dispositions"][0]["values"]) == ("cancelled", values)


async def test_what_was_asked_for_during_the_call_comes_true_after_the_wrap_up(here: House) -> None:
    for path, body, state in (
        ("not-ready", {"json": {"reason": "training"}}, "not_ready"),
        ("log-out", {}, "offline"),
    ):
        here.log_in("amira")
        call = here.talk(f"c-{path}", "nour/billing")
        status, agent = await here.ask("POST", f"/agents/amira/{path}", **body)
        assert (status, agent["state"], agent["after_call"]) == (200, "on_call", state)
        here.shift.hang_up(call)
        status, agent = await here.ask("POST", "/agents/amira/wrap-up/end")
        assert (status, agent["state"]) == (200, state)
    assert await here.status("POST", "/agents/amira/wrap-up/end") == 409


async def test_an_absent_agent_is_logged_off_and_another_logged_in(here: House) -> None:
    boss = await here.token("boss", Role.SUPERVISOR, teams=("nour-desk",))
    status, agent = await here.ask("POST", "/agents/amira/log-out", boss)
    assert (status, agent["state"]) == (200, "offline")
    status, agent = await here.ask("POST", "/agents/omar/log-in", boss, json={"phone": "205"})
    assert (status, agent["phone"], here.ensured) == (200, "205", ["omar"])
    sent = {"json": {"queue": "nour/technical"}}
    _, agent = await here.ask("POST", "/agents/omar/pause", boss, **sent)
    assert agent["paused"] == ["nour/technical"]
    _, agent = await here.ask("POST", "/agents/omar/resume", boss, **sent)
    assert agent["paused"] == []
    _, audit = await here.ask("GET", "/audit", params={"target": "agent omar"})
    assert [one["operation"] for one in audit["entries"]] == [
        "resumeQueue",
        "pauseQueue",
        "logAgentIn",
    ]


async def test_the_configuration_is_checked_planned_and_reloaded(here: House) -> None:
    file = here.tenant.folder / "tenant.yaml"
    sound = file.read_text()
    file.write_text(sound.replace("arabic: 9", "arabic: 7"))
    _, checked = await here.ask("GET", "/configuration/check")
    assert checked["problems"] == []
    status, plan = await here.ask("GET", "/configuration/plan")
    assert (status, [one["agent"] for one in plan["agents"]]) == (200, ["amira"])
    before = here.shift.center.plan.version
    status, told = await here.ask("POST", "/configuration/reload")
    assert (status, told["version"]) == (200, plan["version_after"])
    assert told["version"] != before
    file.write_text(sound.replace("arabic: 9", "arabic: 90"))
    for method, path in (("GET", "plan"), ("POST", "reload")):
        status, wrong = await here.ask(method, f"/configuration/{path}")
        assert (status, wrong["type"].rpartition(":")[2]) == (409, "configuration-wrong")
        assert wrong["errors"][0]["field"].startswith("tenant.yaml:")
    assert here.shift.center.plan.version == told["version"]


async def test_whom_the_plan_has_no_more_can_be_logged_off(here: House) -> None:
    call = here.talk("c1", "nour/billing")
    file = here.tenant.folder / "tenant.yaml"
    text = file.read_text().replace("\n  amira:\n", "\n  amina:\n")
    file.write_text(text)
    assert (await here.ask("POST", "/configuration/reload"))[0] == 200
    status, agent = await here.ask("POST", "/agents/amira/log-out")
    assert (status, agent["state"], agent["after_call"]) == (200, "on_call", "offline")
    here.shift.hang_up(call)
    assert await here.status("GET", "/agents/amira") == 404
    assert (await here.ask("GET", "/agents/amina"))[1]["state"] == "offline"


async def test_an_agent_acts_on_the_talk_and_on_no_other(here: House) -> None:
    token = await here.token("desk", Role.AGENT, agent="amira")
    place = "/agents/amira/talk"
    assert await here.status("POST", place, token, json={"act": "hold"}) == 409
    call = here.talk("c1", "nour/billing")
    assert await here.status("POST", place, token, json={"act": "hold"}) == 200
    sent = {"json": {"act": "transfer", "to": "12"}}
    assert await here.status("POST", place, token, **sent) == 200
    assert here.acts == [(call, "hold", ""), (call, "transfer", "12")]
    status, told = await here.ask("POST", place, token, json={"act": "consult", "to": "666"})
    assert (status, told["detail"]) == (409, "nobody has the number 666")
    for body in ({"act": "transfer"}, {"act": "hold", "to": "12"}, {"act": "consult", "to": "*1"}):
        status, told = await here.ask("POST", place, token, json=body)
        assert (status, told["errors"][0]["field"]) == (422, "to")
    _, audit = await here.ask("GET", "/audit")
    assert [one["after"] for one in audit["entries"]] == [
        {"act": "transfer", "to": "12"},
        {"act": "hold", "to": None},
    ]
