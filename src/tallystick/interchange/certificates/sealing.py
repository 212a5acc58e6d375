# SPDX-License-Identifier: Apache-2.0
"""Sets an organisation's seal: on a certificate as PAdES, B-B or B-T, on other content as CAdES.

The signature comes as an update at the end of the file, so the page's own bytes stay as they were
set, and can be set again and compared.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from tallystick.crypto import OrganizationSeal, sha256
from tallystick.errors import InvalidSeal, Malformed, TimeStampRefused

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


async def seal_content(content: bytes, seal: OrganizationSeal) -> bytes:
    """Return a seal over any content, apart from it: CAdES B-B (ETSI EN 319 122-1), DER."""
    made = await _signer(seal).async_sign_general_data(
        content, "sha256", detached=True, use_cades=True
    )
    signature: bytes = made.dump()
    return signature


def content_sealed_by(signature: bytes, content: bytes) -> bytes:
    """Return the certificate (DER) under which a seal apart from its content holds.

    Whose it is remains to be checked.

    Raises:
        InvalidSeal: it is no such seal, or does not hold over this content.
    """
    from asn1crypto import cms
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    try:
        signed = cms.ContentInfo.load(signature, strict=True)["content"]
        (signer,), (certificate,) = signed["signer_infos"], signed["certificates"]
        intact, valid = validate_sig_integrity(
            signer,
            certificate.chosen,
            expected_content_type="data",
            actual_digest=sha256(content),
        )
        found: bytes = certificate.chosen.dump()
        is_over_sha256 = signer["digest_algorithm"]["algorithm"].native == "sha256"
    except (ValueError, TypeError, LookupError, AttributeError, SignatureValidationError) as error:
        raise InvalidSeal(f"not a seal: {error}"[:200], field="seal") from error
    if not (intact and valid and is_over_sha256):
        raise InvalidSeal("the seal does not hold over this content", field="seal")
    return found


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
