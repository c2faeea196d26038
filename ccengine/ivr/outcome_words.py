"""What the engine says to agents who type the outcome of a call.

Whole sentences of ours, replaceable like confirmations, and short texts made of a client's labels:
there are as many as labels, so they are rendered like any other prompt.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from ccengine.ivr.confirmations import Confirmation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccengine.config.clients import Client


class OutcomeWord(StrEnum):
    """What there is to say; the values are the prompts' names."""

    CHOOSE_DISPOSITION = "choose-disposition"
    CHOOSE_REASON = "choose-contact-reason"
    ASK_RESOLVED = "ask-resolved"
    YES_OR_NO = "yes-or-no"
    END_WITH_HASH = "end-with-hash"
    TYPE_DATE = "type-date"
    TYPE_AMOUNT = "type-amount"
    MAY_BE_LEFT_OUT = "may-be-left-out"
    WRONG_ENTRY = "wrong-entry"
    OUTCOME_SAVED = "outcome-saved"
    NOTHING_SAVED = "nothing-saved"
    NO_CALL = "no-call-for-outcome"  #: none, or it is too long ago
    OUTCOME_MISSING = "outcome-missing"  #: the reason why somebody cannot be ready yet


Word: TypeAlias = Confirmation | OutcomeWord
"""Any whole sentence of ours."""

OUTCOME_TEXTS: Final[Mapping[str, Mapping[OutcomeWord, str]]] = {
    "en": {
        OutcomeWord.CHOOSE_DISPOSITION: "How did the call go?",
        OutcomeWord.CHOOSE_REASON: "Why did the customer call?",
        OutcomeWord.ASK_RESOLVED: "Is the matter resolved? Press 1 for yes, 2 for no.",
        OutcomeWord.YES_OR_NO: "Press 1 for yes, 2 for no.",
        OutcomeWord.END_WITH_HASH: "End with the hash key.",
        OutcomeWord.TYPE_DATE: "Two digits for the day, two for the month, four for the year.",
        OutcomeWord.TYPE_AMOUNT: "Press star for the decimal point.",
        OutcomeWord.MAY_BE_LEFT_OUT: "To leave it out, press hash.",
        OutcomeWord.WRONG_ENTRY: "That is not possible.",
        OutcomeWord.OUTCOME_SAVED: "Saved.",
        OutcomeWord.NOTHING_SAVED: "Nothing was saved.",
        OutcomeWord.NO_CALL: "There is no call to say anything about.",
        OutcomeWord.OUTCOME_MISSING: "Please say first how your last call went.",
    },
    "ar": {
        OutcomeWord.CHOOSE_DISPOSITION: "كيف انتهت المكالمة؟",
        OutcomeWord.CHOOSE_REASON: "لماذا اتصل العميل؟",
        OutcomeWord.ASK_RESOLVED: "هل حلت المسألة؟ اضغط 1 لنعم، و2 للا.",
        OutcomeWord.YES_OR_NO: "اضغط 1 لنعم، و2 للا.",
        OutcomeWord.END_WITH_HASH: "اضغط مربع عند الانتهاء.",
        OutcomeWord.TYPE_DATE: "رقمان لليوم، ورقمان للشهر، وأربعة أرقام للسنة.",
        OutcomeWord.TYPE_AMOUNT: "اضغط نجمة للفاصلة العشرية.",
        OutcomeWord.MAY_BE_LEFT_OUT: "للتخطي اضغط مربع.",
        OutcomeWord.WRONG_ENTRY: "هذا غير ممكن.",
        OutcomeWord.OUTCOME_SAVED: "تم الحفظ.",
        OutcomeWord.NOTHING_SAVED: "لم يتم حفظ أي شيء.",
        OutcomeWord.NO_CALL: "لا توجد مكالمة لتسجيل نتيجتها.",
        OutcomeWord.OUTCOME_MISSING: "من فضلك سجل نتيجة مكالمتك الأخيرة أولا.",
    },
    "uk": {
        OutcomeWord.CHOOSE_DISPOSITION: "Чим закінчився дзвінок?",
        OutcomeWord.CHOOSE_REASON: "Чому телефонував клієнт?",
        OutcomeWord.ASK_RESOLVED: "Питання вирішено? Натисніть 1 - так, 2 - ні.",
        OutcomeWord.YES_OR_NO: "Натисніть 1 - так, 2 - ні.",
        OutcomeWord.END_WITH_HASH: "Завершіть решіткою.",
        OutcomeWord.TYPE_DATE: "Дві цифри дня, дві місяця, чотири року.",
        OutcomeWord.TYPE_AMOUNT: "Зірочка - десяткова кома.",
        OutcomeWord.MAY_BE_LEFT_OUT: "Щоб пропустити, натисніть решітку.",
        OutcomeWord.WRONG_ENTRY: "Це неможливо.",
        OutcomeWord.OUTCOME_SAVED: "Збережено.",
        OutcomeWord.NOTHING_SAVED: "Нічого не збережено.",
        OutcomeWord.NO_CALL: "Немає дзвінка, про який можна щось сказати.",
        OutcomeWord.OUTCOME_MISSING: "Спершу скажіть, чим закінчився ваш останній дзвінок.",
    },
}

PRESS_FOR: Final[Mapping[str, str]] = {
    "en": "For {label}, press {digits}.",
    "ar": "{label}: اضغط {digits}.",
    "uk": "{label} - натисніть {digits}.",
}
NEUTRAL: Final = "{label}: {digits}."


def press_for(label: str, digits: str, language: str) -> str:
    """Return the words for one thing to choose; digits are spoken one by one."""
    template = PRESS_FOR.get(language, NEUTRAL)
    return template.format(label=label, digits=" ".join(digits))


def question(label: str) -> str:
    """Return the words that ask for a field."""
    return f"{label}."


def spoken_texts(client: Client, language: str) -> Iterator[str]:
    """Yield all that is said of one client's dispositions, contact reasons and forms."""
    settings = client.settings
    for one in settings.dispositions.values():
        yield press_for(one.label, one.digits, language)
    for reason in settings.contact_reasons.values():
        yield press_for(reason.label, reason.digits, language)
    for form in client.papers.forms.values():
        for field in form.file.fields.values():
            yield question(field.label)
            for choice in field.choices.values():
                yield press_for(choice.label, choice.digits, language)
