"""How each language says what waiting callers are told: built in, the tenant's, a client's."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ccengine.config.documents import read_document
from ccengine.config.problems import Problem
from ccengine.config.schema import fit
from ccengine.ivr.speech.grammar import Grammar, Wording, check_wording
from ccengine.ivr.speech.sayers import built_in_spelling

if TYPE_CHECKING:
    from collections.abc import Iterable

BUILT_IN: Final = Path(__file__).parent
SPEECH_FILE: Final = "speech.yaml"
NOTHING: Final = Wording()


@dataclass(slots=True)
class Wordings:
    """Grammars of a tenant, each file read once and its mistakes told once."""

    problems: list[Problem] = field(default_factory=list)
    _read: dict[Path, Wording] = field(default_factory=dict)

    def grammar(self, language: str, folders: Iterable[Path]) -> Grammar | None:
        """Return a language's grammar; None: it is not whole, so nothing can be said.

        Args:
            language: as in `prompts/<language>`.
            folders: `prompts` folders, the most general first.
        """
        whole, _ = _built_in(language)
        for folder in folders:
            file = folder / language / SPEECH_FILE
            if file not in self._read:
                self._read[file], problems = read_wording(file, language, whole)
                self.problems += problems
            whole = self._read[file].over(whole)
        return None if whole.missing else Grammar(language, whole, built_in_spelling(language))


def read_wording(
    file: Path, language: str, below: Wording = NOTHING
) -> tuple[Wording, list[Problem]]:
    """Read one file; without what is wrong in it, and empty if it is not there.

    Args:
        file: of a language.
        language: which.
        below: the wording that it changes.
    """
    if not file.exists():
        return NOTHING, []
    document, problems = read_document(file)
    if document is None:
        return NOTHING, problems
    fitted = fit(Wording, document)
    wording = fitted.value or NOTHING
    spelling = built_in_spelling(language)
    rule_sets = () if spelling is None else spelling.names
    found = check_wording(document, wording, wording.over(below), language, rule_sets)
    return NOTHING if found else wording, [*problems, *fitted.problems, *found]


@cache
def _built_in(language: str) -> tuple[Wording, list[Problem]]:
    return read_wording(BUILT_IN / f"{language}.yaml", language)
