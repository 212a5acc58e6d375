# SPDX-License-Identifier: Apache-2.0
"""Messages by other people are read; the vendored schemas are the published ones."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

import pytest
from stdnum import iban

from tallystick.errors import InvalidAccount, InvalidPaymentFile
from tallystick.interchange.iso20022 import Money, read_entries, read_payments

FOLDER: Final = Path(__file__).with_name("iso20022")
ENTRIES: Final = {
    "camt052.v2.xml": 1,
    "camt052.v4.xml": 1,
    "camt052.v8.xml": 1,
    "camt053.v2.five.decimals.xml": 1,
    "camt053.v2.minimal.xml": 1,
    "camt053.v2.multi.statement.xml": 2,
    "camt053.v2.with-account-name.xml": 1,
    "camt053.v8.xml": 1,
    "camt054.v4.xml": 3,
    "camt054.v8-with-UETR.xml": 1,
    "camt054.v8-with-financial-institution.xml": 1,
    "camt054.v8.xml": 3,
    "camt53.only-Dt-with-DtTm.xml": 0,
}
REFUSED: Final = {
    "camt052.v6.xml": "another message",
    "camt053.v3.xml": "another message",
    "camt.053.001.07.xml": "another message",
    "camt053.v2.wrong.xml": "schema",
}
SCHEMAS: Final = {
    "camt.052.001.02.xsd": "00943e037cf2a55ad28372ee54265de3c915b34d19ed961aabf4cb1d09e3cb3e",
    "camt.052.001.04.xsd": "1ac0cc4155101303d06b08ce725d09f72ddf01ce6162435035cf4f187d44e516",
    "camt.052.001.08.xsd": "589b55980dd6e553de78ba036eb733308da201bda4c3158e10b22cb003911e8f",
    "camt.053.001.02.xsd": "05ec472590dda5e433fd646e9cf3849fa1ba01c033052aaca3089cec6862692d",
    "camt.053.001.04.xsd": "48e91ed5adc8a957be7d407495dcf9b3ac9e502e41962e45eba70155c8a32e3d",
    "camt.053.001.08.xsd": "ca0b135cc8e2dde5b2f99af6b6c514a8f29d6e7c6cf98e9ea84d247189868ff5",
    "camt.054.001.02.xsd": "8bb91f1d645277487b4262538c9064161e8feb48ceb8b0c680716fd07c32da01",
    "camt.054.001.04.xsd": "1bb115c106bd7ee4fac82520b477ee8ea40a8686a9111ff182e33a14ae0014d2",
    "camt.054.001.08.xsd": "2b392a1f7e70e70902fd0d803ff85989613bd1cae351663240b0bb9243be2c28",
    "pain.001.001.03.xsd": "ce868c7ac8e572b278a2e13f6574a5b3e3ab01b16bf8e0bdef377375595e1c55",
    "pain.001.001.09.xsd": "87d3349e981c22a182f5937143bc879e36116045ac96aa86904fa4c720c9fd85",
    "pain.002.001.03.xsd": "c0c2b98f51638147598678bbec3d5aedfa270a819c2fda8014ba3c34a5972195",
    "pain.002.001.11.xsd": "d7d5c787fb027a2025193984d9f2afac6aec15bebd368623dd0156b6a8d38b0d",
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_message_by_other_people_is_read(name: str) -> None:
    """Each entry, or each payment of a collective one, becomes a record with amount and place."""
    found = read_entries((FOLDER / name).read_bytes())
    assert len(found.entries) == ENTRIES[name]
    assert all(entry.amount is not None and entry.place for entry in found.entries)


@pytest.mark.parametrize("name", REFUSED)
def test_a_message_that_we_do_not_read_is_refused(name: str) -> None:
    """Other versions are not guessed at, and what breaks its schema is not taken."""
    with pytest.raises(InvalidPaymentFile, match=REFUSED[name]):
        read_entries((FOLDER / name).read_bytes())


def test_every_file_of_the_folder_is_used() -> None:
    """A vector that no test reads proves nothing."""
    used = ENTRIES.keys() | REFUSED.keys() | {"pain.001.001.03.xml", "pain.001.001.09.xml"}
    assert used == {path.name for path in FOLDER.glob("*.xml")}


def test_what_a_bank_says_of_payments_is_in_the_records() -> None:
    """A collective booking of two payments, and one alone: amounts, dates, references."""
    first, second, third = read_entries((FOLDER / "camt054.v4.xml").read_bytes()).entries
    assert [first.amount, second.amount] == [Money(3_10, "CHF"), Money(3_20, "CHF")]
    assert first.order_id == "UXC06170000006PI00001EE00001"
    assert second.order_id == "UXC06170000006PI00001EE00002"
    assert first.bank_reference == second.bank_reference == "ACSR160617103200001"
    assert {first.booking_date, third.booking_date} == {date(2007, 10, 18)}
    assert {first.status, second.status, third.status} == {"BOOK"}
    assert first.account == "CH2801234000123456789"


def test_the_unique_reference_of_a_payment_comes_back() -> None:
    """The bank's notification carries the UETR, and nothing else that names the order."""
    (entry,) = read_entries((FOLDER / "camt054.v8-with-UETR.xml").read_bytes()).entries
    assert entry.uetr == "255ae394-9965-4438-ac86-f406feada396"
    assert (entry.order_id, entry.bank_reference, entry.booking_date) == (None, None, None)


def test_more_digits_than_a_currency_has_are_read_when_they_are_zeros() -> None:
    """Some banks write 8.850 for 8.85 euros."""
    data = (FOLDER / "camt053.v2.five.decimals.xml").read_bytes()
    assert b">8.850<" in data
    (entry,) = read_entries(data).entries
    assert entry.amount == Money(8_85, "EUR")


def test_payments_that_are_counted_wrongly_are_refused() -> None:
    """Valid by the schema, four payments, and a header that says two."""
    with pytest.raises(InvalidPaymentFile, match="number of payments"):
        read_payments((FOLDER / "pain.001.001.03.xml").read_bytes())


def test_payments_to_accounts_that_cannot_be_are_refused() -> None:
    """Valid by the schema, with an IBAN whose check digits are wrong."""
    with pytest.raises(InvalidAccount) as caught:
        read_payments((FOLDER / "pain.001.001.09.xml").read_bytes())
    assert caught.value.field == "/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[1]/CdtrAcct/Id"


@pytest.mark.parametrize("version", ["03", "09"])
def test_payments_by_other_people_are_read_once_their_mistakes_are_mended(version: str) -> None:
    """The same files, with the right count and the right check digits."""
    text = (FOLDER / f"pain.001.001.{version}.xml").read_text(encoding="utf-8")
    count = text.count("<EndToEndId>")
    counted = re.sub(r"<NbOfTxs>\d+", f"<NbOfTxs>{count}", text)
    mended = re.sub(r"<IBAN>(..)..(\w+)", _right_digits, counted)
    orders = read_payments(mended.encode()).orders
    assert len(orders) == count > 3
    assert [order.order_id for order in orders] == re.findall("<EndToEndId>(.*?)<", text)


def _right_digits(match: re.Match[str]) -> str:
    digits = iban.calc_check_digits(f"{match[1]}00{match[2]}")
    return f"<IBAN>{match[1]}{digits}{match[2]}"


def test_the_schemas_are_as_they_were_published() -> None:
    """Nobody changed a schema to make a file pass."""
    folder = resources.files("tallystick.interchange.iso20022") / "xsd"
    files = (one for one in folder.iterdir() if one.name.endswith(".xsd"))
    assert {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in files} == SCHEMAS
