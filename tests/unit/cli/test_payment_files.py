# SPDX-License-Identifier: Apache-2.0
"""The private files of payments: who pays, who is paid, and what the bridge remembers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tallystick.cli.payments.journal import Journal
from tallystick.cli.payments.parties import read_payees, read_payer, write_payees
from tallystick.errors import FileProblem, InvalidAccount, InvalidPaymentFile, TallystickError
from tests.mock_bank import CLOSED
from tests.unit.cli.paying import a_payee, payer_fields, private_files

WANG = a_payee()


def test_a_private_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """Names and accounts lie nowhere open."""
    payer, payees = private_files(tmp_path, WANG)
    assert list(read_payees(payees)) == [WANG.digest]
    assert read_payer(payer).name == "ACME Corporation"
    for path, read in ((payer, read_payer), (payees, read_payees)):
        path.chmod(0o640)
        with pytest.raises(FileProblem) as caught:
            read(path)
        assert (caught.value.found, caught.value.hint) == ("0640", f"chmod 600 {path}")


def test_a_payee_is_known_by_the_digest_of_name_and_account(tmp_path: Path) -> None:
    """A file whose account was changed after the claim was signed is refused, and pays nobody."""
    path = tmp_path / "payees.json"
    write_payees(path, [WANG])
    data = json.loads(path.read_text())
    data["payees"][0]["iban"] = CLOSED
    path.write_text(json.dumps(data))
    with pytest.raises(FileProblem) as caught:
        read_payees(path)
    assert caught.value.field == "payees[0]"
    del data["payees"][0]["digest"]
    path.write_text(json.dumps(data))
    assert WANG.digest not in read_payees(path)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"iban": "DE89370400440532013001"}, InvalidAccount),
        ({"iban": None}, InvalidPaymentFile),
        ({"bic": "X"}, InvalidAccount),
        ({"name": ""}, InvalidPaymentFile),
        ({"holder": 7}, FileProblem),
        ({"nickname": "x"}, FileProblem),
    ],
)
def test_a_payee_that_no_bank_would_take_is_refused(
    change: dict[str, Any], error: type[TallystickError], tmp_path: Path
) -> None:
    """Before anything is sent."""
    path = tmp_path / "payees.json"
    write_payees(path, [WANG])
    row = {**json.loads(path.read_text())["payees"][0], **change}
    del row["digest"]
    path.write_text(json.dumps({"payees": [row]}))
    with pytest.raises(error):
        read_payees(path)


def test_private_files_that_are_not_there_or_of_another_form_are_named(tmp_path: Path) -> None:
    """By path, with the place and never with a value of theirs."""
    with pytest.raises(FileProblem, match="gone"):
        read_payer(tmp_path / "gone.json")
    with pytest.raises(FileProblem, match="cannot be written"):
        write_payees(tmp_path / "gone" / "payees.json", [])
    payer, payees = private_files(tmp_path)
    payer.write_text(json.dumps({**payer_fields(), "bic": None}))
    with pytest.raises(FileProblem) as caught:
        read_payer(payer)
    assert caught.value.field == "bic"
    payees.write_text("{")
    with pytest.raises(FileProblem, match="form"):
        read_payees(payees)


def test_a_private_file_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is parsed."""
    payer, _ = private_files(tmp_path)
    monkeypatch.setattr("tallystick.cli.payments.private_files._BYTES_MAX", 3)
    with pytest.raises(FileProblem):
        read_payer(payer)


def test_an_account_in_china_needs_no_iban_and_no_address() -> None:
    """A number, a bank of the clearing system."""
    payee = a_payee(
        iban=None,
        account="6222021001116245702",
        bic=None,
        clearing_system="CNAPS",
        clearing_number="102100099996",
        town=None,
        country=None,
    )
    agent = payee.as_agent()
    assert agent is not None
    assert agent.clearing_number == "102100099996"
    assert payee.as_account().number == "6222021001116245702"
    assert payee.as_party().address is None
    assert replace(payee, salt="00").digest != payee.digest
    assert replace(payee, clearing_number=None).as_agent() is None


def test_one_process_uses_a_folder_at_a_time(tmp_path: Path) -> None:
    """The second is told; the lock ends with the first."""
    with Journal(tmp_path).alone(), pytest.raises(FileProblem), Journal(tmp_path).alone():
        pass
    with Journal(tmp_path).alone():
        pass
