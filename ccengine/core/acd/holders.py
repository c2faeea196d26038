"""Who has what: so that not everybody has to be judged by every requirement."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.core.acd.requirement import Requirement
    from ccengine.core.ids import AgentId, ClientId, GroupId, SkillId
    from ccengine.core.plan import Plan


class Holders:
    """The agents of a plan by client, skill and group, each in the plan's order."""

    def __init__(self, plan: Plan) -> None:
        self._places = {agent: place for place, agent in enumerate(plan.agents)}
        self._of_client: dict[ClientId, list[AgentId]] = defaultdict(list)
        self._of_skill: dict[SkillId, list[AgentId]] = defaultdict(list)
        self._of_group: dict[GroupId, list[AgentId]] = defaultdict(list)
        for agent, has in plan.agents.items():
            for client in dict.fromkeys(has.clients):
                self._of_client[client].append(agent)
            for skill in has.skills:
                self._of_skill[skill].append(agent)
            for group in dict.fromkeys(has.groups):
                self._of_group[group].append(agent)

    def candidates(self, requirement: Requirement) -> Sequence[AgentId]:
        """Return all who have the rarest thing that is asked for: who qualifies is among them."""
        having = [self._of_client.get(requirement.client, [])]
        having += [self._of_skill.get(one, []) for one, least in requirement.skills if least > 0]
        if requirement.groups:
            lent = (group for group, _ in requirement.lent)
            having.append(self._in_any((*requirement.groups, *lent)))
        return min(having, key=len)

    def _in_any(self, groups: Sequence[GroupId]) -> list[AgentId]:
        found = {agent for group in groups for agent in self._of_group.get(group, ())}
        return sorted(found, key=self._places.__getitem__)
