"""What the dialplan has noted of leads is read by the manager, and taken away once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccengine.asterisk.ami.lead_notes import AmiLeadNotes
from ccengine.asterisk.lead_notes import LeadNote, NotesAway, read_note
from ccengine.core.ids import CallId
from tests.asterisk.desk import Desk, new_id
from tests.asterisk.test_contract_recorder import linked
from tests.fakes.manager_server import SECRET, FakeManagerServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ccengine.asterisk.ami.link import AmiLink
    from tests.conftest import RealAsterisk

FAMILY = "cc-contract-leads"  # the engine under test has another


@pytest.fixture
async def link(desk: Desk, request: pytest.FixtureRequest) -> AsyncIterator[AmiLink]:
    if desk.fake is not None:
        async with (
            FakeManagerServer(desk.fake.manager) as server,
            linked(server.port, SECRET) as link,
        ):
            yield link
        return
    real: RealAsterisk = request.getfixturevalue("real_asterisk")
    secret = (real.state / "secrets/engine/ami_password").read_text().strip()
    async with linked(real.ami_port, secret) as link:
        yield link


async def noted(link: AmiLink, value: str) -> CallId:
    """A note as the dialplan leaves one."""
    call = CallId(new_id("lead"))
    answer = await link.ask("DBPut", Family=FAMILY, Key=call, Val=value)
    assert answer.success, answer.message
    return call


async def test_a_note_is_found_read_and_forgotten(link: AmiLink) -> None:
    notes = AmiLeadNotes(link, FAMILY)
    told = await noted(link, "1790000000.123 1790000001.723")
    wished = await noted(link, "1790000000.123 1790000001.723 opt-out")
    assert {told, wished} <= set(await notes.calls())
    assert await notes.read(told) == LeadNote(
        call=told,
        answered_at=1790000000.123,
        message_at=1790000001.723,
        wants_no_more=False,
    )
    found = await notes.read(wished)
    assert found is not None
    assert found.wants_no_more
    for call in (told, wished, told):  # the last time it is gone already
        await notes.forget(call)
    assert not {told, wished} & set(await notes.calls())
    assert await notes.read(told) is None


async def test_of_more_notes_than_a_list_holds_none_is_taken_for_another(link: AmiLink) -> None:
    notes = AmiLeadNotes(link, FAMILY)
    made = [await noted(link, "1.0 2.0") for _ in range(60)]
    left = set(made)
    for _ in made:
        listed = await notes.calls()
        if not listed:
            break
        assert set(listed) <= left
        for call in listed:
            assert await notes.read(call) is not None
            await notes.forget(call)
        left -= set(listed)
    assert left == set()


async def test_what_is_no_note_is_left_alone(link: AmiLink) -> None:
    notes = AmiLeadNotes(link, FAMILY)
    odd = await noted(link, "who knows")
    assert await notes.read(odd) is None
    assert odd in await notes.calls()
    assert await notes.read(CallId("x\r\nAction: Command")) is None
    await notes.forget(odd)


async def test_nobody_can_be_asked(desk: Desk) -> None:
    if desk.fake is None:
        pytest.skip("a real manager does not go away")
    desk.fake.manager.go_away()
    notes = AmiLeadNotes(desk.fake.manager)
    with pytest.raises(NotesAway):
        await notes.calls()


@pytest.mark.parametrize("text", ["", "1 2 3", "1.0", "1.0 2.0 opt-out ", "-1 2", "1e9 2"])
def test_only_what_the_dialplan_writes_is_a_note(text: str) -> None:
    assert read_note(CallId("lead-1-2"), text) is None
