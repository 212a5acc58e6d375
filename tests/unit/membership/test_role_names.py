# SPDX-License-Identifier: Apache-2.0
"""Names of roles: words of small letters, digits and hyphens, joined by dots."""

from __future__ import annotations

import pytest

from tallystick.contracts import ANY_MEMBER
from tallystick.errors import InvalidValue
from tallystick.execution import ContractRunner
from tallystick.membership.checks import check_roles


def test_every_role_that_an_installed_contract_asks_for_can_be_held() -> None:
    """A role that membership refuses would make its methods unreachable on a network."""
    methods = [method for schema in ContractRunner().schemas for method in schema.methods]
    roles = {role for method in methods for role in method.roles} - {ANY_MEMBER}
    assert roles
    assert {check_roles([role]) for role in roles} == {(role,) for role in roles}


@pytest.mark.parametrize(
    "role", ["", ".", "a.", ".a", "a..b", "A", "a b", "a_b", "a/b", "-a", "a.-b", "a\n", "a" * 64]
)
def test_what_is_no_word_is_no_role(role: str) -> None:
    """Dots stand between words only; at most 63 characters."""
    with pytest.raises(InvalidValue):
        check_roles([role])


def test_the_longest_name_is_a_role() -> None:
    """63 characters."""
    assert check_roles(["a" * 63, "b.c-2"]) == ("a" * 63, "b.c-2")
