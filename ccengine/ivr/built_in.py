"""What the engine itself says, as text: one file per language, `catalogue/<language>.yaml`.

Names are those of `Confirmation`, `OutcomeWord` and `Phrase`, and of the few texts with something
in braces. A tenant's or client's prompt of the same name replaces one. A new language is one file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

FALLBACK_LANGUAGE: Final = "en"
FOLDER: Final = Path(__file__).parent / "catalogue"
LANGUAGES: Final = frozenset(file.stem for file in FOLDER.glob("*.yaml"))
PRESS_FOR: Final = "press-for"  #: with {label} and {digits}
CHOICE: Final = "choice"  #: with {name} and {digit}
LEAD_MESSAGE: Final = "lead-message"  #: with {seller}, {number} and {key}
LEAD_MESSAGE_OF_MARKETING: Final = "lead-message-of-marketing"  #: likewise


def spoken_language(language: str) -> str:
    """Return the language, or the one that is built in if it is not."""
    return language if language in LANGUAGES else FALLBACK_LANGUAGE


@cache
def built_in_texts(language: str) -> Mapping[str, str]:
    """Return all texts in a language, in English if there are none."""
    file = FOLDER / f"{spoken_language(language)}.yaml"
    texts = yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)
    return {str(name): str(text) for name, text in texts.items()}
