"""Reads `prompts/<language>/`: texts, recordings, and which text each recording was made of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator

from ccengine.config.documents import Document, read_document
from ccengine.config.names import can_be_read, mistake, suggestion
from ccengine.config.problems import Problem
from ccengine.config.schema import fit
from ccengine.ivr.prompts import FALLBACK_VOICE, HASH_LENGTH, TEXTS_FILE, RecordedPrompt
from ccengine.ivr.prompts import SpokenPrompt as Spoken
from ccengine.ivr.speech.holes import holes_of
from ccengine.ivr.wav_files import REMEDY, fault_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccengine.config.tenant import Voice
    from ccengine.ivr.prompts import Catalogue, Prompt

TEXT_AT_MOST: Final = 2000
RECORDED_FILE: Final = "recorded.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A prompt's text, and what a voice is given instead where it would read that badly."""

    text: str
    speech: str = ""


def _prompt_name(text: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9_-]{0,63}", text) is None:
        message = f"'{text}' cannot be a prompt's name"
        raise mistake(message, "use a small letter, then small letters, digits, '-' or '_'")
    return text


def _written(given: object) -> object:
    return {"text": given} if isinstance(given, str) else given


def _checked(written: Written) -> Written:
    text, speech = (" ".join(one.split()) for one in (written.text, written.speech))
    for one in filter(None, (text, speech)):
        if len(one) > TEXT_AT_MOST or not can_be_read(one):
            message = "the text is too long or holds characters that cannot be spoken"
            raise mistake(message, f"write up to {TEXT_AT_MOST} characters")
    if not text:
        message = "the text is empty"
        raise mistake(message, "write what is to be said")
    try:
        same = {hole.name for hole in holes_of(text)} == {hole.name for hole in holes_of(speech)}
    except ValueError as error:
        raise mistake(str(error), "write {name} or {name:form}, as in {amount:money}") from None
    if speech and not same:
        message = "'text' and 'speech' do not say the same values"
        raise mistake(message, "put the same {names} in both")
    return Written(text=text, speech=speech)


_TEXTS: Any = Mapping[
    Annotated[str, AfterValidator(_prompt_name)],
    Annotated[Written, BeforeValidator(_written), AfterValidator(_checked)],
]
_RECORDED: Any = Mapping[Annotated[str, AfterValidator(_prompt_name)], str]


def load_catalogue(folder: Path, voices: Mapping[str, Voice]) -> tuple[Catalogue, list[Problem]]:
    """Return all prompts below a folder, by language and name; recordings win over texts."""
    catalogue: dict[str, Mapping[str, Prompt]] = {}
    problems: list[Problem] = []
    for path in sorted(path for path in folder.glob("*") if path.is_dir()):
        language = path.name
        if voices and language not in voices:
            message = f"tenant.yaml gives no voice to language '{language}'"
            problems.append(Problem(path, 1, message, suggestion(language, voices)))
            continue
        document, texts, found = _load_texts(path)
        recorded, faults = _load_recorded(path)
        problems += found + faults
        voice = voices.get(language, FALLBACK_VOICE)
        spoken = {name: _prompt(one, language, voice) for name, one in texts.items()}
        recordings, faults = _load_recordings(path, {**recorded, **_plain(texts)})
        problems += faults
        problems += _says_values(document, recordings, spoken)
        problems += _stale(path, recorded, texts, recordings)
        catalogue[language] = {**spoken, **recordings}
    return catalogue, problems


def _prompt(written: Written, language: str, voice: Voice) -> Spoken:
    text, speech = written.text, written.speech
    return Spoken(text, language, voice, speech=speech, holes=holes_of(text))


def _plain(texts: Mapping[str, Written]) -> dict[str, str]:
    return {name: written.text for name, written in texts.items()}


def _load_texts(folder: Path) -> tuple[Document | None, Mapping[str, Written], list[Problem]]:
    file = folder / TEXTS_FILE
    if not file.exists():  # a folder of recordings only
        return None, {}, []
    document, problems = read_document(file)
    if document is None:
        return None, {}, problems
    fitted = fit(_TEXTS, document)
    return document, fitted.value or {}, problems + fitted.problems


def _load_recorded(folder: Path) -> tuple[Mapping[str, str], list[Problem]]:
    file = folder / RECORDED_FILE
    if not file.exists():
        return {}, []
    document, problems = read_document(file)
    if document is None:
        return {}, problems
    fitted = fit(_RECORDED, document)
    return fitted.value or {}, problems + fitted.problems


def _load_recordings(
    folder: Path, texts: Mapping[str, str]
) -> tuple[Mapping[str, RecordedPrompt], list[Problem]]:
    recordings: dict[str, RecordedPrompt] = {}
    problems: list[Problem] = []
    for file in sorted(folder.glob("*.wav")):
        fault = fault_of(file)
        if fault is not None:
            problems.append(Problem(file, 1, f"the recording cannot be played: {fault}", REMEDY))
        content = "" if fault else hashlib.sha256(file.read_bytes()).hexdigest()[:HASH_LENGTH]
        text = texts.get(file.stem, "")
        recordings[file.stem] = RecordedPrompt(file, folder.name, content, text)
    return recordings, problems


def _says_values(
    document: Document | None,
    recordings: Mapping[str, RecordedPrompt],
    spoken: Mapping[str, Spoken],
) -> Iterator[Problem]:
    for name in sorted(recordings.keys() & spoken.keys()):
        holes = spoken[name].holes
        if holes and document is not None:
            message = f"recording '{name}.wav' cannot say {{{holes[0].name}}}"
            remedy = "record the words around it as prompts of their own, or remove the recording"
            yield document.problem((name,), message, remedy)


def _stale(
    folder: Path,
    recorded: Mapping[str, str],
    texts: Mapping[str, Written],
    recordings: Mapping[str, RecordedPrompt],
) -> Iterator[Problem]:
    """Yield a problem for each recording whose text was changed since it was made."""
    document, _ = read_document(folder / RECORDED_FILE) if recorded else (None, [])
    for name, said in recorded.items():
        if document is None:
            return
        if name not in recordings:
            message = f"there is no recording '{name}.wav'"
            yield document.problem((name,), message, "put it beside this file, or take this away")
        elif name in texts and texts[name].text != " ".join(said.split()):
            message = f"recording '{name}.wav' is stale: {TEXTS_FILE} says otherwise by now"
            remedy = "record the new text, then write it here"
            yield document.problem((name,), message, remedy)
