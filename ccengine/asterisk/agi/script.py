"""What Asterisk would answer to an AGI script, for scripts that we ask as Asterisk does. No I/O.

A script is asked for values only: what it sets is kept, what it asks for is answered from what it
was given, its remarks are taken note of by nobody. Whatever would touch a channel is unknown
here, as there is none: the caller hears what the flow says meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccengine.asterisk.agi.protocol import (
    BAD_SYNTAX,
    DEAD_CHANNEL,
    UNKNOWN_COMMAND,
    answer,
    is_sayable,
    parse_command,
    refusal,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES: Final = 64
VALUE_SIGNS: Final = 1_000
HARMLESS: Final = {"VERBOSE": 1, "NOOP": 0, "ANSWER": 0}
"""Commands with nothing to do, and what Asterisk says that came of them."""


class ScriptReplies:
    """Takes a script's commands one after the other; `variables` has what it set."""

    def __init__(self, given: Mapping[str, str]) -> None:
        self._given = dict(given)
        self.variables: dict[str, str] = {}
        self.hung_up = False

    def reply(self, line: bytes) -> bytes:
        """Carry out a command, given with its end, and return the line to answer.

        Raises:
            AgiError: it is no command at all; nothing sensible can follow.
        """
        words = parse_command(line)
        if self.hung_up:
            return refusal(DEAD_CHANNEL)
        match [word.upper() for word in words[:2]]:
            case ["SET" | "GET", "VARIABLE"]:
                return self._variable(words)
            case ["HANGUP", *_]:
                self.hung_up = True
                return answer(1)
            case [verb, *_] if verb in HARMLESS:
                return answer(HARMLESS[verb])
            case _:
                return refusal(UNKNOWN_COMMAND)

    def _variable(self, words: tuple[str, ...]) -> bytes:
        match words:
            case [_, _, name, value] if words[0].upper() == "SET":
                return self._set(name, value)
            case [_, _, name] if words[0].upper() == "GET":
                return self._get(name)
            case _:
                return refusal(BAD_SYNTAX)

    def _set(self, name: str, value: str) -> bytes:
        known = name in self.variables or len(self.variables) < VARIABLES
        if not known or len(value) > VALUE_SIGNS or not is_sayable(value):
            return refusal(BAD_SYNTAX)
        self.variables[name] = value
        return answer(1)

    def _get(self, name: str) -> bytes:
        value = self.variables.get(name, self._given.get(name))
        return answer(0) if value is None else answer(1, value)
