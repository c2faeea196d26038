"""What a step needs to say values: words in, sound to play out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from ccengine.ivr.speech.holes import filled, holes_of
from ccengine.ivr.speech.readings import CannotSay

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccengine.core.ids import ClientId
    from ccengine.ivr.prompts import Prompts
    from ccengine.ivr.speech.readings import Value


TEXT: Final = "text:"
"""Before words that have no sound."""


class Speaker(Protocol):
    """Says prompts with values in them to one call."""

    async def media(
        self, sayings: Sequence[str], language: str, values: Mapping[str, Value]
    ) -> list[str] | None:
        """Return what Asterisk plays, in order; None: it cannot be said, or not in time.

        Args:
            sayings: each a prompt's name, or a text of `{value:form}` holes.
            language: the caller's.
            values: by name.
        """
        ...


class TextSpeaker:
    """Says everything at once and without a sound: where flows are tried, not called."""

    def __init__(self, prompts: Prompts, client: ClientId) -> None:
        self._prompts = prompts
        self._client = client

    async def media(
        self, sayings: Sequence[str], language: str, values: Mapping[str, Value]
    ) -> list[str] | None:
        """Return the words of each after `TEXT`."""
        try:
            return [
                f"{TEXT}{text_of(self._prompts, self._client, saying, language, values)}"
                for saying in sayings
            ]
        except (CannotSay, LookupError):
            return None


def names_in(
    prompts: Prompts, client: ClientId, sayings: Sequence[str], language: str
) -> frozenset[str]:
    """Return the names of all values that are said."""
    found: set[str] = set()
    for saying in sayings:
        if "{" in saying:
            found |= {hole.name for hole in holes_of(saying)}
        else:
            prompt = prompts.find(client, saying, language)
            found |= {hole.name for hole in getattr(prompt, "holes", ())}
    return frozenset(found)


def text_of(
    prompts: Prompts, client: ClientId, saying: str, language: str, values: Mapping[str, Value]
) -> str:
    """Return what is said, in words.

    Raises:
        CannotSay: a value is of another kind than it is to be said as.
        LookupError: there is no such prompt, value, or way to say values in this language.
    """
    fixed, _, bare = ("", "", saying) if "{" in saying else saying.rpartition("/")
    language = fixed or language
    text = bare
    if "{" not in saying:
        prompt = prompts.find(client, bare, language)
        if prompt is None:
            raise LookupError(saying)
        text = getattr(prompt, "speech", "") or prompt.text
    sayer = prompts.sayer(client, language)
    if sayer is None:
        raise LookupError(language)
    return filled(text, values, sayer)
