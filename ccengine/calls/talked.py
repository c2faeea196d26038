"""How an agent's part in a call ends."""

from __future__ import annotations

from enum import Enum, auto


class Talked(Enum):
    """How an agent's part in a call ended."""

    OVER = auto()  #: the agent, or the client's staff, hung up
    NEVER = auto()  #: the agent was gone before the bridge
    SENT_ON = auto()  #: the caller waits for what the core decides
