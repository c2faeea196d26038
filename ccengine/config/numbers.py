"""Telephone numbers and countries as YAML writes them."""

from __future__ import annotations

from typing import Annotated

import phonenumbers
from pydantic import AfterValidator

from ccengine.config.names import mistake


def _number(text: str) -> str:
    if not text.removeprefix("+").isdecimal() or not text.isascii():
        message = f"'{text}' is no telephone number"
        raise mistake(message, "write digits, with a + in front if the provider sends it")
    return text


def _country(text: str) -> str:
    if text not in phonenumbers.SUPPORTED_REGIONS:
        message = f"there is no country '{text}'"
        raise mistake(message, "use a code of ISO 3166 such as AE, DE, UA")
    return text


Country = Annotated[str, AfterValidator(_country)]
TelephoneNumber = Annotated[str, AfterValidator(_number)]
