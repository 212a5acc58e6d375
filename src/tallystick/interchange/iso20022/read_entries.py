# SPDX-License-Identifier: Apache-2.0
"""Movements of accounts, from the bytes of a camt.052, 053 or 054."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from tallystick.interchange.iso20022.documents import CAMT, Node, read_document
from tallystick.interchange.iso20022.money import Money
from tallystick.interchange.iso20022.read_payments import parse_date, parse_money
from tallystick.interchange.iso20022.records import Entry, Notification

_REPORTS: Final = ("Ntfctn", "Stmt", "Rpt")
"""What holds the entries in camt.054, 053 and 052."""
_NOT_PROVIDED: Final = "NOTPROVIDED"


def read_entries(data: bytes) -> Notification:
    """Return the entries of a camt.052, 053 or 054 of version .02, .04 or .08.

    A collective booking gives one entry for each payment that it details.

    Raises:
        HostileFile: it has what is never accepted.
        LimitExceeded: it is too large.
        InvalidPaymentFile: another message, not valid by its schema, or an amount finer than
            its currency.
    """
    message, body = read_document(data, CAMT)
    return Notification(
        message=message,
        message_id=body.need_text("GrpHdr/MsgId"),
        entries=tuple(
            entry
            for name in _REPORTS
            for report in body.all(name)
            for node in report.all("Ntry")
            for entry in _entries(node, _account(report))
        ),
    )


def _account(report: Node) -> str | None:
    return report.text("Acct/Id/IBAN") or report.text("Acct/Id/Othr/Id")


def _entries(node: Node, account: str | None) -> Iterator[Entry]:
    details = [*node.all("NtryDtls/TxDtls")] or [node]
    for detail in details:
        yield Entry(
            account=account,
            amount=_amount(node, detail, alone=len(details) == 1),
            is_credit=_is_credit(node, detail),
            is_reversal=node.text("RvslInd") in {"true", "1"},
            status=node.text("Sts/Cd") or node.text("Sts/Prtry") or node.need_text("Sts"),
            booking_date=_day(node, "BookgDt"),
            value_date=_day(node, "ValDt"),
            bank_reference=detail.text("Refs/AcctSvcrRef") or node.text("AcctSvcrRef"),
            order_id=_provided(detail.text("Refs/EndToEndId")),
            uetr=detail.text("Refs/UETR"),
            return_reason=detail.text("RtrInf/Rsn/Cd") or detail.text("RtrInf/Rsn/Prtry"),
            return_text=detail.text("RtrInf/AddtlInf"),
            place=detail.place,
        )


def _provided(reference: str | None) -> str | None:
    """Banks write a word where they have no reference."""
    return None if reference == _NOT_PROVIDED else reference


def _amount(node: Node, detail: Node, *, alone: bool) -> Money | None:
    """Return what was booked: the payment's own amount, or that of an entry with one payment.

    An entry's amount is in the account's currency, a payment's may be in the order's own.
    """
    for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt", "Amt"):
        found = detail.one(path)
        if found is not None:
            return parse_money(found)
    return parse_money(node.need("Amt")) if alone else None


def _is_credit(node: Node, detail: Node) -> bool:
    return (detail.text("CdtDbtInd") or node.need_text("CdtDbtInd")) == "CRDT"


def _day(node: Node, name: str) -> date | None:
    found = node.one(name)
    return None if found is None else parse_date(found)
