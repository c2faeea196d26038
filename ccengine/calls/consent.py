"""Before a call is recorded: who calls is told, or asked, as the places of both ends want it.

Only the caller hears it, outside of any bridge. What came of it is journaled with the rule, both
places and the file that was played. A caller who does not agree is not recorded, and their agent
hears that. Who has agreed is not asked again, unless the place of another who comes to talk with
them wants more: an agent whom they are handed over to, or who joins.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from ccengine.asterisk.channels import PlaybackEnd
from ccengine.calls.caller_ear import CallerEar
from ccengine.calls.languages import language_of
from ccengine.calls.race import first_of
from ccengine.calls.whose import client_of_call
from ccengine.config.consents import Refused, is_enough, place_of_number, rule_for
from ccengine.core.consents import ASKING_SECONDS
from ccengine.core.events import (
    ConsentAnswer,
    ConsentAsked,
    ConsentGiven,
    ConsentKind,
    ConsentRefused,
)
from ccengine.core.states import Kind
from ccengine.ivr.phrases import Phrase

if TYPE_CHECKING:
    from ccengine.asterisk.channels import Channel
    from ccengine.calls.wiring import Wiring
    from ccengine.config.consents import ConsentRule
    from ccengine.core.calls import Call
    from ccengine.core.ids import AgentId

log = structlog.get_logger()

YES: Final = "1"
NO: Final = "2"
TIMES: Final = 2
KEY_SECONDS: Final = 5.0


def playbacks_of(call: Call) -> tuple[str, ...]:
    """Return the playbacks of what a caller is told or asked, so that a later engine ends them."""
    return tuple(f"{call.id}.asked.{number}" for number in range(TIMES))


class TakenAway(Exception):
    """The caller is another agent's now, and was not asked to the end."""


class Consent:
    """One caller and one agent.

    Args:
        wiring: of all sessions.
        caller: the customer's channel.
        call: the customer's.
        beside: the consult whose other side joins the two.
    """

    def __init__(
        self, wiring: Wiring, caller: Channel, call: Call, *, beside: Call | None = None
    ) -> None:
        self._wiring = wiring
        self._engine = wiring.engine
        self._caller = caller
        self._call = call
        self._beside = beside
        self._agent: AgentId | None = call.agent
        self._stopped = asyncio.Event()

    def stop(self) -> None:
        """Have nothing more said to the caller, whom another agent has taken over."""
        self._stopped.set()

    async def settle(self) -> bool:
        """Return whether the call may be recorded, after what has to be said for that.

        Raises:
            TakenAway: it was stopped before there was an answer.
        """
        if self._stopped.is_set():
            raise TakenAway
        rule = self._rule()
        if rule is None:
            return True
        before = self._call.consent
        if before is not None and (not before.given or is_enough(before.rule, rule.kind)):
            return before.given
        if rule.kind is ConsentKind.ONE_PARTY:
            return self._note(rule, ConsentAnswer.NOT_NEEDED)
        answer, _ = await first_of(self._told_or_asked(rule), self._stopped.wait())
        if answer is None:
            self._note(rule, ConsentAnswer.TAKEN_OVER)
            await self._caller.silence()
            raise TakenAway
        return self._note(rule, answer)

    def is_settled(self) -> bool:
        """Tell whether nothing is to be said or asked any more before the call is recorded."""
        rule, before = self._rule(), self._call.consent
        if rule is None or rule.kind is ConsentKind.ONE_PARTY:
            return True
        return before is not None and before.given and is_enough(before.rule, rule.kind)

    @property
    def has_to_ask(self) -> bool:
        """Whether the caller is to press a key before the call is recorded."""
        rule, before = self._rule(), self._call.consent
        is_open = before is None or before.given
        return (
            rule is not None
            and rule.kind is ConsentKind.CONSENT
            and is_open
            and not self.is_settled()
        )

    @property
    def ends_call(self) -> bool:
        """Whether a caller who does not agree cannot be served."""
        client = client_of_call(self._wiring, self._call)
        settings = None if client is None else client.settings.consent
        return settings is not None and settings.refused is Refused.ENDS

    async def say_goodbye(self) -> None:
        """Tell a caller that they cannot be served unrecorded."""
        media, _ = self._media(Phrase.ENDS_UNRECORDED)
        await (await self._caller.play(media)).wait()

    def _rule(self) -> ConsentRule | None:
        """Return what both places want; None: the client has no rule."""
        client = client_of_call(self._wiring, self._call)
        if client is None or client.settings.consent is None:
            return None
        country = client.settings.country
        caller = place_of_number(self._number(), country)
        places = [self._place_of_agent(self._agent)]
        if self._beside is not None:
            is_staff = self._beside.agent is None
            places.append(
                place_of_number(self._beside.number, country)
                if is_staff
                else self._place_of_agent(self._beside.agent)
            )
        return rule_for(client.settings.consent, caller, *places)

    def _number(self) -> str:
        """Return the customer's number, whoever called whom."""
        call = self._call
        if call.item is not None:
            return call.item.to
        return call.number if call.kind is Kind.OUTBOUND else call.caller

    def _place_of_agent(self, agent: AgentId | None) -> str:
        tenant = self._wiring.configuration.tenant
        if tenant is None or agent is None:
            return ""
        known = tenant.settings.agents.get(agent)
        team = (
            None if known is None or known.team is None else tenant.settings.teams.get(known.team)
        )
        site = None if team is None else tenant.settings.sites.get(team.site)
        return "" if site is None else site.place or ""

    async def _told_or_asked(self, rule: ConsentRule) -> ConsentAnswer:
        is_asked = rule.kind is ConsentKind.CONSENT
        phrase = Phrase.MAY_BE_RECORDED if is_asked else Phrase.CALL_IS_RECORDED
        media, language = self._media(phrase)
        self._engine.post(
            ConsentAsked(
                call=self._call.id,
                agent=self._agent,
                rule=rule.kind,
                caller_place=rule.caller_place,
                agent_place=rule.agent_place,
                prompt=phrase,
                version=media.rpartition("/sounds/")[2],
                language=language,
            )
        )
        answer = ConsentAnswer.NO_KEY if is_asked else ConsentAnswer.NOT_PLAYED
        try:
            async with asyncio.timeout(ASKING_SECONDS):
                answer = await (self._asked(media) if is_asked else self._told(media))
                if is_asked and answer is not ConsentAnswer.PRESSED and not self.ends_call:
                    said, _ = self._media(Phrase.NOT_RECORDED)
                    await (await self._caller.play(said)).wait()
        except TimeoutError:
            log.warning("consent_asked_for_too_long", call_id=self._call.id, prompt=media)
            await self._caller.silence()
        return answer

    async def _told(self, media: str) -> ConsentAnswer:
        named = playbacks_of(self._call)[0]
        end = await (await self._caller.play(media, playback_id=named)).wait()
        return ConsentAnswer.HEARD if end is PlaybackEnd.DONE else ConsentAnswer.NOT_PLAYED

    async def _asked(self, media: str) -> ConsentAnswer:
        """Ask for a key; what is no answer is asked again."""
        self._caller.clear_digits()  # typed before there was a question
        for named in playbacks_of(self._call):
            playback = await self._caller.play(media, playback_id=named)
            key, _end = await first_of(self._caller.next_digit(), playback.wait())
            await playback.stop()
            key = key or await self._key()
            if key == YES:
                return ConsentAnswer.PRESSED
            if key == NO:
                return ConsentAnswer.DENIED
        return ConsentAnswer.NO_KEY

    async def _key(self) -> str | None:
        return await CallerEar(self._caller, "").digit(KEY_SECONDS)

    def _note(self, rule: ConsentRule, answer: ConsentAnswer) -> bool:
        given = answer in GIVEN
        kind = ConsentGiven if given else ConsentRefused
        self._engine.post(
            kind(
                call=self._call.id,
                rule=rule.kind,
                answer=answer,
                caller_place=rule.caller_place,
                agent_place=rule.agent_place,
            )
        )
        return given

    def _media(self, phrase: Phrase) -> tuple[str, str]:
        language = language_of(self._wiring, self._call, self._call.queue)
        prompts = self._wiring.configuration.prompts
        return prompts.phrase(self._call.client, phrase, language), language


GIVEN: Final = frozenset({ConsentAnswer.NOT_NEEDED, ConsentAnswer.HEARD, ConsentAnswer.PRESSED})
