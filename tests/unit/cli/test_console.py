# SPDX-License-Identifier: Apache-2.0
"""`tally console reset`: the operator's way back when no administrator can give a link."""

from __future__ import annotations

from pathlib import Path

import pyotp
import pytest

from tallystick.cli.founding import found_demo
from tallystick.console.account.one_time_codes import confirm_secret, has_codes, offer_secret
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.account.resets import find_reset
from tallystick.console.audit import read_trail
from tallystick.console.records import Records, records_path
from tallystick.console.signing.vault import Vault
from tests.factories import COURT
from tests.unit.cli.conftest import Tally


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a node that has a console with one administrator."""
    data = tmp_path / "node"
    found_demo(data)
    records = Records(records_path(data))
    new = NewAccount(login="admin", name="A", organization=COURT, member="a", is_administrator=True)
    vault = Vault(records, data / "console" / "vault.key")
    account = add_account(records, new, 1)
    offered = offer_secret(records, vault, account, "A")
    assert confirm_secret(records, vault, account, pyotp.TOTP(offered.secret).at(90), 90_000)
    records.close()
    return data


@pytest.mark.parametrize("factors", [(), ("--factors",)], ids=["password", "factors too"])
def test_the_operator_makes_a_link_that_the_audit_knows(
    tally: Tally, folder: Path, factors: tuple[str, ...]
) -> None:
    """It sets the password of that account; second factors go only where that is said."""
    made = tally("console", "reset", "admin", *factors, "--data", str(folder), "--json")
    assert made.code == 0, made.err
    path, _, token = made.json["link"].rpartition("/")
    assert path == "/reset"
    records = Records(records_path(folder))
    assert find_reset(records, token, 0) == 1
    assert has_codes(records, 1) == (not factors)
    (row,) = read_trail(records, {})
    assert (row["kind"], "tally console reset" in row["subject"]) == ("reset-given", True)


def test_the_link_has_the_address_that_readers_know(tally: Tally, folder: Path) -> None:
    """As the operator states it."""
    (folder / "console.toml").write_text('address = "https://ledger.example/"')
    made = tally("console", "reset", "admin", "--data", str(folder), "--json")
    assert made.json["link"].startswith("https://ledger.example/reset/")


def test_nobody_elses_password_is_set(tally: Tally, folder: Path, tmp_path: Path) -> None:
    """A name that has no account, and a node that has no console, are said so."""
    wrong = tally("console", "reset", "nobody", "--data", str(folder))
    assert wrong.code != 0
    assert "nobody has an account of this name" in wrong.err
    bare = tmp_path / "bare"
    found_demo(bare)
    assert "no console yet" in tally("console", "reset", "admin", "--data", str(bare)).err
