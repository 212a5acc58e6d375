# SPDX-License-Identifier: Apache-2.0
"""Looks into a file of whomever: what could run when somebody opens it. Nothing of it is run.

What follows is for the door: a PDF with scripts is refused unless it is kept as it is, of the rest
whoever opens it should know. That nothing is found does not make a file harmless.
"""

from __future__ import annotations

import io
import re
import zipfile
from enum import StrEnum
from typing import IO, Final

from tallystick.errors import ActiveContent, InvalidPDF, LimitExceeded
from tallystick.interchange.captures import RECORDS_MAX, captured_pdfs, is_capture
from tallystick.interchange.certificates import check_no_scripts

INSPECTED_BYTES_MAX: Final = 64 * 1024 * 1024
"""PDF files and old Office files are looked into as a whole, up to this size."""
_HEAD_SIZE: Final = 4096
_OLD_OFFICE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_OLD_MACROS: Final = "_VBA_PROJECT".encode("utf-16-le")
_MACRO_MEMBERS: Final = ("vbaproject.bin", "vbadata.xml", "macrosheets/", "basic/script-lc.xml")
_PAGE_HEADS: Final = (b"<!doctype html", b"<html", b"<svg", b"<script", b"<hta:")
_PAGE_NAMES: Final = (".html", ".htm", ".xhtml", ".svg", ".hta", ".mht", ".mhtml")
_PROGRAM_HEADS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_PROGRAM_NAMES: Final = (
    *(".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jar", ".msi"),
    *(".sh", ".py", ".lnk", ".wsf", ".app", ".apk"),
)
_PDF_SCRIPTS: Final = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData|RichMediaContent)(?![A-Za-z0-9])"
)
"""Names long enough that no picture has them by chance."""
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_SCAN_BYTES: Final = 1 << 20
_NAME_BYTES_MAX: Final = 64
"""Of such a name, however it is escaped, and the character behind it."""
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"


class Active(StrEnum):
    """What could run when a file is opened."""

    PDF = "pdf"
    """A PDF with a script, an action that starts or sends something, or a program inside."""
    CAPTURE = "capture"
    """A web capture that holds such a PDF."""
    PAGE = "page"
    """A web page or drawing, which a browser runs."""
    MACROS = "macros"
    """An Office document with macros."""
    PROGRAM = "program"
    """A program or a script by itself."""
    UNREAD = "unread"
    """A PDF or Office file that could not be looked into: damaged, encrypted, or too large."""


def look_into(source: IO[bytes], name: str, size: int) -> Active | None:
    """Return what could run when this file is opened; None if nothing was found.

    Args:
        source: The file, which can be sought; at most `INSPECTED_BYTES_MAX` of it are read.
        name: What it is called.
        size: Its bytes.
    """
    source.seek(0)
    head, called = source.read(_HEAD_SIZE), name.lower()
    if is_capture(head, called):
        return _capture(source)
    if b"%PDF-" in head[:1024]:
        return _pdf(source, size)
    if head.startswith(b"PK"):
        return _archive(source, called)
    if head.startswith(_OLD_OFFICE):
        return _old_office(source, size)
    if head.startswith(_PROGRAM_HEADS) or called.endswith(_PROGRAM_NAMES):
        return Active.PROGRAM
    text = head.lstrip(_BLANK).lower()
    is_page = text.startswith(_PAGE_HEADS) or (text.startswith(b"<?xml") and b"<svg" in text)
    return Active.PAGE if is_page or b"<html" in text or called.endswith(_PAGE_NAMES) else None


def _pdf(source: IO[bytes], size: int) -> Active | None:
    source.seek(0)
    if size <= INSPECTED_BYTES_MAX:
        try:
            check_no_scripts(source.read())
        except ActiveContent:
            return Active.PDF
        except (InvalidPDF, LimitExceeded):
            pass  # readers of PDF files repair what is damaged, and run what they find
        else:
            return None
    return Active.PDF if _names_script(source) else Active.UNREAD


def _capture(source: IO[bytes]) -> Active | None:
    """Look into the PDF files of a capture; its pages are what a capture is for."""
    source.seek(0)
    pdfs = captured_pdfs(source, size_max=INSPECTED_BYTES_MAX, records_max=RECORDS_MAX)
    is_active = any(_pdf(io.BytesIO(one), len(one)) is Active.PDF for one in pdfs)
    return Active.CAPTURE if is_active else None


def _names_script(source: IO[bytes]) -> bool:
    """Return whether the names of scripts stand openly in a PDF that was not read."""
    source.seek(0)
    kept = b""
    while piece := source.read(_SCAN_BYTES):
        plain = _ESCAPED.sub(lambda found: bytes((int(found[1], 16),)), kept + piece)
        if _PDF_SCRIPTS.search(plain):
            return True
        kept = (kept + piece)[-_NAME_BYTES_MAX:]
    return False


def _archive(source: IO[bytes], called: str) -> Active | None:
    """Look for macros by the names in an archive; what else is in it is not unpacked."""
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as opened:
            names = [one.lower() for one in opened.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None  # whatever it is, it is no Office document
    if any(mark in one for one in names for mark in _MACRO_MEMBERS):
        return Active.MACROS
    return Active.PROGRAM if called.endswith(_PROGRAM_NAMES) else None


def _old_office(source: IO[bytes], size: int) -> Active | None:
    if size > INSPECTED_BYTES_MAX:
        return Active.UNREAD
    source.seek(0)
    return Active.MACROS if _OLD_MACROS in source.read() else None
