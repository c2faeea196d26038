"""Listens whether a person or a machine has answered, beside whoever talks with them by then.

A snoop hears only the called side; Asterisk's AMD() listens to it in the dialplan
(`dialplan/machines.conf`), and the snoop's last variables say what it has heard.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccengine.asterisk.snoops import snoop
from ccengine.core.dialer.leads import MachineVerdict

if TYPE_CHECKING:
    from ccengine.asterisk.router import Router
    from ccengine.config.detection import Detector

EAR_CONTEXT: Final = "machine-ear"
ARGUMENTS: Final = "CC_AMD"
HEARD: Final = "CC_MACHINE"
SAID_NOTHING: Final = "INITIALSILENCE"
SPARE_SECONDS: Final = 5.0
"""Beyond its own time, the detector's word is waited for: then there is none."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a detector says."""

    verdict: MachineVerdict
    cause: str  #: AMDCAUSE, for people


def heard_in(status: str, cause: str) -> Heard:
    """Return what AMD() has found out. Who says nothing is no machine, whatever it says."""
    if status == "MACHINE" and not cause.startswith(SAID_NOTHING):
        return Heard(MachineVerdict.MACHINE, cause)
    return Heard(MachineVerdict.PERSON if status == "HUMAN" else MachineVerdict.UNSURE, cause)


class MachineEar:
    """One leg's."""

    def __init__(self, router: Router, leg: str, detector: Detector) -> None:
        self._router = router
        self._leg = leg
        self._detector = detector
        self.name = f"{leg}.ear"

    async def listen(self) -> Heard | None:
        """Listen until something is found out; None: they were gone before, or nobody knows.

        Raises:
            AriError: Asterisk refused, or is away.
        """
        ear = await snoop(self._router, self._leg, self.name, spy="in", whisper="none")
        if ear is None:
            return None
        departure = self._router.departure(self.name)  # its end cannot be missed any more
        within = self._detector.total_analysis_ms / 1000 + SPARE_SECONDS
        is_over = False
        try:
            async with asyncio.timeout(within):
                if not await self._router.ari.subscribe_channel(self.name):
                    return None
                await ear.set_variable(name=ARGUMENTS, value=self._detector.arguments())
                await ear.continue_in_dialplan(context=EAR_CONTEXT, extension="s")
                last = await departure
            is_over = True
        except TimeoutError:
            return None
        finally:
            if not is_over:
                self._router.give_up(self.name)
        told = "" if last is None else last.variables.get(HEARD, "")
        status, _, cause = told.partition(" ")
        return heard_in(status, cause) if told else None
