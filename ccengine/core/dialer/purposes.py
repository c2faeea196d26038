"""What calls are for, and how they are dialed: rules name both."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What a campaign calls for."""

    MARKETING = "marketing"
    SERVICE = "service"  #: of a contract that there is
    SURVEY = "survey"
    DEBT = "debt"


class Mode(StrEnum):
    """Who or what decides that a number is dialed."""

    PREVIEW = "preview"  #: an agent, who sees the lead first
    PROGRESSIVE = "progressive"  #: one call for each free agent
    POWER = "power"  #: a fixed number of calls for each
    PREDICTIVE = "predictive"
    UNATTENDED = "unattended"  #: no agent at all: a recorded or artificial voice


LOOK_AHEAD: Final = "look-ahead"
"""The usual law of pacing."""

AUTOMATIC: Final = frozenset(Mode) - {Mode.PREVIEW}
"""Modes in which a machine chooses and dials."""
