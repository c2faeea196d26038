"""Answering machines, on the fake Asterisk: found beside the agent or before one, or only noted."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from ccengine.calls.dialing.books import NOT_LISTENED, Machines, Placed
from ccengine.config.campaigns import Detection
from ccengine.config.detection import Detector, MachineMessage
from ccengine.core.dialer.leads import AttemptOutcome, HeldBack, MachineVerdict
from ccengine.core.events import (
    AgentLoggedOut,
    CallEnded,
    ConversationEnded,
    ConversationStarted,
    HeardBy,
    LeadAbandoned,
    LeadAnswered,
    LeadMachineHeard,
    LeadUnanswered,
)
from ccengine.core.ids import AgentId
from tests.calls.center_on_fake import DNIPRO
from tests.calls.lead_books import Books, far, lead
from tests.calls.test_lead_calls import dialing
from tests.fakes.asterisk_leads import FAMILY, TRUNK

if TYPE_CHECKING:
    from ccengine.core.commands import PlaceCall
    from ccengine.core.dialer.leads import AttemptId
    from ccengine.storage.attempts import Progress
    from tests.calls.center_on_fake import CenterOnFake

GREETS_FOR_LONG = ("MACHINE", "LONGGREETING-1520-1500")
PERSON = ("HUMAN", "HUMAN-820-800")
SAYS_NOTHING = ("MACHINE", "INITIALSILENCE-2500-2500")
TALKS_ON = ("NOTSURE", "TOOLONG-5000")
PROMPT = "closed"


@dataclass
class MachineBooks(Books):
    """Books in memory, of a campaign that looks for machines."""

    machines: Machines = NOT_LISTENED
    heard: list[MachineVerdict] = field(default_factory=list)

    @override
    async def place(self, asked: PlaceCall) -> Placed | HeldBack:
        placed = await super().place(asked)
        return placed if isinstance(placed, HeldBack) else replace(placed, machines=self.machines)

    @override
    async def note(self, attempt: AttemptId, progress: Progress) -> None:
        await super().note(attempt, progress)
        if progress.machine is not None:
            self.heard.append(progress.machine)


def books(when: Detection) -> MachineBooks:
    return MachineBooks([lead(1)], machines=Machines(when, Detector()))


def leave_messages(center: CenterOnFake, *, automatic: bool) -> None:
    """Let the campaign have a message for machines."""
    tenant = center.configuration.tenant
    assert tenant is not None
    client = tenant.clients[DNIPRO]
    renewals = client.campaigns["renewals"]
    message = MachineMessage(prompt=PROMPT, automatic=automatic)
    settings = replace(renewals.settings, voicemail=message)
    client = replace(client, campaigns={"renewals": replace(renewals, settings=settings)})
    tenant = replace(tenant, clients={**tenant.clients, DNIPRO: client})
    center.configuration = replace(center.configuration, tenant=tenant)


def media(center: CenterOnFake) -> str:
    found = center.configuration.prompts.first_of(DNIPRO, PROMPT, ("uk",))
    assert found is not None
    return found


async def answered_by(center: CenterOnFake, sound: tuple[str, str], after: float = 2.0) -> None:
    """Whoever is called sounds so; Taras's phone answers for him at once."""
    center.asterisk.phone_answers(far(1), 3.0)
    center.asterisk.phone_sounds(far(1), *sound, after=after)
    await center.log_in("taras", answers_after=0.05)


async def until_over(center: CenterOnFake) -> None:
    await center.until(lambda: center.journal.events(CallEnded))


# --- beside the agent ----------------------------------------------------------------------------


async def test_a_machine_beside_the_agent_ends_their_part(center: CenterOnFake) -> None:
    await answered_by(center, GREETS_FOR_LONG)
    stored = books(Detection.PARALLEL)
    async with dialing(center, stored):
        await until_over(center)
    (started,), (ended,) = (
        center.journal.events(ConversationStarted),
        center.journal.events(ConversationEnded),
    )
    assert started.call == ended.call
    (told,) = center.journal.events(LeadMachineHeard)
    assert (told.by, told.verdict) == (HeardBy.DETECTOR, MachineVerdict.MACHINE)
    assert stored.heard == [MachineVerdict.MACHINE]
    (closed,) = stored.closed
    assert closed.outcome is AttemptOutcome.MACHINE
    assert center.asterisk.channels_left() == []


@pytest.mark.parametrize("sound", [PERSON, SAYS_NOTHING, TALKS_ON])
async def test_nobody_is_cut_off_for_what_is_not_sure(
    center: CenterOnFake, sound: tuple[str, str]
) -> None:
    await answered_by(center, sound)
    stored = books(Detection.PARALLEL)
    async with dialing(center, stored):
        await center.until(lambda: stored.heard)
        await asyncio.sleep(30)
        (answered,) = center.journal.events(LeadAnswered)
        assert center.asterisk.hears(answered.leg).startswith("talk:")
        center.asterisk.hang_up(answered.leg)
        await until_over(center)
    person = MachineVerdict.PERSON if sound is PERSON else MachineVerdict.UNSURE
    assert stored.heard == [person]
    assert stored.closed[0].outcome is AttemptOutcome.ANSWERED


async def test_the_agent_is_there_as_soon_as_without_a_detector(center: CenterOnFake) -> None:
    await answered_by(center, PERSON, after=5.0)
    stored = books(Detection.PARALLEL)
    async with dialing(center, stored):
        await center.until(lambda: center.journal.events(ConversationStarted))
        assert stored.heard == []
        (answered,) = center.journal.events(LeadAnswered)
        center.asterisk.hang_up(answered.leg)
        await until_over(center)


async def test_a_machine_that_is_heard_before_an_agent_came_gets_none(
    center: CenterOnFake,
) -> None:
    center.asterisk.phone_answers(far(1), 3.0)
    center.asterisk.phone_sounds(far(1), "MACHINE", "MAXWORDS-3-2", after=0.9)
    await center.log_in("taras")  # whose phone rings
    stored = books(Detection.PARALLEL)
    async with dialing(center, stored):
        await until_over(center)
    assert not center.journal.events(LeadAbandoned)
    assert not center.journal.events(ConversationStarted)
    assert stored.closed[0].outcome is AttemptOutcome.MACHINE


async def test_a_shadow_is_stored_and_changes_nothing(center: CenterOnFake) -> None:
    await answered_by(center, GREETS_FOR_LONG)
    stored = books(Detection.SHADOW)
    async with dialing(center, stored):
        await center.until(lambda: stored.heard)
        await asyncio.sleep(30)
        (answered,) = center.journal.events(LeadAnswered)
        assert center.asterisk.hears(answered.leg).startswith("talk:")
        center.asterisk.hang_up(answered.leg)
        await until_over(center)
    assert stored.heard == [MachineVerdict.MACHINE]
    assert not center.journal.events(LeadMachineHeard)
    assert stored.closed[0].outcome is AttemptOutcome.ANSWERED


async def test_without_a_detector_nobody_listens(center: CenterOnFake) -> None:
    await answered_by(center, GREETS_FOR_LONG)
    stored = books(Detection.OFF)
    async with dialing(center, stored):
        await center.until(lambda: center.journal.events(ConversationStarted))
        asked = center.asterisk.requests
        assert not [one for one in asked if "/snoop/" in one.path]
        (answered,) = center.journal.events(LeadAnswered)
        center.asterisk.hang_up(answered.leg)
        await until_over(center)
    assert stored.heard == []


async def test_a_detector_that_asterisk_refuses_leaves_the_talk_alone(
    center: CenterOnFake,
) -> None:
    await answered_by(center, GREETS_FOR_LONG)
    center.asterisk.fail_next("POST", "/snoop/", 500, "no such module")
    stored = books(Detection.PARALLEL)
    async with dialing(center, stored):
        await center.until(lambda: center.journal.events(ConversationStarted))
        await asyncio.sleep(20)
        (answered,) = center.journal.events(LeadAnswered)
        assert center.asterisk.hears(answered.leg).startswith("talk:")
        center.asterisk.hang_up(answered.leg)
        await until_over(center)


# --- before an agent is looked for ---------------------------------------------------------------


async def test_a_machine_before_the_agent_is_nobodys_call(center: CenterOnFake) -> None:
    await answered_by(center, GREETS_FOR_LONG)
    stored = books(Detection.BEFORE)
    async with dialing(center, stored):
        await center.until(lambda: center.journal.events(LeadUnanswered))
    (unanswered,) = center.journal.events(LeadUnanswered)
    assert unanswered.outcome is AttemptOutcome.MACHINE
    assert stored.ended == {"+380440000001": AttemptOutcome.MACHINE}
    assert stored.heard == [MachineVerdict.MACHINE]
    assert [noted.trunk for _, noted in stored.noted if noted.answered_at] == [TRUNK]
    assert not center.journal.events(LeadAnswered)
    assert center.asterisk.channels_left() == []


async def test_a_person_is_given_an_agent_after_their_greeting(center: CenterOnFake) -> None:
    await answered_by(center, PERSON, after=1.4)
    stored = books(Detection.BEFORE)
    async with dialing(center, stored):
        await center.until(lambda: center.journal.events(ConversationStarted))
        (answered,) = center.journal.events(LeadAnswered)
        center.asterisk.hang_up(answered.leg)
        await until_over(center)
    assert stored.heard == [MachineVerdict.PERSON]
    assert not center.journal.events(LeadAbandoned)


@pytest.mark.parametrize("sound", [PERSON, SAYS_NOTHING, TALKS_ON])
async def test_without_an_agent_they_hear_who_called_two_seconds_after_their_greeting(
    center: CenterOnFake, sound: tuple[str, str]
) -> None:
    await answered_by(center, sound, after=1.4)
    center.asterisk.phone_rings("PJSIP/phone-204")
    stored = books(Detection.BEFORE)
    async with dialing(center, stored):
        await center.until(lambda: stored.heard)
        heard_at = asyncio.get_running_loop().time()
        await center.until(lambda: center.asterisk.world.database.get(FAMILY))
        # They were silent for 0.8 s when it was heard: so much less is left.
        waited = asyncio.get_running_loop().time() - heard_at
        await until_over(center)
    assert waited < 2.0 - 0.8 + 0.1
    assert stored.closed[0].outcome is AttemptOutcome.ABANDONED


async def test_who_hangs_up_while_they_are_listened_to_is_no_machine(
    center: CenterOnFake,
) -> None:
    await answered_by(center, GREETS_FOR_LONG, after=4.0)
    stored = books(Detection.BEFORE)
    async with dialing(center, stored):
        await center.until(lambda: center.asterisk.ringing(far(1)))
        await asyncio.sleep(3.5)
        (leg,) = [name for name in center.asterisk.world.channels if name.endswith(".lead")]
        assert center.asterisk.channel(leg).state == "Up"
        center.asterisk.hang_up(leg)
        await until_over(center)
    assert stored.heard == []
    assert stored.closed[0].outcome is AttemptOutcome.CUT_OFF


# --- messages on machines ------------------------------------------------------------------------


@pytest.mark.parametrize("when", [Detection.PARALLEL, Detection.BEFORE])
async def test_a_message_is_left_after_greeting_and_tone(
    center: CenterOnFake, when: Detection
) -> None:
    await answered_by(center, GREETS_FOR_LONG)
    leave_messages(center, automatic=True)
    async with dialing(center, books(when)):
        await center.until(lambda: center.journal.events(LeadMachineHeard))
        (leg,) = [name for name in center.asterisk.world.channels if name.endswith(".lead")]
        center.asterisk.world.speech.speak(center.asterisk.channel(leg))
        await asyncio.sleep(10)
        assert [one for one in center.asterisk.played if one[0] == leg] == []
        center.asterisk.world.speech.speak(center.asterisk.channel(leg), on=False)
        await asyncio.sleep(5)
    assert [one for one in center.asterisk.played if one[0] == leg] == [(leg, media(center))]
    assert center.asterisk.channels_left() == []


async def test_who_never_stops_talking_gets_no_message(center: CenterOnFake) -> None:
    await answered_by(center, GREETS_FOR_LONG)
    leave_messages(center, automatic=True)
    async with dialing(center, books(Detection.BEFORE)):
        await center.until(lambda: center.journal.events(LeadMachineHeard))
        (leg,) = [name for name in center.asterisk.world.channels if name.endswith(".lead")]
        center.asterisk.world.speech.speak(center.asterisk.channel(leg))
        await asyncio.sleep(65)
    assert center.asterisk.played == []
    assert center.asterisk.channels_left() == []


async def test_an_agent_leaves_a_message_and_is_free_at_once(center: CenterOnFake) -> None:
    await answered_by(center, GREETS_FOR_LONG)
    leave_messages(center, automatic=False)
    async with dialing(center, books(Detection.OFF)):
        await center.until(lambda: center.journal.events(ConversationStarted))
        (answered,) = center.journal.events(LeadAnswered)
        (started,) = center.journal.events(ConversationStarted)
        leg = next(one for one in center.asterisk.world.channels if one != answered.leg)
        center.asterisk.dial_digits(leg, "*0")
        await center.until(lambda: center.journal.events(ConversationEnded))
        assert not center.journal.events(CallEnded)  # the message is being left
        await until_over(center)
    assert (answered.leg, media(center)) in center.asterisk.played
    assert started.call == answered.call


async def test_an_agent_without_a_message_goes_on_talking(center: CenterOnFake) -> None:
    await answered_by(center, PERSON)
    async with dialing(center, books(Detection.OFF)):
        await center.until(lambda: center.journal.events(ConversationStarted))
        (answered,) = center.journal.events(LeadAnswered)
        leg = next(one for one in center.asterisk.world.channels if one != answered.leg)
        center.asterisk.dial_digits(leg, "*0")
        await asyncio.sleep(10)
        assert center.asterisk.hears(answered.leg).startswith("talk:")
        assert not center.journal.events(ConversationEnded)
        center.asterisk.hang_up(answered.leg)
        await until_over(center)


async def test_a_person_who_is_listened_to_as_the_last_agent_leaves_hears_who_called(
    center: CenterOnFake,
) -> None:
    """They have answered: hung up on without a word they would be a silent call."""
    await answered_by(center, PERSON)
    stored = books(Detection.BEFORE)
    async with dialing(center, stored):
        await center.until(lambda: center.asterisk.ringing(far(1)))
        await asyncio.sleep(3.5)  # they have answered, and AMD() has not said what it hears
        assert not center.journal.events(LeadAnswered)
        center.engine.post(AgentLoggedOut(agent=AgentId("taras")))
        await until_over(center)
    assert [one.outcome for one in stored.closed] == [AttemptOutcome.ABANDONED]
    assert stored.moment("message_at")
    assert stored.ended == {}
