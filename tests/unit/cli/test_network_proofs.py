# SPDX-License-Identifier: Apache-2.0
"""What a contract takes of another network is given as the receipt file that people have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.cli.option_values import read_word
from tallystick.contracts import define
from tallystick.contracts.registers import ASSETS_RESERVER, Assets, reservation_claim
from tallystick.errors import UsageError
from tallystick.testing import make_signer
from tests.ledger_networks import LedgerNetwork

KEEPER = make_signer(ASSETS_RESERVER)


@pytest.fixture
def shared() -> LedgerNetwork:
    """Return a network on which something was reserved."""
    network = LedgerNetwork("shared", (Assets,), [KEEPER])
    claim = reservation_claim("channel." + "0" * 32, "5a" * 32)
    network.ok(KEEPER, "reserve", fingerprints=["ab" * 32], claim=claim)
    return network


def read(text: str) -> object:
    """Return what `--proof` means."""
    method = next(one for one in define(Assets).schema.methods if one.name == "recognise")
    argument = next(one for one in method.arguments if one.name == "proof")
    return read_word(text, argument.type, "--proof")


def test_a_receipt_file_becomes_a_proof(shared: LedgerNetwork, tmp_path: Path) -> None:
    """`--proof @FILE`; a proof that is one already stays as it is."""
    file = tmp_path / "x.receipt.json"
    file.write_text(shared.receipt().to_json(), encoding="utf-8")
    assert read(f"@{file}") == shared.proof()
    assert read(shared.proof().hex()) == shared.proof()


def test_what_is_no_receipt_is_named(shared: LedgerNetwork, tmp_path: Path) -> None:
    """The option and what is expected; so for a receipt whose checkpoint cannot be read."""
    file = tmp_path / "x.receipt.json"
    broken = shared.receipt().to_json().replace("height 1", "height one")
    for text in ("{}", broken.replace("\\n\\n", "\\n")):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError) as caught:
            read(f"@{file}")
        assert (caught.value.field, caught.value.expected) == ("--proof", "@FILE.receipt.json")
