# SPDX-License-Identifier: Apache-2.0
"""Check digits agree with a library by other people; ids of ours can travel."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import bic as their_bic
from stdnum import iban as their_iban
from stdnum import lei as their_lei
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from tallystick.errors import InvalidAccount, InvalidPaymentFile, TallystickError
from tallystick.interchange.iso20022 import (
    check_account_number,
    check_bic,
    check_iban,
    check_lei,
    check_reference,
    uetr_of,
)
from tallystick.interchange.iso20022.identifiers import IBAN_LENGTHS, check_uetr

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def takes(check: Callable[[str], None], text: str) -> bool:
    """Return whether a check of ours lets a text pass."""
    try:
        check(text)
    except TallystickError:
        return False
    return True


def with_check_digits(country: str, rest: str) -> str:
    """Return an IBAN whose check digits are right."""
    return country + their_iban.calc_check_digits(f"{country}00{rest}") + rest


@st.composite
def ibans(draw: st.DrawFn) -> str:
    """IBANs of every country, with right or nearly right check digits and lengths."""
    country = draw(st.sampled_from([*sorted(IBAN_LENGTHS), "CN"]))
    size = IBAN_LENGTHS.get(country, 20) - 4 + draw(st.sampled_from([0, 0, 0, -1, 1]))
    rest = "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=size, max_size=size)))
    right = with_check_digits(country, rest)
    return draw(st.sampled_from([right, country + "00" + rest]))


@given(ibans())
def test_no_iban_passes_that_the_judge_refuses(iban: str) -> None:
    """Its ISO 7064 agrees with every one we take; only countries' own digits we do not know."""
    if takes(check_iban, iban):
        assert mod_97_10.is_valid(iban[4:] + iban[:4])


@given(ibans())
def test_no_iban_is_refused_that_the_judge_takes(iban: str) -> None:
    """What python-stdnum finds valid is valid here."""
    try:
        their_iban.validate(iban)
    except ValidationError:
        return
    check_iban(iban)


@given(st.text(CAPITALS, min_size=18, max_size=18), st.integers(0, 99))
def test_our_check_of_entities_is_the_judges(start: str, digits: int) -> None:
    """ISO 17442 by two implementations."""
    for lei in (f"{start}{digits:02d}", start + mod_97_10.calc_check_digits(start)):
        assert takes(check_lei, lei) == their_lei.is_valid(lei)


@given(st.text(CAPITALS, min_size=7, max_size=12))
def test_no_bank_is_refused_that_the_judge_takes(bic: str) -> None:
    """ISO 9362; the judge knows the older form, without digits in front, and the countries."""
    named = f"{bic[:4]}DE{bic[6:]}"
    for one in (bic, named):
        assert takes(check_bic, one) or not their_bic.is_valid(one)
    if bic[:4].isalpha():
        assert takes(check_bic, named) == their_bic.is_valid(named)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (check_iban, "DE89 3704 0044 0532 0130 00"),
        (check_iban, "de89370400440532013000"),
        (check_iban, "CN89370400440532013000"),
        (check_iban, "DE8937040044053201300"),
        (check_iban, "DE68210501700024690959"),
        (check_bic, "DEUTDEF"),
        (check_lei, "529900T8BM49AURSDO54"),
        (check_lei, "529900T8BM49AURSDO5"),
        (check_account_number, ""),
        (check_account_number, "6222-"),
        (check_account_number, "6" * 35),
        (check_account_number, "工商银行"),
    ],
)
def test_a_wrong_identifier_is_an_error_of_its_own(check: Callable[[str], None], text: str) -> None:
    """The holder must read it again, so the code says that it is the account."""
    with pytest.raises(InvalidAccount) as caught:
        check(text)
    assert caught.value.code == "E_ACCOUNT"
    assert caught.value.field is not None


@pytest.mark.parametrize("number", ["6222021001116245702", "1", "0200 0007-09"])
def test_chinese_account_numbers_are_taken(number: str) -> None:
    """They are digits, and have no common check digit."""
    check_account_number(number)


@pytest.mark.parametrize("reference", ["A", "2026/11/27-0001", "a" * 35, "(1) +2?:.,'"])
def test_an_id_that_travels_is_taken(reference: str) -> None:
    """The characters every network carries."""
    check_reference(reference, place="order_id")


@pytest.mark.parametrize(
    "reference", ["", " A", "A ", "a" * 36, "/A", "A/", "A//B", "A_B", "号1", "A\n"]
)
def test_an_id_that_a_bank_might_cut_is_refused(reference: str) -> None:
    """A reference that comes back changed matches nothing."""
    with pytest.raises(InvalidPaymentFile):
        check_reference(reference, place="order_id")


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_uetr_is_a_uuid_of_version_4_and_always_the_same(order: str, scope: str) -> None:
    """The schema demands the form; writing a file again must not change the reference."""
    uetr = uetr_of(order, scope=scope)
    check_uetr(uetr)
    parsed = uuid.UUID(uetr)
    assert (parsed.version, parsed.variant, str(parsed)) == (4, uuid.RFC_4122, uetr)
    assert uetr == uetr_of(order, scope=scope)


def test_orders_of_two_networks_have_different_uetrs() -> None:
    """Order 1 of one network is not order 1 of another, wherever the texts are cut."""
    told = {uetr_of("1", scope="ab"), uetr_of("b1", scope="a"), uetr_of("1", scope="a")}
    assert len(told) == 3


@pytest.mark.parametrize("uetr", ["", "51fd697d-9b7c-59af-ba07-54fe5a0c3710", "5" * 36])
def test_another_form_of_uetr_is_refused(uetr: str) -> None:
    """Version 5 would be refused by the bank, after the file was sent."""
    with pytest.raises(InvalidPaymentFile, match=re.escape("UETR")):
        check_uetr(uetr)
