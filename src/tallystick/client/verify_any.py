# SPDX-License-Identifier: Apache-2.0
"""The widest door of offline verification: originals, receipts, and certificates by themselves."""

from __future__ import annotations

from pathlib import Path

from tallystick.client.certificate_checks import check_certificate
from tallystick.client.files import FileSource, is_hash_text
from tallystick.client.home import read_file
from tallystick.client.trust import TrustSource
from tallystick.client.verification import Verification
from tallystick.client.verify_offline import ReceiptSource, find_receipt
from tallystick.client.verify_offline import verify as verify_receipt
from tallystick.interchange.certificates import PDF_BYTES_MAX, is_certificate


def verify(
    what: ReceiptSource | FileSource,
    *,
    trust: TrustSource,
    receipt: ReceiptSource | None = None,
    original: FileSource | None = None,
    witnesses_min: int = 0,
) -> Verification:
    """Check a file against its receipt, or a receipt or a certificate by itself, without a network.

    Args:
        what: The original if `receipt` is given; else a receipt, a certificate (PDF), or the path
            of an original beside which its receipt lies (`NAME.receipt.json`, `NAME.cose` or
            `NAME.tlog-proof`).
        trust: The trust file of the network, from a source you believe.
        receipt: The receipt, when `what` is the original.
        original: The original, when `what` is the receipt.
        witnesses_min: Other organisations that must have cosigned; the level `witnessed` needs
            one at least.

    Returns:
        The checklist; whatever is wrong with the receipt or the file's hash is a failed check.

    Raises:
        UsageError: it is not clear which is the original and which the receipt.
        FileProblem: a path cannot be used.
        Malformed, WrongNetwork, InvalidSignature, Unverified: the trust file is not valid.
    """
    if receipt is None and original is None:
        content = certificate_in(what)
        if content is not None:
            return check_certificate(content, trust=trust)
    return verify_receipt(
        what, trust=trust, receipt=receipt, original=original, witnesses_min=witnesses_min
    )


def certificate_in(what: object) -> bytes | None:
    """Return the content of a certificate; None for anything else, and if a receipt is beside it.

    Raises:
        FileProblem: it is a PDF and cannot be read.
    """
    if isinstance(what, bytes):
        return what if is_certificate(what) else None
    if not isinstance(what, str | Path) or is_hash_text(what):
        return None
    path = Path(what)
    if path.suffix.lower() != ".pdf" or not path.is_file() or find_receipt(path) is not None:
        return None
    if path.stat().st_size > PDF_BYTES_MAX:
        return None
    content = read_file(path, size_max=PDF_BYTES_MAX)
    return content if is_certificate(content) else None
