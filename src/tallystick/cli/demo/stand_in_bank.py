# SPDX-License-Identifier: Apache-2.0
"""A stand-in for a bank, for demonstrations only: it takes pain.001 files and answers at once.

It refuses payments to accounts that it was told are closed, and says that it has made the others.
The project's tests use an independent bank instead.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from tallystick.crypto import sha256
from tallystick.interchange import iso20022
from tallystick.interchange.iso20022 import PaymentFile, PaymentOrder, format_amount

_PAIN_002: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<GrpHdr><MsgId>{id}</MsgId><CreDtTm>{time}</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{original}</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>
</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{batch}</OrgnlPmtInfId>{payments}</OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>
"""
_ACCEPTED: Final = """
<TxInfAndSts><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>"""
_REJECTED: Final = """
<TxInfAndSts><OrgnlEndToEndId>{id}</OrgnlEndToEndId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></StsRsnInf></TxInfAndSts>"""
_CAMT_054: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>{id}</MsgId><CreDtTm>{time}</CreDtTm></GrpHdr>
<Ntfctn><Id>{id}</Id><Acct><Id><Othr><Id>{account}</Id></Othr></Id></Acct>{entries}</Ntfctn>
</BkToCstmrDbtCdtNtfctn></Document>
"""
_ENTRY: Final = """
<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<BkTxCd><Prtry><Cd>PAYMENT</Cd></Prtry></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>{order}</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>"""
_REFERENCE_DIGITS: Final = 12


class StandInBank:
    """Answers payment files in the folder of a `FileDropConnector`."""

    def __init__(self, folder: Path, closed: Collection[str]) -> None:
        """Look after a folder; payments to `closed` accounts are refused."""
        self._folder = folder
        self._closed = closed

    def answer(self) -> tuple[int, int]:
        """Take every file of the outbox, and return how many payments were made and refused."""
        made = refused = 0
        for path in sorted((self._folder / "outbox").iterdir()):
            file = iso20022.read_payments(path.read_bytes())
            good = [one for one in file.orders if one.creditor_account.number not in self._closed]
            self._put(f"pain.002-{path.name}", _status(file, self._closed))
            if good:
                self._put(f"camt.054-{path.name}", _notification(file, good))
            path.unlink()
            made, refused = made + len(good), refused + len(file.orders) - len(good)
        return made, refused

    def _put(self, name: str, text: str) -> None:
        partial = self._folder / "inbox" / f".{name}.tmp"
        partial.write_text(text, encoding="utf-8")
        partial.rename(self._folder / "inbox" / name)


def _status(file: PaymentFile, closed: Collection[str]) -> str:
    payments = (
        (_REJECTED if one.creditor_account.number in closed else _ACCEPTED).format(
            id=escape(one.order_id)
        )
        for one in file.orders
    )
    (batch,) = file.batches
    return _PAIN_002.format(
        id=f"S-{file.message_id}"[:35],
        time=f"{batch.execution_date}T09:00:00",
        original=file.message_id,
        batch=batch.batch_id,
        payments="".join(payments),
    )


def _notification(file: PaymentFile, made: list[PaymentOrder]) -> str:
    (batch,) = file.batches
    entries = (
        _ENTRY.format(
            currency=one.amount.currency,
            amount=format_amount(one.amount),
            day=batch.execution_date,
            reference=f"DEMO{sha256(one.order_id.encode()).hex()[:_REFERENCE_DIGITS].upper()}",
            order=escape(one.order_id),
        )
        for one in made
    )
    return _CAMT_054.format(
        id=f"N-{file.message_id}"[:35],
        time=f"{batch.execution_date}T09:00:01",
        account=batch.debtor_account.number,
        entries="".join(entries),
    )
