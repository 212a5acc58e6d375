# SPDX-License-Identifier: Apache-2.0
"""Reads a sealed certificate: files inside, the seal, and that nothing was added but the seal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tallystick.errors import InvalidPDF, InvalidSeal, LimitExceeded
from tallystick.interchange.certificates.passive import open_pdf, unreadable
from tallystick.interchange.certificates.records import CERTIFICATE_FORMAT
from tallystick.interchange.certificates.sealing import SEAL_FIELD

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

FILE_BYTES_MAX: Final = 64 * 1024 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SUBFILTER: Final = "/ETSI.CAdES.detached"
_NEW_IN_ROOT: Final = frozenset({"/AcroForm", "/Extensions", "/Version", "/Metadata"})
_REVISIONS: Final = 2
"""The page as it was set, and the seal."""
_OBJECTS_OF_SEAL: Final = 3
"""Form, field, signature."""


@dataclass(frozen=True, slots=True)
class SealedPDF:
    """A PDF whose seal is intact; whose seal it is remains to be checked."""

    files: dict[str, bytes]
    """What is attached, by name."""
    page: bytes
    """The file as it was before the seal."""
    certificate: bytes
    """Of the seal, DER."""
    sealed_at: int | None
    """Unix milliseconds, as who sealed it says."""
    signature: bytes
    """Which a time-stamp is over."""
    time_stamp: bytes | None
    """Token of a time-stamp authority, DER; whose it is remains to be checked."""


def is_certificate(data: bytes) -> bool:
    """Return whether a file says that it is a certificate of ours; nothing of it is checked."""
    return data.startswith(b"%PDF-") and CERTIFICATE_FORMAT.encode() in data


def read_sealed(data: bytes) -> SealedPDF:
    """Open a sealed certificate.

    Raises:
        InvalidPDF, LimitExceeded: it cannot be read.
        ActiveContent: it could do something.
        InvalidSeal: there is not exactly one seal, it does not hold, or more than the seal was
            added after the page was set.
    """
    reader = open_pdf(data)
    try:
        signature = _only_signature(reader)
        size = _check_unchanged(reader, signature, len(data))
        _check_gap(signature, data)
        _check_intact(signature)
        claimed = signature.self_reported_timestamp
        return SealedPDF(
            files=_attachments(reader),
            page=data[:size],
            certificate=signature.signer_cert.dump(),
            sealed_at=None if claimed is None else (claimed - _EPOCH) // timedelta(milliseconds=1),
            signature=signature.signer_info["signature"].native,
            time_stamp=_time_stamp(signature),
        )
    except unreadable() as error:
        raise InvalidPDF(f"not a readable certificate: {error}", field="pdf") from error


def attached_files(data: bytes) -> dict[str, bytes]:
    """Return what is attached to a PDF, whatever its seal is worth; nothing of it is proven.

    Raises:
        InvalidPDF, LimitExceeded: it cannot be read.
        ActiveContent: it could do something.
    """
    reader = open_pdf(data)
    try:
        return _attachments(reader)
    except unreadable() as error:
        raise InvalidPDF(f"not a readable certificate: {error}", field="pdf") from error


def _only_signature(reader: PdfFileReader) -> EmbeddedPdfSignature:
    found = reader.embedded_signatures
    if len(found) != 1:
        raise InvalidSeal(
            "the certificate does not have exactly one seal", field="seal", found=str(len(found))
        )
    signature: EmbeddedPdfSignature = found[0]
    kind = signature.sig_object.get("/SubFilter")
    if kind != _SUBFILTER or signature.field_name != SEAL_FIELD:
        raise InvalidSeal("the signature is no seal of a certificate", field="seal")
    return signature


def _check_unchanged(reader: PdfFileReader, signature: EmbeddedPdfSignature, size: int) -> int:
    """Check that the file is a page and its seal; return where the page's own bytes end."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    signature.compute_integrity_info(skip_diff=True)
    is_whole = signature.coverage == SignatureCoverageLevel.ENTIRE_FILE
    ranges = [int(one) for one in signature.byte_range]
    if not is_whole or ranges[0] != 0 or ranges[2] + ranges[3] != size:
        raise InvalidSeal("the file was changed after it was sealed", field="seal")
    if reader.xrefs.total_revisions != _REVISIONS or reader.has_xref_stream:
        raise InvalidSeal("the file has more in it than a page and its seal", field="seal")
    _check_added(reader, signature)
    return _end_of_page(reader)


def _check_gap(signature: EmbeddedPdfSignature, data: bytes) -> None:
    """Check that nothing hides where the signature itself stands, which it cannot cover."""
    from asn1crypto.cms import ContentInfo

    content = bytes(signature.pkcs7_content)
    _, start, end, _ = (int(one) for one in signature.byte_range)
    rest = content[len(ContentInfo.load(content).dump()) :]
    if data[start:end] != b"<" + content.hex().upper().encode() + b">" or any(rest):
        raise InvalidSeal("there is more than a signature in its place", field="seal")


def _check_added(reader: PdfFileReader, signature: EmbeddedPdfSignature) -> None:
    """Check that the second revision adds an invisible seal, and changes nothing that is shown."""
    before = reader.get_historical_resolver(0)
    first = reader.xrefs.explicit_refs_in_revision(0)
    touched = reader.xrefs.explicit_refs_in_revision(1)
    changed, added = touched & first, touched - first
    root_then, root_now = before.root, reader.root
    page = root_now["/Pages"]["/Kids"][0]
    page_then = root_then["/Pages"]["/Kids"][0]
    allowed = {
        root_now.container_ref,
        page.container_ref,
        root_then.raw_get("/Metadata").reference,
        reader.trailer.raw_get("/Info").reference,
    }
    field = signature.sig_field
    rules = (
        changed <= allowed,
        len(added) == _OBJECTS_OF_SEAL,
        _same(root_then, root_now, _NEW_IN_ROOT),
        _same(page_then, page, frozenset({"/Annots"})),
        "/Annots" not in page_then,
        len(page["/Annots"]) == 1,
        page["/Annots"][0] == field,
        "/AP" not in field,
        [int(one) for one in field["/Rect"]] == [0, 0, 0, 0],
        set(root_now["/AcroForm"]) <= {"/Fields", "/SigFlags"},
    )
    if not all(rules):
        raise InvalidSeal("more than a seal was added to the page", field="seal")


def _same(then: Any, now: Any, but: frozenset[str]) -> bool:  # noqa: ANN401  # of the library
    names = (set(then) | set(now)) - but
    return all(
        name in then and name in now and then.raw_get(name) == now.raw_get(name) for name in names
    )


def _end_of_page(reader: PdfFileReader) -> int:
    """Return where the first revision ends: behind the last end-of-file mark before the second."""
    return min(
        offset
        for reference in reader.xrefs.explicit_refs_in_revision(1)
        if isinstance(offset := reader.xrefs[reference], int)
    )


def _check_intact(signature: EmbeddedPdfSignature) -> None:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    intact, valid = validate_sig_integrity(
        signature.signer_info,
        signature.signer_cert,
        expected_content_type="data",
        actual_digest=signature.compute_digest(),
    )
    if not (intact and valid):
        raise InvalidSeal("the seal does not hold: the file was changed", field="seal")


def _time_stamp(signature: EmbeddedPdfSignature) -> bytes | None:
    """Return the token that came with the signature, unchecked; nothing else may come with it."""
    unsigned = signature.signer_info["unsigned_attrs"]
    if not len(unsigned):
        return None
    is_one = len(unsigned) == 1 and len(unsigned[0]["values"]) == 1
    if not is_one or unsigned[0]["type"].native != "signature_time_stamp_token":
        raise InvalidSeal("something unsigned came with the seal", field="seal")
    token: bytes = unsigned[0]["values"][0].dump()
    return token


def _attachments(reader: PdfFileReader) -> dict[str, bytes]:
    """Return what is attached; all names are those of one flat list."""
    listed = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    files: dict[str, bytes] = {}
    for at in range(0, len(listed), 2):
        content = listed[at + 1]["/EF"]["/F"].data
        if len(content) > FILE_BYTES_MAX:
            raise LimitExceeded("an attachment is too large", field="pdf")
        files[str(listed[at])] = content
    return files
