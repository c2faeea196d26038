"""Why something was refused, told only as far as the token sees.

The core says why in its own words, and may name the call, agent or queue that stands in the way:
to somebody who does not see those, that would tell that they are there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ccengine.api.faults import REFUSED
from ccengine.core.ids import AgentId, CallId, ClientId, QueueId
from ccengine.core.states import AgentStep, CallStep

if TYPE_CHECKING:
    from ccengine.api.problems import Refused
    from ccengine.api.route import Asked

NAMED: Final = re.compile(r"'([^']*)'")
STEPS: Final = frozenset({*map(str, AgentStep), *map(str, CallStep)})


def as_seen(refused: Refused, asked: Asked[Any, Any]) -> Refused:
    """Return it without the reason where that names what the token does not see."""
    if refused.fault is not REFUSED or asked.sight.sees_everything:
        return refused
    said = {*asked.path.values(), *_texts(asked.body.model_dump(mode="json"))}
    unknown = (name for name in NAMED.findall(refused.detail) if name not in said | STEPS)
    if all(_is_seen(name, asked) for name in unknown):
        return refused
    return REFUSED.because()


def _is_seen(name: str, asked: Asked[Any, Any]) -> bool:
    sight, center = asked.sight, asked.ports.floor.center
    if name in asked.ports.floor.tenant().settings.agents:
        return sight.agent(AgentId(name))
    if name in asked.ports.floor.tenant().clients:
        return sight.client(ClientId(name))
    if name in center.plan.queues:
        return sight.queue(QueueId(name))
    call = center.calls.get(CallId(name))
    if call is not None:
        return sight.call(call)
    return any(  # a call that is over, of which the agent has something to say still
        one.call == name and sight.client(one.client)
        for agent in center.agents()
        if sight.agent(agent.id)
        for one in agent.debriefs
    )


def _texts(value: object) -> set[str]:
    if isinstance(value, dict):
        return {text for one in value.values() for text in _texts(one)}
    if isinstance(value, list):
        return {text for one in value for text in _texts(one)}
    return {value} if isinstance(value, str) else set()
