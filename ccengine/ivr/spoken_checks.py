"""What may be wrong with a menu's phrases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccengine.config.names import suggestion
from ccengine.ivr.recogniser import UNDERSTOOD
from ccengine.ivr.recogniser_words import installed_dictionary
from ccengine.ivr.steps.menu import MenuStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ccengine.config.documents import Document, Place
    from ccengine.config.problems import Problem
    from ccengine.ivr.flow_drafts import FlowDraft


def check_spoken(draft: FlowDraft) -> Iterator[Problem]:
    """Yield what can never be understood, or leads nowhere."""
    for name, step in draft.steps.items():
        if not isinstance(step, MenuStep):
            continue
        for language, phrases in step.speech.items():
            place: Place = ("steps", name, "speech", language)
            if language not in UNDERSTOOD:
                message = f"nobody can be understood who speaks '{language}'"
                remedy = f"write phrases in: {', '.join(sorted(UNDERSTOOD))}"
                yield draft.document.problem(place, message, remedy)
            for key in phrases:
                if key not in step.digits:
                    message = f"phrases are given for key '{key}', which leads nowhere"
                    remedy = suggestion(key, step.digits)
                    yield draft.document.problem((*place, key), message, remedy)
            yield from _twice(draft.document, place, phrases)
    yield from _unheard(draft)


def unheard_unchecked(draft: FlowDraft) -> Iterator[Problem]:
    """Yield a warning where nobody knows here which words can be heard."""
    spoken = list(_phrases(draft))
    if spoken and installed_dictionary() is None:
        place, _ = spoken[0]
        message = "phrases are not checked: the recogniser is not installed here"
        remedy = "menus have their keys alone until the extra 'speech' is (docker/settings.env)"
        yield draft.document.warning(place[:-1], message, remedy)


def _unheard(draft: FlowDraft) -> Iterator[Problem]:
    """Yield each phrase with a word that the recogniser does not know: it is never heard."""
    spoken = list(_phrases(draft))
    dictionary = installed_dictionary() if spoken else None
    if dictionary is None:
        return
    for place, phrase in spoken:
        for word in dictionary.unknown(phrase.split()):
            message = f"'{phrase}' is never heard: the recogniser does not know '{word}'"
            yield draft.document.problem(place, message, "say it in other words, or leave it out")


def _phrases(draft: FlowDraft) -> Iterator[tuple[Place, str]]:
    """Yield what may be said in languages that are understood, and where that is written."""
    for name, step in draft.steps.items():
        for language, phrases in step.speech.items() if isinstance(step, MenuStep) else ():
            for key, some in phrases.items() if language in UNDERSTOOD else ():
                for phrase in some:
                    yield ("steps", name, "speech", language, key), phrase


def _twice(
    document: Document, place: Place, phrases: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for key, some in phrases.items():
        for phrase in some:
            other = first.setdefault(phrase, key)
            if other != key:
                message = f"'{phrase}' is said for key '{other}' and for key '{key}'"
                yield document.problem((*place, key), message, "leave one of them out")
