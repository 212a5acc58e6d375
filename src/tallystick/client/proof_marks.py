# SPDX-License-Identifier: Apache-2.0
"""By which marks files are told to be proofs: how they begin, and what they are called.

The verification page of the console has the same table: it must know in the browser what is a proof
and what an original, which is not to be sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

HEAD_SIZE: Final = 4096
"""How many bytes of a file are looked at before anything else is."""


class ProofKind(StrEnum):
    """A kind of file that proves something by itself."""

    RECEIPT = "receipt"
    STATEMENT = "statement"
    COSE_RECEIPT = "cose-receipt"
    CHECKPOINT = "checkpoint"
    LOG_PROOF = "log-proof"
    TIME_STAMP = "time-stamp"
    PACKAGE = "package"
    CONTAINER = "container"
    CUSTODY = "custody"
    SIGNATURE = "signature"
    EXTRACT = "extract"
    CASE = "case"
    PDF = "pdf"


HEADS: Final[Mapping[ProofKind, str]] = MappingProxyType(
    {
        # A tagged COSE_Sign1; which of the two its headers say.
        ProofKind.STATEMENT: r"\xd2\x84",
        ProofKind.LOG_PROOF: r"c2sp\.org/tlog-proof@v1\n",
        # Origin, size, root, extension lines, an empty line, and an em dash before the signature.
        ProofKind.CHECKPOINT: (
            r"[^\n]{1,255}\n[0-9]{1,19}\n[A-Za-z0-9+/]{43}=\n(?:[^\n]+\n)*\n\xe2\x80\x94 "
        ),
        # A ZIP entry's name follows 30 bytes of header; a stored one without extra field follows.
        ProofKind.CONTAINER: r"PK[\s\S]{28}mimetypeapplication/vnd\.etsi\.asic-e\+zip",
    }
)
"""How files begin, each byte as one character: patterns that Python and browsers read alike."""

NAMES: Final[Mapping[ProofKind, str]] = MappingProxyType(
    {
        ProofKind.TIME_STAMP: r"\.ts[rt]$",
        ProofKind.CUSTODY: r"\.jsonld$",
        ProofKind.SIGNATURE: r"\.(?:p7s|sig)$",
        ProofKind.RECEIPT: r"\.receipt\.json$",
        ProofKind.STATEMENT: r"\.cose$",
        ProofKind.LOG_PROOF: r"\.tlog-proof$",
        ProofKind.CONTAINER: r"\.asice$",
    }
)
"""How files are called whose content does not say what they are, or no longer."""

_HEADS: Final = {kind: re.compile(pattern) for kind, pattern in HEADS.items()}
_NAMES: Final = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in NAMES.items()}


def kind_of_start(data: bytes) -> ProofKind | None:
    """Return the kind that the first bytes alone tell; receipts by COSE count as statements."""
    start = data[:HEAD_SIZE].decode("latin-1")
    return next((kind for kind, pattern in _HEADS.items() if pattern.match(start)), None)


def kind_of_name(name: str) -> ProofKind | None:
    """Return the kind that a file is called; for what does not say by its content what it is."""
    return next((kind for kind, pattern in _NAMES.items() if pattern.search(name)), None)
