# SPDX-License-Identifier: Apache-2.0
"""Lists of beneficiaries from files: mistakes by row, commitments, and one digest for two lists."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.contracts import person_commitment
from tallystick.errors import InvalidTable, Malformed
from tallystick.industries.charity import ListRow, list_digest_of
from tallystick.industries.charity.list_files import Difference, differences, read_list

SECRET = b"s" * 32
NUMBERS = (
    "110101200801101009",
    "110101200802111073",
    "110101200803121142",
    "110101200804131211",
    "110101200805141286",
)
HEADER = "姓名,证件号码,银行账号,开户行行号,金额,资金,省份代码,监护人证件号码\n"


def line(place: int, *, amount: str = "1500", fund: str = "", guardian: str = "") -> str:
    """Return a row of the list."""
    account = f"622202100111624570{place}"
    return f"人{place},{NUMBERS[place]},{account},102100099996,{amount},{fund},11,{guardian}\n"


LINES = tuple(line(place) for place in range(5))


def test_rows_have_commitments_and_payees_have_names() -> None:
    """Nothing of a person is in a row; name, account and bank are in the payee."""
    listed = read_list((HEADER + line(0, fund="girls", guardian=NUMBERS[1])).encode(), SECRET)
    holder = person_commitment(SECRET, NUMBERS[0])
    assert listed.rows == (
        ListRow(
            beneficiary=holder,
            amount=150_000,
            fund="girls",
            tags=("girls",),
            province="11",
            guardian=person_commitment(SECRET, NUMBERS[1]),
            is_minor=True,
        ),
    )
    (payee,) = listed.payees
    assert payee.pop("salt") != holder
    assert payee == {
        "holder": holder,
        "name": "人0",
        "account": "6222021001116245700",
        "clearing_system": "CNAPS",
        "clearing_number": "102100099996",
    }
    assert listed.plain_rows[0]["tags"] == ["girls"]


def test_columns_that_nobody_needs_may_be_left_out() -> None:
    """The free fund, the whole country, a person of age, an unnamed bank."""
    text = f"Name,Identity number,Account,Amount\nA,{NUMBERS[0]},6222021001116245700,1.50\n"
    listed = read_list(text.encode(), SECRET)
    assert (listed.total, listed.rows[0].fund, listed.rows[0].province) == (150, "free", "00")
    assert not listed.rows[0].is_minor
    assert "clearing_number" not in listed.payees[0]


def test_every_mistake_is_told_by_row_and_column_in_both_languages() -> None:
    """And never with what stands there: a list is private."""
    text = HEADER + "".join(
        (
            line(0).replace(NUMBERS[0], "110101200801101008"),
            line(1, amount="0"),
            line(2, amount="1.005"),
            line(3, guardian="11010120080110100X"),
            line(4),
            line(4).replace("6222", ""),
        )
    )
    listed = read_list(text.encode("gb18030"), SECRET)
    assert [(one.row, one.column, one.code) for one in listed.problems] == [
        (2, "number", "LIST_NUMBER"),
        (3, "amount", "LIST_AMOUNT"),
        (4, "amount", "CELL_NOT_AMOUNT"),
        (5, "guardian", "LIST_NUMBER"),
        (7, "number", "CELL_DUPLICATE"),
    ]
    assert all(one.en and one.zh for one in listed.problems)
    assert not any(NUMBERS[4] in str(one) for one in listed.problems)
    assert listed.numbers == (6,)


def test_another_header_or_a_short_secret_is_refused() -> None:
    """Whole."""
    with pytest.raises(InvalidTable):
        read_list("姓名\n王芳\n".encode(), SECRET)
    with pytest.raises(Malformed):
        read_list((HEADER + line(0)).encode(), b"short")


@given(order=st.permutations(LINES))
def test_two_lists_of_the_same_people_have_one_digest(order: list[str]) -> None:
    """However each is sorted, and with the digest that the contract computes."""
    listed = read_list((HEADER + "".join(order)).encode(), SECRET)
    assert listed.digest == list_digest_of(list(listed.rows))
    assert listed.digest == read_list((HEADER + "".join(LINES)).encode(), SECRET).digest


def test_an_account_is_salted_under_the_secret() -> None:
    """The same file twice gives the same payees; another secret gives others."""
    data = (HEADER + line(0)).encode()
    assert read_list(data, SECRET) == read_list(data, SECRET)
    assert read_list(data, b"t" * 32).payees[0]["salt"] != read_list(data, SECRET).payees[0]["salt"]


def test_differences_name_the_row_and_say_why() -> None:
    """Another amount, somebody who is not there, somebody too many."""
    ours = read_list((HEADER + "".join(LINES[:3])).encode(), SECRET)
    other = (line(0, amount="1600"), LINES[1], LINES[3])
    theirs = read_list((HEADER + "".join(other)).encode(), SECRET)
    records = [*theirs.plain_rows]
    random.Random(1).shuffle(records)
    found = {one.why: one for one in differences(ours, records)}
    assert found == {
        "differs": Difference(2, person_commitment(SECRET, NUMBERS[0]), "differs"),
        "only_here": Difference(4, person_commitment(SECRET, NUMBERS[2]), "only_here"),
        "only_on_ledger": Difference(None, person_commitment(SECRET, NUMBERS[3]), "only_on_ledger"),
    }
    assert differences(ours, ours.plain_rows) == []
