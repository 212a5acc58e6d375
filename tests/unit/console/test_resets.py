# SPDX-License-Identifier: Apache-2.0
"""Passwords: changed by their owners, set anew by a link that an administrator gave."""

from __future__ import annotations

import time

import pytest

from tallystick.console.account.resets import LIFETIME_MS
from tallystick.console.visit import Visit
from tests.unit.console.test_factors import Owner, owner, teller
from tests.unit.console.test_joining import PASSWORD, clerk, site

__all__ = ["clerk", "owner", "site", "teller"]
NEW = "another sentence, as boring"


def link_for_the_teller(teller: Owner) -> str:
    """Return the link that the clerk gives; the clerk is signed in afterwards."""
    teller.leave_and_enter()
    shown = teller.send("/admin/accounts/2", step="reset").text
    return "/reset/" + shown.split("/reset/")[1].split("<")[0]


def test_a_forgotten_password_is_set_anew_by_a_link_once(teller: Owner) -> None:
    """The link works once; the old password no longer does."""
    link = link_for_the_teller(teller)
    teller.send("/sign-out")
    assert teller.reader.get(link).status_code == 200
    assert teller.send(link, password="short").status_code == 422
    assert teller.send(link, password=NEW).headers["location"] == "/sign-in"
    assert teller.send(link, password=NEW).status_code == 404
    assert teller.send("/sign-in", login="teller").status_code == 401
    assert teller.send("/sign-in", login="teller", password=NEW).status_code == 303


def test_after_a_reset_all_sessions_end(teller: Owner) -> None:
    """Whoever had stolen one is out (ASVS 7.4.3)."""
    cookies = dict(teller.reader.cookies)
    link = link_for_the_teller(teller)
    teller.send(link, password=NEW)
    stolen = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    teller.send("/sign-out")
    assert teller.reader.get("/account", headers=stolen).status_code == 303


def test_a_link_does_not_replace_the_second_factor(teller: Owner) -> None:
    """Who gives it does not get in by it (ASVS 6.4.3)."""
    teller.add_codes()
    teller.send(link_for_the_teller(teller), password=NEW)
    entered = teller.send("/sign-in", login="teller", password=NEW)
    assert entered.headers["location"] == "/sign-in/second"


def test_a_link_ends_after_a_day_and_with_the_next_one(
    teller: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two links at once are none too few."""
    first = link_for_the_teller(teller)
    second = link_for_the_teller(teller)
    assert teller.reader.get(first).status_code == 404
    later = time.time_ns() // 1_000_000 + LIFETIME_MS + 1_000
    monkeypatch.setattr(Visit, "now_ms", property(lambda _: later))
    assert teller.reader.get(second).status_code == 404


def test_who_changes_the_password_states_the_old_one_and_ends_other_sessions(
    owner: Owner,
) -> None:
    """A right old one is needed, and the new one must be good (ASVS 6.2.3)."""
    change = "/account/password"
    cookies = dict(owner.reader.cookies)
    other = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    owner.reader.cookies.delete("tally_session")
    owner.send("/sign-in", login="clerk")
    assert owner.send(change, password="wrong", new_password=NEW).status_code == 400
    assert owner.send(change, new_password="short").status_code == 400
    assert owner.send(change, new_password=NEW).status_code == 303
    assert owner.reader.get("/account").status_code == 200
    now = dict(owner.reader.cookies)
    owner.reader.cookies.delete("tally_session")
    assert owner.reader.get("/account", headers=other).status_code == 303
    assert now["tally_session"] != cookies["tally_session"]


def test_wrong_passwords_of_who_is_signed_in_are_counted(owner: Owner) -> None:
    """A session that was stolen is no place to guess the password (ASVS 6.3.1)."""
    answers = [
        owner.send("/account/password", password="wrong", new_password=NEW) for _ in range(5)
    ]
    assert {one.status_code for one in answers} == {400}
    assert "too often" in owner.send("/account/password", new_password=NEW).text


def test_sessions_are_listed_and_ended(owner: Owner) -> None:
    """One by one, or all others (ASVS 7.5.2)."""
    for _ in range(2):
        owner.reader.cookies.delete("tally_session")
        owner.send("/sign-in", login="clerk", password=PASSWORD)
    sessions = owner.reader.get("/account.json").json()["sessions"]
    assert [one["is_own"] for one in sessions].count(True) == 1
    assert len(sessions) == 3
    other = next(one["digest"] for one in sessions if not one["is_own"])
    owner.send("/account/sessions", session=other)
    assert len(owner.reader.get("/account.json").json()["sessions"]) == 2
    owner.send("/account/sessions")
    assert len(owner.reader.get("/account.json").json()["sessions"]) == 1
