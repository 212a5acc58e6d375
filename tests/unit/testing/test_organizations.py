# SPDX-License-Identifier: Apache-2.0
"""Organisations of tests have codes that a ledger takes, and always the same ones."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tallystick.model import check_organization_id
from tallystick.testing.organizations import credit_code, make_organization


@given(st.text(max_size=30))
def test_every_name_gives_a_valid_credit_code(name: str) -> None:
    """Length, alphabet and check character are those of GB 32100."""
    assert check_organization_id(credit_code(name)) == credit_code(name)


@given(st.text(max_size=30))
def test_the_organisations_own_part_has_its_own_check_character(name: str) -> None:
    """GB 11714: weights 3 7 9 10 5 8 4 2 on the eight characters before it."""
    body = credit_code(name)[8:17]
    total = sum(
        int(character, 36) * weight
        for character, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=False)
    )
    assert body[8] == "0123456789X"[-total % 11]


def test_codes_differ_by_name_and_stay() -> None:
    """Not by order or by run: a failure that names a code can be looked up."""
    assert credit_code("core") == "91110000MAD7W58C47"
    assert len({credit_code(f"org {number}") for number in range(500)}) == 500
    assert make_organization("核心企业").name.zh == "核心企业"
