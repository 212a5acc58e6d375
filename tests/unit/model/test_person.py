# SPDX-License-Identifier: Apache-2.0
"""Citizen identity numbers: GB 11643, and what stands for them on the ledger."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import Malformed
from tallystick.model import check_person_number, person_commitment

VECTOR = "11010519491231002X"
SECRET = bytes(range(32))


def test_the_example_of_the_standard_is_valid() -> None:
    """GB 11643-1999, appendix A."""
    assert check_person_number(VECTOR) == VECTOR


@given(st.integers(0, 17), st.sampled_from("0123456789X"))
def test_a_bad_check_digit_is_refused(place: int, character: str) -> None:
    """Any one changed character is found, and the error does not repeat the number."""
    changed = VECTOR[:place] + character + VECTOR[place + 1 :]
    if changed == VECTOR:
        return
    with pytest.raises(Malformed) as found:
        check_person_number(changed)
    assert found.value.code == "E_FORMAT"
    assert changed not in f"{found.value} {found.value.facts()}"


def with_check(first: str) -> str:
    """Return 17 digits with their check character, worked out as the standard words it."""
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(first))
    check = (12 - total) % 11
    return first + ("X" if check == 10 else str(check))


@given(st.dates(), st.integers(0, 999))
def test_every_date_and_sequence_has_one_valid_number(day: object, sequence: int) -> None:
    """The standard defines the check character by 2^i modulo 11; the weights are those."""
    number = with_check(f"110105{str(day).replace('-', '')}{sequence:03d}")
    assert check_person_number(number) == number


@pytest.mark.parametrize(
    "number",
    [
        with_check("11010519490231002"),  # 31 February
        with_check("11010519001301002"),  # month 13
        with_check("11010500000101002"),  # year 0
        with_check("01010519491231002"),  # no such region
        "110105491231002",  # 15 digits, of before 1999
        "11010519491231002x",
        "11010519491231002X ",
        "１1010519491231002X",  # a full-width digit
        "",
    ],
)
def test_what_is_no_number_is_refused(number: str) -> None:
    """Whatever its check character says."""
    with pytest.raises(Malformed):
        check_person_number(number)


def test_the_commitment_is_an_hmac_under_the_organisation_s_secret() -> None:
    """The same for the same secret, another for another."""
    expected = hmac.new(SECRET, VECTOR.encode(), hashlib.sha256).hexdigest()
    assert person_commitment(SECRET, VECTOR) == expected
    assert person_commitment(bytes(32), VECTOR) != expected


def test_no_commitment_under_a_short_secret_or_to_a_wrong_number() -> None:
    """A short secret could be tried like the numbers themselves."""
    with pytest.raises(Malformed, match="too short"):
        person_commitment(bytes(31), VECTOR)
    with pytest.raises(Malformed, match="check character"):
        person_commitment(SECRET, VECTOR[:-1] + "1")
