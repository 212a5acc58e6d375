# SPDX-License-Identifier: Apache-2.0
"""Sets an organisation's seal on a certificate: a PAdES signature, B-B or, with an authority, B-T.

The signature comes as an update at the end of the file, so the page's own bytes stay as they were
set, and can be set again and compared.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tallystick.crypto import OrganizationSeal
from tallystick.errors import Malformed, TimeStampRefused

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.timestamps import TimeStamper

Authority = Callable[[bytes], bytes]
"""Answers a request for a time-stamp (RFC 3161, DER) with a reply; its errors go to the caller."""

SEAL_FIELD: Final = "OrganizationSeal"
_BYTES_FOR_TOKEN: Final = 16 * 1024
_BYTES_FOR_SEAL: Final = 8 * 1024


def set_seal(
    pdf: bytes, seal: OrganizationSeal, name: str, *, authority: Authority | None = None
) -> bytes:
    """Return a PDF with a seal on it; a time-stamp authority makes the signature B-T.

    Not to be called where an event loop runs: the library runs one of its own.

    Raises:
        Malformed: the PDF cannot be read, or is sealed already.
        TimeStampRefused: the authority cannot be reached, or gave no token.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.general import SigningError
    from pyhanko.sign.timestamps import TimestampRequestError

    meta = signers.PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=name,
        reason="Certificate of the ledger",
    )
    reserved = _BYTES_FOR_SEAL if authority is None else _BYTES_FOR_SEAL + _BYTES_FOR_TOKEN
    out = io.BytesIO()
    stamper = None if authority is None else _stamper(authority)
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signer = signers.PdfSigner(meta, signer=_signer(seal), timestamper=stamper)
        signer.sign_pdf(writer, output=out, bytes_reserved=reserved)
    except (PdfError, SigningError) as error:
        raise Malformed(f"the PDF cannot be sealed: {error}", field="pdf") from error
    except TimestampRequestError as error:
        raise TimeStampRefused(f"no time-stamp: {error}", field="authority") from error
    return out.getvalue()


def _stamper(authority: Authority) -> TimeStamper:
    """Return the library's own form of an authority."""
    from asn1crypto import tsp
    from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError

    class Stamper(TimeStamper):
        async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
            reply = authority(req.dump())
            try:
                return tsp.TimeStampResp.load(reply, strict=True)
            except (ValueError, TypeError) as error:
                raise TimestampRequestError(str(error)) from error

    return Stamper()  # type: ignore[no-untyped-call]  # of a library without types


def _signer(seal: OrganizationSeal) -> SimpleSigner:
    from asn1crypto import keys, x509
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    return SimpleSigner(
        signing_cert=x509.Certificate.load(seal.certificate),
        signing_key=keys.PrivateKeyInfo.load(seal.key),
        cert_registry=SimpleCertificateStore(),
    )
