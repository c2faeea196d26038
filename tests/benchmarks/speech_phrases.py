"""What is said to menus by voice in `speech_bench`, and by whom.

`TUNED` is what the recogniser's settings were chosen by. `HELD_OUT` was written after that, and
nothing was ever chosen by it: its figures are the ones to believe. Whoever tunes by them has to
write another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks, as espeak-ng has it."""

    name: str
    words_per_minute: int = 150
    pitch: int = 50  #: of 99


@dataclass(frozen=True, slots=True)
class Sample:
    """Who says what."""

    voices: tuple[Voice, ...]
    menus: tuple[Mapping[str, tuple[str, ...]], ...]
    strange: tuple[str, ...]  #: what is in no menu


TUNED: Final = Sample(
    voices=tuple(
        Voice(name)
        for name in (
            *("en-us", "en-us+f2", "en-us+f4", "en-us+m3", "en-us+m7"),
            *("en-gb", "en-gb+f3", "en-gb-x-rp+m2", "en-gb-scotland", "en-us+klatt2"),
        )
    ),
    menus=(
        {
            "1": ("billing", "my bill", "pay a bill"),
            "2": ("technical support", "a fault", "power cut"),
            "3": ("new contract", "tariffs", "change my plan"),
            "0": ("operator", "an agent", "speak to somebody"),
        },
        {
            "1": ("order status", "where is my order", "my delivery"),
            "2": ("cancel an order", "cancellation", "cancel it"),
            "3": ("returns", "send it back", "refund"),
            "4": ("opening hours", "your address", "find a shop"),
            "0": ("customer service", "talk to a person", "help"),
        },
        {"1": ("yes", "yes please", "correct"), "2": ("no", "no thanks", "wrong")},
    ),
    strange=(
        *("I have no idea what you mean", "good morning madam", "the weather is lovely today"),
        *("hang on a second", "what time is it", "my cat is called tom"),
        *("could you repeat that", "seven hundred and five"),
    ),
)

HELD_OUT: Final = Sample(
    voices=(
        Voice("en-us+f1", 140, 60),
        Voice("en-us+m5", 165, 35),
        Voice("en-gb+m4", 130, 45),
        Voice("en-gb+f5", 175, 70),
        Voice("en-gb-x-gbclan", 150, 40),
        Voice("en-gb-x-gbcwmd+f1", 145, 65),
        Voice("en-029", 160, 55),
        Voice("en-us+klatt3", 150, 30),
    ),
    menus=(
        {
            "1": ("book an appointment", "see a doctor", "appointments"),
            "2": ("prescription", "order my medicine", "refills"),
            "3": ("test results", "laboratory", "blood test"),
            "9": ("emergency", "urgent"),
            "0": ("reception", "speak to a nurse"),
        },
        {
            "1": ("account balance", "how much money do i have", "statement"),
            "2": ("lost card", "my card was stolen", "block my card"),
            "3": ("send money", "make a payment", "transfer"),
            "4": ("mortgage", "a loan", "savings"),
        },
        {
            "1": ("new reservation", "book a table", "reserve"),
            "2": ("change my booking", "another day", "move it"),
            "3": ("luggage", "missing baggage"),
            "5": ("english", "another language"),
        },
        {"1": ("agree", "that is right", "go on"), "2": ("disagree", "start again", "go back")},
    ),
    strange=(
        *("just a moment please", "is anybody there", "the children are at school"),
        *("forty two point six", "i am standing in the rain", "what did you say"),
        *("turn the radio down", "thank you very much"),
    ),
)

CHATTER: Final = (
    "so we went down to the river on saturday and it was much too cold to swim",
    "he told me that the meeting was moved and nobody had written it down",
    "put the boxes over there by the window and mind the step when you come in",
    "they say the train will be late again because of the storm last night",
)
"""What others say in the same room, all at once."""
