"""What every check between the parts of a tenant needs: known names, scales, ranges."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.config.documents import Document, Place
from ccengine.config.names import suggestion
from ccengine.core.ids import ClientId, SkillId
from ccengine.core.plan import PROFICIENCY_HIGHEST, PROFICIENCY_LOWEST

if TYPE_CHECKING:
    from ccengine.config.problems import Problem

Sources = Mapping[ClientId, Document | None]


@dataclass(frozen=True, slots=True)
class Documents:
    """Where everything stands. A file that could not be read is None."""

    tenant: Document | None
    clients: Sources
    all_agents: bool = False  #: each agent could be read, with all they can
    contracts: Mapping[ClientId, Document] = field(default_factory=dict)  #: those there are
    campaigns: Mapping[ClientId, Mapping[str, Document]] = field(default_factory=dict)

    def names(self, section: str) -> Collection[str] | None:
        """Return the names in a section of tenant.yaml; None: unknown, so check nothing."""
        return None if self.tenant is None else self.tenant.keys(section)

    def queues(self, client: ClientId) -> Collection[str] | None:
        """Return the names that a client may call queues by; None: unknown, so check nothing."""
        found: list[str] = []
        for owner, document in self.clients.items():
            if document is None:
                return None
            keys = document.keys("queues")
            found += [f"{owner}/{name}" for name in keys]
            found += keys if owner == client else ()
        return found


def unknown(
    document: Document,
    place: Place,
    what: str,
    names: Iterable[str],
    known: Collection[str] | None,
) -> Iterator[Problem]:
    """Yield a problem for each name that nothing has; nothing when the known names are unknown."""
    if known is None:
        return
    is_list = isinstance(document.at(place), list)
    for position, name in enumerate(names):
        if name not in known:
            where = (*place, position) if is_list else place
            yield document.problem(where, f"unknown {what} '{name}'", suggestion(name, known))


def unknown_keys(
    document: Document,
    place: Place,
    what: str,
    names: Iterable[str],
    known: Collection[str] | None,
) -> Iterator[Problem]:
    """Yield the same for names that are keys of the group at the place."""
    for name in names:
        yield from unknown(document, (*place, name), what, [name], known)


def levels(
    document: Document, place: Place, skills: Mapping[SkillId, int], documents: Documents
) -> Iterator[Problem]:
    """Yield what is wrong with skills and their proficiency."""
    yield from unknown_keys(document, place, "skill", skills, documents.names("skills"))
    for skill, proficiency in skills.items():
        if not PROFICIENCY_LOWEST <= proficiency <= PROFICIENCY_HIGHEST:
            message = f"proficiency {proficiency} in '{skill}' is outside the scale"
            remedy = f"use {PROFICIENCY_LOWEST} (a little) to {PROFICIENCY_HIGHEST} (expert)"
            yield document.problem((*place, skill), message, remedy)


@dataclass(frozen=True, slots=True)
class Range:
    """A number and what it may be, both ends included."""

    place: Place
    value: float | None
    least: float
    most: float


def out_of_range(document: Document, owner: str, ranges: Iterable[Range]) -> Iterator[Problem]:
    """Yield a problem for each number that cannot be; not-a-number is none that can."""
    for one in ranges:
        if one.value is not None and not one.least <= one.value <= one.most:
            message = f"'{one.place[-1]}' of {owner} cannot be {one.value:g}"
            yield document.problem(one.place, message, f"use {one.least:g} to {one.most:g}")
