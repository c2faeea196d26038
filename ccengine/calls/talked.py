"""How an agent's part in a call ends."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

ANSWERING_MACHINE: Final = "answering machine"
"""Why a call has ended with which nobody talks any more."""


class Talked(Enum):
    """How an agent's part in a call ended."""

    OVER = auto()  #: the agent, or the client's staff, hung up
    NEVER = auto()  #: the agent was gone before the bridge
    REFUSED = auto()  #: the caller does not want to be recorded, and is served in no other way
    MACHINE = auto()  #: a machine has answered: nobody talks with it any more
    MESSAGE = auto()  #: likewise, and the agent wants the campaign's message to be left
    SENT_ON = auto()  #: the caller waits for what the core decides
