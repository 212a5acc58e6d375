# SPDX-License-Identifier: Apache-2.0
"""What a file in the register of documents is declared with elsewhere: its address and digests."""

from __future__ import annotations

from pathlib import Path

from tallystick.client import DocumentFacts, Net, digest_file
from tallystick.encoding import Value


def stated_of(net: Net, known: DocumentFacts, *, into: Path | None = None) -> dict[str, Value]:
    """Return what a registered file is declared with; its sealed bytes are hashed, and let go of.

    Args:
        net: of somebody who may hold it.
        known: what the ledger says of it.
        into: where it comes in; by default in the user's own folder.

    Raises:
        NotFound, RoleMissing, Erased: the node does not give it.
        InvalidProof: what it gives is not what the ledger says.
    """
    sealed = net.documents.download(known, into=into)
    try:
        ciphertext = digest_file(sealed).sha256.hex()
    finally:
        sealed.unlink()
    return {
        "cid": known.cid,
        "ciphertext": ciphertext,
        "size": known.size,
        "slices_root": known.slices_root,
        "media_type": known.media_type,
    }
