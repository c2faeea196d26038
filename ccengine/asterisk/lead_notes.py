"""What the dialplan has noted of leads who were told who called: a port, and what a note says.

The notes lie in Asterisk's own database (`cc-leads`, written by `dialplan/campaigns.conf`), where
they outlive engine and Asterisk: with or without an engine, what was said and wished counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from ccengine.core.ids import CallId, Instant

if TYPE_CHECKING:
    from collections.abc import Sequence


FAMILY: Final = "cc-leads"
OPTED_OUT: Final = "opt-out"
NAME: Final = re.compile(r"[0-9A-Za-z-]{1,64}")
"""Of a call of ours: nothing else is looked up."""

_NOTE: Final = re.compile(
    r"(?P<since>[0-9]{1,12}(?:\.[0-9]{1,6})?) (?P<message>[0-9]{1,12}(?:\.[0-9]{1,6})?)"
    rf"(?P<wish> {OPTED_OUT})?"
)


class NotesAway(Exception):
    """Nobody can be asked for notes now; none is lost by that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadNote:
    """Somebody answered, no agent came in time, and the message began."""

    call: CallId
    answered_at: Instant  #: by Asterisk's clock, as the other
    message_at: Instant
    wants_no_more: bool  #: they pressed the key for it


class LeadNotes(Protocol):
    """The notes of one Asterisk."""

    async def calls(self) -> Sequence[CallId]:
        """Return the calls that have a note: some of them at least, the oldest among these.

        Raises:
            NotesAway: nobody can be asked.
        """

    async def read(self, call: CallId) -> LeadNote | None:
        """Return a call's note as it is now; None: there is none, or nobody can read it.

        Raises:
            NotesAway: nobody can be asked.
        """

    async def forget(self, call: CallId) -> None:
        """Take a call's note away; quiet when there is none.

        Raises:
            NotesAway: nobody can be asked, or nobody said what became of it.
        """


def read_note(call: CallId, text: str) -> LeadNote | None:
    """Return what a note says; None if the dialplan can't have written it."""
    found = _NOTE.fullmatch(text)
    if found is None:
        return None
    return LeadNote(
        call=call,
        answered_at=float(found["since"]),
        message_at=float(found["message"]),
        wants_no_more=found["wish"] is not None,
    )
