"""What agents do, and what happens at their phones."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.ids import AgentId, PhoneId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedIn:
    """An agent bound themself to a phone."""

    agent: AgentId
    phone: PhoneId
    by: str = ""  #: who did it for the agent; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLoggedOut:
    """An agent left; during a call it means after the call."""

    agent: AgentId
    by: str = ""  #: who did it for the agent; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWentReady:
    """An agent wants calls; during wrap-up it ends the wrap-up."""

    agent: AgentId
    by: str = ""  #: who did it for the agent; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWentNotReady:
    """An agent wants no calls; during a call it means after the call."""

    agent: AgentId
    reason: str
    by: str = ""  #: who did it for the agent; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPaused:
    """An agent wants no calls of one queue; those of others go on."""

    agent: AgentId
    queue: QueueId
    by: str = ""  #: who did it for the agent; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentResumed:
    """An agent wants calls of that queue again."""

    agent: AgentId
    queue: QueueId
    by: str = ""  #: who did it for the agent; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpExtended:
    """An agent needs longer for the work after a call."""

    agent: AgentId
    by: str = ""  #: who did it for the agent; empty: the agent


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongPinGiven:
    """Somebody who says to be this agent gave a wrong PIN; too many lock the log-in for a while."""

    agent: AgentId
    phone: PhoneId | None = None  #: None: by the API


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAsked:
    """An agent asks for a supervisor of their team."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpAnswered:
    """A supervisor was told who asks; the first one counts."""

    agent: AgentId
    supervisor: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpUnanswered:
    """No supervisor answered."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLost:
    """A phone's registration ended, or it no longer answers: nobody can be rung there."""

    phone: PhoneId


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFound:
    """A phone can be rung again."""

    phone: PhoneId


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCallStarted:
    """A phone has a call that is not ours: dialed by hand, or taken from elsewhere."""

    phone: PhoneId
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCallEnded:
    """That call is over."""

    phone: PhoneId
    channel: str
