"""What the detector of machines relies on, on our fake and on a real Asterisk alike."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ccengine.asterisk.ari.events import ChannelUserevent
from ccengine.asterisk.ari.results import Originated
from ccengine.calls.dialing.machine_ear import MachineEar
from ccengine.config.detection import Detector
from ccengine.core.dialer.leads import MachineVerdict
from tests.asterisk.desk import LATE, new_id
from tests.asterisk.test_contract_redirect import answered

if TYPE_CHECKING:
    from tests.asterisk.desk import Desk

LISTENING = "ccengine-contract-listening-lead-answered"
IMPATIENT = Detector(initial_silence_ms=500)
SILENT = ("MACHINE", "INITIALSILENCE-500-500")


async def test_a_leg_that_the_dialplan_has_is_listened_to_beside(desk: Desk) -> None:
    """Given a far end that says nothing: AMD() calls it a machine, and we are not sure."""
    leg = await answered(desk)
    if desk.fake is not None:
        desk.fake.phone_sounds(LATE, *SILENT, after=0.5)
    heard = await MachineEar(desk.router, leg.id, IMPATIENT).listen()
    assert heard is not None
    assert heard.verdict is MachineVerdict.UNSURE
    assert heard.cause.startswith("INITIALSILENCE-")
    assert not leg.is_gone
    await leg.hang_up()
    await leg.wait_gone()


async def test_nothing_is_heard_of_who_is_gone(desk: Desk) -> None:
    leg = await answered(desk)
    if desk.fake is not None:
        desk.fake.phone_sounds(LATE, *SILENT, after=2.5)
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(MachineEar(desk.router, leg.id, Detector()).listen())
        await desk.passed(0.5)
        await leg.hang_up()
    assert listening.result() is None


async def test_what_the_dialplan_tells_of_a_leg_is_heard(desk: Desk) -> None:
    if desk.fake is not None:
        desk.fake.phone_sounds(LATE, *SILENT, after=0.5)
    leg = desk.router.channel(new_id("leg"))
    variables = {"CC_AMD": IMPATIENT.arguments(), "CC_AMD_SILENCE_MS": "800"}
    result = await leg.originate_into_dialplan(
        endpoint=LATE, context=LISTENING, variables=variables, timeout_seconds=5
    )
    assert result == Originated(leg.id)
    assert await desk.ari.subscribe_channel(leg.id)
    async with asyncio.timeout(5):
        while True:
            event = await leg.next_event()
            if isinstance(event, ChannelUserevent):
                break
    assert event.name == "ccengine-heard"
    assert event.values["status"] == "MACHINE"
    assert event.values["cause"].startswith("INITIALSILENCE-")
    await leg.hang_up()
