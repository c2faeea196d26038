"""Webhooks against a receiver with TLS: signed, in order, tried again, given up, sent again."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from ccengine.config.webhooks import Method, Webhook
from ccengine.core import events
from ccengine.core.ids import AgentId
from ccengine.storage.webhooks import HookKey, LetterState
from ccengine.webhooks.courier import BACKOFF_SECONDS, Courier
from ccengine.webhooks.mail import HookMail, HookOffice
from ccengine.webhooks.sender import Keys, Sender
from tests.api.house import House, house
from tests.api.test_coaching import OF_COACHING, coached, talking
from tests.webhooks.receiver import Receiver, Taken, is_genuine, receiving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BILLING, OTHER = "nour/billing", "dnipro/billing"
KEY = HookKey("nour", "crm")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass
class Scene:
    here: House
    receiver: Receiver
    office: HookOffice

    def courier(self, **settings: Any) -> Courier:
        hook = Webhook(
            url=settings.pop("url", f"https://127.0.0.1:{self.receiver.port}/hook"),
            **{"private": True, **settings},
        )
        keys = Keys(secret=SECRET, authorization="Bearer crm")
        return Courier(KEY, HookMail(hook, keys, self.office), self.office)

    async def begin(self, **settings: Any) -> Courier:
        """Let the webhook be there from now on."""
        courier = self.courier(**settings)
        await courier.turn()
        return courier

    async def letters(self) -> list[tuple[int, str, int]]:
        found = await self.office.store.letters(KEY)
        return [(one.number, one.state, one.attempts) for one in found]

    def said(self, call: str | None = None) -> list[str]:
        bodies = [one.body for one in self.receiver.taken]
        return [body["action"] for body in bodies if call in (None, body["call_id"])]


@asynccontextmanager
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with house(tmp_path) as here, receiving(tmp_path) as receiver:
        sender = Sender(lambda: here.shift.now, tls=receiver.tls)
        office = HookOffice(
            journal=here.shift.journal.path,
            stream="s1",
            store=here.keeper.database.webhooks,
            sender=sender,
            record=here.keeper.get,
            now=lambda: here.shift.now,
        )
        async with sender:
            yield Scene(here, receiver, office)


async def test_what_happens_is_sent_signed_and_in_order(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.here.log_in("amira")
        at.here.call("old", BILLING)  # before the webhook was there
        courier = await at.begin()
        at.here.talk("c1", OTHER)
        call = at.here.talk("c2", BILLING)
        at.here.shift.hang_up(call)
        while await courier.turn():
            pass
        assert at.said("c1") == []  # another client's
        said = at.said("c2")
        assert said[0] == "call_arrived"
        assert said[-1] == "call_ended"
        numbers = [one.body["seq"] for one in at.receiver.taken if one.body["call_id"] == "c2"]
        assert numbers == sorted(set(numbers))
        for one in at.receiver.taken:
            assert is_genuine(one, SECRET, at.here.shift.now)
            assert one.headers["webhook-id"] == f"s1-{one.body['seq']}"
            assert one.headers["Authorization"] == "Bearer crm"
        changed = Taken("POST", "/", at.receiver.taken[0].headers, b'{"other":1}')
        assert not is_genuine(changed, SECRET, at.here.shift.now)
        assert await at.letters() == []


async def test_a_clients_programs_are_not_told_who_listens(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        key = HookKey("dnipro", "crm")
        hook = Webhook(url=f"https://127.0.0.1:{at.receiver.port}/hook", private=True)
        courier = Courier(key, HookMail(hook, Keys(secret=SECRET), at.office), at.office)
        await courier.turn()
        coached(at.here, await talking(at.here))
        while await courier.turn():
            pass
        told = {one.body["type"] for one in at.receiver.taken}
        assert "CallTakenOver" in told
        assert told & OF_COACHING == set()
        assert "coaching" not in str([one.body for one in at.receiver.taken])


async def test_a_call_keeps_its_order_while_one_message_is_not_taken(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin()
        at.receiver.answer = lambda one: 500 if one.body["call_id"] == "c1" else 200
        at.here.call("c1", BILLING)
        at.here.call("c2", BILLING)
        await courier.turn()
        assert at.said("c2")  # others do not wait
        tries = len(at.receiver.asked)
        at.here.shift.hang_up(at.here.call("c3", BILLING))
        at.here.shift.hang_up(at.here.shift.center.calls["c1"].id)  # type: ignore[index]
        await courier.turn()
        assert [one.body["call_id"] for one in at.receiver.asked[tries:]].count("c1") == 0
        at.receiver.asked.clear()
        at.receiver.answer = lambda _: 200
        at.here.shift.wait(BACKOFF_SECONDS[0])
        while await courier.turn():
            pass
        assert at.said("c1")[0] == "call_arrived"
        assert at.said("c1")[-1] == "call_ended"
        numbers = [one.body["seq"] for one in at.receiver.asked if one.body["call_id"] == "c1"]
        assert numbers == sorted(set(numbers))
        assert await at.letters() == []


async def test_what_follows_waits_for_the_one_that_was_not_taken(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin()
        at.receiver.answer = lambda one: 500 if one.body["action"] == "call_arrived" else 200
        at.here.shift.hang_up(at.here.call("c1", BILLING))
        await courier.turn()
        assert [one.body["action"] for one in at.receiver.asked] == ["call_arrived"]
        at.receiver.answer = lambda _: 200
        at.receiver.asked.clear()
        at.here.shift.wait(BACKOFF_SECONDS[0])
        while await courier.turn():
            pass
        said = at.said("c1")
        assert (said[0], said[-1]) == ("call_arrived", "call_ended")


async def test_what_is_never_taken_is_dead_and_can_be_tried_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin(events=("call_arrived", "call_ended"))
        at.receiver.answer = lambda _: 503
        at.here.call("c1", BILLING)
        await courier.turn()
        for seconds in BACKOFF_SECONDS:
            at.here.shift.wait(seconds - 1)
            count = len(at.receiver.asked)
            await courier.turn()
            assert len(at.receiver.asked) == count  # not before its time
            at.here.shift.wait(1)
            await courier.turn()
            assert len(at.receiver.asked) == count + 1
        ((number, state, attempts),) = await at.letters()
        assert (state, attempts) == (LetterState.DEAD, 1 + len(BACKOFF_SECONDS))
        names = {one.headers["webhook-id"] for one in at.receiver.asked}
        assert len(names) == 1
        at.receiver.asked.clear()
        at.receiver.answer = lambda _: 200
        assert await at.office.store.revive(KEY, number) == 1
        await courier.turn()
        assert at.said() == ["call_arrived"]
        assert await at.letters() == []


async def test_it_is_sent_again_from_a_number_on(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin()
        at.here.shift.hang_up(at.here.call("c1", BILLING))
        await courier.turn()
        first = [one.raw for one in at.receiver.taken]
        names = [one.headers["webhook-id"] for one in at.receiver.taken]
        at.receiver.asked.clear()
        await at.office.store.set_place(KEY, json.loads(first[1])["seq"])
        await courier.turn()
        assert [one.raw for one in at.receiver.taken] == first[2:]
        assert [one.headers["webhook-id"] for one in at.receiver.taken] == names[2:]


async def test_what_was_dead_is_sent_again_with_the_rest(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin(events=("call_arrived", "call_ended"))
        place = await at.office.store.place(KEY)
        assert place is not None
        at.receiver.answer = lambda one: 410 if one.body["action"] == "call_ended" else 200
        at.here.shift.hang_up(at.here.call("c1", BILLING))
        await courier.turn()
        ((number, state, _),) = await at.letters()
        assert state is LetterState.DEAD
        at.receiver.answer = lambda _: 200
        at.receiver.asked.clear()
        await at.office.store.set_place(KEY, number)  # it is not asked for
        assert len(await at.letters()) == 1
        await at.office.store.set_place(KEY, place)
        await courier.turn()
        assert at.said() == ["call_arrived", "call_ended"]
        assert await at.letters() == []


async def test_a_place_set_while_it_delivers_is_not_lost(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin()
        store = at.office.store
        begin = await store.place(KEY)
        assert begin is not None
        at.here.call("c1", BILLING)
        assert not await store.advance(KEY, begin + 1, begin + 5, [])  # somebody was quicker
        assert await store.place(KEY) == begin
        await courier.turn()
        assert at.said()


async def test_a_write_back_by_template(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        at.here.log_in("amira")
        courier = await at.begin(
            url=f"https://127.0.0.1:{at.receiver.port}/contacts/{{caller}}",
            method=Method.PATCH,
            events=("outcome_set",),
            body={
                "phone": "{caller}",
                "resolved": "{resolved}",
                "note": [
                    "{disposition} by {agent}: {values.comment}",
                    {"seconds": "{talk_seconds}"},
                ],
            },
        )
        call = at.here.talk("c1", BILLING)
        at.here.shift.hang_up(call)
        comment = 'he said "</script>{agent}" 😀\n'
        amira = AgentId("amira")
        form = at.here.tenant.clients["nour"].papers.forms["cancellation"].ref  # type: ignore[index]
        at.here.shift.post(
            events.FormFilled(call=call, agent=amira, form=form, values={"comment": comment})
        )
        at.here.shift.post(
            events.OutcomeSet(
                call=call,
                agent=amira,
                disposition="answered",
                contact_reason="invoice",
                resolved=True,
            )
        )
        await courier.turn()
        (one,) = at.receiver.taken
        assert (one.method, one.path) == ("PATCH", "/contacts/%2B971501234567")
        assert one.body["phone"] == "+971501234567"
        assert one.body["resolved"] is True
        assert one.body["note"][0] == f"answered by amira: {comment}"
        assert isinstance(one.body["note"][1]["seconds"], float)


async def test_what_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin(events=("call_arrived",))
        at.receiver.answer = lambda _: 302
        at.here.call("c1", BILLING)
        await courier.turn()
        assert [one.path for one in at.receiver.asked] == ["/hook"]
        assert (await at.letters())[0][1:] == (LetterState.WAITING, 1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "127.1", "127。0。0。1"])
async def test_nothing_is_asked_of_the_house(tmp_path: Path, host: str) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin(
            url=f"https://{host}:{at.receiver.port}/", private=False, events=("call_arrived",)
        )
        at.here.call("c1", BILLING)
        await courier.turn()
        assert at.receiver.asked == []
        (letter,) = await at.office.store.letters(KEY)
        assert "inside" in letter.detail or "canonical" in letter.detail


async def test_a_receiver_that_nobody_vouches_for_gets_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as at:
        courier = await at.begin(events=("call_arrived",))
        async with Sender(lambda: at.here.shift.now) as strict:
            trusting = at.office.sender
            object.__setattr__(at.office, "sender", strict)
            at.here.call("c1", BILLING)
            await courier.turn()
            object.__setattr__(at.office, "sender", trusting)
        assert at.receiver.asked == []
        assert (await at.letters())[0][1:] == (LetterState.WAITING, 1)
