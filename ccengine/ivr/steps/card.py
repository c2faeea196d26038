"""Take a payment card from the caller, and have the client's payment program paid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ccengine.config.payments import Kept
from ccengine.core.events import CardOutcome
from ccengine.ivr.data import text_of
from ccengine.ivr.references import PromptNames, SetName, StepName, Template

if TYPE_CHECKING:
    from ccengine.ivr.context import FlowContext
    from ccengine.ivr.payments import PaymentAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class CardStep:
    """Ask for number, expiry and security code, pay, and go one of five ways.

    The digits are in no value, no journal and no file; of the answer only what client.yaml keeps.
    """

    card: PromptNames  #: said first
    amount: Template = ""  #: as in "{amount}"; empty: the card is only kept by the program
    reference: Template = ""  #: of what is paid; empty: the call's id
    into: Mapping[SetName, Kept] = field(default_factory=dict)  #: our name for what is kept
    approved: StepName
    declined: StepName
    unknown: StepName  #: the program was asked, and nobody knows whether it took the card
    failed: StepName  #: it could not be asked: nothing was taken
    no_input: StepName  #: where a caller goes who gave up, or typed what no card has

    async def run(self, context: FlowContext) -> str:
        """Say what it is for, take the card, keep what may be kept, go on."""
        await context.caller.play(context.media(self.card), until_digit=False)
        data = context.data
        amount, reference = (text_of(data.value(text)) for text in (self.amount, self.reference))
        answer = await context.take_card(amount, reference)
        kept = {Kept.TOKEN: answer.token, Kept.LAST4: answer.last4, Kept.RESULT: answer.result}
        data.forget(self.into)
        taken = {own: kept[what] for own, what in self.into.items() if kept[what]}
        if taken:
            data.put(taken, secret=False)
        return self._way(answer)

    def _way(self, answer: PaymentAnswer) -> str:
        match answer.outcome:
            case CardOutcome.APPROVED:
                return self.approved
            case CardOutcome.DECLINED:
                return self.declined
            case CardOutcome.UNKNOWN:
                return self.unknown
            case CardOutcome.NOT_TYPED | CardOutcome.STOPPED:
                return self.no_input
            case _:
                return self.failed
