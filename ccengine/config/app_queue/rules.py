"""queuerules.conf: which penalties count changes as a caller waits; here that is relax steps."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from ccengine.config.app_queue.conf import Conf
from ccengine.config.problems import Problem
from ccengine.core.queues import QueueSettings, RelaxStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ccengine.config.app_queue.conf import Section, Setting

FILE: Final = "queuerules.conf"
CHANGE: Final = re.compile(
    r"(\d{1,9})\s*,\s*([+-]?\d{0,9})\s*(?:,\s*([^,]*?)\s*)?(?:,\s*([^,]*?)\s*)?"
)
NO_CHANGE: Final = frozenset({"", "0", "+0", "-0"})
DAY: Final = 86_400
PENALTY_AT_MOST: Final = 1000


@dataclass(slots=True)
class Rules:
    """The rules of the file, and what was noted about those that queues have."""

    conf: Conf | None  #: None: there is no such file
    problems: list[Problem] = field(default_factory=list)
    _read: dict[str, list[_Change]] = field(default_factory=dict)

    def apply(self, settings: QueueSettings, defaultrule: Setting) -> QueueSettings:
        """Return the queue's rules with the steps of the rule that it names."""
        rule = self._rule(defaultrule)
        if rule is None:
            return settings
        if rule.name not in self._read:
            self._read[rule.name] = list(self._changes(rule))
        changes = self._read[rule.name]
        if not changes:
            return settings
        entry, steps = _steps(changes, min(member.penalty for member in settings.members))
        if not any(change.seconds == 0 for change in changes):
            message = f"QUEUE_MAX_PENALTY, which '{rule.name}' changes, is set by the dialplan"
            remedy = f"'max_penalty: {entry}', the members' lowest, is written: put in what is true"
            self.problems.append(defaultrule.note(message, remedy))
        return replace(settings, max_penalty=entry, relax=steps)

    def unused(self) -> Iterator[Problem]:
        """Yield a note on each rule that no queue names."""
        for rule in () if self.conf is None else self.conf.queues():
            if rule.name not in self._read:
                message = f"rule [{rule.name}] is carried over to no queue, as none names it"
                yield rule.note(message, "where Queue() names it, write its steps as 'relax'")

    def _rule(self, named: Setting) -> Section | None:
        known = {} if self.conf is None else {one.name.lower(): one for one in self.conf.queues()}
        rule = known.get(named.value.lower())
        if rule is None and named.value:
            remedy = f"give the file with --rules, where {FILE} does not lie beside queues.conf"
            self.problems.append(named.note(f"there is no rule '{named.value}'", remedy))
        return rule

    def _changes(self, rule: Section) -> Iterator[_Change]:
        """Yield what changes the highest penalty, and note what changes anything else."""
        for setting in rule.settings:
            found = CHANGE.fullmatch(setting.value) if setting.key == "penaltychange" else None
            if found is None:
                self.problems.append(setting.not_carried("Asterisk, too, cannot read it"))
                continue
            seconds, highest, lowest, raised = int(found[1]), found[2], found[3], found[4]
            if (lowest or "") not in NO_CHANGE:
                why = "there is no lowest penalty: use groups, and 'relax' with 'groups'"
                self.problems.append(setting.not_carried(f"min '{lowest}': {why}"))
            if (raised or "") not in NO_CHANGE:
                why = "members keep their penalties: give them equal ones"
                self.problems.append(setting.not_carried(f"raise '{raised}': {why}"))
            if seconds > DAY:
                self.problems.append(setting.not_carried("a step comes within a day"))
            elif highest not in {"", "+", "-"}:
                yield _Change(seconds, int(highest), is_relative=highest[0] in "+-")


@dataclass(frozen=True, slots=True)
class _Change:
    seconds: int
    value: int
    is_relative: bool


def _steps(changes: Iterable[_Change], lowest: int) -> tuple[int, tuple[RelaxStep, ...]]:
    """Return the highest penalty at entry, and what it becomes after so many seconds."""
    entry = highest = lowest
    steps = []
    for change in sorted(changes, key=lambda change: change.seconds):
        changed = highest + change.value if change.is_relative else change.value
        highest = min(max(0, changed), PENALTY_AT_MOST)
        if change.seconds == 0:
            entry = highest
        else:
            steps.append(RelaxStep(after_seconds=float(change.seconds), penalty=highest))
    return entry, tuple(steps)
