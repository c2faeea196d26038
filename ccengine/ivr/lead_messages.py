"""What a lead hears who has answered and finds no agent: who called, and the key that ends it.

The dialplan plays it without the engine, so it is made beforehand, one for each number that a
campaign shows: a prompt of its client by the name `lead-message-<campaign>-<number>`. Its text is
ours, or what the client has written as `lead-message-<campaign>`; a recording by either name wins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from ccengine.config.clients import digits_of
from ccengine.config.documents import read_document
from ccengine.config.lookups import unknown
from ccengine.config.problems import Problem
from ccengine.core.dialer.purposes import Purpose
from ccengine.ivr.built_in import LANGUAGES, LEAD_MESSAGE, LEAD_MESSAGE_OF_MARKETING, built_in_texts
from ccengine.ivr.phrases import Phrase
from ccengine.ivr.prompts import TEXTS_FILE, Prompts, RecordedPrompt, SpokenPrompt, media_of
from ccengine.ivr.rendering import sound_file
from ccengine.ivr.speech.holes import Hole, parts_of
from ccengine.ivr.speech.sayers import built_in_spelling
from ccengine.ivr.speech.value_words import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ccengine.config.campaigns import Campaign
    from ccengine.config.clients import Client
    from ccengine.config.loading import Loaded
    from ccengine.config.tenant import Voice
    from ccengine.ivr.prompts import Prompt

VALUES: Final = ("seller", "number", "key")
"""What a text of the client's own may name in braces."""

RENDER: Final = "run `ccengine prompts build`, then load the configuration again"


@dataclass(frozen=True, slots=True)
class LeadMessage:
    """What one campaign's leads hear, as the dialplan plays it."""

    media: str
    opted_out: str  #: follows the key
    key: str


def own_name(campaign: Campaign) -> str:
    """Return the name of the prompt by which a client says it in words of their own."""
    return f"{LEAD_MESSAGE}-{campaign.name}"


def name_for(campaign: Campaign, number: str) -> str:
    """Return the name of the prompt that names a number to ring back."""
    return f"{own_name(campaign)}-{digits_of(number)}"


def languages_of(client: Client, campaign: Campaign) -> Sequence[str]:
    """Return the languages in which it is said, one after the other."""
    return campaign.settings.message.languages or (client.language,)


def lead_message(
    prompts: Prompts, client: Client, campaign: Campaign, number: str
) -> LeadMessage | None:
    """Return what those hear who are shown this number; None: it cannot be said."""
    said = _said(prompts, client, campaign, number)
    thanks = [
        prompts.phrase(client.id, Phrase.LEAD_OPTED_OUT, one)
        for one in languages_of(client, campaign)
    ]
    if not all(said.values()):
        return None
    media = [media_of(prompt) for prompt in said.values() if prompt is not None]
    return LeadMessage(_files(media), _files(thanks), campaign.settings.message.key)


def hindrance(prompts: Prompts, client: Client, campaign: Campaign, sounds: Path) -> str:
    """Return why a campaign cannot begin as long as a message of it is not there; empty: it can.

    Args:
        prompts: with what leads hear.
        client: whose.
        campaign: which of theirs.
        sounds: the folder of rendered prompts.
    """
    for number in campaign.settings.caller_ids:
        for language, prompt in _said(prompts, client, campaign, number).items():
            if prompt is None:
                return f"nobody can say in '{language}' who called: see `ccengine check`"
            if not sound_file(sounds, prompt).exists():
                name = name_for(campaign, number)
                return f"the message '{name}' is not rendered in '{language}': {RENDER}"
    return ""


def with_lead_messages(prompts: Prompts, loaded: Loaded) -> tuple[Prompts, list[Problem]]:
    """Return the prompts with all that leads may hear, and what is wrong with it."""
    clients = dict(prompts.clients)
    problems: list[Problem] = []
    voices = loaded.draft.settings.languages
    for name, client in loaded.draft.clients.items():
        made: dict[str, dict[str, Prompt]] = {}
        for campaign in client.campaigns.values():
            problems += _unknown_languages(loaded, client, campaign)
            for language in languages_of(client, campaign):
                if language in voices:
                    making = _Making(prompts, client, campaign, language, voices[language])
                    made.setdefault(language, {}).update(making.prompts())
                    problems += making.problems(loaded)
        own = clients.get(name, {})
        clients[name] = {
            language: {**made.get(language, {}), **own.get(language, {})}
            for language in (*own, *made)
        }
    return replace(prompts, clients=clients), problems


class _Making:
    """One campaign's message in one language."""

    def __init__(
        self, prompts: Prompts, client: Client, campaign: Campaign, language: str, voice: Voice
    ) -> None:
        self._client = client
        self._campaign = campaign
        self._language = language
        self._voice = voice
        self._own = prompts.find(client.id, own_name(campaign), language)

    def prompts(self) -> Mapping[str, Prompt]:
        """Return one for each number that is shown."""
        numbers = self._campaign.settings.caller_ids
        made = {name_for(self._campaign, number): self._for(number) for number in numbers}
        return {name: prompt for name, prompt in made.items() if prompt is not None}

    def problems(self, loaded: Loaded) -> Iterator[Problem]:
        """Yield what keeps it from being said."""
        own, client = self._own, self._client
        file = client.folder / "prompts" / self._language / TEXTS_FILE
        if own is None and self._language not in LANGUAGES:
            document = loaded.documents.campaigns[client.id][self._campaign.name]
            message = f"there is no text of ours in '{self._language}' that says who called"
            remedy = f"write '{own_name(self._campaign)}' in {file}"
            yield document.problem(("message", "languages"), message, remedy)
        for hole in own.holes if isinstance(own, SpokenPrompt) else ():
            if hole.name not in VALUES:
                found, _ = read_document(file)
                place = (own_name(self._campaign),)
                line = found.line(place) if found is not None else 1
                message = f"nothing is put in place of {{{hole.name}}}"
                remedy = f"use {', '.join(f'{{{name}}}' for name in VALUES)}"
                yield Problem(file, line, message, remedy)

    def _for(self, number: str) -> Prompt | None:
        own = self._own
        if isinstance(own, RecordedPrompt):
            return own
        spoken = {name: self._value(name, number) for name in VALUES}
        if own is not None:
            speech = _filled(own.speech, spoken)
            text = _filled(own.text, spoken)
            return SpokenPrompt(text, self._language, self._voice, speech=speech)
        if self._language not in LANGUAGES:
            return None
        is_marketing = self._campaign.settings.purpose is Purpose.MARKETING
        which = LEAD_MESSAGE_OF_MARKETING if is_marketing else LEAD_MESSAGE
        text = _filled(built_in_texts(self._language)[which], spoken)
        return SpokenPrompt(text, self._language, self._voice)

    def _value(self, name: str, number: str) -> str:
        settings = self._campaign.settings
        if name == "seller":
            return settings.seller
        digits = digits_of(number) if name == "number" else settings.message.key
        spelling = built_in_spelling(self._language)
        words = (spelling.spell(PLAIN, int(one)) if spelling else one for one in digits)
        return ", ".join(words)


def _said(
    prompts: Prompts, client: Client, campaign: Campaign, number: str
) -> Mapping[str, Prompt | None]:
    name = name_for(campaign, number)
    return {
        language: prompts.find(client.id, name, language)
        for language in languages_of(client, campaign)
    }


def _filled(text: str, values: Mapping[str, str]) -> str:
    return "".join(
        values.get(part.name, "") if isinstance(part, Hole) else part for part in parts_of(text)
    )


def _files(media: Sequence[str]) -> str:
    """Return media as an application of the dialplan names them."""
    return "&".join(one.removeprefix("sound:") for one in media)


def _unknown_languages(loaded: Loaded, client: Client, campaign: Campaign) -> Iterator[Problem]:
    document = loaded.documents.campaigns.get(client.id, {}).get(campaign.name)
    if document is not None:
        named = campaign.settings.message.languages
        known = loaded.documents.names("languages")
        yield from unknown(document, ("message", "languages"), "language", named, known)
