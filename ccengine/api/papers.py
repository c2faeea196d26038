"""Forms and scripts as the API shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import Field

from ccengine.api.models import Shown
from ccengine.config.papers import FieldKind

if TYPE_CHECKING:
    from ccengine.config.papers import Form, Script
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import ClientId


class ChoiceShown(Shown):
    """One of several."""

    name: str
    label: str


class FieldShown(Shown):
    """One thing to fill in."""

    name: str
    kind: FieldKind
    label: str
    required: bool
    choices: list[ChoiceShown]
    least: int | None = Field(description="Of a number; of digits and text, how many characters.")
    most: int | None
    currency: str | None = Field(description="Of an amount; null: the contract's.")


class FormShown(Shown):
    """A form."""

    ref: str = Field(description="What records call this version.")
    name: str
    version: int
    title: str
    fields: list[FieldShown]


class StepShown(Shown):
    """One thing to say."""

    say: str
    note: str | None = Field(description="For the agent, not to be said.")


class ScriptShown(Shown):
    """A script."""

    ref: str
    name: str
    version: int
    title: str
    steps: list[StepShown]


class PaperVersion(Shown):
    """A version that was in force, as its file was."""

    ref: str
    version: int
    content: Any


def form_shown(form: Form) -> FormShown:
    """Return a form that is in force."""
    return FormShown(
        ref=form.ref,
        name=form.name,
        version=form.file.version,
        title=form.file.title,
        fields=[
            FieldShown(
                name=name,
                kind=field.kind,
                label=field.label,
                required=field.required,
                choices=[
                    ChoiceShown(name=choice, label=one.label)
                    for choice, one in field.choices.items()
                ],
                least=field.least,
                most=field.most,
                currency=field.currency,
            )
            for name, field in form.file.fields.items()
        ],
    )


def script_shown(script: Script) -> ScriptShown:
    """Return a script that is in force."""
    return ScriptShown(
        ref=script.ref,
        name=script.name,
        version=script.file.version,
        title=script.file.title,
        steps=[StepShown(say=step.say, note=step.note) for step in script.file.steps],
    )


def form_of(tenant: Tenant, client: ClientId, ref: str | None) -> Form | None:
    """Return a form that is in force by what records call it."""
    known = tenant.clients.get(client)
    forms = () if known is None else known.papers.forms.values()
    return next((form for form in forms if form.ref == ref), None)


def script_of(tenant: Tenant, client: ClientId, ref: str | None) -> Script | None:
    """Return a script that is in force by what records call it."""
    known = tenant.clients.get(client)
    scripts = () if known is None else known.papers.scripts.values()
    return next((script for script in scripts if script.ref == ref), None)
