"""Nobody's whole number is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccengine.reporting.masking import SHOWN_WHOLE, mask_number


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+380441234567", "+380*******67"),
        ("0441234567", "044*****67"),
        ("600100", "600100"),
        ("+12345", "+12345"),
        ("201", "201"),
        ("", "withheld"),
    ],
)
def test_the_middle_is_hidden(number: str, shown: str) -> None:
    assert mask_number(number) == shown


@given(st.text(alphabet="+0123456789*#", min_size=SHOWN_WHOLE + 2))
def test_a_long_number_never_shows_whole(number: str) -> None:
    assert mask_number(number) != number or set(number.removeprefix("+")[3:-2]) <= {"*"}
