# SPDX-License-Identifier: Apache-2.0
"""Payments as the bytes of a pain.001.001.09: the same records give the same bytes, always."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tallystick.errors import InvalidPaymentFile
from tallystick.interchange.iso20022.documents import NAMESPACE, validate
from tallystick.interchange.iso20022.money import format_amount, total
from tallystick.interchange.iso20022.records import (
    Account,
    Address,
    Agent,
    Party,
    PaymentBatch,
    PaymentFile,
    PaymentOrder,
)
from tallystick.units import TimeMs

if TYPE_CHECKING:
    from lxml import etree

MESSAGE: Final = "pain.001.001.09"


class _Pen:
    """Writes elements of one namespace."""

    def __init__(self) -> None:
        from lxml import etree

        self._make = etree.SubElement
        self._namespace = f"{{{NAMESPACE}{MESSAGE}}}"
        # The stubs do not know that None stands for the namespace without a prefix.
        names: Any = {None: NAMESPACE + MESSAGE}
        self.root = etree.Element(f"{self._namespace}Document", nsmap=names)

    def element(self, parent: etree._Element, name: str) -> etree._Element:
        """Add an element that holds others; `A/B` adds one in the other and returns the inner."""
        for step in name.split("/"):
            parent = self._make(parent, self._namespace + step)
        return parent

    def text(self, parent: etree._Element, name: str, text: str | None) -> None:
        """Add an element with text, unless there is no text."""
        if text is not None:
            self.element(parent, name).text = text


def write_payments(file: PaymentFile) -> bytes:
    """Return a payment file as pain.001.001.09 in UTF-8, valid by its schema.

    Ids and times are the caller's: nothing in the bytes comes from a clock or from chance.

    Raises:
        InvalidPaymentFile: the records pass their own checks but not the schema.
    """
    from lxml import etree

    pen = _Pen()
    body = pen.element(pen.root, "CstmrCdtTrfInitn")
    _header(pen, body, file)
    for batch in file.batches:
        _batch(pen, body, batch)
    validate(pen.root, MESSAGE)
    etree.indent(pen.root, "  ")
    return etree.tostring(pen.root, encoding="UTF-8", xml_declaration=True) + b"\n"


def format_time(moment: TimeMs) -> str:
    """Return a time as an ISO date and time in UTC, to the millisecond.

    Raises:
        InvalidPaymentFile: beyond the years that have four digits.
    """
    try:
        whole = datetime.fromtimestamp(moment // 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidPaymentFile(
            "the time is out of range", field="created_ms", found=str(moment)[:40]
        ) from error
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03d}Z"


def _header(pen: _Pen, body: etree._Element, file: PaymentFile) -> None:
    header = pen.element(body, "GrpHdr")
    pen.text(header, "MsgId", file.message_id)
    pen.text(header, "CreDtTm", format_time(file.created_ms))
    pen.text(header, "NbOfTxs", str(len(file.orders)))
    pen.text(header, "CtrlSum", total(tuple(order.amount for order in file.orders)))
    pen.text(header, "InitgPty/Nm", file.initiator)


def _batch(pen: _Pen, body: etree._Element, batch: PaymentBatch) -> None:
    info = pen.element(body, "PmtInf")
    pen.text(info, "PmtInfId", batch.batch_id)
    pen.text(info, "PmtMtd", "TRF")
    pen.text(info, "NbOfTxs", str(len(batch.orders)))
    pen.text(info, "CtrlSum", total(tuple(order.amount for order in batch.orders)))
    pen.text(info, "ReqdExctnDt/Dt", batch.execution_date.isoformat())
    _party(pen, pen.element(info, "Dbtr"), batch.debtor)
    _account(pen, pen.element(info, "DbtrAcct"), batch.debtor_account)
    _agent(pen, pen.element(info, "DbtrAgt"), batch.debtor_agent)
    for order in batch.orders:
        _order(pen, pen.element(info, "CdtTrfTxInf"), order)


def _order(pen: _Pen, parent: etree._Element, order: PaymentOrder) -> None:
    ids = pen.element(parent, "PmtId")
    pen.text(ids, "EndToEndId", order.order_id)
    pen.text(ids, "UETR", order.uetr)
    amount = pen.element(parent, "Amt/InstdAmt")
    amount.set("Ccy", order.amount.currency)
    amount.text = format_amount(order.amount)
    if order.creditor_agent is not None:
        _agent(pen, pen.element(parent, "CdtrAgt"), order.creditor_agent)
    _party(pen, pen.element(parent, "Cdtr"), order.creditor)
    _account(pen, pen.element(parent, "CdtrAcct"), order.creditor_account)
    pen.text(parent, "Purp/Cd", order.purpose)
    pen.text(parent, "RmtInf/Ustrd", order.remittance)


def _party(pen: _Pen, parent: etree._Element, party: Party) -> None:
    pen.text(parent, "Nm", party.name)
    if party.address is not None:
        _address(pen, pen.element(parent, "PstlAdr"), party.address)
    pen.text(parent, "Id/OrgId/LEI", party.lei)


def _address(pen: _Pen, parent: etree._Element, address: Address) -> None:
    pen.text(parent, "StrtNm", address.street)
    pen.text(parent, "BldgNb", address.building)
    pen.text(parent, "PstCd", address.postcode)
    pen.text(parent, "TwnNm", address.town)
    pen.text(parent, "Ctry", address.country)


def _account(pen: _Pen, parent: etree._Element, account: Account) -> None:
    pen.text(parent, "Id/IBAN", account.iban)
    pen.text(parent, "Id/Othr/Id", account.other)


def _agent(pen: _Pen, parent: etree._Element, agent: Agent) -> None:
    bank = pen.element(parent, "FinInstnId")
    pen.text(bank, "BICFI", agent.bic)
    if agent.clearing_number is not None:
        member = pen.element(bank, "ClrSysMmbId")
        pen.text(member, "ClrSysId/Cd", agent.clearing_system)
        pen.text(member, "MmbId", agent.clearing_number)
    pen.text(bank, "Nm", agent.name)
