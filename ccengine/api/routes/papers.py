"""Forms and scripts of clients, in force and of earlier days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccengine.api.faults import CLIENT_UNKNOWN, FORM_UNKNOWN
from ccengine.api.models import Shown
from ccengine.api.papers import (
    FormShown,
    PaperVersion,
    ScriptShown,
    form_shown,
    script_shown,
)
from ccengine.api.route import Asked, Method, Nothing, Route
from ccengine.core.ids import ClientId

if TYPE_CHECKING:
    from ccengine.api.route import AnyRoute
    from ccengine.config.clients import Client


class FormList(Shown):
    """The client's."""

    forms: list[FormShown]


class ScriptList(Shown):
    """The client's."""

    scripts: list[ScriptShown]


class FormVersions(Shown):
    """All that were ever in force, the newest last."""

    client: str
    form: str
    versions: list[PaperVersion]


async def list_forms(asked: Asked[Nothing, Nothing]) -> FormList:
    """List forms in force."""
    papers = client_of(asked).papers
    return FormList(forms=[form_shown(form) for form in papers.forms.values()])


async def list_scripts(asked: Asked[Nothing, Nothing]) -> ScriptList:
    """List scripts in force."""
    papers = client_of(asked).papers
    return ScriptList(scripts=[script_shown(script) for script in papers.scripts.values()])


async def get_form(asked: Asked[Nothing, Nothing]) -> FormVersions:
    """Show a form in all its versions."""
    client, name = client_of(asked).id, asked.path["form"]
    found = await asked.ports.library.keeper.papers.versions(client, "form", name)
    if not found:
        raise FORM_UNKNOWN.because()
    return FormVersions(
        client=client,
        form=name,
        versions=[
            PaperVersion(
                ref=f"{client}/{name}@{one.version}#{one.hash}",
                version=one.version,
                content=one.content,
            )
            for one in found
        ],
    )


def client_of(asked: Asked[Any, Any]) -> Client:
    """Return the client in the request's address.

    Raises:
        Refused: there is none that the token sees.
    """
    name = ClientId(asked.path["client"])
    client = asked.ports.floor.tenant().clients.get(name)
    if client is None or not asked.sight.client(name):
        raise CLIENT_UNKNOWN.because()
    return client


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        operation="listForms",
        method=Method.GET,
        path="/clients/{client}/forms",
        summary="A client's forms in force",
        query=Nothing,
        body=Nothing,
        answer=FormList,
        handler=list_forms,
        faults=(CLIENT_UNKNOWN,),
    ),
    Route(
        operation="getForm",
        method=Method.GET,
        path="/clients/{client}/forms/{form}",
        summary="All versions of a form that were ever in force",
        description="What was filled in is read with the version that its record names.",
        query=Nothing,
        body=Nothing,
        answer=FormVersions,
        handler=get_form,
        faults=(CLIENT_UNKNOWN, FORM_UNKNOWN),
    ),
    Route(
        operation="listScripts",
        method=Method.GET,
        path="/clients/{client}/scripts",
        summary="A client's scripts in force",
        query=Nothing,
        body=Nothing,
        answer=ScriptList,
        handler=list_scripts,
        faults=(CLIENT_UNKNOWN,),
    ),
)
