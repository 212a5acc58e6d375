# SPDX-License-Identifier: Apache-2.0
"""The register of sealing keys: who may publish, what rotation keeps, and what retiring stops."""

from __future__ import annotations

import pytest

from tallystick.contracts.registers import SealingKeys
from tallystick.contracts.registers.sealing_keys import PublishedSealingKey
from tallystick.encoding import Value
from tallystick.testing import LedgerHarness, make_signer
from tests.unit.contracts.parts.kept import kept

HEAD = make_signer("administrator", member="head")
CLERK = make_signer(member="clerk")
OTHER = make_signer("administrator", organization="911100001000000059", member="head")
FIRST, SECOND = f"age1{'q' * 58}", f"age1{'z' * 58}"


def publish(ledger: LedgerHarness, key: str = FIRST) -> None:
    """Publish a key as the organisation's administrator."""
    assert ledger.run("publish", HEAD, public_key=key).code == "ok"


def shown(ledger: LedgerHarness) -> Value:
    """Return the key in force."""
    return ledger.query("show", organization=HEAD.organization)


@pytest.fixture
def register() -> LedgerHarness:
    """Return a register where one organisation has published a key."""
    ledger = LedgerHarness(SealingKeys)
    publish(ledger)
    return ledger


def test_an_administrator_publishes_the_key_of_the_own_organisation(
    register: LedgerHarness,
) -> None:
    """With who and when."""
    found = shown(register)
    assert isinstance(found, dict)
    assert found["public_key"] == FIRST
    assert found["version"] == 1
    assert found["published_by"] == f"{HEAD.organization}/head"


def test_who_is_no_administrator_publishes_nothing(register: LedgerHarness) -> None:
    """A clerk's key would decide who reads."""
    assert register.run("publish", CLERK, public_key=SECOND).code == "E_ROLE"


def test_another_organisation_publishes_for_itself_only(register: LedgerHarness) -> None:
    """There is no argument to name another one."""
    register.run("publish", OTHER, public_key=SECOND)
    found = shown(register)
    assert isinstance(found, dict)
    assert found["public_key"] == FIRST


def test_a_new_key_retires_the_one_before_and_keeps_it(register: LedgerHarness) -> None:
    """So it can be seen later to which key something was sealed."""
    publish(register, SECOND)
    old, new = kept(register, "keys", PublishedSealingKey)
    assert (old.public_key, new.public_key) == (FIRST, SECOND)
    assert old.retired_at is not None
    assert new.retired_at is None
    assert new.version == 2


def test_the_same_key_is_not_published_twice(register: LedgerHarness) -> None:
    """A repeated request changes nothing."""
    assert register.run("publish", HEAD, public_key=FIRST).code == "E_DUP"


def test_after_retiring_there_is_no_key_in_force(register: LedgerHarness) -> None:
    """And nothing to retire a second time; a new key may follow, with the next version."""
    assert register.run("retire", HEAD).code == "ok"
    assert register.run("retire", HEAD).code == "E_MISSING"
    publish(register, SECOND)
    found = shown(register)
    assert isinstance(found, dict)
    assert found["version"] == 2


@pytest.mark.parametrize("key", ["", "age1" + "Q" * 58, "age1" + "q" * 57, "AGE-SECRET-KEY-1"])
def test_what_does_not_look_like_a_public_half_is_refused(key: str) -> None:
    """Above all a secret key, which would stand in the log for ever."""
    assert LedgerHarness(SealingKeys).run("publish", HEAD, public_key=key).code == "E_ARGUMENT"


def test_a_secret_key_is_refused_before_it_reaches_the_log() -> None:
    """Even whole and well-formed, it does not fit the argument."""
    secret = "AGE-SECRET-KEY-1" + "Q" * 58
    assert LedgerHarness(SealingKeys).run("publish", HEAD, public_key=secret).code == "E_ARGUMENT"
