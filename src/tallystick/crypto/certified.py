# SPDX-License-Identifier: Apache-2.0
"""What certificates are told to say, and their bounds; light, for those who only name the types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CHAIN_LENGTH_MAX: Final = 5
CERTIFICATE_BYTES_MAX: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """What a chain says about the key at its end."""

    public_key: bytes
    """Ed25519, 32 bytes."""
    organization: str
    member: str
    valid_from: int
    """Unix milliseconds; when all certificates of the chain are valid."""
    valid_until: int
    fingerprint: bytes
    """SHA-256 of the leaf."""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says, for people; nothing of it is checked."""

    subject: str
    issuer: str
    valid_until: int
    """Unix milliseconds."""
