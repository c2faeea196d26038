"""What the engine says to agents who type the outcome of a call.

Whole sentences of ours, replaceable like confirmations, and short texts made of a client's labels:
there are as many as labels, so they are rendered like any other prompt.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from ccengine.ivr.built_in import PRESS_FOR, built_in_texts
from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccengine.config.clients import Client


class OutcomeWord(StrEnum):
    """What there is to say; the values are the prompts' names."""

    CHOOSE_DISPOSITION = "choose-disposition"
    CHOOSE_REASON = "choose-contact-reason"
    ASK_RESOLVED = "ask-resolved"
    YES_OR_NO = "yes-or-no"
    END_WITH_HASH = "end-with-hash"
    TYPE_DATE = "type-date"
    TYPE_TIME = "type-time"
    TYPE_AMOUNT = "type-amount"
    MAY_BE_LEFT_OUT = "may-be-left-out"
    WRONG_ENTRY = "wrong-entry"
    OUTCOME_SAVED = "outcome-saved"
    NOTHING_SAVED = "nothing-saved"
    NO_CALL = "no-call-for-outcome"  #: none, or it is too long ago
    OUTCOME_MISSING = "outcome-missing"  #: the reason why somebody cannot be ready yet


Word: TypeAlias = Confirmation | OutcomeWord
"""Any whole sentence of ours."""


def press_for(label: str, digits: str, language: str) -> str:
    """Return the words for one thing to choose; digits are spoken one by one."""
    return built_in_texts(language)[PRESS_FOR].format(label=label, digits=" ".join(digits))


def question(label: str) -> str:
    """Return the words that ask for a field."""
    return f"{label}."


def spoken_texts(client: Client, language: str) -> Iterator[str]:
    """Yield all that is said of one client's dispositions, contact reasons and forms."""
    settings = client.settings
    for one in settings.dispositions.values():
        yield press_for(one.label, one.digits, language)
    for reason in settings.contact_reasons.values():
        yield press_for(reason.label, reason.digits, language)
    for form in client.papers.forms.values():
        for field in form.file.fields.values():
            yield question(field.label)
            for choice in field.choices.values():
                yield press_for(choice.label, choice.digits, language)
