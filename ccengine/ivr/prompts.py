"""What callers and agents hear: a prompt's name and language lead to a file of sound.

A prompt is text in `prompts/<language>/prompts.yaml`, rendered by `ccengine prompts build`, or a
recording `prompts/<language>/<name>.wav`, which wins over text. Either way the file Asterisk plays
is in the state folder and named by its content, so that nothing is played that was meant otherwise.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from ccengine.config.documents import Document, Place, read_document
from ccengine.config.names import can_be_read, mistake, suggestion
from ccengine.config.problems import Problem
from ccengine.config.schema import fit
from ccengine.config.settings import ASTERISK_STATE
from ccengine.config.tenant import Tenant, Voice
from ccengine.core.ids import ClientId
from ccengine.ivr import names
from ccengine.ivr.built_in import FALLBACK_LANGUAGE, built_in_texts, spoken_language
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.outcome_words import OutcomeWord, Word, spoken_texts
from ccengine.ivr.phrases import DIGITS, Phrase, digit_name
from ccengine.ivr.wav_files import REMEDY, fault_of

SPEECH_ENGINE: Final = "espeak-ng"
RENDERING: Final = "1"  #: goes up when the same text would sound otherwise
HASH_LENGTH: Final = 32
TEXT_AT_MOST: Final = 2000
FALLBACK_VOICE: Final = Voice(voice="en-gb")
TEXTS_FILE: Final = "prompts.yaml"


@dataclass(frozen=True, slots=True)
class SpokenPrompt:
    """Text to be rendered."""

    text: str
    language: str
    voice: Voice

    @property
    def sound(self) -> str:
        """The file below the sounds folder, without its ending."""
        voice = f"{self.voice.voice}/{self.voice.words_per_minute}"
        parts = (SPEECH_ENGINE, RENDERING, self.language, voice, self.text)
        return f"{self.language}/{_hash(chr(0).join(parts).encode())}"


@dataclass(frozen=True, slots=True)
class RecordedPrompt:
    """A recording that somebody made."""

    file: Path
    language: str
    content_hash: str

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

    def find(self, client: ClientId, name: str, language: str) -> Prompt | None:
        """Return a client's prompt, None when it has none in this language.

        A name such as `en/greeting` is that prompt in English whatever the language.
        """
        fixed, _, bare = name.rpartition("/")
        return self.clients.get(client, {}).get(fixed or language, {}).get(bare)

    def media(self, client: ClientId, name: str, language: str) -> str:
        """Return what Asterisk plays for a client's prompt.

        Raises:
            LookupError: the client has no such prompt; the loader refuses a flow that asks for it.
        """
        prompt = self.find(client, name, language)
        if prompt is None:
            message = f"client '{client}' has no prompt '{name}' in '{language}'"
            raise LookupError(message)
        return _media(prompt)

    def first_of(self, client: ClientId, name: str, languages: Iterable[str]) -> str | None:
        """Return what Asterisk plays, in the first language in which the client has this prompt."""
        found = (self.find(client, name, language) for language in languages)
        prompt = next((one for one in found if one is not None), None)
        return None if prompt is None else _media(prompt)

    def confirmation(self, what: Word, language: str) -> str:
        """Return what Asterisk plays to an agent, in English when there is no other."""
        catalogue = self.confirmations.get(language) or self.confirmations[FALLBACK_LANGUAGE]
        return _media(catalogue[what])

    def phrase(self, client: ClientId, name: str, language: str) -> str:
        """Return what Asterisk plays for a phrase or a digit: the client's own, or ours."""
        own = self.find(client, name, language)
        catalogue = self.phrases.get(language) or self.phrases[FALLBACK_LANGUAGE]
        return _media(own or catalogue[name])

    def name(self, key: str) -> str | None:
        """Return what Asterisk plays for a name; None: of what is not configured any more."""
        prompt = self.names.get(key)
        return None if prompt is None else _media(prompt)

    def text(self, text: str) -> str:
        """Return what Asterisk plays for a text made of a client's words.

        Raises:
            LookupError: no client has these words any more.
        """
        return _media(self.texts[text])

    def __iter__(self) -> Iterator[Prompt]:
        """Yield each prompt."""
        yield from self.names.values()
        yield from self.texts.values()
        for catalogue in (*self.clients.values(), self.confirmations, self.phrases):
            for prompts in catalogue.values():
                yield from prompts.values()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A client's prompts in the languages of those who are to hear them."""

    prompts: Prompts
    client: ClientId
    folder: Path
    languages: Collection[str]

    def missing(self, document: Document, place: Place, name: str) -> Iterator[Problem]:
        """Yield a problem for each language in which there is no prompt of this name."""
        fixed, _, bare = name.rpartition("/")
        for language in [fixed] if fixed else self.languages:
            if self.prompts.find(self.client, bare, language) is None:
                message = f"prompt '{bare}' is missing in '{language}'"
                file = self.folder / language / TEXTS_FILE
                remedy = f"write its text in {file} or put {bare}.wav beside it"
                yield document.problem(place, message, remedy)


def load_prompts(tenant: Tenant) -> tuple[Prompts, list[Problem]]:
    """Read the prompts of a tenant and its clients."""
    voices = tenant.settings.languages
    own, problems = _load_catalogue(tenant.folder / "prompts", voices)
    clients: dict[ClientId, Catalogue] = {}
    for name, client in tenant.clients.items():
        clients[name], found = _load_catalogue(client.folder / "prompts", voices)
        problems += found
    problems += list(_unknown_confirmations(tenant.folder / "prompts", own))
    confirmations = {
        language: {**_built_in(language, voice), **own.get(language, {})}
        for language, voice in {FALLBACK_LANGUAGE: FALLBACK_VOICE, **voices}.items()
    }
    phrases = {
        language: {**_built_in_phrases(language, voice), **own.get(language, {})}
        for language, voice in {FALLBACK_LANGUAGE: FALLBACK_VOICE, **voices}.items()
    }
    made = Prompts(
        clients,
        confirmations,
        phrases=phrases,
        names=names_of(tenant),
        texts=_agents_texts(tenant),
    )
    return made, problems


def names_of(tenant: Tenant) -> Mapping[str, Prompt]:
    """Return the names spoken to the tenant's agents."""
    language = tenant.language
    voice = tenant.settings.languages.get(language, FALLBACK_VOICE)
    return {key: SpokenPrompt(text, language, voice) for key, text in names.texts(tenant)}


def _built_in(language: str, voice: Voice) -> Mapping[str, Prompt]:
    return _of_built_in((*Confirmation, *OutcomeWord), language, voice)


def _of_built_in(names: Iterable[str], language: str, voice: Voice) -> Mapping[str, Prompt]:
    spoken = spoken_language(language)
    voice = voice if spoken == language else FALLBACK_VOICE
    texts = built_in_texts(spoken)
    return {str(name): SpokenPrompt(texts[name], spoken, voice) for name in names}


def _agents_texts(tenant: Tenant) -> Mapping[str, SpokenPrompt]:
    language = tenant.language
    voice = tenant.settings.languages.get(language, FALLBACK_VOICE)
    texts = {text for client in tenant.clients.values() for text in spoken_texts(client, language)}
    return {text: SpokenPrompt(text, language, voice) for text in sorted(texts)}


def _built_in_phrases(language: str, voice: Voice) -> Mapping[str, Prompt]:
    spoken = spoken_language(language)
    voice = voice if spoken == language else FALLBACK_VOICE
    digits = {digit_name(digit): SpokenPrompt(digit, spoken, voice) for digit in DIGITS}
    return {**_of_built_in(Phrase, spoken, voice), **digits}


def _unknown_confirmations(folder: Path, own: Catalogue) -> Iterator[Problem]:
    known = {*Confirmation, *OutcomeWord}
    for language, prompts in own.items():
        for name in prompts.keys() - known - _phrase_names():
            file = folder / language / TEXTS_FILE
            document, _ = read_document(file)
            line = document.line((name,)) if document else 1
            message = f"the engine never says '{name}'"
            yield Problem(file, line, message, suggestion(name, known))


def _phrase_names() -> set[str]:
    return {*Phrase, *map(digit_name, DIGITS)}


def _load_catalogue(folder: Path, voices: Mapping[str, Voice]) -> tuple[Catalogue, list[Problem]]:
    catalogue: dict[str, Mapping[str, Prompt]] = {}
    problems: list[Problem] = []
    for path in sorted(path for path in folder.glob("*") if path.is_dir()):
        language = path.name
        if voices and language not in voices:
            message = f"tenant.yaml gives no voice to language '{language}'"
            problems.append(Problem(path, 1, message, suggestion(language, voices)))
            continue
        voice = voices.get(language, FALLBACK_VOICE)
        texts, found = _load_texts(path)
        recordings, faults = _load_recordings(path)
        problems += found + faults
        spoken = {name: SpokenPrompt(text, language, voice) for name, text in texts.items()}
        catalogue[language] = {**spoken, **recordings}
    return catalogue, problems


def _load_texts(folder: Path) -> tuple[Mapping[str, str], list[Problem]]:
    file = folder / TEXTS_FILE
    if not file.exists():  # a folder of recordings only
        return {}, []
    document, problems = read_document(file)
    if document is None:
        return {}, problems
    fitted = fit(_TEXTS, document)
    return fitted.value or {}, problems + fitted.problems


def _load_recordings(folder: Path) -> tuple[Mapping[str, Prompt], list[Problem]]:
    recordings: dict[str, Prompt] = {}
    problems: list[Problem] = []
    for file in sorted(folder.glob("*.wav")):
        fault = fault_of(file)
        if fault is not None:
            problems.append(Problem(file, 1, f"the recording cannot be played: {fault}", REMEDY))
        content = _hash(file.read_bytes()) if fault is None else ""
        recordings[file.stem] = RecordedPrompt(file, folder.name, content)
    return recordings, problems


def _prompt_name(text: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", text) is None:
        message = f"'{text}' cannot be a prompt's name"
        raise mistake(message, "use a small letter, then small letters, digits, '-' or '_'")
    return text


def _prompt_text(text: str) -> str:
    line = " ".join(text.split())
    if not can_be_read(line) or len(line) > TEXT_AT_MOST:
        message = "the text is empty, too long or holds characters that cannot be spoken"
        raise mistake(message, f"write up to {TEXT_AT_MOST} characters")
    return line


_TEXTS: Any = Mapping[
    Annotated[str, AfterValidator(_prompt_name)], Annotated[str, AfterValidator(_prompt_text)]
]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:HASH_LENGTH]


def _media(prompt: Prompt) -> str:
    return f"sound:{ASTERISK_STATE}/sounds/{prompt.sound}"
