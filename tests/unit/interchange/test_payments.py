# SPDX-License-Identifier: Apache-2.0
"""What we write is valid, the same each time, and comes back as it went."""

from __future__ import annotations

import re
import sys
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from tallystick.errors import InvalidAccount, InvalidPaymentFile, Malformed
from tallystick.interchange.iso20022 import (
    Account,
    Address,
    Agent,
    Money,
    Party,
    PaymentFile,
    read_payments,
    write_payments,
)
from tallystick.units import TimeMs
from tests.payments import a_file, an_order
from tests.unit.interchange.strategies import files


@cache
def schema(name: str) -> etree.XMLSchema:
    """Return a schema by its file, not by the code under test."""
    file = resources.files("tallystick.interchange.iso20022") / "xsd" / f"{name}.xsd"
    return etree.XMLSchema(etree.fromstring(file.read_bytes()))


@given(files())
def test_everything_written_is_valid_by_the_schema(file: PaymentFile) -> None:
    """Whatever the records allow, the published schema of pain.001.001.09 allows."""
    schema("pain.001.001.09").assertValid(etree.fromstring(write_payments(file)))


@given(files())
def test_a_payment_file_survives_its_bytes(file: PaymentFile) -> None:
    """Nothing of a record is lost on the wire, and nothing is added."""
    assert read_payments(write_payments(file)) == file


def test_the_same_records_give_the_same_bytes() -> None:
    """No clock and no chance: who writes a file again writes the same file."""
    assert write_payments(a_file()) == write_payments(a_file())


def as_version_03(file: PaymentFile) -> bytes:
    """Return a file as older banks write it."""
    text = write_payments(file).decode()
    text = text.replace("pain.001.001.09", "pain.001.001.03").replace("BICFI", "BIC")
    text = re.sub(r"\s*<Dt>(.*)</Dt>\s*", r"\1", text)
    lines = [line for line in text.splitlines() if "UETR" not in line]
    return "\n".join(lines).encode()


def test_the_older_version_is_read_into_the_same_records() -> None:
    """pain.001.001.03 has a plain date, BIC, and no UETR."""
    file = a_file(an_order(uetr=None))
    assert read_payments(as_version_03(file)) == file


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("<NbOfTxs>1<", "<NbOfTxs>2<", "NbOfTxs"),
        ("<CtrlSum>120.50<", "<CtrlSum>120.51<", "CtrlSum"),
        (">TRF<", ">CHK<", "PmtInf[1]/PmtMtd"),
        ("DE89370400440532013000", "DE88370400440532013000", "CdtrAcct/Id"),
        (">120.50</InstdAmt", ">120.505</InstdAmt", "Amt/InstdAmt"),
        ("2026-11-30", "2026-02-30", "ReqdExctnDt/Dt"),
        ("2026-11-30", "12026-11-30", "ReqdExctnDt"),
        (">ORDER-1<", ">ORDER_1<", "CdtTrfTxInf[1]"),
        ("<Nm>Wang Fang</Nm>", "", "Cdtr/Nm"),
        ("<EndToEndId>ORDER-1</EndToEndId>", "", "PmtId/UETR"),
        (
            '<InstdAmt Ccy="EUR">120.50</InstdAmt>',
            '<EqvtAmt><Amt Ccy="EUR">120.50</Amt><CcyOfTrf>USD</CcyOfTrf></EqvtAmt>',
            "Amt/InstdAmt",
        ),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_at_the_place(
    old: str, new: str, place: str
) -> None:
    """Money does not move on a file that says two things."""
    data = write_payments(a_file()).decode()
    assert old in data
    with pytest.raises(Malformed) as caught:
        read_payments(data.replace(old, new).encode())
    assert caught.value.field is not None
    assert caught.value.field.startswith("/Document/CstmrCdtTrfInitn/")
    assert caught.value.field.endswith(place)


def test_a_control_sum_may_have_zeros() -> None:
    """120.5 and 0120.500 are one number."""
    data = write_payments(a_file()).replace(b"<CtrlSum>120.50<", b"<CtrlSum>0120.500<")
    assert read_payments(data) == a_file()


def test_free_address_lines_are_not_taken_over() -> None:
    """Banks refuse them, so a payment that has only these is read as one without an address."""
    data = write_payments(a_file()).decode()
    free = data.replace("<TwnNm>Berlin</TwnNm>", "").replace(
        "<Ctry>DE</Ctry>", "<AdrLine>x</AdrLine>"
    )
    assert read_payments(free.encode()).orders[0].creditor.address is None


@pytest.mark.parametrize("zone", ["Z", "+00:00", ""])
def test_a_time_is_read_with_or_without_its_zone(zone: str) -> None:
    """A time without a zone is taken as UTC."""
    data = write_payments(a_file()).decode().replace(".123Z", f".123{zone}")
    assert read_payments(data.encode()).created_ms == a_file().created_ms


def test_a_time_that_python_does_not_know_is_refused() -> None:
    """Midnight at the end of a day is valid by the schema."""
    data = write_payments(a_file()).decode()
    start = data.index("<CreDtTm>") + len("<CreDtTm>")
    changed = f"{data[:start]}2026-11-27T24:00:00{data[data.index('</CreDtTm>') :]}"
    with pytest.raises(InvalidPaymentFile, match="time"):
        read_payments(changed.encode())


@pytest.mark.parametrize(
    "make",
    [
        lambda: an_order(order_id="x" * 36),
        lambda: an_order(uetr="1"),
        lambda: an_order(amount=Money(0, "EUR")),
        lambda: an_order(purpose="CHARITY"),
        lambda: an_order(remittance="x" * 141),
        lambda: an_order(remittance="two\nlines"),
        lambda: an_order(remittance=" "),
        lambda: a_file(orders=()),
        lambda: a_file(an_order(), an_order()),
        lambda: a_file(batch_id=""),
        lambda: a_file(message_id="_"),
        lambda: PaymentFile(message_id="M", created_ms=TimeMs(0), initiator="I", batches=()),
        lambda: Address(town="", country="CN"),
        lambda: Address(town="Beijing", country="China"),
        lambda: Address(town="Beijing", country="CN", postcode="1" * 17),
        lambda: Party(name=""),
        Account,
        lambda: Account(iban="DE89370400440532013000", other="1"),
        Agent,
        lambda: Agent(name="Bank", clearing_system="CNAPS"),
        lambda: Agent(clearing_system="TOOLONG", clearing_number="1"),
    ],
)
def test_a_record_that_no_message_can_carry_is_not_made(make: Any) -> None:
    """A mistake is found where it is made, not when the bank answers."""
    with pytest.raises(InvalidPaymentFile) as caught:
        make()
    assert caught.value.field is not None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Party(name="A", lei="529900T8BM49AURSDO54"),
        lambda: Account(iban="DE1"),
        lambda: Account(other="?"),
        lambda: Agent(bic="1"),
    ],
)
def test_a_record_with_wrong_check_digits_is_not_made(make: Any) -> None:
    """The same, for identifiers."""
    with pytest.raises(InvalidAccount):
        make()


def test_an_account_is_called_by_its_number() -> None:
    """An IBAN, or what a country without them has."""
    assert Account(other="6222").number == "6222"
    assert Account(iban="DE89370400440532013000").number == "DE89370400440532013000"


def test_a_time_beyond_four_digits_of_years_is_refused() -> None:
    """A time in microseconds, given by mistake, would be in another age."""
    file = a_file(execution_date=date(2026, 1, 1))
    far = PaymentFile(
        message_id=file.message_id,
        created_ms=TimeMs(file.created_ms * 1000),
        initiator=file.initiator,
        batches=file.batches,
    )
    with pytest.raises(InvalidPaymentFile, match="time"):
        write_payments(far)


def test_what_passes_the_records_and_not_the_schema_is_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The schema has the last word on what leaves, whatever the records forgot."""
    writer = sys.modules["tallystick.interchange.iso20022.write_payments"]
    monkeypatch.setattr(writer, "format_amount", repr)
    with pytest.raises(InvalidPaymentFile) as caught:
        write_payments(a_file())
    assert caught.value.field == "/Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/Amt/InstdAmt"
