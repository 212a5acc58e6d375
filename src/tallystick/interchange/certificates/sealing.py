# SPDX-License-Identifier: Apache-2.0
"""Sets an organisation's seal on a certificate: a PAdES signature, B-B or, with an authority, B-T.

The signature comes as an update at the end of the file, so the page's own bytes stay as they were
set, and can be set again and compared.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from tallystick.crypto import OrganizationSeal
from tallystick.errors import Malformed

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko.sign.timestamps import TimeStamper

SEAL_FIELD: Final = "OrganizationSeal"
_BYTES_FOR_TOKEN: Final = 16 * 1024
_BYTES_FOR_SEAL: Final = 8 * 1024


def set_seal(
    pdf: bytes, seal: OrganizationSeal, name: str, *, authority: TimeStamper | None = None
) -> bytes:
    """Return a PDF with a seal on it; a time-stamp authority makes the signature B-T.

    Not to be called where an event loop runs: the library runs one of its own.

    Raises:
        Malformed: the PDF cannot be read, or is sealed already.
        Unavailable: the authority does not answer.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign import signers
    from pyhanko.sign.fields import SigSeedSubFilter
    from pyhanko.sign.general import SigningError

    meta = signers.PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=name,
        reason="Certificate of the ledger",
    )
    reserved = _BYTES_FOR_SEAL if authority is None else _BYTES_FOR_SEAL + _BYTES_FOR_TOKEN
    out = io.BytesIO()
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signer = signers.PdfSigner(meta, signer=_signer(seal), timestamper=authority)
        signer.sign_pdf(writer, output=out, bytes_reserved=reserved)
    except (PdfError, SigningError) as error:
        raise Malformed(f"the PDF cannot be sealed: {error}", field="pdf") from error
    return out.getvalue()


def _signer(seal: OrganizationSeal) -> SimpleSigner:
    from asn1crypto import keys, x509
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    return SimpleSigner(
        signing_cert=x509.Certificate.load(seal.certificate),
        signing_key=keys.PrivateKeyInfo.load(seal.key),
        cert_registry=SimpleCertificateStore(),
    )
