"""Says sentences with values in them while a call waits, which is never for long.

A whole sentence is rendered, not put together of pieces: grammar reaches over its words, and a
voice's melody over all of it. That takes a process of its own some tenths of a second; what was
said once is kept for a day. After the deadline, or while the speech engine does not answer, rows of
digits are said by the digits made beforehand, and nothing else is.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.config.settings import ASTERISK_STATE
from ccengine.config.tenant import Voice
from ccengine.ivr.phrases import DIGITS, digit_name
from ccengine.ivr.prompts import FALLBACK_VOICE, SpokenPrompt
from ccengine.ivr.speaker import text_of
from ccengine.ivr.speech.holes import Hole, parts_of
from ccengine.ivr.speech.readings import CannotSay
from ccengine.ivr.speech_engine import sweep
from ccengine.ivr.speech_process import SpeechProcess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ccengine.core.ids import ClientId
    from ccengine.ivr.prompts import Prompts
    from ccengine.ivr.speech.readings import Value

log = structlog.get_logger(__name__)

DEADLINE_SECONDS: Final = 1.5
"""A caller hears nothing meanwhile; longer is taken for a broken line."""

AT_ONCE: Final = 2  #: processes; more would only make each slower
FAILURES: Final = 3  #: texts, one after the other, until a voice is not tried for a while
TIME_ENOUGH: Final = 0.6  #: of the deadline; who waited longer for a process had too little
REST_SECONDS: Final = 30.0
SWEEP_SECONDS: Final = 3600.0
FOLDER: Final = "said"  #: below the sounds folder


@dataclass(slots=True)
class Voices:
    """The speech engine as calls use it: rendered sentences, a limit, and a rest after failures.

    Args:
        sounds: the folder of sounds.
        now: any clock that never goes back, in seconds.
        deadline: so many seconds at most for one sentence.
    """

    sounds: Path
    now: Callable[[], float]
    deadline: float = DEADLINE_SECONDS

    _failed: dict[Voice, set[str]] = field(default_factory=dict)  # texts, since it spoke last
    _rest_until: dict[Voice, float] = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=partial(asyncio.Semaphore, AT_ONCE))
    _idle: list[SpeechProcess] = field(default_factory=list)

    async def sound(self, prompt: SpokenPrompt) -> str | None:
        """Return the file of a text below the sounds folder, without its ending; None: in vain."""
        built = self.sounds / f"{prompt.sound}.wav"
        if built.exists():
            return prompt.sound
        name = f"{FOLDER}/{prompt.sound}"
        file = self.sounds / f"{name}.wav"
        if file.exists():
            with suppress(OSError):
                os.utime(file)  # so long it is kept from now on
            return name
        if self.now() < self._rest_until.get(prompt.voice, 0.0):
            return None
        is_made = await self._made(prompt, file)
        if is_made is not None:
            self._note(is_made=is_made, prompt=prompt)
        return name if is_made else None

    async def sweep(self) -> None:
        """Forget what was said long ago, in all languages; until cancelled."""
        while True:
            try:
                await asyncio.to_thread(sweep, self.sounds / FOLDER)
            except OSError as error:
                log.warning("sounds_not_swept", cause=str(error))
            await asyncio.sleep(SWEEP_SECONDS)

    async def _made(self, prompt: SpokenPrompt, file: Path) -> bool | None:
        """Render; None: in vain, but for want of a process that was free in time."""
        clock = asyncio.get_running_loop().time
        began: float | None = None
        try:
            async with asyncio.timeout(self.deadline), self._slots:
                began = clock()
                return _is_there(file) or await self._rendered(prompt, file)
        except TimeoutError:
            had = 0.0 if began is None else clock() - began
            return False if had >= self.deadline * TIME_ENOUGH else None
        except OSError:
            return False

    async def _rendered(self, prompt: SpokenPrompt, file: Path) -> bool:
        process = self._idle.pop() if self._idle else SpeechProcess()
        try:
            return await process.render(prompt.rendering, file) and _is_there(file)
        finally:
            self._idle.append(process)

    async def close(self) -> None:
        """End the processes."""
        for process in self._idle:
            await process.end()

    def _note(self, *, is_made: bool, prompt: SpokenPrompt) -> None:
        failed = self._failed.setdefault(prompt.voice, set())
        if is_made:
            failed.clear()
            return
        failed.add(prompt.sound)  # a text that a voice refuses is no fault of the voice
        rests = len(failed) >= FAILURES
        if rests:
            failed.clear()
            self._rest_until[prompt.voice] = self.now() + REST_SECONDS
        log.warning("speech_failed", language=prompt.language, rests=rests)


def _is_there(file: Path) -> bool:
    return file.exists()


class CallSpeaker:
    """The `Speaker` of calls of one client."""

    def __init__(
        self, prompts: Prompts, client: ClientId, voices: Mapping[str, Voice], engine: Voices
    ) -> None:
        self._prompts = prompts
        self._client = client
        self._voices = voices
        self._engine = engine

    async def media(
        self, sayings: Sequence[str], language: str, values: Mapping[str, Value]
    ) -> list[str] | None:
        """Return what Asterisk plays, in order; None: it cannot be said, or not in time."""
        said: list[str] = []
        for saying in sayings:
            media = await self._media(saying, language, values)
            if media is None:
                return None
            said += media
        return said

    async def _media(
        self, saying: str, language: str, values: Mapping[str, Value]
    ) -> list[str] | None:
        if not self._has_values(saying, language):
            return [self._prompts.media(self._client, saying, language)]
        fixed = saying.partition("/")[0] if "/" in saying and "{" not in saying else ""
        language = fixed or language
        try:
            text = text_of(self._prompts, self._client, saying, language, values)
        except (CannotSay, LookupError) as error:
            log.warning("cannot_say", client=self._client, reason=_reason(error))
            return None
        voice = self._voices.get(language, FALLBACK_VOICE)
        sound = await self._engine.sound(SpokenPrompt(text, language, voice))
        if sound is not None:
            return [f"sound:{ASTERISK_STATE}/sounds/{sound}"]
        return self._digits(saying, language, values)

    def _has_values(self, saying: str, language: str) -> bool:
        if "{" in saying:
            return True
        prompt = self._prompts.find(self._client, saying, language)
        return prompt is None or (isinstance(prompt, SpokenPrompt) and bool(prompt.holes))

    def _digits(self, saying: str, language: str, values: Mapping[str, Value]) -> list[str] | None:
        """Return the digits of values that are rows of them, if there is nothing else to say."""
        parts = parts_of(saying) if "{" in saying else ()
        rows = [part for part in parts if isinstance(part, Hole) and part.is_row]
        text = "".join(str(values[row.name]) for row in rows)
        if not rows or len(rows) < len(parts) or not set(text) <= set(DIGITS):
            return None
        names = (digit_name(digit) for digit in text)
        return [self._prompts.phrase(self._client, name, language) for name in names]


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, CannotSay) else "there is no such prompt or value"
