"""What the engine itself says to agents who dial a feature code.

A tenant replaces any of it by a prompt of the same name in its own `prompts/<language>/`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Confirmation(StrEnum):
    """What there is to say; the values are the prompts' names."""

    ENTER_NUMBER = "enter-number"
    ENTER_PIN = "enter-pin"
    WRONG_PIN = "wrong-pin"
    UNKNOWN_AGENT = "unknown-agent"
    LOGGED_IN = "logged-in"
    LOGGED_OUT = "logged-out"
    READY = "ready"
    NOT_READY = "not-ready"
    NOT_LOGGED_IN = "not-logged-in"
    REFUSED = "refused"  #: not possible now, for example during a call
    UNAVAILABLE = "unavailable"  #: something is broken
    CALLBACK_FOR = "callback-for"  #: before the client's name; the customer is dialed meanwhile
    MESSAGE_FOR = "message-for"  #: before the client's name and the message
    MESSAGE_KEYS = "message-keys"
    NOT_REACHED = "not-reached"  #: the customer who was dialed


FALLBACK_LANGUAGE: Final = "en"

TEXTS: Final[Mapping[str, Mapping[Confirmation, str]]] = {
    "en": {
        Confirmation.ENTER_NUMBER: "Please enter your agent number.",
        Confirmation.ENTER_PIN: "Please enter your PIN.",
        Confirmation.WRONG_PIN: "Wrong PIN.",
        Confirmation.UNKNOWN_AGENT: "There is no agent with this number.",
        Confirmation.LOGGED_IN: "You are logged in.",
        Confirmation.LOGGED_OUT: "You are logged out.",
        Confirmation.READY: "You are ready.",
        Confirmation.NOT_READY: "You are not ready.",
        Confirmation.NOT_LOGGED_IN: "Nobody is logged in on this phone.",
        Confirmation.REFUSED: "This is not possible now.",
        Confirmation.UNAVAILABLE: "The service is not available. Please try again later.",
        Confirmation.CALLBACK_FOR: "Callback for",
        Confirmation.MESSAGE_FOR: "Message for",
        Confirmation.MESSAGE_KEYS: "Press 1 to hear it again, 2 to "
        "call back, or hang up when you are done.",
        Confirmation.NOT_REACHED: "The customer could not be reached.",
    },
    "ar": {
        Confirmation.ENTER_NUMBER: "من فضلك أدخل رقم الموظف.",
        Confirmation.ENTER_PIN: "من فضلك أدخل رقمك السري.",
        Confirmation.WRONG_PIN: "الرقم السري غير صحيح.",
        Confirmation.UNKNOWN_AGENT: "لا يوجد موظف بهذا الرقم.",
        Confirmation.LOGGED_IN: "تم تسجيل دخولك.",
        Confirmation.LOGGED_OUT: "تم تسجيل خروجك.",
        Confirmation.READY: "أنت الآن جاهز.",
        Confirmation.NOT_READY: "أنت الآن غير جاهز.",
        Confirmation.NOT_LOGGED_IN: "لا أحد مسجل على هذا الهاتف.",
        Confirmation.REFUSED: "هذا غير ممكن الآن.",
        Confirmation.UNAVAILABLE: "الخدمة غير متاحة. حاول مرة أخرى لاحقا.",
        Confirmation.CALLBACK_FOR: "معاودة اتصال من أجل",
        Confirmation.MESSAGE_FOR: "رسالة من أجل",
        Confirmation.MESSAGE_KEYS: "اضغط واحد لسماعها مرة أخرى، أو اثنين "
        "لمعاودة الاتصال، أو أغلق الخط عند الانتهاء.",
        Confirmation.NOT_REACHED: "تعذر الوصول إلى العميل.",
    },
    "uk": {
        Confirmation.ENTER_NUMBER: "Введіть ваш номер оператора.",
        Confirmation.ENTER_PIN: "Введіть ваш пін-код.",
        Confirmation.WRONG_PIN: "Невірний пін-код.",
        Confirmation.UNKNOWN_AGENT: "Оператора з таким номером немає.",
        Confirmation.LOGGED_IN: "Ви увійшли в систему.",
        Confirmation.LOGGED_OUT: "Ви вийшли із системи.",
        Confirmation.READY: "Ви готові приймати дзвінки.",
        Confirmation.NOT_READY: "Ви не приймаєте дзвінки.",
        Confirmation.NOT_LOGGED_IN: "Ніхто не увійшов на цьому телефоні.",
        Confirmation.REFUSED: "Зараз це неможливо.",
        Confirmation.UNAVAILABLE: "Сервіс недоступний. Спробуйте пізніше.",
        Confirmation.CALLBACK_FOR: "Зворотний дзвінок для",
        Confirmation.MESSAGE_FOR: "Повідомлення для",
        Confirmation.MESSAGE_KEYS: "Натисніть один, щоб прослухати ще раз, два, "
        "щоб передзвонити, або покладіть слухавку, коли закінчите.",
        Confirmation.NOT_REACHED: "З клієнтом не вдалося з'єднатися.",
    },
}
