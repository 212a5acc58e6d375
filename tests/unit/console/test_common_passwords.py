# SPDX-License-Identifier: Apache-2.0
"""Passwords that everybody guesses first are refused (ASVS 5.0, 6.2.4)."""

from __future__ import annotations

import pytest

from tallystick.console.account import passwords
from tallystick.console.account.passwords import check_new_password
from tallystick.errors import InvalidArguments
from tests.unit.console.test_factors import Owner, owner
from tests.unit.console.test_joining import PASSWORD, clerk, site

__all__ = ["clerk", "owner", "site"]

COMMON = passwords._COMMON.read_text("ascii").splitlines()  # the file is the claim


def test_the_list_has_enough_that_would_otherwise_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """ASVS asks for 3,000 that meet the other rules: every line of the list does, without it."""
    assert len(set(COMMON)) == len(COMMON) >= 3_000
    for one in COMMON:
        with pytest.raises(InvalidArguments, match="guessed first"):
            check_new_password(one)
    monkeypatch.setattr(passwords, "_common_passwords", frozenset)
    for one in COMMON:
        check_new_password(one)


@pytest.mark.parametrize("password", ["1qaz2wsx3edc", "QwertyQwerty", "ADMINISTRATOR"])
def test_capitals_do_not_help(password: str) -> None:
    """The list is compared in small letters."""
    with pytest.raises(InvalidArguments, match="guessed first"):
        check_new_password(password)


def test_a_common_password_is_refused_on_the_page(owner: Owner) -> None:
    """The old one stays, and the page says why, in both languages."""
    for language, text in (("en", "guessed first"), ("zh", "最常被猜测")):
        answer = owner.send(f"/account/password?lang={language}", new_password="QwertyQwerty")
        assert answer.status_code == 400
        assert text in answer.text
    assert owner.send("/account/password", new_password="QwertyQwerty of mine").status_code == 303
    check_new_password(PASSWORD)
