"""What callers hear in a queue: its sentences become prompts, and the prompts it names must exist.

Each sentence that a queue may say is a prompt of its client's, by the name `Sentence.name`: where
the client has a prompt or recording of that name, it is heard instead.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ccengine.config.announcement_checks import can_be_said
from ccengine.ivr.prompts import Prompt, Prompts, Spoken, SpokenPrompt
from ccengine.ivr.speech.sentences import sentences_of
from ccengine.ivr.speech.wordings import Wordings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ccengine.config.clients import Client, Number
    from ccengine.config.documents import Place
    from ccengine.config.loading import Loaded
    from ccengine.config.problems import Problem
    from ccengine.config.tenant import Tenant
    from ccengine.core.ids import ClientId
    from ccengine.core.queues import QueueSettings


def with_sentences(
    prompts: Prompts, loaded: Loaded, offered: Mapping[ClientId, Collection[str]]
) -> tuple[Prompts, list[Problem]]:
    """Return the prompts with all that queues may say, and what is wrong with what queues name.

    Args:
        prompts: those that are written.
        loaded: the tenant.
        offered: languages that a client's callers may choose, and keep in every queue.
    """
    wordings = Wordings()
    clients = dict(prompts.clients)
    problems: list[Problem] = []
    for name, client in loaded.draft.clients.items():
        making = _Making(prompts, loaded, client, wordings, offered.get(name, ()))
        for queue, settings in client.settings.queues.items():
            problems += making.add(("queues", queue), settings)
        own = prompts.clients.get(name, {})
        clients[name] = {
            language: {**making.sentences.get(language, {}), **own.get(language, {})}
            for language in (*making.sentences, *own)
        }
    return replace(prompts, clients=clients), [*problems, *wordings.problems]


def languages_of(tenant: Tenant, client: Client, queue: QueueSettings) -> Collection[str]:
    """Return the languages in which callers of a queue are spoken to."""
    if queue.language is not None:
        return {queue.language} & tenant.settings.languages.keys()
    return spoken_by(tenant, client, client.settings.numbers.values())


def spoken_by(tenant: Tenant, client: Client, numbers: Iterable[Number]) -> Collection[str]:
    """Return the languages in which callers of numbers are spoken to; without any, the client's."""
    voices = tenant.settings.languages.keys()
    spoken = {number.language or client.language for number in numbers}
    return sorted(spoken & voices or voices & set(client.settings.languages))


class _Making:
    """One client's sentences in the making."""

    def __init__(
        self,
        prompts: Prompts,
        loaded: Loaded,
        client: Client,
        wordings: Wordings,
        offered: Collection[str],
    ) -> None:
        self.sentences: dict[str, dict[str, Prompt]] = {}  #: by language, then name
        self._prompts = prompts
        self._tenant = loaded.draft
        self._client = client
        self._document = loaded.documents.clients[client.id]
        self._wordings = wordings
        self._offered = {*offered} & loaded.draft.settings.languages.keys()

    def add(self, place: Place, queue: QueueSettings) -> Iterator[Problem]:
        """Add a queue's sentences; yield what is missing."""
        for language in self._languages(queue):
            yield from self._add_in(language, place, queue)
        yield from self._missing(place, queue)

    def _languages(self, queue: QueueSettings) -> list[str]:
        return sorted({*languages_of(self._tenant, self._client, queue), *self._offered})

    def _add_in(self, language: str, place: Place, queue: QueueSettings) -> Iterator[Problem]:
        wanted = list(sentences_of(queue)) if can_be_said(queue.announcements) else []
        if not wanted:
            return
        folders = (self._tenant.folder / "prompts", self._client.folder / "prompts")
        grammar = self._wordings.grammar(language, folders)
        if grammar is None:
            where = (*place, "announcements", "every_seconds")
            message = f"what waiting callers are told is not written in '{language}'"
            remedy = f"write {folders[0] / language / 'speech.yaml'}, or leave this out"
            if self._document is not None:
                yield self._document.problem(where, message, remedy)
            return
        voice = self._tenant.settings.languages[language]
        made = self.sentences.setdefault(language, {})
        for sentence in wanted:
            made[sentence.name] = SpokenPrompt(grammar.text(sentence), language, voice)

    def _missing(self, place: Place, queue: QueueSettings) -> Iterator[Problem]:
        if self._document is None:
            return
        languages = self._languages(queue)
        folder = self._client.folder / "prompts"
        spoken = Spoken(self._prompts, self._client.id, folder, languages)
        for number, prompt in enumerate(queue.messages.prompts):
            where = (*place, "messages", "prompts", number)
            yield from spoken.missing(self._document, where, prompt)
        if queue.voicemail_prompt is not None:
            where = (*place, "voicemail_prompt")
            yield from spoken.missing(self._document, where, queue.voicemail_prompt)
        for key, leads in queue.keys.items():
            if leads.prompt is not None:
                where = (*place, "keys", key, "prompt")
                yield from spoken.missing(self._document, where, leads.prompt)
