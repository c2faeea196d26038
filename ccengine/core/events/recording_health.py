"""What is found out about a recording that goes on: sound that is not in it, parties unheard."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ccengine.core.events.causes import Party
from ccengine.core.ids import CallId


class GapKind(StrEnum):
    """What is wrong with a recording."""

    NO_FILE = "no_file"  #: there is talk, and no file
    FILE_SHORT = "file_short"  #: the file holds less time than has passed
    PARTY_MISSING = "party_missing"  #: a party's sound reached Asterisk, and is not in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingGapFound:
    """A call that should be in a recording is not, or not whole."""

    call: CallId
    recording: str  #: path below the recordings folder; empty: there is none
    kind: GapKind
    seconds: float  #: that are missing, as far as they are known
    party: Party | None = None  #: whose sound is missing; None: everybody's


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyUnheard:
    """Nothing has come from a party's phone for long, not even silence. No gap: none was lost."""

    call: CallId
    party: Party
    channel: str
    seconds: float  #: so far


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyHeard:
    """Sound, or silence, comes from a party's phone again."""

    call: CallId
    party: Party
    channel: str
    seconds: float  #: in which nothing came
