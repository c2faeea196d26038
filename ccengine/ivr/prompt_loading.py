"""Puts together what a tenant's callers and agents hear: built in, the tenant's, its clients'."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccengine.config.documents import read_document
from ccengine.config.names import suggestion
from ccengine.config.problems import Problem
from ccengine.ivr import names
from ccengine.ivr.built_in import FALLBACK_LANGUAGE, built_in_texts, spoken_language
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.outcome_words import OutcomeWord, spoken_texts
from ccengine.ivr.phrases import DIGITS, Phrase, digit_name
from ccengine.ivr.prompt_files import load_catalogue
from ccengine.ivr.prompts import FALLBACK_VOICE, TEXTS_FILE, Catalogue, Prompts, SpokenPrompt
from ccengine.ivr.speech.sayers import Sayers, built_in_spelling
from ccengine.ivr.speech.value_words import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ccengine.config.tenant import Tenant, Voice
    from ccengine.core.ids import ClientId
    from ccengine.ivr.prompts import Prompt
    from ccengine.ivr.speech.values import Sayer


def load_prompts(tenant: Tenant) -> tuple[Prompts, list[Problem]]:
    """Read the prompts of a tenant and its clients."""
    voices = tenant.settings.languages
    own, problems = load_catalogue(tenant.folder / "prompts", voices)
    clients: dict[ClientId, Catalogue] = {}
    for name, client in tenant.clients.items():
        clients[name], found = load_catalogue(client.folder / "prompts", voices)
        problems += found
    problems += list(_unknown_confirmations(tenant.folder / "prompts", own))
    for folder, catalogue in _folders(tenant, own, clients):
        problems += list(_says_values(folder, catalogue))
    sayers, found = _sayers(tenant)
    problems += found
    heard_by_agents = {
        language: voice
        for language, voice in {FALLBACK_LANGUAGE: FALLBACK_VOICE, **voices}.items()
        if language in (FALLBACK_LANGUAGE, tenant.language)
    }
    confirmations = {
        language: {**_built_in(language, voice), **own.get(language, {})}
        for language, voice in heard_by_agents.items()
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
        sayers=sayers,
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
    spelling = built_in_spelling(spoken)
    words = {one: spelling.spell(PLAIN, int(one)) if spelling else one for one in DIGITS}
    digits = {digit_name(one): SpokenPrompt(word, spoken, voice) for one, word in words.items()}
    return {**_of_built_in(Phrase, spoken, voice), **digits}


def _sayers(tenant: Tenant) -> tuple[Mapping[tuple[ClientId, str], Sayer], list[Problem]]:
    sayers = Sayers()
    made: dict[tuple[ClientId, str], Sayer] = {}
    for name, client in tenant.clients.items():
        folders = (tenant.folder / "prompts", client.folder / "prompts")
        for language in tenant.settings.languages:
            contract = client.settings.contract
            currency = None if contract is None else contract.currency
            sayer = sayers.sayer(language, folders, ZoneInfo(client.zone), currency)
            if sayer is not None:
                made[name, language] = sayer
    return made, sayers.problems


def _folders(
    tenant: Tenant, own: Catalogue, clients: Mapping[ClientId, Catalogue]
) -> Iterator[tuple[Path, Catalogue]]:
    yield tenant.folder / "prompts", own
    for name, catalogue in clients.items():
        yield tenant.clients[name].folder / "prompts", catalogue


def _says_values(folder: Path, catalogue: Catalogue) -> Iterator[Problem]:
    """Yield a problem for each of our own texts that was replaced by one with a value in it."""
    ours = {*Confirmation, *OutcomeWord, *_phrase_names()}
    for language, prompts in catalogue.items():
        for name in sorted(prompts.keys() & ours):
            prompt = prompts[name]
            if isinstance(prompt, SpokenPrompt) and prompt.holes:
                file = folder / language / TEXTS_FILE
                document, _ = read_document(file)
                line = document.line((name,)) if document else 1
                message = f"the engine has no value to say in '{name}'"
                yield Problem(file, line, message, "write it without braces")


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
