"""Asks an existing AGI script: the variables that it sets are its answer."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ccengine.ivr.data import text_of
from ccengine.ivr.templates import filled
from ccengine.lookup.source import QuestionRefused, SourceFailed

if TYPE_CHECKING:
    from ccengine.config.lookup_sources import AgiScript
    from ccengine.ivr.data import Value
    from ccengine.lookup.source import Document

CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")

AskScript = Callable[
    [tuple[str, int], str, Mapping[str, str], Sequence[str]], Awaitable[Mapping[str, str]]
]
"""Asks the script at an address with values and arguments.

OSError: nobody is there. ValueError: it does not keep to the protocol, or something has no
spelling in it.
"""


class AgiSource:
    """One script. Without a variable set there is nothing."""

    def __init__(self, script: AgiScript, ask: AskScript) -> None:
        self._script = script
        self._ask = ask

    async def ask(self, values: Mapping[str, Value]) -> Document | None:
        """Return its variables; as of `Source`."""
        given = {name: text_of(value) for name, value in values.items()}
        arguments = [
            filled(one, lambda name: given.get(name, "")) for one in self._script.arguments
        ]
        if any(CONTROLS.search(one) for one in (*arguments, *given.values())):
            message = "a value holds control characters"
            raise QuestionRefused(message)
        address = (self._script.host, self._script.port)
        try:
            return await self._ask(address, self._script.script, given, arguments) or None
        except OSError as error:
            cause = error.strerror or "the connection is broken"
            message = f"{type(error).__name__}: {cause}"
            raise SourceFailed(message, hopeless=False) from None
        except ValueError as error:
            raise SourceFailed(str(error)) from None

    def close(self) -> None:
        """Let go of nothing: each question has a connection of its own."""
