"""Quotas of market research: so many answers of each group, then nobody of it is called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ccengine.core.dialer.campaigns import Quota

Group = tuple[str, str]
"""A field and its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """What is wanted, and what there is."""

    wanted: Sequence[Quota] = ()
    counted: Mapping[Group, int] = field(default_factory=dict)  #: answers of each group

    def groups_of(self, fields: Mapping[str, str]) -> tuple[Group, ...]:
        """Return the groups that a lead is counted in."""
        return tuple((quota.field, fields.get(quota.field, "")) for quota in self.wanted)

    def full_for(self, fields: Mapping[str, str]) -> Group | None:
        """Return a group of the lead's of which there are answers enough; None: it is wanted."""
        for quota, group in zip(self.wanted, self.groups_of(fields), strict=True):
            wanted = quota.answers.get(group[1], quota.others)
            if wanted is not None and self.counted.get(group, 0) >= wanted:
                return group
        return None
