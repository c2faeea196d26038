"""How an agent's part in a call ends."""

from __future__ import annotations

from enum import Enum, auto


class Talked(Enum):
    """How an agent's part in a call ended."""

    OVER = auto()  #: the agent, or the client's staff, hung up
    NEVER = auto()  #: the agent was gone before the bridge
    REFUSED = auto()  #: the caller does not want to be recorded, and is served in no other way
    SENT_ON = auto()  #: the caller waits for what the core decides
