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
    LOCKED = "locked"
    WHICH_PHONE = "which-phone"
    AFTER_THE_CALL = "after-the-call"
    WHY_NOT_READY = "why-not-ready"
    UNKNOWN_REASON = "unknown-reason"
    TIME_IS_UP = "time-is-up"  #: a reason's limit has passed
    ENTER_QUEUE = "enter-queue"
    UNKNOWN_QUEUE = "unknown-queue"
    PAUSED = "paused"  #: a queue's name follows
    RESUMED = "resumed"  #: likewise
    LONGER = "longer"
    NO_LONGER = "no-longer"
    HELP_IS_CALLED = "help-is-called"
    NOBODY_TO_HELP = "nobody-to-help"
    NEEDS_HELP = "needs-help"  #: after an agent's name, before a queue's
    PRESS_ONE_TO_TAKE = "press-one-to-take"  #: to agents on phones outside
    TIME_LOGGED_IN = "time-logged-in"  #: hours and minutes follow
    CALLS_TAKEN = "calls-taken"  #: a number follows
    TIME_TALKED = "time-talked"
    TIME_NOT_READY = "time-not-ready"  #: a reason's name may follow
    CALLS_MISSED = "calls-missed"
    HOURS = "hours"  #: a number follows
    MINUTES = "minutes"
    CALLBACK_FOR = "callback-for"  #: before the client's name; the customer is dialed meanwhile
    MESSAGE_FOR = "message-for"  #: before the client's name and the message
    MESSAGE_KEYS = "message-keys"
    NOT_REACHED = "not-reached"  #: the customer who was dialed
    UNKNOWN_EXTENSION = "unknown-extension"  #: dialed at a phone
    NO_SUCH_CLOSURE = "no-such-closure"
    NOT_ALLOWED = "not-allowed"
    NUMBERS_ARE_OPEN = "numbers-are-open"  #: 1 closes them
    NUMBERS_ARE_CLOSED = "numbers-are-closed"  #: 1 opens them
    NUMBERS_CLOSED = "numbers-closed"  #: now
    NUMBERS_OPENED = "numbers-opened"
    NOTHING_CHANGED = "nothing-changed"


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
        Confirmation.LOCKED: "Too many wrong PINs. Please try again in five minutes.",
        Confirmation.WHICH_PHONE: (
            "To be called on this phone, press 1. On your phone outside, press 2."
        ),
        Confirmation.AFTER_THE_CALL: "After this call.",
        Confirmation.WHY_NOT_READY: "Why are you not ready?",
        Confirmation.UNKNOWN_REASON: "There is no such reason.",
        Confirmation.TIME_IS_UP: "Your time is up. Please go ready.",
        Confirmation.ENTER_QUEUE: "Please enter the number of the queue.",
        Confirmation.UNKNOWN_QUEUE: "There is no queue with this number.",
        Confirmation.PAUSED: "No more calls of this queue:",
        Confirmation.RESUMED: "You get calls of this queue:",
        Confirmation.LONGER: "You have more time.",
        Confirmation.NO_LONGER: "There is no more time.",
        Confirmation.HELP_IS_CALLED: "Your supervisor is called.",
        Confirmation.NOBODY_TO_HELP: "No supervisor can be called now.",
        Confirmation.NEEDS_HELP: "needs your help.",
        Confirmation.PRESS_ONE_TO_TAKE: "Press 1 to take the call.",
        Confirmation.TIME_LOGGED_IN: "Logged in:",
        Confirmation.CALLS_TAKEN: "Calls:",
        Confirmation.TIME_TALKED: "Talk time:",
        Confirmation.TIME_NOT_READY: "Not ready:",
        Confirmation.CALLS_MISSED: "Missed:",
        Confirmation.HOURS: "Hours:",
        Confirmation.MINUTES: "Minutes:",
        Confirmation.CALLBACK_FOR: "Callback for",
        Confirmation.MESSAGE_FOR: "Message for",
        Confirmation.MESSAGE_KEYS: "Press 1 to hear it again, 2 to "
        "call back, or hang up when you are done.",
        Confirmation.NOT_REACHED: "The customer could not be reached.",
        Confirmation.UNKNOWN_EXTENSION: "There is nobody with this number.",
        Confirmation.NO_SUCH_CLOSURE: "There is no such closure.",
        Confirmation.NOT_ALLOWED: "You may not do this.",
        Confirmation.NUMBERS_ARE_OPEN: "The numbers are open. To close them, press 1.",
        Confirmation.NUMBERS_ARE_CLOSED: "The numbers are closed. To open them, press 1.",
        Confirmation.NUMBERS_CLOSED: "The numbers are now closed.",
        Confirmation.NUMBERS_OPENED: "The numbers are now open.",
        Confirmation.NOTHING_CHANGED: "Nothing was changed.",
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
        Confirmation.LOCKED: "أدخلت رقما سريا خاطئا مرات كثيرة. حاول مرة أخرى بعد خمس دقائق.",
        Confirmation.WHICH_PHONE: (
            "لتلقي المكالمات على هذا الهاتف اضغط 1. على هاتفك الخارجي اضغط 2."
        ),
        Confirmation.AFTER_THE_CALL: "بعد هذه المكالمة.",
        Confirmation.WHY_NOT_READY: "لماذا أنت غير جاهز؟",
        Confirmation.UNKNOWN_REASON: "لا يوجد سبب كهذا.",
        Confirmation.TIME_IS_UP: "انتهى وقتك. من فضلك كن جاهزا.",
        Confirmation.ENTER_QUEUE: "من فضلك أدخل رقم قائمة الانتظار.",
        Confirmation.UNKNOWN_QUEUE: "لا توجد قائمة انتظار بهذا الرقم.",
        Confirmation.PAUSED: "لا مزيد من مكالمات هذه القائمة:",
        Confirmation.RESUMED: "ستتلقى مكالمات هذه القائمة:",
        Confirmation.LONGER: "لديك وقت إضافي.",
        Confirmation.NO_LONGER: "لا يوجد وقت إضافي.",
        Confirmation.HELP_IS_CALLED: "يتم الاتصال بمشرفك.",
        Confirmation.NOBODY_TO_HELP: "لا يمكن الاتصال بأي مشرف الآن.",
        Confirmation.NEEDS_HELP: "يحتاج إلى مساعدتك.",
        Confirmation.PRESS_ONE_TO_TAKE: "اضغط 1 لتلقي المكالمة.",
        Confirmation.TIME_LOGGED_IN: "مدة تسجيل الدخول:",
        Confirmation.CALLS_TAKEN: "المكالمات:",
        Confirmation.TIME_TALKED: "وقت التحدث:",
        Confirmation.TIME_NOT_READY: "غير جاهز:",
        Confirmation.CALLS_MISSED: "الفائتة:",
        Confirmation.HOURS: "ساعات:",
        Confirmation.MINUTES: "دقائق:",
        Confirmation.CALLBACK_FOR: "معاودة اتصال من أجل",
        Confirmation.MESSAGE_FOR: "رسالة من أجل",
        Confirmation.MESSAGE_KEYS: "اضغط واحد لسماعها مرة أخرى، أو اثنين "
        "لمعاودة الاتصال، أو أغلق الخط عند الانتهاء.",
        Confirmation.NOT_REACHED: "تعذر الوصول إلى العميل.",
        Confirmation.UNKNOWN_EXTENSION: "لا أحد لديه هذا الرقم.",
        Confirmation.NO_SUCH_CLOSURE: "لا يوجد إغلاق بهذا الرقم.",
        Confirmation.NOT_ALLOWED: "غير مسموح لك بذلك.",
        Confirmation.NUMBERS_ARE_OPEN: "الأرقام مفتوحة. لإغلاقها اضغط واحد.",
        Confirmation.NUMBERS_ARE_CLOSED: "الأرقام مغلقة. لفتحها اضغط واحد.",
        Confirmation.NUMBERS_CLOSED: "الأرقام مغلقة الآن.",
        Confirmation.NUMBERS_OPENED: "الأرقام مفتوحة الآن.",
        Confirmation.NOTHING_CHANGED: "لم يتغير شيء.",
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
        Confirmation.LOCKED: "Забагато невірних пін-кодів. Спробуйте за п'ять хвилин.",
        Confirmation.WHICH_PHONE: (
            "Щоб приймати дзвінки тут, натисніть 1. Зовнішнім телефоном, натисніть 2."
        ),
        Confirmation.AFTER_THE_CALL: "Після цього дзвінка.",
        Confirmation.WHY_NOT_READY: "Чому ви не приймаєте дзвінки?",
        Confirmation.UNKNOWN_REASON: "Такої причини немає.",
        Confirmation.TIME_IS_UP: "Ваш час вийшов. Будь ласка, приймайте дзвінки.",
        Confirmation.ENTER_QUEUE: "Введіть номер черги.",
        Confirmation.UNKNOWN_QUEUE: "Черги з таким номером немає.",
        Confirmation.PAUSED: "Більше жодних дзвінків із черги:",
        Confirmation.RESUMED: "Ви приймаєте дзвінки з черги:",
        Confirmation.LONGER: "Ви маєте більше часу.",
        Confirmation.NO_LONGER: "Більше часу немає.",
        Confirmation.HELP_IS_CALLED: "Вашого супервізора викликано.",
        Confirmation.NOBODY_TO_HELP: "Зараз немає кого викликати на допомогу.",
        Confirmation.NEEDS_HELP: "потребує вашої допомоги.",
        Confirmation.PRESS_ONE_TO_TAKE: "Натисніть 1, щоб прийняти дзвінок.",
        Confirmation.TIME_LOGGED_IN: "Увійшли:",
        Confirmation.CALLS_TAKEN: "Дзвінки:",
        Confirmation.TIME_TALKED: "Час розмов:",
        Confirmation.TIME_NOT_READY: "Перерви:",
        Confirmation.CALLS_MISSED: "Пропущено:",
        Confirmation.HOURS: "Години:",
        Confirmation.MINUTES: "Хвилини:",
        Confirmation.CALLBACK_FOR: "Зворотний дзвінок для",
        Confirmation.MESSAGE_FOR: "Повідомлення для",
        Confirmation.MESSAGE_KEYS: "Натисніть один, щоб прослухати ще раз, два, "
        "щоб передзвонити, або покладіть слухавку, коли закінчите.",
        Confirmation.NOT_REACHED: "З клієнтом не вдалося з'єднатися.",
        Confirmation.UNKNOWN_EXTENSION: "Нікого з таким номером немає.",
        Confirmation.NO_SUCH_CLOSURE: "Такого закриття немає.",
        Confirmation.NOT_ALLOWED: "Вам це не дозволено.",
        Confirmation.NUMBERS_ARE_OPEN: "Номери відкриті. Щоб закрити їх, натисніть один.",
        Confirmation.NUMBERS_ARE_CLOSED: "Номери закриті. Щоб відкрити їх, натисніть один.",
        Confirmation.NUMBERS_CLOSED: "Номери тепер закриті.",
        Confirmation.NUMBERS_OPENED: "Номери тепер відкриті.",
        Confirmation.NOTHING_CHANGED: "Нічого не змінено.",
    },
}
