"""Reads the dialplan's notes on leads by the manager: ARI sees no key of Asterisk's database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.ami.link import AmiDisconnected, AmiUntold
from ccengine.asterisk.lead_notes import FAMILY, NAME, NotesAway, read_note
from ccengine.core.ids import CallId

if TYPE_CHECKING:
    from ccengine.asterisk.ami.link import AmiAnswer
    from ccengine.asterisk.ami.recorder import Link
    from ccengine.asterisk.lead_notes import LeadNote

log = structlog.get_logger()

VALUE_AT_MOST: Final = 1023
"""Asterisk cuts a function's value off after so many characters: the last name may be half one.
Names are sorted, and those of older calls come first; what is done is taken away."""


class AmiLeadNotes:
    """Asks by a link to the manager, which whoever made it holds.

    Args:
        link: to the manager.
        family: of the database; a test has one of its own.
    """

    def __init__(self, link: Link, family: str = FAMILY) -> None:
        self._link = link
        self._family = family
        self._unreadable: set[CallId] = set()

    async def calls(self) -> tuple[CallId, ...]:
        """Return the calls that have a note: some of them at least, the oldest among these.

        Raises:
            NotesAway: nobody can be asked.
        """
        told = (await self._ask("Getvar", Variable=f"DB_KEYS({self._family})")).value
        names = told.split(",")
        if len(told) >= VALUE_AT_MOST:
            names.pop()
        return tuple(CallId(name) for name in names if NAME.fullmatch(name))

    async def read(self, call: CallId) -> LeadNote | None:
        """Return a call's note as it is now; None: there is none, or nobody can read it.

        Raises:
            NotesAway: nobody can be asked.
        """
        if NAME.fullmatch(call) is None:
            return None
        # Not by Getvar: of DB() a manager is told nothing (Asterisk 22.10), of DB_KEYS() all.
        told = (await self._ask("DBGet", Family=self._family, Key=call)).value
        note = read_note(call, told)
        if note is None and told and call not in self._unreadable:
            self._unreadable.add(call)
            log.error("lead_note_unreadable", call_id=call)
        return note

    async def forget(self, call: CallId) -> None:
        """Take a call's note away; quiet when there is none.

        Raises:
            NotesAway: nobody can be asked, or nobody said what became of it.
        """
        if NAME.fullmatch(call) is not None:
            await self._ask("DBDel", Family=self._family, Key=call)

    async def _ask(self, action: str, **values: str) -> AmiAnswer:
        try:
            return await self._link.ask(action, **values)
        except (AmiDisconnected, AmiUntold) as error:
            raise NotesAway(action) from error
