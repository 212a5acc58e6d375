# SPDX-License-Identifier: Apache-2.0
"""Fuzz targets for files of the outside world: payment messages and lists, and their first inputs.

Accepted payments mean the same when they are written again, and a bank's answer means something
once: handed in a second time it says nothing new.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tallystick.client import StatementOriginal, statement_verification
from tallystick.interchange.iso20022 import (
    Notification,
    Outstanding,
    PaymentFile,
    StatusReport,
    match_entries,
    match_status,
    read_entries,
    read_payments,
    read_status,
    write_payments,
)
from tallystick.interchange.tables import Column, Kind, Limits, Row, read_table
from tallystick.interchange.timestamps import content_digests
from tallystick.interchange.transparency import read_services, read_statement
from tests.fuzz.kit import attempt, expect
from tests.payments import a_file, an_order
from tests.transparency import (
    CONTENT,
    ISSUER,
    SERVICE,
    Service,
    ed,
    enveloped,
    services_file,
    with_receipts,
)

VECTORS: Final = Path(__file__).resolve().parents[1] / "vectors" / "iso20022"
SENT: Final = Outstanding().sending(a_file(an_order("A"), an_order("B")))
COLUMNS: Final = (
    Column(name="name", headers=("姓名",), pattern=r"[^0-9]+"),
    Column(name="number", headers=("账号",), unique=True),
    Column(name="amount", headers=("金额",), kind=Kind.AMOUNT, required=False),
    Column(name="day", headers=("日期",), kind=Kind.DATE, required=False),
    Column(name="count", headers=("人数",), kind=Kind.INTEGER, required=False),
)
LIMITS: Final = Limits(rows=200, unpacked_bytes=1_000_000)
REGISTERED: Final = enveloped(ed())
GENUINE: Final = with_receipts(REGISTERED, Service().receipt(REGISTERED))
SERVICES: Final = read_services(services_file([(SERVICE, ed())], [(ISSUER, ed())]))
ORIGINAL: Final = StatementOriginal(content_digests([CONTENT]), CONTENT)
HEADER: Final = "姓名,账号,金额,日期,人数"


def payment_file(data: bytes) -> bool:
    """A pain.001: what was read can be written, and reads the same."""
    found = attempt(read_payments, data)
    if not isinstance(found, PaymentFile):
        return False
    expect(read_payments(write_payments(found)) == found, "payments survive their bytes")
    return True


def foreign_statement(data: bytes) -> bool:
    """A statement of another service: nothing matches but what was signed and registered."""
    found = statement_verification(data, ORIGINAL, SERVICES)
    if found.ok:
        expect(read_statement(data).registered == REGISTERED, "only the genuine one matches")
    return found.checks[0].result.value == "passed"


def bank_answer(data: bytes) -> bool:
    """A pain.002 or camt: it is matched, and matched again it says nothing."""
    report, told = attempt(read_status, data), attempt(read_entries, data)
    expect(report is None or told is None, "a message is of one kind")
    if isinstance(report, StatusReport):
        after, _ = match_status(SENT, report)
        again, results = match_status(after, report)
    elif isinstance(told, Notification):
        after, _ = match_entries(SENT, told)
        again, results = match_entries(after, told)
    else:
        return False
    expect((again, results) == (after, ()), "a message says a thing once")
    return True


def table(data: bytes) -> bool:
    """A list: each row has every column, and a value or a problem where one is required."""
    found = attempt(lambda: list(read_table(data, COLUMNS, limits=LIMITS)))
    if not isinstance(found, list):
        return False
    for row in found:
        expect(isinstance(row, Row) and {"name", "number"} <= row.values.keys(), "columns")
        wrong = {one.column for one in row.problems}
        missing = {name for name in ("name", "number") if row.values[name] is None}
        expect(missing <= wrong, "no value is missing without a word", row)
    return True


def outside_seeds() -> Iterator[tuple[str, str, bytes]]:
    """Yield target, name and input: messages of ours and of others, lists, hostile spellings."""
    ours = re.sub(rb">\s+<", b"><", write_payments(a_file(an_order("A"), an_order("B"))))
    yield "payment-file", "ours", ours
    yield "payment-file", "cheque", ours.replace(b">TRF<", b">CHK<")
    yield "payment-file", "sum", ours.replace(b">241.00<", b">241.01<")
    yield "payment-file", "entity", ours.replace(b"<Document", b"<!DOCTYPE a><Document")
    for name in ("camt054.v8-with-UETR", "camt053.v2.with-account-name", "camt053.v2.wrong"):
        yield "bank-answer", name, (VECTORS / f"{name}.xml").read_bytes()
    yield "bank-answer", "status", STATUS
    yield "table", "csv", f'{HEADER}\n王芳,1,"1,234.50",2026-11-27,3\n,1,x,y,z\n=1,2\n'.encode()
    yield "table", "gb18030", f"{HEADER}\n王芳,1,,,\n".replace(",", ";").encode("gb18030")
    yield "table", "quote", f'{HEADER}\n"a'.encode()
    yield "table", "empty", b""
    yield "table", "archive", _archive()


def _archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


STATUS: Final = (
    b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.002.001.10'><CstmrPmtStsRpt><GrpHdr>"
    b"<MsgId>S</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>MSG-1</OrgnlMsgId><GrpSts>PART"
    b"</GrpSts></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>MSG-1-B</OrgnlPmtInfId>"
    b"<PmtInfSts>ACCP</PmtInfSts><TxInfAndSts><OrgnlEndToEndId>A</OrgnlEndToEndId><TxSts>RJCT"
    b"</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></StsRsnInf>"
    b"</TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
)
