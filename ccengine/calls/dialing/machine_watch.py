"""What follows when a machine, or a person, is found to have answered beside the agent's talk."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ari.errors import AriError
from ccengine.calls.dialing.machine_ear import MachineEar
from ccengine.calls.keys import Action, Keyed
from ccengine.config.campaigns import Detection
from ccengine.core.dialer.leads import MachineVerdict
from ccengine.core.events import HeardBy, LeadMachineHeard
from ccengine.storage.attempts import Progress

if TYPE_CHECKING:
    from ccengine.calls.consult import Talks
    from ccengine.calls.dialing.books import LeadBooks, Machines
    from ccengine.calls.dialing.machine_ear import Heard
    from ccengine.calls.wiring import Wiring
    from ccengine.core.dialer.leads import AttemptId
    from ccengine.core.ids import CallId

log = structlog.get_logger()

LISTENS: Final = frozenset({Detection.PARALLEL, Detection.SHADOW})
LOOK_SECONDS: Final = 0.1


class MachineWatch:
    """One call's."""

    def __init__(
        self,
        wiring: Wiring,
        talks: Talks,
        books: LeadBooks,
        call: CallId,
        attempt: AttemptId,
        machines: Machines,
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._talks = talks
        self._books = books
        self._call = call
        self._attempt = attempt
        self._machines = machines
        self._is_machine = asyncio.Event()

    async def run(self, leg: str) -> None:
        """Listen at a leg that somebody has answered; a machine ends the agent's part.

        Not to hear anything changes nothing: the talk goes on as without a detector.
        """
        machines = self._machines
        if machines.when not in LISTENS:
            return
        try:
            heard = await MachineEar(self._wiring.router, leg, machines.detector).listen()
        except AriError as error:
            log.warning("detector_failed", call_id=self._call, cause=str(error))
            return
        if heard is None:
            return
        if machines.when is not Detection.SHADOW and self.tell(heard):
            await self._end_talk()
        await self.keep(heard)

    def tell(self, heard: Heard) -> bool:
        """Tell the core; True: it is a machine, and nobody has said otherwise."""
        event = LeadMachineHeard(call=self._call, by=HeardBy.DETECTOR, verdict=heard.verdict)
        self._engine.post(event)
        call = self._engine.center.calls.get(self._call)
        lead = None if call is None else call.lead
        is_person = lead is not None and (lead.agent_says or lead.abandoned)
        return heard.verdict is MachineVerdict.MACHINE and not is_person

    async def keep(self, heard: Heard) -> None:
        """Store what the detector says, to be compared with what the agent will."""
        log.info("machine_heard", call_id=self._call, verdict=heard.verdict, cause=heard.cause)
        noted = Progress(machine=heard.verdict, machine_at=self._engine.clock.now())
        await self._books.note(self._attempt, noted)

    async def machine(self) -> bool:
        """Wait until a machine was heard, which nobody may talk with."""
        return await self._is_machine.wait()

    async def _end_talk(self) -> None:
        self._is_machine.set()
        # The agent may just be on the way into the talk.
        while self._call in self._engine.center.calls:
            talk = self._talks.controls.get(self._call)
            if talk is not None:
                talk.note_wish(Keyed(Action.LEAVE_MACHINE))
                return
            await asyncio.sleep(LOOK_SECONDS)
