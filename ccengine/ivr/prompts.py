"""What callers and agents hear: a prompt's name and language lead to a file of sound.

A prompt is text in `prompts/<language>/prompts.yaml`, rendered by `ccengine prompts build`, or a
recording `prompts/<language>/<name>.wav`, which wins over text. Either way the file Asterisk plays
is in the state folder and named by its content, so that nothing is played that was meant otherwise.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.config.names import suggestion
from ccengine.config.settings import ASTERISK_STATE
from ccengine.config.tenant import Voice
from ccengine.core.ids import ClientId
from ccengine.ivr.built_in import FALLBACK_LANGUAGE
from ccengine.ivr.speech.holes import Hole, holes_of
from ccengine.ivr.speech.stress import stressed
from ccengine.ivr.speech.values import Sayer
from ccengine.ivr.speech_engine import Rendering

if TYPE_CHECKING:
    from ccengine.config.documents import Document, Place
    from ccengine.config.problems import Problem
    from ccengine.ivr.outcome_words import Word

RENDERING: Final = "2"  #: goes up when the same text would sound otherwise
HASH_LENGTH: Final = 32
FALLBACK_VOICE: Final = Voice(voice="en-gb")
TEXTS_FILE: Final = "prompts.yaml"


@dataclass(frozen=True, slots=True)
class SpokenPrompt:
    """Text to be rendered."""

    text: str
    language: str
    voice: Voice
    speech: str = ""  #: what the voice is given instead, such as vowelled Arabic
    holes: tuple[Hole, ...] = ()  #: values in it: then it is rendered while a call waits

    @property
    def sound(self) -> str:
        """The file below the sounds folder, without its ending."""
        voice = f"{self.voice.voice}/{self.voice.words_per_minute}"
        parts = (self.voice.command, RENDERING, self.language, voice, self.rendering.text)
        content = chr(0).join(parts).encode()
        return f"{self.language}/{hashlib.sha256(content).hexdigest()[:HASH_LENGTH]}"

    @property
    def rendering(self) -> Rendering:
        """What the speech engine is asked for."""
        voice = self.voice
        words = stressed(self.speech or self.text, self.language)
        return Rendering(voice.command, voice.voice, voice.words_per_minute, words)


@dataclass(frozen=True, slots=True)
class RecordedPrompt:
    """A recording that somebody made."""

    file: Path
    language: str
    content_hash: str
    text: str = ""  #: if it is known

    @property
    def sound(self) -> str:
        """The file below the sounds folder, without its ending."""
        return f"{self.language}/{self.content_hash}"


Prompt = SpokenPrompt | RecordedPrompt
Catalogue = Mapping[str, Mapping[str, Prompt]]
"""Prompts by language, then name."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """All prompts of a tenant."""

    clients: Mapping[ClientId, Catalogue] = field(default_factory=dict)
    confirmations: Catalogue = field(default_factory=dict)
    phrases: Catalogue = field(default_factory=dict)  #: said to callers, digits among them
    names: Mapping[str, Prompt] = field(default_factory=dict)  #: see `ccengine.ivr.names`
    texts: Mapping[str, SpokenPrompt] = field(default_factory=dict)  #: spoken to agents, of clients
    sayers: Mapping[tuple[ClientId, str], Sayer] = field(default_factory=dict)  #: by language

    def find(self, client: ClientId, name: str, language: str) -> Prompt | None:
        """Return a client's prompt, None when it has none in this language.

        A name such as `en/greeting` is that prompt in English whatever the language.
        """
        fixed, _, bare = name.rpartition("/")
        return self.clients.get(client, {}).get(fixed or language, {}).get(bare)

    def can_be_played(self, client: ClientId, name: str, language: str) -> bool:
        """Tell whether a client has such a prompt, without values in it."""
        prompt = self.find(client, name, language)
        return prompt is not None and not _has_holes(prompt)

    def media(self, client: ClientId, name: str, language: str) -> str:
        """Return what Asterisk plays for a client's prompt.

        Raises:
            LookupError: the client has no such prompt; the loader refuses a flow that asks for it.
        """
        prompt = self.find(client, name, language)
        if prompt is None:
            message = f"client '{client}' has no prompt '{name}' in '{language}'"
            raise LookupError(message)
        return media_of(prompt)

    def first_of(self, client: ClientId, name: str, languages: Iterable[str]) -> str | None:
        """Return what Asterisk plays, in the first language in which the client has this prompt."""
        found = (self.find(client, name, language) for language in languages)
        prompt = next((one for one in found if one is not None), None)
        return None if prompt is None else media_of(prompt)

    def confirmation(self, what: Word, language: str) -> str:
        """Return what Asterisk plays to an agent, in English when there is no other."""
        catalogue = self.confirmations.get(language) or self.confirmations[FALLBACK_LANGUAGE]
        return media_of(catalogue[what])

    def phrase(self, client: ClientId, name: str, language: str) -> str:
        """Return what Asterisk plays for a phrase or a digit: the client's own, or ours."""
        own = self.find(client, name, language)
        catalogue = self.phrases.get(language) or self.phrases[FALLBACK_LANGUAGE]
        return media_of(own or catalogue[name])

    def name(self, key: str) -> str | None:
        """Return what Asterisk plays for a name; None: of what is not configured any more."""
        prompt = self.names.get(key)
        return None if prompt is None else media_of(prompt)

    def text(self, text: str) -> str:
        """Return what Asterisk plays for a text made of a client's words.

        Raises:
            LookupError: no client has these words any more.
        """
        return media_of(self.texts[text])

    def sayer(self, client: ClientId, language: str) -> Sayer | None:
        """Return who says values to a client's callers; None: nobody can in this language."""
        return self.sayers.get((client, language))

    def __iter__(self) -> Iterator[Prompt]:
        """Yield each prompt that can be made beforehand."""
        yield from self.names.values()
        yield from self.texts.values()
        for catalogue in (*self.clients.values(), self.confirmations, self.phrases):
            for prompts in catalogue.values():
                yield from (prompt for prompt in prompts.values() if not _has_holes(prompt))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A client's prompts in the languages of those who are to hear them."""

    prompts: Prompts
    client: ClientId
    folder: Path
    languages: Collection[str]

    def missing(self, document: Document, place: Place, name: str) -> Iterator[Problem]:
        """Yield a problem for each language in which no such prompt can be played."""
        for language, prompt in self.found(name):
            if prompt is None:
                yield self._absent(document, place, name, language)
            elif isinstance(prompt, SpokenPrompt) and prompt.holes:
                message = f"prompt '{name}' has a value in it: {{{prompt.holes[0].name}}}"
                yield document.problem(place, message, "only a 'say' step can say it")

    def unsayable(
        self,
        document: Document,
        place: Place,
        saying: str,
        known: Collection[str] | None,
        secret: Collection[str] = (),
    ) -> Iterator[Problem]:
        """Yield what is wrong with a prompt, or text of values, that a flow wants to say.

        Args:
            document: the flow.
            place: in it.
            saying: a prompt's name, or `{value:form}` of one's own.
            known: names of values that may be said; None: nobody knows.
            secret: names of those that may not.
        """
        holes: dict[str, tuple[Hole, ...]] = {}
        if "{" in saying:
            holes = dict.fromkeys(self.languages, holes_of(saying))
        else:
            for language, prompt in self.found(saying):
                if prompt is None:
                    yield self._absent(document, place, saying, language)
                holes[language] = prompt.holes if isinstance(prompt, SpokenPrompt) else ()
        for name in sorted({hole.name for some in holes.values() for hole in some}):
            if name in secret:
                message = f"'{name}' is secret, and sound is kept in files"
                yield document.problem(place, message, "say another value")
            elif known is not None and name not in known:
                message = f"no step learns a value '{name}'"
                yield document.problem(place, message, suggestion(name, known))
        for language, some in holes.items():
            yield from self._wrong_forms(document, place, some, language)

    def found(self, name: str) -> Iterator[tuple[str, Prompt | None]]:
        """Yield each language in which a name is to be heard, and the prompt."""
        fixed, _, bare = name.rpartition("/")
        for language in [fixed] if fixed else self.languages:
            yield language, self.prompts.find(self.client, bare, language)

    def _absent(self, document: Document, place: Place, name: str, language: str) -> Problem:
        bare = name.rpartition("/")[2]
        message = f"prompt '{bare}' is missing in '{language}'"
        file = self.folder / language / TEXTS_FILE
        remedy = f"write its text in {file} or put {bare}.wav beside it"
        return document.problem(place, message, remedy)

    def _wrong_forms(
        self, document: Document, place: Place, holes: Iterable[Hole], language: str
    ) -> Iterator[Problem]:
        sayer = self.prompts.sayer(self.client, language)
        for hole in holes:
            if sayer is None:
                message = f"values cannot be said in '{language}'"
                remedy = f"write {self.folder / language / 'values.yaml'}"
                yield document.problem(place, message, remedy)
                return
            fault = sayer.fault(hole.form)
            if fault is not None:
                message, remedy = fault
                yield document.problem(place, f"'{language}': {message}", remedy)


def _has_holes(prompt: Prompt) -> bool:
    return isinstance(prompt, SpokenPrompt) and bool(prompt.holes)


def media_of(prompt: Prompt) -> str:
    """Return what Asterisk plays for a prompt."""
    return f"sound:{ASTERISK_STATE}/sounds/{prompt.sound}"
