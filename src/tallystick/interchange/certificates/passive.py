# SPDX-License-Identifier: Apache-2.0
"""Opens PDF files of strangers: what cannot be read, or could do something, is refused.

A page of paper does nothing when it is looked at; so a PDF that is taken here has no script, no
action that starts or sends anything, no form of another kind, no program inside, no passphrase.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from tallystick.errors import ActiveContent, InvalidPDF, LimitExceeded

if TYPE_CHECKING:
    from pyhanko.pdf_utils.generic import Reference
    from pyhanko.pdf_utils.reader import PdfFileReader

PDF_BYTES_MAX: Final = 64 * 1024 * 1024
OBJECTS_MAX: Final = 200_000
"""A statement of 10,000 rows has a tenth of it."""


class _Forbidden(NamedTuple):
    """What a PDF may not have."""

    keys: frozenset[str]
    actions: frozenset[str]


_SCRIPTS: Final = _Forbidden(
    frozenset({"/JS", "/JavaScript", "/XFA", "/RichMediaContent", "/Launch"}),
    frozenset(
        {
            *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToE", "/GoToR"),
            *("/Rendition", "/RichMediaExecute"),
        }
    ),
)
"""What runs, starts or sends something. A page to begin at (`/OpenAction`), as most programs for
writing set one, does nothing; where it is a script, the action itself is met."""
_ON_PAPER: Final = _Forbidden(
    _SCRIPTS.keys | {"/AA", "/OpenAction", "/Movie", "/Sound", "/3DD"},
    _SCRIPTS.actions | {"/Movie", "/Sound", "/GoTo3DView", "/ResetForm"},
)
"""What a certificate, which stands for a sheet of paper, has no use for either."""
_PROGRAMS: Final = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
_PROGRAM_NAMES: Final = (
    *(".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jar", ".msi"),
    *(".sh", ".py", ".hta", ".lnk", ".wsf", ".app", ".apk"),
)


def open_pdf(data: bytes) -> PdfFileReader:
    """Return a reader of a PDF that does nothing by itself.

    Raises:
        LimitExceeded: it is too large, or has too many objects.
        InvalidPDF: it cannot be read, or needs a passphrase.
        ActiveContent: it has a script, an action or a program inside.
    """
    return _open(data, _ON_PAPER)


def check_no_scripts(data: bytes) -> None:
    """Refuse a PDF of whomever in which something runs, starts, sends, or is a program.

    Raises:
        LimitExceeded, InvalidPDF: as `open_pdf`; what is in it is not known.
        ActiveContent: it has such a thing.
    """
    _open(data, _SCRIPTS)


def _open(data: bytes, forbidden: _Forbidden) -> PdfFileReader:
    from pyhanko.pdf_utils.reader import PdfFileReader  # loaded with a PDF

    if len(data) > PDF_BYTES_MAX:
        raise LimitExceeded("the PDF is too large", field="pdf", expected=f"{PDF_BYTES_MAX} bytes")
    try:
        reader = PdfFileReader(io.BytesIO(data))
        if reader.encrypted:
            raise InvalidPDF("the PDF is encrypted", field="pdf")
        _check_passive(reader, forbidden)
    except unreadable() as error:
        raise InvalidPDF(f"not a readable PDF: {error}", field="pdf") from error
    return reader


def unreadable() -> tuple[type[Exception], ...]:
    """Return what reading a damaged PDF raises: the library's own errors, and those of Python."""
    from pyhanko.pdf_utils.misc import PdfError

    arithmetic = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
    return (PdfError, *arithmetic, AssertionError, RecursionError, NotImplementedError, OSError)


def _check_passive(reader: PdfFileReader, forbidden: _Forbidden) -> None:
    for found in _dictionaries(reader):
        for name, value in found.items():
            if name in forbidden.keys:
                raise _active(name)
            if name == "/S" and value in forbidden.actions:
                raise _active(value)
            if name in {"/F", "/UF"} and str(value).lower().endswith(_PROGRAM_NAMES):
                raise _active(str(value)[:80])


def _dictionaries(reader: PdfFileReader) -> Iterator[dict[str, object]]:
    """Yield every dictionary of a file, also those that nothing points to, in every revision."""
    from pyhanko.pdf_utils import generic

    for reference in _references(reader):
        waiting: list[object] = [reader.get_object(reference)]
        while waiting:
            one = waiting.pop()
            if isinstance(one, generic.StreamObject) and one.get("/Type") == "/EmbeddedFile":
                _check_embedded(one.data)
            if isinstance(one, generic.DictionaryObject):
                yield one
                waiting.extend(one.raw_get(name) for name in one)
            elif isinstance(one, list):
                waiting.extend(one)


def _references(reader: PdfFileReader) -> list[Reference]:
    found: set[Reference] = set()
    for revision in range(reader.xrefs.total_revisions):
        found |= reader.xrefs.explicit_refs_in_revision(revision)
        if len(found) > OBJECTS_MAX:
            raise LimitExceeded("the PDF has too many objects", field="pdf")
    return sorted(found, key=lambda one: (one.idnum, one.generation))


def _check_embedded(content: bytes) -> None:
    if content.startswith(_PROGRAMS):
        raise _active("a program")


def _active(what: object) -> ActiveContent:
    return ActiveContent(f"the PDF has active content: {what}", field="pdf", found=str(what)[:80])
