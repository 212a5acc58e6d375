# SPDX-License-Identifier: Apache-2.0
"""Looks into a file of whomever: what could run when somebody opens it. Nothing of it is run.

Evidence is not refused for it: a page with scripts may be the very thing that is proven. Whoever
opens it should know. That nothing is found does not make a file harmless.
"""

from __future__ import annotations

import zipfile
from enum import StrEnum
from typing import IO, Final

from tallystick.errors import ActiveContent, InvalidPDF, LimitExceeded
from tallystick.interchange.certificates import open_pdf

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
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"


class Active(StrEnum):
    """What could run when a file is opened."""

    PDF = "pdf"
    """A PDF with a script, an action that starts or sends something, or a program inside."""
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
    if size > INSPECTED_BYTES_MAX:
        return Active.UNREAD
    source.seek(0)
    try:
        open_pdf(source.read())
    except ActiveContent:
        return Active.PDF
    except (InvalidPDF, LimitExceeded):
        return Active.UNREAD
    return None


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
