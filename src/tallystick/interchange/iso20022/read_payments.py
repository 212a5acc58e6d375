# SPDX-License-Identifier: Apache-2.0
"""Payments from the bytes of a pain.001, of version .03 or .09."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

from tallystick.errors import InvalidPaymentFile
from tallystick.interchange.iso20022.documents import PAIN_001, Node, located, read_document
from tallystick.interchange.iso20022.money import Money, parse_amount, total
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

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def read_payments(data: bytes) -> PaymentFile:
    """Return the payments of a pain.001.001.03 or .09.

    What our records have no place for (charges, instructions, free address lines, ultimate
    parties) is not read. What would change who gets how much is refused: cheques, amounts in
    another currency than the account's to be converted, and sums that do not agree.

    Raises:
        HostileFile: it has what is never accepted.
        LimitExceeded: it is too large.
        InvalidPaymentFile: another message, not valid by its schema, or contradicting itself.
        InvalidAccount: check digits are wrong.
    """
    _, body = read_document(data, PAIN_001)
    header = body.need("GrpHdr")
    batches = tuple(_batch(one) for one in body.all("PmtInf"))
    with located(header):
        file = PaymentFile(
            message_id=header.need_text("MsgId"),
            created_ms=parse_time(header.need("CreDtTm")),
            initiator=header.text("InitgPty/Nm") or "-",
            batches=batches,
        )
    _check_sums(header, tuple(order.amount for order in file.orders))
    return file


def parse_time(node: Node) -> TimeMs:
    """Return the time that an element says; without a zone it is UTC.

    Raises:
        InvalidPaymentFile: it is no time.
    """
    try:
        moment = datetime.fromisoformat(node.own_text)
    except ValueError as error:
        raise InvalidPaymentFile(
            "the time has a wrong form", field=node.place, found=node.own_text[:40]
        ) from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    since = aware - _EPOCH
    return TimeMs((since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000)


def parse_date(node: Node) -> date:
    """Return the day that an element says: a date, or the date of a time (`Dt`, `DtTm`).

    Raises:
        InvalidPaymentFile: it is no date.
    """
    text = node.text("Dt") or node.text("DtTm") or node.own_text
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise InvalidPaymentFile(
            "the date has a wrong form", field=node.place, found=text[:40]
        ) from error


def parse_money(node: Node) -> Money:
    """Return the amount that an element with a currency says.

    Raises:
        InvalidPaymentFile: it is no amount.
    """
    return parse_amount(node.own_text, node.attribute("Ccy"), place=node.place)


def _batch(info: Node) -> PaymentBatch:
    if info.need_text("PmtMtd") == "CHK":
        raise InvalidPaymentFile(
            "the payments are cheques", field=f"{info.place}/PmtMtd", expected="TRF", found="CHK"
        )
    orders = tuple(_order(one) for one in info.all("CdtTrfTxInf"))
    _check_sums(info, tuple(order.amount for order in orders))
    with located(info):
        return PaymentBatch(
            batch_id=info.need_text("PmtInfId"),
            execution_date=parse_date(info.need("ReqdExctnDt")),
            debtor=_party(info.need("Dbtr")),
            debtor_account=_account(info.need("DbtrAcct")),
            debtor_agent=_agent(info.need("DbtrAgt")),
            orders=orders,
        )


def _order(node: Node) -> PaymentOrder:
    agent = node.one("CdtrAgt")
    with located(node):
        return PaymentOrder(
            order_id=node.need_text("PmtId/EndToEndId"),
            uetr=node.text("PmtId/UETR"),
            amount=parse_money(node.need("Amt/InstdAmt")),
            creditor=_party(node.need("Cdtr")),
            creditor_account=_account(node.need("CdtrAcct")),
            creditor_agent=None if agent is None else _agent(agent),
            purpose=node.text("Purp/Cd"),
            remittance=node.text("RmtInf/Ustrd"),
        )


def _party(node: Node) -> Party:
    with located(node):
        return Party(
            name=node.need_text("Nm"),
            address=_address(node.one("PstlAdr")),
            lei=node.text("Id/OrgId/LEI"),
        )


def _address(node: Node | None) -> Address | None:
    if node is None:
        return None
    town, country = node.text("TwnNm"), node.text("Ctry")
    if town is None or country is None:
        return None  # free lines only: nothing that could be sent on
    with located(node):
        return Address(
            town=town,
            country=country,
            street=node.text("StrtNm"),
            building=node.text("BldgNb"),
            postcode=node.text("PstCd"),
        )


def _account(node: Node) -> Account:
    with located(node, "Id"):
        return Account(iban=node.text("Id/IBAN"), other=node.text("Id/Othr/Id"))


def _agent(node: Node) -> Agent:
    bank = node.need("FinInstnId")
    with located(bank):
        return Agent(
            bic=bank.text("BICFI") or bank.text("BIC"),
            clearing_system=bank.text("ClrSysMmbId/ClrSysId/Cd"),
            clearing_number=bank.text("ClrSysMmbId/MmbId") or bank.text("Othr/Id"),
            name=bank.text("Nm"),
        )


def _check_sums(node: Node, amounts: tuple[Money, ...]) -> None:
    """Refuse a count or control sum that the payments do not have."""
    count, control = node.text("NbOfTxs"), node.text("CtrlSum")
    if count is not None and int(count) != len(amounts):
        raise InvalidPaymentFile(
            "the number of payments is another than the message says",
            field=f"{node.place}/NbOfTxs",
            expected=str(len(amounts)),
            found=count,
        )
    if control is not None and _plain(control) != _plain(total(amounts)):
        raise InvalidPaymentFile(
            "the control sum is another than that of the payments",
            field=f"{node.place}/CtrlSum",
            expected=total(amounts),
            found=control,
        )


def _plain(decimal: str) -> str:
    """Return a decimal without zeros that say nothing, for comparison."""
    whole, _, fraction = decimal.removeprefix("+").partition(".")
    return f"{whole.lstrip('0') or '0'}.{fraction.rstrip('0')}"
