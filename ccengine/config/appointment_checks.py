"""What may be wrong with a campaign's appointments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.config.lookups import unknown
from ccengine.config.papers import FieldKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.campaigns import Campaign
    from ccengine.config.clients import Client
    from ccengine.config.documents import Document
    from ccengine.config.problems import Problem

PLACE: Final = "appointment"


def check_appointment(campaign: Campaign, client: Client, document: Document) -> Iterator[Problem]:
    """Yield what is wrong with a campaign's appointments."""
    asked = campaign.settings.appointment
    if asked is None:
        return
    form = client.form_of(campaign)
    fields = {} if form is None else form.file.fields
    of_kind = [name for name, one in fields.items() if one.kind is FieldKind.DATE_TIME]
    yield from unknown(document, (PLACE, "field"), "date_time of the form", [asked.field], of_kind)
    known = [name for name, one in fields.items() if one.kind is FieldKind.EMAIL]
    emails = [] if asked.email is None else [asked.email]
    known += campaign.settings.fields
    yield from unknown(document, (PLACE, "email"), "email of the form or field", emails, known)
    submissions = client.settings.submissions
    yield from unknown(
        document, (PLACE, "submission"), "submission", [asked.submission], [*submissions]
    )
