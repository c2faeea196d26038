"""The configuration: what is wrong with its files, what a reload would change, and the reload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.faults import CONFIGURATION_WRONG
from ccengine.api.models import Shown
from ccengine.api.problems import BUSY, FieldProblem
from ccengine.api.readable import read
from ccengine.api.readings import (
    Checked,
    changes_as_json,
    mistake_of,
    read_check,
    read_plan,
)
from ccengine.api.route import Asked, Change, Method, Nothing, Route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccengine.api.problems import Refused
    from ccengine.api.readings import Mistake
    from ccengine.api.route import AnyRoute


class MistakeShown(Shown):
    """What is wrong, where, and what to do about it."""

    file: str = Field(description="Below the tenant's folder.")
    line: int
    message: str
    remedy: str


class CheckShown(Shown):
    """What the files have."""

    problems: list[MistakeShown] = Field(description="A reload is refused for these.")
    warnings: list[MistakeShown] = Field(description="What is legal, and probably not meant.")


class PlanShown(Shown):
    """What a reload would change for those who wait and those who are logged in."""

    version_before: str
    version_after: str
    waiting: int
    logged_in: int
    queues_new: list[str]
    queues_changed: list[str]
    queues_gone: list[str]
    calls: list[dict[str, Any]] = Field(description="As `ccengine plan --json` has them.")
    agents: list[dict[str, Any]]


class VersionShown(Shown):
    """The configuration in force."""

    version: str = Field(description="A hash of all its files.")


async def check(asked: Asked[Nothing, Nothing]) -> CheckShown:
    """Check the files as they lie there."""
    found = await read(asked, read_check, asked.ports.library.configuration)
    return CheckShown(
        problems=[MistakeShown.model_validate(one) for one in found.problems],
        warnings=[MistakeShown.model_validate(one) for one in found.warnings],
    )


async def plan(asked: Asked[Nothing, Nothing]) -> PlanShown:
    """Show what a reload would change."""
    library = asked.ports.library
    found = await read(asked, read_plan, library.configuration, library.journal)
    if isinstance(found, Checked):
        raise _wrong(found.problems)
    return PlanShown.model_validate(changes_as_json(found))


async def reload(asked: Asked[Nothing, Nothing]) -> Change:
    """Swap the configuration, whole."""
    center = asked.ports.floor.center
    before = VersionShown(version=center.plan.version)
    problems = await asked.ports.reload()
    if problems:
        folder = asked.ports.library.configuration
        raise _wrong([mistake_of(one, folder) for one in problems])
    after = VersionShown(version=center.plan.version)
    return Change(
        target="configuration",
        before=before.model_dump(mode="json"),
        after=after.model_dump(mode="json"),
        answer=after,
    )


def _wrong(mistakes: Sequence[Mistake]) -> Refused:
    errors = [
        FieldProblem(field=f"{one.file}:{one.line}", problem=one.message, remedy=one.remedy)
        for one in mistakes
    ]
    return CONFIGURATION_WRONG.because(errors=errors)


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="checkConfiguration",
        method=Method.GET,
        path="/configuration/check",
        summary="Every mistake in the configuration's files, with file, line and remedy",
        query=Nothing,
        body=Nothing,
        answer=CheckShown,
        handler=check,
        faults=(BUSY,),
    ),
    Route(
        operation="planConfiguration",
        method=Method.GET,
        path="/configuration/plan",
        summary="Which waiting callers and agents a reload would change, and how",
        query=Nothing,
        body=Nothing,
        answer=PlanShown,
        handler=plan,
        faults=(CONFIGURATION_WRONG, BUSY),
    ),
    Route(
        operation="reloadConfiguration",
        method=Method.POST,
        path="/configuration/reload",
        summary="Swap the configuration, whole; with mistakes in it nothing changes",
        query=Nothing,
        body=Nothing,
        answer=VersionShown,
        handler=reload,
        faults=(CONFIGURATION_WRONG,),
    ),
)
