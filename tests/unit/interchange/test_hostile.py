# SPDX-License-Identifier: Apache-2.0
"""XML that no bank sends is refused before a tree is built of it, whoever wrote it."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import HostileFile, InvalidAccount, InvalidPaymentFile, LimitExceeded
from tallystick.interchange.iso20022 import (
    documents,
    read_entries,
    read_payments,
    read_status,
    write_payments,
)
from tests.payments import a_file

HONEST = write_payments(a_file())
BODY = HONEST.split(b"?>", 1)[1]
READERS = [read_payments, read_status, read_entries]
LAUGHS = b'<!DOCTYPE Document [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + BODY


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LAUGHS, id="entities"),
        pytest.param(b"<!DOCTYPE Document SYSTEM 'file:///etc/passwd'>" + BODY, id="outside"),
        pytest.param(b"<!-- <a> -->\n<!doctype x>" + BODY, id="small letters"),
        pytest.param(b"\xef\xbb\xbf" + LAUGHS, id="mark before"),
        pytest.param(HONEST.decode().encode("utf-16"), id="utf-16"),
        pytest.param(LAUGHS.decode().encode("utf-16-le"), id="utf-16 without mark"),
        pytest.param(LAUGHS.decode().encode("utf-32-be"), id="utf-32"),
        pytest.param(b"<?xml version='1.0' encoding='UTF-7'?>" + BODY, id="utf-7"),
        pytest.param(b'<?xml version="1.0" encoding="cp037"?>' + BODY, id="ebcdic"),
        pytest.param(b"<a>" * 41 + b"</a>" * 41, id="deep"),
    ],
)
def test_hostile_bytes_are_refused_by_every_reader(
    read: Callable[[bytes], object], data: bytes
) -> None:
    """Entities, document types, other encodings that could hide them, endless depths."""
    with pytest.raises(HostileFile) as caught:
        read(data)
    assert caught.value.code == "E_HOSTILE_FILE"


def test_too_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A flat file can be as large as a deep one."""
    monkeypatch.setattr(documents, "ELEMENTS_MAX", 20)
    with pytest.raises(HostileFile, match="too many"):
        read_payments(HONEST)


def test_a_file_beyond_the_limit_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The size is looked at first."""
    monkeypatch.setattr(documents, "FILE_BYTES_MAX", len(LAUGHS) - 1)
    with pytest.raises(LimitExceeded):
        read_payments(LAUGHS)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", None),
        (b"no xml", None),
        (HONEST[:-20], None),
        (b"<Document/>", "Document"),
        (b"<Document xmlns='urn:other'/>", "urn:other"),
        (HONEST.replace(b"pain.001.001.09", b"pain.001.001.99"), "pain.001.001.99"),
        (b"<a xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'/>", "pain.001.001.09"),
    ],
)
def test_what_is_not_the_message_is_refused_by_name(data: bytes, found: str | None) -> None:
    """The answer says what is read and what was there."""
    with pytest.raises(InvalidPaymentFile) as caught:
        read_payments(data)
    assert found is None or caught.value.found == found


def test_a_message_is_not_read_as_another() -> None:
    """A status report is no notification."""
    with pytest.raises(InvalidPaymentFile, match="another message"):
        read_entries(HONEST)


def test_comments_marks_and_instructions_do_no_harm() -> None:
    """Honest programs write them; the schemas do not see them."""
    noisy = HONEST.replace(b"<GrpHdr>", b"<!-- a --><?b c?><GrpHdr>").replace(
        b">Wang Fang<", b"><![CDATA[Wang Fang]]><"
    )
    assert read_payments(codecs.BOM_UTF8 + noisy) == a_file()


def test_a_message_without_schema_still_has_one_body() -> None:
    """pain.002.001.10 is read without a schema, so the reader itself must look."""
    name = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
    for body in (b"", b"<A/><B/>", b"<A/>", b"<CstmrPmtStsRpt><GrpHdr/></CstmrPmtStsRpt>"):
        with pytest.raises(InvalidPaymentFile) as caught:
            read_status(b"<Document xmlns='%s'>%s</Document>" % (name.encode(), body))
        assert caught.value.field is not None


def test_a_payment_without_a_status_of_its_own_is_no_statement() -> None:
    """A bank may name a payment in a report and say nothing of it."""
    name = b"urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"
    told = read_status(
        b"<Document xmlns='%s'><CstmrPmtStsRpt><GrpHdr><MsgId>S</MsgId>"
        b"<CreDtTm>2026-11-27T09:00:00</CreDtTm></GrpHdr>"
        b"<OrgnlGrpInfAndSts><OrgnlMsgId>M</OrgnlMsgId><OrgnlMsgNmId>pain.001</OrgnlMsgNmId>"
        b"<GrpSts>PDNG</GrpSts></OrgnlGrpInfAndSts>"
        b"<OrgnlPmtInfAndSts><OrgnlPmtInfId>B</OrgnlPmtInfId><TxInfAndSts>"
        b"<OrgnlEndToEndId>A</OrgnlEndToEndId></TxInfAndSts></OrgnlPmtInfAndSts>"
        b"</CstmrPmtStsRpt></Document>" % name
    )
    assert (told.message_id, told.original_message_id) == ("S", "M")
    assert told.batches[0].payments == ()
    assert told.batches[0].verdict is None


@given(st.data())
def test_a_damaged_file_is_refused_by_an_error_of_ours_or_read(data: st.DataObject) -> None:
    """Nothing but our own errors comes out, whatever a line did to the bytes."""
    at = data.draw(st.integers(0, len(HONEST)))
    cut = data.draw(st.integers(0, 40))
    damaged = HONEST[:at] + data.draw(st.binary(max_size=8)) + HONEST[at + cut :]
    with suppress(HostileFile, InvalidPaymentFile, InvalidAccount):
        read_payments(damaged)
