"""A phone at which a code was dialed: who sits there, what is typed, what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from ccengine.calls.caller_ear import CallerEar
from ccengine.core.ids import AgentId, PhoneId
from ccengine.ivr.confirmations import Confirmation
from ccengine.ivr.outcome_words import OutcomeWord

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.config.tenant import Tenant
    from ccengine.core.agents import Agent, Debrief
    from ccengine.core.events import Event
    from ccengine.ivr.prompts import Prompts

log = structlog.get_logger()

DIGIT_SECONDS = 8.0
TRIES = 3

Words = tuple[str, ...]
"""What is said: words of the engine's own and keys of `ccengine.ivr.names`, in their order."""


def media_of(prompts: Prompts, words: Words, language: str) -> list[str]:
    """Return what Asterisk plays; a name that is not configured any more is left out."""
    spoken = [
        prompts.confirmation(word, language)
        if isinstance(word, Confirmation | OutcomeWord)
        else prompts.name(word)
        for word in words
    ]
    return [media for media in spoken if media is not None]


class Desk:
    """One feature call as its code sees it."""

    def __init__(
        self,
        wiring: Wiring,
        tenant: Tenant,
        channel: Channel,
        ensure_agent: Callable[[AgentId], None],
    ) -> None:
        self.wiring = wiring
        self.tenant = tenant
        self.ensure_agent = ensure_agent
        variables = {} if channel.snapshot is None else channel.snapshot.variables
        self.phone = PhoneId(variables.get("CC_PHONE", ""))
        self.ear = CallerEar(channel, tenant.language)
        self._endings: list[Callable[[], object]] = []

    @property
    def agent(self) -> Agent | None:
        """Who is logged in here."""
        return self.wiring.engine.center.agent_on(self.phone)

    def post(self, event: Event) -> str:
        """Tell the core; why it refused, empty if it did not."""
        rejection = self.wiring.engine.post(event)
        if rejection:
            what = type(event).__name__
            log.warning("feature_code_refused", code=what, phone=self.phone, cause=rejection)
        return rejection

    async def say(self, *words: str) -> None:
        """Say it to the end."""
        await self.ear.play(self._media(words), until_digit=False)

    async def ask(self, *words: str, most: int) -> str:
        """Say it until a key is pressed, and return what is typed, up to a `#` or so many keys."""
        digits = await self.ear.play(self._media(words), until_digit=True) or ""
        while len(digits) < most and not digits.endswith("#"):
            digit = await self.ear.digit(DIGIT_SECONDS)
            if digit is None:
                break
            digits += digit
        return digits.removesuffix("#")

    def at_the_end(self, act: Callable[[], object]) -> None:
        """Have this done when the code is finished, or its caller has hung up.

        Not when the engine leaves: the next one finds things as they are.
        """
        self._endings.append(act)

    def finish(self) -> None:
        """Do what is to be done at the end, once."""
        endings, self._endings = self._endings, []
        for act in endings:
            act()

    def debrief(self, agent: AgentId) -> Debrief | None:
        """Return what is known of the agent's latest call."""
        engine = self.wiring.engine
        return engine.center.debrief(agent, engine.clock.now())

    def refusal(self, agent: AgentId) -> Words:
        """Return how to say that the core refused: what is owed comes first."""
        debrief = self.debrief(agent)
        owes = debrief is not None and debrief.owed
        return (OutcomeWord.OUTCOME_MISSING if owes else Confirmation.REFUSED,)

    def forget_keys(self) -> None:
        """Drop what was typed so far and not asked for."""
        self.ear.forget_digits()

    def _media(self, words: Words) -> list[str]:
        return media_of(self.wiring.configuration.prompts, words, self.tenant.language)
