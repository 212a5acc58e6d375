# SPDX-License-Identifier: Apache-2.0
"""The register of seals: who publishes, what a new seal does to the old one, what revoking does."""

from __future__ import annotations

import pytest

from tallystick.contracts.registers import Seals
from tallystick.contracts.registers.seals import PublishedSeal
from tallystick.encoding import Value
from tallystick.errors import Refused
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept

HEAD = make_signer("administrator", member="head")
CLERK = make_signer(member="clerk")
OTHER = make_signer("administrator", organization="911100001000000059", member="head")
FIRST, SECOND = b"\x30" * 300, b"\x31" * 300


@pytest.fixture
def register() -> LedgerHarness:
    """Return a register where one organisation has published a seal."""
    ledger = LedgerHarness(Seals)
    assert ledger.run("publish", HEAD, certificate=FIRST).code == "ok"
    return ledger


def shown(ledger: LedgerHarness) -> Value:
    """Return the seal in force."""
    return ledger.query("show", organization=HEAD.organization)


def test_an_administrator_publishes_the_seal_of_the_own_organisation(
    register: LedgerHarness,
) -> None:
    """With who and when; others publish for themselves only, and a clerk nothing."""
    found = shown(register)
    assert isinstance(found, dict)
    assert (found["certificate"], found["version"]) == (FIRST, 1)
    assert found["published_by"] == f"{HEAD.organization}/head"
    assert register.run("publish", CLERK, certificate=SECOND).code == "E_ROLE"
    assert register.run("publish", OTHER, certificate=SECOND).code == "ok"
    assert shown(register) == found


def test_a_new_seal_retires_the_one_before_and_keeps_it(register: LedgerHarness) -> None:
    """What the old one sealed stays good: it is not revoked; a third leaves the first's end."""
    register.run("publish", HEAD, certificate=SECOND)
    old, new = kept(register, "seals", PublishedSeal)
    assert (old.retired_at is None, old.revoked_at, new.retired_at) == (False, None, None)
    register.run("publish", HEAD, certificate=b"\x32" * 300)
    assert kept(register, "seals", PublishedSeal)[0] == old


def test_a_seal_is_never_published_twice(register: LedgerHarness) -> None:
    """Neither again, nor after it was replaced or revoked: it would be believed again."""
    assert register.run("publish", HEAD, certificate=FIRST).code == "E_DUP"
    register.run("publish", HEAD, certificate=SECOND)
    assert register.run("publish", HEAD, certificate=FIRST).code == "E_DUP"
    register.run("revoke", HEAD, version=2, reason="lost")
    assert register.run("publish", HEAD, certificate=SECOND).code == "E_DUP"


def test_a_revoked_seal_is_out_of_force_for_good_and_says_why(register: LedgerHarness) -> None:
    """Once; a seal that is not there, or another organisation's, is not revoked."""
    assert register.run("revoke", CLERK, version=1, reason="x").code == "E_ROLE"
    assert register.run("revoke", OTHER, version=1, reason="x").code == "E_MISSING"
    assert register.run("revoke", HEAD, version=2, reason="x").code == "E_MISSING"
    assert register.run("revoke", HEAD, version=1, reason="key lost").code == "ok"
    (one,) = kept(register, "seals", PublishedSeal)
    assert (one.reason, one.retired_at) == ("key lost", one.revoked_at)
    assert register.run("revoke", HEAD, version=1, reason="again").code == "E_DUP"
    with pytest.raises(Refused):
        shown(register)


def test_revoking_a_replaced_seal_keeps_when_it_was_replaced(register: LedgerHarness) -> None:
    """Both times are told."""
    register.run("publish", HEAD, certificate=SECOND)
    before = kept(register, "seals", PublishedSeal)[0].retired_at
    register.run("revoke", HEAD, version=1, reason="key lost")
    one = kept(register, "seals", PublishedSeal)[0]
    assert (one.retired_at, one.revoked_at is None) == (before, False)


def test_an_organisation_without_a_seal_has_none_in_force(register: LedgerHarness) -> None:
    """Said with its code."""
    with pytest.raises(Refused):
        register.query("show", organization=OTHER.organization)
