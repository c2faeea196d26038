"""What a studio is to record: every text that callers and agents hear, and under which name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ccengine.ivr.prompts import Prompt, RecordedPrompt, SpokenPrompt
from ccengine.ivr.speech_engine import spoken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.config.tenant import Tenant
    from ccengine.ivr.prompts import Catalogue, Prompts


class Hears(StrEnum):
    """To whom a text is said."""

    CALLERS = "callers"
    AGENTS = "agents"


@dataclass(frozen=True, slots=True)
class Line:
    """One text."""

    whose: str  #: a client's name, empty for the tenant's own
    hears: Hears
    language: str
    name: str
    text: str
    speech: str  #: with stress or vowel signs, if it is written so
    file: str  #: where the recording belongs, below the tenant's folder
    is_recorded: bool
    says_values: bool  #: it is not recorded, as what it says is only known in the call


def sheet(tenant: Tenant, prompts: Prompts) -> Iterator[Line]:
    """Yield all texts, a client's before the engine's own; not names of people, queues or labels.

    Of built-in texts those languages are given that somebody hears.
    """
    for client, catalogue in prompts.clients.items():
        yield from _of(f"clients/{client}/prompts", client, Hears.CALLERS, catalogue)
    callers = {language for one in prompts.clients.values() for language in one}
    phrases = {name: prompts.phrases[name] for name in sorted(callers & prompts.phrases.keys())}
    yield from _of("prompts", "", Hears.CALLERS, phrases)
    agents = {tenant.language: prompts.confirmations.get(tenant.language, {})}
    yield from _of("prompts", "", Hears.AGENTS, agents)


def _of(folder: str, whose: str, hears: Hears, catalogue: Catalogue) -> Iterator[Line]:
    for language, prompts in sorted(catalogue.items()):
        for name, prompt in _in_order(prompts):
            if prompt.language != language:
                continue  # English in place of a language that has none
            yield Line(
                whose,
                hears,
                language,
                str(name),
                prompt.text,
                _speech(prompt),
                f"{folder}/{language}/{name}.wav",
                isinstance(prompt, RecordedPrompt),
                isinstance(prompt, SpokenPrompt) and bool(prompt.holes),
            )


def _speech(prompt: Prompt) -> str:
    """Return the text with its signs, if it has any beside the plain one."""
    if not isinstance(prompt, SpokenPrompt):
        return ""
    given = spoken(prompt.rendering.text)
    return "" if given == prompt.text else given


def _in_order(prompts: Mapping[str, Prompt]) -> list[tuple[str, Prompt]]:
    """Return written prompts first, then the many sentences of queues, by number."""
    return sorted(prompts.items(), key=lambda item: (item[0].startswith("queue-"), _key(item[0])))


def _key(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in name.split("-")]
