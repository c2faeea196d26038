"""An agent types the outcome of a call: disposition, contact reason, resolved, then the form.

Nothing is told to the core before all of it is typed: who hangs up midway has said nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccengine.config.form_values import (
    TYPED_NO,
    TYPED_YES,
    options_of,
    typed_value,
)
from ccengine.config.papers import NOT_TYPED, FieldKind
from ccengine.core.events import FormFilled, OutcomeEntryStarted, OutcomeSet
from ccengine.ivr.outcome_words import OutcomeWord, press_for, question

if TYPE_CHECKING:
    from ccengine.calls.caller_ear import CallerEar
    from ccengine.calls.wiring import Wiring
    from ccengine.config.clients import Client, ContactReason, Disposition
    from ccengine.config.papers import Form, FormField
    from ccengine.core.agents import Debrief
    from ccengine.core.ids import AgentId
    from ccengine.core.outcome_rules import OutcomeRules

ATTEMPTS = 3
FIRST_DIGIT_SECONDS = 10.0
NEXT_DIGIT_SECONDS = 5.0
END = "#"  #: of what has no fixed length; a pause is as good
LEAVE_OUT = "#"
KEYS_AT_MOST = 40
HOW_TO_TYPE: Final[Mapping[FieldKind, Sequence[OutcomeWord]]] = {
    FieldKind.YES_NO: (OutcomeWord.YES_OR_NO,),
    FieldKind.DATE: (OutcomeWord.TYPE_DATE, OutcomeWord.END_WITH_HASH),
    FieldKind.DATE_TIME: (
        OutcomeWord.TYPE_DATE,
        OutcomeWord.TYPE_TIME,
        OutcomeWord.END_WITH_HASH,
    ),
    FieldKind.AMOUNT: (OutcomeWord.TYPE_AMOUNT, OutcomeWord.END_WITH_HASH),
}
"""What is said of kinds that are not simply typed up to a hash key."""


class GaveUp(Exception):
    """Nothing that is possible was typed, again and again."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what answers it."""

    media: tuple[str, ...]
    value: Callable[[str], str | None]  #: of what was typed; None: not possible
    may_go_on: Callable[[str], bool]  #: whether more may be typed after this


class OutcomeEntry:
    """One agent's typing."""

    def __init__(self, wiring: Wiring, ear: CallerEar, agent: AgentId) -> None:
        self._engine = wiring.engine
        self._prompts = wiring.configuration.prompts  # a reload meanwhile may drop some
        self._ear = ear
        self._agent = agent

    async def run(self, client: Client, debrief: Debrief, digits: str) -> OutcomeWord:
        """Ask for all of it and post it.

        Args:
            client: whose call it was.
            debrief: the call.
            digits: of a disposition, typed already; empty: none.

        Returns:
            What came of it.
        """
        rules = self._engine.center.outcome_rules(debrief)
        call, agent = debrief.call, self._agent
        started = OutcomeEntryStarted(call=call, agent=agent)
        if not rules.dispositions or self._engine.post(started):
            return OutcomeWord.NO_CALL
        form = _form_of(client, rules)
        try:
            chosen = await self._disposition(client, rules, digits)
            reason = await self._contact_reason(client, rules)
            resolved = await self._ask(self._resolved()) == TYPED_YES
            wants_form = form is not None and client.settings.dispositions[chosen].form
            values = await self._fill(form) if form is not None and wants_form else None
        except GaveUp:
            return OutcomeWord.NOTHING_SAVED
        # The form first: with the outcome the wrap-up may end, and with it all that may be said.
        refused = ""
        if form is not None and values is not None:
            refused = self._engine.post(
                FormFilled(call=call, agent=agent, form=form.ref, values=values)
            )
        outcome = OutcomeSet(
            call=call,
            agent=agent,
            disposition=chosen,
            contact_reason=reason,
            resolved=resolved,
        )
        refused = refused or self._engine.post(outcome)
        return OutcomeWord.NOTHING_SAVED if refused else OutcomeWord.OUTCOME_SAVED

    async def _disposition(self, client: Client, rules: OutcomeRules, digits: str) -> str:
        words = client.settings.dispositions
        known = {name: words[name] for name in rules.dispositions if name in words}
        dialed = [name for name, word in known.items() if word.digits == digits]
        if dialed:
            return dialed[0]
        if digits:
            await self._say(OutcomeWord.WRONG_ENTRY)
        return await self._ask(self._choice(OutcomeWord.CHOOSE_DISPOSITION, known))

    async def _contact_reason(self, client: Client, rules: OutcomeRules) -> str:
        words = client.settings.contact_reasons
        known = {name: words[name] for name in rules.contact_reasons if name in words}
        if not known:
            return ""
        return await self._ask(self._choice(OutcomeWord.CHOOSE_REASON, known))

    async def _fill(self, form: Form) -> Mapping[str, str]:
        values: dict[str, str] = {}
        for name, field in form.file.fields.items():
            if field.kind not in NOT_TYPED:
                value = await self._ask(self._field(field))
                if value:
                    values[name] = value
        return values

    # --- what is asked -------------------------------------------------------------------------

    def _choice(
        self, asks: OutcomeWord, words: Mapping[str, Disposition] | Mapping[str, ContactReason]
    ) -> Asked:
        options = {word.digits: name for name, word in words.items()}
        spoken = [self._press_for(word.label, word.digits) for word in words.values()]
        return _choose((self._word(asks), *spoken), options)

    def _resolved(self) -> Asked:
        options = {TYPED_YES: TYPED_YES, TYPED_NO: TYPED_NO}
        return _choose((self._word(OutcomeWord.ASK_RESOLVED),), options)

    def _field(self, field: FormField) -> Asked:
        media = [self._text(question(field.label))]
        media += [self._press_for(one.label, one.digits) for one in field.choices.values()]
        media += [self._word(how) for how in _how_to_type(field)]
        media += [] if field.required else [self._word(OutcomeWord.MAY_BE_LEFT_OUT)]
        options = options_of(field)
        if options is not None:
            return _choose(tuple(media), options, may_be_left_out=not field.required)
        return _type(tuple(media), field)

    # --- asking --------------------------------------------------------------------------------

    async def _ask(self, asked: Asked) -> str:
        """Ask until something possible is typed.

        Raises:
            GaveUp: it never was.
        """
        for _ in range(ATTEMPTS):
            first = await self._ear.play(asked.media, until_digit=True)
            if first is None:
                first = await self._ear.digit(FIRST_DIGIT_SECONDS)
            if first is None:
                continue
            value = asked.value(await self._typed(asked, first))
            if value is not None:
                return value
            self._ear.forget_digits()
            await self._say(OutcomeWord.WRONG_ENTRY)
        raise GaveUp

    async def _typed(self, asked: Asked, first: str) -> str:
        typed = first
        while asked.may_go_on(typed) and len(typed) < KEYS_AT_MOST:
            digit = await self._ear.digit(NEXT_DIGIT_SECONDS)
            if digit is None:
                break
            typed += digit
        return typed

    async def _say(self, word: OutcomeWord) -> None:
        await self._ear.play([self._word(word)], until_digit=False)

    def _word(self, word: OutcomeWord) -> str:
        return self._prompts.confirmation(word, self._ear.language)

    def _text(self, text: str) -> str:
        return self._prompts.text(text)

    def _press_for(self, label: str, digits: str) -> str:
        return self._text(press_for(label, digits, self._ear.language))


def _form_of(client: Client, rules: OutcomeRules) -> Form | None:
    forms = client.papers.forms.values()
    return next((form for form in forms if form.ref == rules.form), None)


def _choose(
    media: tuple[str, ...], options: Mapping[str, str], *, may_be_left_out: bool = False
) -> Asked:
    known = {**options, LEAVE_OUT: ""} if may_be_left_out else options

    def may_go_on(typed: str) -> bool:
        return typed not in known and any(digits.startswith(typed) for digits in known)

    return Asked(media, known.get, may_go_on)


def _type(media: tuple[str, ...], field: FormField) -> Asked:
    def value(typed: str) -> str | None:
        if typed == LEAVE_OUT and not field.required:
            return ""
        return typed_value(field, typed.removesuffix(END))

    return Asked(media, value, lambda typed: not typed.endswith(END))


def _how_to_type(field: FormField) -> Sequence[OutcomeWord]:
    if field.kind is not FieldKind.YES_NO and options_of(field) is not None:
        return ()
    return HOW_TO_TYPE.get(field.kind, (OutcomeWord.END_WITH_HASH,))
