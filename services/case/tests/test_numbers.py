"""Check digits find the slips that people make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from case_service.domain.numbers import is_participant_number, luhn_digit, participant_number


def test_the_check_digit_of_the_standards_own_example() -> None:
    """Luhn's published example: 7992739871 has check digit 3."""
    assert luhn_digit("7992739871") == "3"


@given(st.integers(min_value=0, max_value=999_999_999))
def test_a_number_made_here_is_right(serial: int) -> None:
    assert is_participant_number(participant_number(serial))


@given(
    st.integers(min_value=0, max_value=999_999_999),
    st.integers(min_value=0, max_value=9),
    st.integers(min_value=1, max_value=9),
)
def test_one_wrong_digit_is_found(serial: int, place: int, shift: int) -> None:
    right = participant_number(serial)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert not is_participant_number(wrong)


@pytest.mark.parametrize("number", ["", "123", "12345678901", "12345678a0", "١٢٣٤٥٦٧٨٩٠"])
def test_what_is_no_number_is_refused(number: str) -> None:
    assert not is_participant_number(number)
