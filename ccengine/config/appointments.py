"""Appointments that a campaign's agents make: which field of the form is one, who is invited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from ccengine.config.form_values import EMAIL
from ccengine.config.names import Line, Name, ValueName, mistake


def _email(text: str) -> str:
    if EMAIL.fullmatch(text) is None:
        message = f"'{text}' is no e-mail address"
        raise mistake(message, "write it as in sales@example.com")
    return text


Email = Annotated[str, AfterValidator(_email)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """What an appointment is, and how people are invited to it."""

    field: ValueName  #: of the form, a `date_time`
    organizer: Email  #: on whose behalf it is
    submission: Name  #: of client.yaml: sends invitations
    minutes: Annotated[int, Field(ge=5, le=1440)] = 60
    email: ValueName | None = None  #: the customer's: of the form, an `email`, or of the lead
    title: Line | None = None  #: None: the campaign's name
