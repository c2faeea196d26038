"""Closures: one switch for a group of numbers.

`Closure` is the schema of `closures.<closure>` in tenant.yaml.
Whether one is closed now is no configuration: the core keeps it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from ccengine.config.clients import digits_of
from ccengine.config.names import Line, Name, mistake
from ccengine.config.numbers import TelephoneNumber
from ccengine.core.ids import AgentId, ClientId


def _digit(text: str) -> str:
    if re.fullmatch(r"[0-9]", text) is None:
        message = f"'{text}' is no single digit"
        raise mistake(message, "a closure is one digit dialed after the closure code")
    return text


ClosureDigit = Annotated[str, AfterValidator(_digit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Numbers that are closed and opened together."""

    name: Line  #: for people
    flow: Name  #: what callers go through meanwhile: flows/<flow>.yaml of each client
    clients: tuple[ClientId, ...] = ()  #: all numbers of theirs …
    numbers: tuple[TelephoneNumber, ...] = ()  #: … and these
    digit: ClosureDigit | None = None  #: dialed after the closure code; left out: not by phone
    agents: tuple[AgentId, ...] = ()  #: who may switch it by phone, with their PIN

    def holds(self, client: ClientId, number: str) -> bool:
        """Tell whether a client's number is closed with it."""
        named = {digits_of(one) for one in self.numbers}
        return client in self.clients or digits_of(number) in named
