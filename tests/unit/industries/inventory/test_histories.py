# SPDX-License-Identifier: Apache-2.0
"""A dealer's sales history is for one bank: on the ledger stands that it is, and nothing of it."""

from __future__ import annotations

import pytest

from tallystick.client import seal_record
from tallystick.crypto import SealingKey
from tallystick.encoding import encode
from tests.unit.industries.inventory import cast
from tests.unit.industries.inventory.stage import Stage

DEALER, BANK = cast.DEALER.organization, cast.OFFICER.organization
RECORD = f"{DEALER}/{BANK}/2026"
SALES = b"2026-03,LZ-1573,0 cases"


@pytest.fixture
def stage() -> Stage:
    """Return an empty ledger."""
    return Stage()


def declared(stage: Stage) -> dict[str, object]:
    """Seal and declare the sales of a year; return the record on the ledger."""
    keys = {who: SealingKey.generate().public_key for who in (DEALER, BANK)}
    made = seal_record(RECORD, SALES, keys)
    stage.ok(cast.DEALER, "declare_history", period="2026", bank=BANK, sealed=made.declaration)
    record: dict[str, object] = stage.table("histories_records")[RECORD]
    return record


def test_inv_10_a_sales_history_is_on_the_ledger_as_digests_only(stage: Stage) -> None:
    """INV-10: everybody sees whose it is, for whom, and how large; nobody what is in it."""
    record = declared(stage)
    assert (record["owner"], record["recipients"]) == (DEALER, [BANK])
    assert not any(SALES in encode(value) for value in stage.table("histories_records").values())


def test_a_bank_neither_declares_nor_erases_a_history(stage: Stage) -> None:
    """It is the dealer's."""
    declared(stage)
    sealed = {"ciphertext": "ab" * 32, "plaintext": "cd" * 32, "size": 1}
    args = {"period": "2026", "bank": BANK}
    stage.refused("E_ROLE", cast.OFFICER, "declare_history", sealed=sealed, **args)
    stage.refused("E_ROLE", cast.OFFICER, "erase_history", **args)


def test_a_history_that_was_erased_leaves_its_tombstone(stage: Stage) -> None:
    """And cannot be declared or erased again under its period."""
    declared(stage)
    args = {"period": "2026", "bank": BANK}
    stage.ok(cast.DEALER, "erase_history", **args)
    assert stage.table("histories_records")[RECORD]["erased_at"] is not None
    stage.refused("E_STATE", cast.DEALER, "erase_history", **args)
    sealed = {"ciphertext": "ab" * 32, "plaintext": "cd" * 32, "size": 1}
    stage.refused("E_DUP", cast.DEALER, "declare_history", sealed=sealed, **args)
