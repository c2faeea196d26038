"""What can be a payment card, and that its digits show themselves to nobody."""

from __future__ import annotations

import copy
import pickle
from datetime import date

import orjson
import pytest

from ccengine.core.events import CardField
from ccengine.ivr.cards import Card, HiddenDigits, can_be, has_check_digit, most_digits

TODAY = date(2026, 11, 22)


def card(number: str = "4111111111111111", expiry: str = "1230", code: str = "737") -> Card:
    return Card(HiddenDigits(number), HiddenDigits(expiry), HiddenDigits(code))


@pytest.mark.parametrize(
    "number",
    [
        "4111111111111111",
        "4222222222222",  # 13 digits
        "5555555555554444",
        "2223003122003222",
        "378282246310005",
        "30569309025904",
        "6011111111111117",
        "3530111333300000",
        "6200000000000005",
    ],
)
def test_numbers_that_can_be(number: str) -> None:
    assert can_be(CardField.NUMBER, card(number), TODAY)
    for place in range(len(number)):  # any one digit wrong is found
        wrong = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        assert not has_check_digit(HiddenDigits(wrong))


@pytest.mark.parametrize("number", ["", "4", "411111111111111", "0000", "37828224631000"])
def test_numbers_that_cannot_be(number: str) -> None:
    assert not can_be(CardField.NUMBER, card(number), TODAY)


@pytest.mark.parametrize(
    ("expiry", "good"),
    [
        *(("1126", True), ("1226", True), ("0127", True), ("1246", True)),
        *(("1026", False), ("1326", False), ("0026", False), ("1247", False), ("112", False)),
    ],
)
def test_a_card_is_good_until_its_months_end(expiry: str, *, good: bool) -> None:
    assert can_be(CardField.EXPIRY, card(expiry=expiry), TODAY) is good


def test_a_code_is_as_long_as_the_scheme_has_it() -> None:
    amex = card("378282246310005", code="1234")
    assert can_be(CardField.CODE, amex, TODAY)
    assert most_digits(CardField.CODE, amex) == 4
    assert not can_be(CardField.CODE, card(code="1234"), TODAY)
    assert most_digits(CardField.NUMBER, amex) == 15


def test_digits_show_themselves_to_nobody() -> None:
    typed = card("4929183650472013")
    shown = [
        repr(typed),
        str(typed),
        f"{typed}",
        f"{typed.number}",
        repr([typed.number]),
        f"{typed.number!s:>30}",
    ]
    shown.append(str(ValueError(typed)))
    assert not any("4929" in text or "737" in text for text in shown)
    for write in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(typed.number)  # type: ignore[operator]
    with pytest.raises(TypeError):
        orjson.dumps({"number": typed.number})


def test_what_was_typed_is_wiped() -> None:
    typed = card()
    held = typed.number._keys
    with typed:
        pass
    assert [len(one) for one in (typed.number, typed.expiry, typed.code)] == [0, 0, 0]
    assert bytes(held) == b""
