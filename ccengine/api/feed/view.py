"""What a token sees of the news."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ccengine.api.roles import SEE_AGENTS, Role
from ccengine.api.sight import Sight
from ccengine.core.ids import AgentId, QueueId
from ccengine.core.states import CallState
from ccengine.reporting.news import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccengine.api.identity import Identity, Scope
    from ccengine.config.tenant import Tenant
    from ccengine.core.calls import Call
    from ccengine.core.ids import CallId
    from ccengine.reporting.news import News


class Holder(NamedTuple):
    """Whom a call was with before a message, and is with after it."""

    before: AgentId | None = None
    after: AgentId | None = None


NOBODY: Final = Holder()


class Holders:
    """Whom each call is with, message by message."""

    def __init__(self, known: Mapping[CallId, AgentId | None]) -> None:
        self._known = dict(known)

    def knows(self, call: CallId) -> bool:
        """Tell whether it is known whom the call was with last."""
        return call in self._known

    def learn(self, call: CallId, agent: AgentId | None) -> None:
        """Know whom a call was with before the next message."""
        self._known[call] = agent

    def take(self, news: News) -> Holder:
        """Take a message into account."""
        if news.call is None:
            return NOBODY
        before = self._known.get(news.call)
        if news.topic is not Topic.CALL_STATE:
            return Holder(before, before)
        if news.body["state"] == CallState.ENDED:
            self._known.pop(news.call, None)
            return Holder(before, before)  # who had it last is told of its end
        self._known[news.call] = news.agent
        return Holder(before, news.agent)


class ViewKey(NamedTuple):
    """Tokens with the same of these are told the same."""

    role: Role
    scope: Scope

    @classmethod
    def of(cls, identity: Identity) -> ViewKey:
        """Return a token's."""
        return cls(identity.role, identity.scope)


class View:
    """What tokens of one role and scope are told."""

    def __init__(self, identity: Identity, tenant: Tenant) -> None:
        self.tenant = tenant
        self.sight = Sight(identity, tenant)
        self.sees_agents = identity.role in SEE_AGENTS

    def body(self, news: News, holder: Holder) -> Mapping[str, object] | None:
        """Return what is told; the message's own body where nothing is left out; None: nothing."""
        match news.topic:
            case Topic.ENGINE:
                return news.body
            case Topic.AGENT_STATE | Topic.PREVIEW:
                return self._agent(news)
            case Topic.CLOSURE:
                return self.closure(news.body)
            case Topic.COACHING:
                return self.coaching(news.client, news.body)
            case Topic.CALL | Topic.COACHED_CALL | Topic.QUALITY:
                return self._of_call(news, holder)
            case Topic.CALL_STATE:
                return self._call_state(news, holder)

    def call(self, call: Call) -> bool:
        """Tell whether a call that is alive is seen."""
        return self.sight.call(call)

    def agent(
        self, agent: AgentId, client: str | None, facts: Mapping[str, object]
    ) -> Mapping[str, object] | None:
        """Return an agent's state as far as it is seen; None: not at all.

        Args:
            agent: whose.
            client: whose call the agent has, if any.
            facts: the state.
        """
        if not self.sees_agents or not self.sight.agent(agent):
            return None
        named = facts["paused"]
        paused = tuple(named) if isinstance(named, tuple | list) else ()
        seen = tuple(queue for queue in paused if self.sight.queue(QueueId(queue)))
        hides_call = bool(client) and not self.sight.client(client or "")
        if seen == paused and not hides_call:
            return facts
        return {**facts, "paused": seen, **({"call_id": None} if hides_call else {})}

    def closure(self, facts: Mapping[str, object]) -> Mapping[str, object] | None:
        """Return how a closure is as far as it is seen; None: no number of it is."""
        if not self.sight.closure(str(facts["closure"])):
            return None
        hidden = {} if self.sight.closure(str(facts["closure"]), whole=True) else {"cause": ""}
        return {**facts, **hidden, **({} if self.sees_agents else {"by": ""})}

    def coaching(self, client: str, facts: Mapping[str, object]) -> Mapping[str, object] | None:
        """Return who coaches whom as far as it is seen; None: not at all.

        Args:
            client: whose call the coach hears; empty: nobody's.
            facts: of the coaching.
        """
        if not self.sight.sees_coaching or not self.sight.agent(AgentId(str(facts["agent"]))):
            return None
        hides_call = bool(client) and not self.sight.client(client)
        return {**facts, "call_id": None} if hides_call else facts

    def _agent(self, news: News) -> Mapping[str, object] | None:
        if news.agent is None:
            return None
        if news.topic is Topic.AGENT_STATE:
            return self.agent(news.agent, news.client, news.body)
        is_seen = self.sees_agents and self.sight.agent(news.agent)
        return news.body if is_seen and self.sight.client(news.client) else None

    def _of_call(self, news: News, holder: Holder) -> Mapping[str, object] | None:
        if news.topic is Topic.COACHED_CALL and not self.sight.sees_coaching:
            return None
        if news.topic is Topic.QUALITY:  # of one agent's part, whoever else had the call
            return news.body if self._sees(news, news.agent) else None
        agents = {agent for agent in (news.agent, holder.before) if agent is not None}
        return news.body if self.sight.part(news.client, agents) else None

    def _call_state(self, news: News, holder: Holder) -> Mapping[str, object] | None:
        if self._sees(news, holder.after):
            return news.body
        if not self._sees(news, holder.before):
            return None
        told = ("schema", "seq", "at", "tenant", "node", "call_id")
        return {**{name: news.body[name] for name in told}, "type": "CallGone"}

    def _sees(self, news: News, agent: AgentId | None) -> bool:
        return self.sight.part(news.client, () if agent is None else (agent,))
