"""What the engine itself says to callers and customers, about callbacks and places in line.

A client or a tenant replaces any of it by a prompt of the same name in its own prompts.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Phrase(StrEnum):
    """What there is to say; the values are the prompts' names."""

    OFFER = "callback-offer"
    OFFER_SLOTS = "callback-offer-slots"  #: said after the offer, where times can be booked
    TYPE = "callback-type"
    READ_BACK = "callback-read-back"  #: before the digits
    CONFIRM = "callback-confirm"
    ASKED = "callback-asked"
    NOT_ASKED = "callback-not-asked"
    NO_NUMBER = "callback-no-number"
    FOREIGN = "callback-foreign"
    PREMIUM = "callback-premium"
    EMERGENCY = "callback-emergency"
    OWN = "callback-own"
    NO_WAY = "callback-no-way"
    CHOOSE_SLOT = "callback-choose-slot"
    NO_SLOTS = "callback-no-slots"
    PRESS = "press"  #: before a digit
    FOR_TODAY = "for-today"
    FOR_TOMORROW = "for-tomorrow"
    CUSTOMER = "callback-customer"
    RECLAIM = "place-reclaim"
    RECLAIMED = "place-reclaimed"
    SORRY = "sorry"  #: the menu takes too long or has failed, and the call ends


DIGITS: Final = "0123456789"

TEXTS: Final[Mapping[str, Mapping[Phrase, str]]] = {
    "en": {
        Phrase.OFFER: "We can call you back, and you keep your place. Press 1 to be called on the "
        "number you call from, or 2 to type another.",
        Phrase.OFFER_SLOTS: "Press 3 to choose a time.",
        Phrase.TYPE: "Please type the number, and then the hash key.",
        Phrase.READ_BACK: "We will call",
        Phrase.CONFIRM: "Press 1 if that is right, or 2 to type another number.",
        Phrase.ASKED: "Thank you. You keep your place, and we will call you. Goodbye.",
        Phrase.NOT_ASKED: "You stay in the line.",
        Phrase.NO_NUMBER: "This is not a complete telephone number.",
        Phrase.FOREIGN: "We cannot call numbers of that country.",
        Phrase.PREMIUM: "We cannot call numbers of that kind.",
        Phrase.EMERGENCY: "We cannot call emergency numbers.",
        Phrase.OWN: "This is our own number.",
        Phrase.NO_WAY: "We cannot call this number.",
        Phrase.CHOOSE_SLOT: "Please choose a time.",
        Phrase.NO_SLOTS: "There is no time that can be booked.",
        Phrase.PRESS: "Press",
        Phrase.FOR_TODAY: "for today at",
        Phrase.FOR_TOMORROW: "for tomorrow at",
        Phrase.CUSTOMER: "You asked us to call you back. Press 1 to speak with us.",
        Phrase.RECLAIM: "You were waiting here a moment ago. Press 1 to have your place again.",
        Phrase.RECLAIMED: "You have your place again.",
        Phrase.SORRY: "We are sorry, this does not work now. Please call again.",
    },
    "ar": {
        Phrase.OFFER: "يمكننا الاتصال بك مع الاحتفاظ بدورك. اضغط واحد لنتصل بك على الرقم الذي تتصل "
        "منه، أو اثنين لإدخال رقم آخر.",
        Phrase.OFFER_SLOTS: "اضغط ثلاثة لاختيار موعد.",
        Phrase.TYPE: "من فضلك أدخل الرقم ثم اضغط على مفتاح المربع.",
        Phrase.READ_BACK: "سنتصل على الرقم",
        Phrase.CONFIRM: "اضغط واحد إذا كان الرقم صحيحا، أو اثنين لإدخال رقم آخر.",
        Phrase.ASKED: "شكرا لك. دورك محفوظ وسنتصل بك. مع السلامة.",
        Phrase.NOT_ASKED: "أنت باق في الانتظار.",
        Phrase.NO_NUMBER: "هذا ليس رقم هاتف كاملا.",
        Phrase.FOREIGN: "لا يمكننا الاتصال بأرقام تلك الدولة.",
        Phrase.PREMIUM: "لا يمكننا الاتصال بهذا النوع من الأرقام.",
        Phrase.EMERGENCY: "لا يمكننا الاتصال بأرقام الطوارئ.",
        Phrase.OWN: "هذا رقمنا نحن.",
        Phrase.NO_WAY: "لا يمكننا الاتصال بهذا الرقم.",
        Phrase.CHOOSE_SLOT: "من فضلك اختر موعدا.",
        Phrase.NO_SLOTS: "لا يوجد موعد متاح.",
        Phrase.PRESS: "اضغط",
        Phrase.FOR_TODAY: "لليوم الساعة",
        Phrase.FOR_TOMORROW: "للغد الساعة",
        Phrase.CUSTOMER: "لقد طلبت أن نتصل بك. اضغط واحد للتحدث معنا.",
        Phrase.RECLAIM: "كنت في الانتظار قبل قليل. اضغط واحد لتستعيد دورك.",
        Phrase.RECLAIMED: "لقد استعدت دورك.",
        Phrase.SORRY: "عذرا، هذا لا يعمل الآن. من فضلك اتصل مرة أخرى.",
    },
    "uk": {
        Phrase.OFFER: "Ми можемо передзвонити вам, і ваше місце в черзі збережеться. Натисніть "
        "один, щоб ми подзвонили на номер, з якого ви дзвоните, або два, щоб ввести інший.",
        Phrase.OFFER_SLOTS: "Натисніть три, щоб обрати час.",
        Phrase.TYPE: "Введіть номер, а потім решітку.",
        Phrase.READ_BACK: "Ми подзвонимо на номер",
        Phrase.CONFIRM: "Натисніть один, якщо це правильно, або два, щоб ввести інший номер.",
        Phrase.ASKED: "Дякуємо. Ваше місце збережено, ми вам передзвонимо. До побачення.",
        Phrase.NOT_ASKED: "Ви залишаєтесь у черзі.",
        Phrase.NO_NUMBER: "Це не повний номер телефону.",
        Phrase.FOREIGN: "Ми не можемо дзвонити на номери цієї країни.",
        Phrase.PREMIUM: "Ми не можемо дзвонити на такі номери.",
        Phrase.EMERGENCY: "Ми не можемо дзвонити на номери екстрених служб.",
        Phrase.OWN: "Це наш власний номер.",
        Phrase.NO_WAY: "Ми не можемо подзвонити на цей номер.",
        Phrase.CHOOSE_SLOT: "Оберіть час.",
        Phrase.NO_SLOTS: "Немає вільного часу.",
        Phrase.PRESS: "Натисніть",
        Phrase.FOR_TODAY: "на сьогодні о",
        Phrase.FOR_TOMORROW: "на завтра о",
        Phrase.CUSTOMER: "Ви просили передзвонити. Натисніть один, щоб поговорити з нами.",
        Phrase.RECLAIM: "Ви щойно чекали в черзі. Натисніть один, щоб повернути своє місце.",
        Phrase.RECLAIMED: "Ваше місце повернено.",
        Phrase.SORRY: "Вибачте, зараз це не працює. Зателефонуйте, будь ласка, ще раз.",
    },
}


def digit_name(digit: str) -> str:
    """Return the name of the prompt that says a digit."""
    return f"digit-{digit}"
