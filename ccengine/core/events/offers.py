"""What happens between a call and an agent: offers and talks."""

from __future__ import annotations

from dataclasses import dataclass

from ccengine.core.events.causes import Miss, Party
from ccengine.core.ids import AgentId, CallId, OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRinging:
    """The agent's phone rings."""

    call: CallId
    agent: AgentId
    offer: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted:
    """The agent answered."""

    call: CallId
    agent: AgentId
    offer: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined:
    """The agent's phone refused, was busy or could not be reached."""

    call: CallId
    agent: AgentId
    offer: OfferId
    reason: str
    how: Miss = Miss.DECLINED


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationStarted:
    """Caller and agent are bridged."""

    call: CallId
    agent: AgentId
    bridge: str
    recorded: bool = False  #: it is to be, by the rules and with the caller's consent


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationFailed:
    """The agent's leg was gone before it could be bridged; the caller is still there."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationEnded:
    """Caller and agent are no longer bridged."""

    call: CallId
    agent: AgentId
    by: Party
