# SPDX-License-Identifier: Apache-2.0
"""What could run when a file is opened is found by its content; plain evidence is left in peace."""

from __future__ import annotations

import gzip
import io
from typing import Final

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from tallystick.interchange.active_content import INSPECTED_BYTES_MAX, Active, look_into
from tests.certificates import sealed, unsealed
from tests.unit.interchange.test_captures import record
from tests.unit.interchange.zips import zipped

OLD_OFFICE: Final = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
MACRO_NAME: Final = "_VBA_PROJECT".encode("utf-16-le")


def pdf_with(key: str, value: generic.PdfObject) -> bytes:
    """Return a PDF whose catalogue has one entry more."""
    writer = IncrementalPdfFileWriter(io.BytesIO(unsealed()))
    writer.root[generic.pdf_name(key)] = value
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def script() -> generic.DictionaryObject:
    """Return an action that runs a script."""
    fields = {"/S": generic.pdf_name("/JavaScript"), "/JS": generic.pdf_string("app.alert(1)")}
    return generic.DictionaryObject({generic.pdf_name(one): fields[one] for one in fields})


def launch() -> generic.DictionaryObject:
    """Return an action that starts a program."""
    fields = {"/S": generic.pdf_name("/Launch"), "/F": generic.pdf_string("calc.exe")}
    return generic.DictionaryObject({generic.pdf_name(one): fields[one] for one in fields})


def first_page() -> generic.ArrayObject:
    """Return what most programs for writing say: at which page to begin."""
    return generic.ArrayObject([generic.NumberObject(0), generic.pdf_name("/Fit")])


def cut(data: bytes) -> bytes:
    """Return a PDF without its end, which its readers repair."""
    return data[: data.rfind(b"startxref")]


def capture_of(data: bytes) -> bytes:
    """Return a web capture of one file."""
    return record(len(data), data + b"\r\n\r\n")


def packed_capture_of(data: bytes) -> bytes:
    """Return a capture of an answer that was packed on its way."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Encoding: gzip\r\n\r\n"
    answer = head + gzip.compress(data)
    return capture_of(answer).replace(b"Type: resource", b"Type: response", 1)


def found(data: bytes, name: str, size: int | None = None) -> Active | None:
    """Look into a file."""
    return look_into(io.BytesIO(data), name, len(data) if size is None else size)


@pytest.mark.parametrize(
    ("data", "name", "what"),
    [
        (pdf_with("/OpenAction", script()), "a.pdf", Active.PDF),
        (pdf_with("/Extra", launch()), "a.pdf", Active.PDF),
        (cut(pdf_with("/OpenAction", script())), "a.pdf", Active.PDF),
        (b"%PDF-1.7 <</S/J#61vaScript/JS(x)>>", "a.pdf", Active.PDF),
        (b"%PDF-1.7 " + bytes((1 << 20) - 14) + b"/JavaScript", "a.pdf", Active.PDF),
        (b"%PDF-1.7 /JavaScriptless", "a.pdf", Active.UNREAD),
        (capture_of(pdf_with("/OpenAction", script())), "a.warc", Active.CAPTURE),
        (packed_capture_of(pdf_with("/OpenAction", script())), "a.warc", Active.CAPTURE),
        (b"  %PDF-1.7 and nothing that can be read", "a.bin", Active.UNREAD),
        (b"<!DOCTYPE HTML><p>", "page", Active.PAGE),
        (b"\xef\xbb\xbf\n<HTML>", "page", Active.PAGE),
        (b'<?xml version="1.0"?><svg onload="x()"/>', "picture", Active.PAGE),
        (b"<p>only a part</p>", "page.htm", Active.PAGE),
        (b"text", "page.mhtml", Active.PAGE),
        (zipped({"word/vbaProject.bin": b"x"}), "a.docm", Active.MACROS),
        (zipped({"xl/macrosheets/sheet1.xml": b"x"}), "a.xlsx", Active.MACROS),
        (zipped({"Basic/script-lc.xml": b"x"}), "a.odt", Active.MACROS),
        (zipped({"A.class": b"x"}), "a.jar", Active.PROGRAM),
        (OLD_OFFICE + MACRO_NAME, "a.doc", Active.MACROS),
        (b"MZ\x90\x00", "invoice.pdf", Active.PROGRAM),
        (b"\x7fELF", "a", Active.PROGRAM),
        (b"#!/bin/sh\n", "a.txt", Active.PROGRAM),
        (b"echo", "a.BAT", Active.PROGRAM),
    ],
    ids=range(23),
)
def test_what_could_run_is_found(data: bytes, name: str, what: Active) -> None:
    """By content first, and by name where that says nothing."""
    assert found(data, name) is what


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty"),
        (b"a contract", "contract.txt"),
        (b"\x89PNG\r\n", "photo.png"),
        (sealed(), "certificate.pdf"),
        (pdf_with("/OpenAction", first_page()), "written.pdf"),
        (capture_of(sealed()), "a.warc"),
        (capture_of(sealed())[:-40], "damaged.warc"),
        (capture_of(b"a page"), "a.warc"),
        (zipped({"word/document.xml": b"x"}), "a.docx"),
        (b"PK but no archive", "a.zip"),
        (OLD_OFFICE, "a.doc"),
        (b'<?xml version="1.0"?><Document/>', "pain.xml"),
    ],
    ids=range(12),
)
def test_plain_evidence_has_no_note(data: bytes, name: str) -> None:
    """A note on everything would be a note on nothing."""
    assert found(data, name) is None


@pytest.mark.parametrize("data", [unsealed(), OLD_OFFICE], ids=["pdf", "office"])
def test_what_is_too_large_to_look_into_is_not_called_plain(data: bytes) -> None:
    """The bound is said, not hidden."""
    assert found(data, "a", INSPECTED_BYTES_MAX + 1) is Active.UNREAD
