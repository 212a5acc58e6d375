# SPDX-License-Identifier: Apache-2.0
"""X.509 certificates: whom a chain certifies under given authorities at a given time (RFC 5280).

The rules stand in `certificate_rules`, which is loaded with its library when the first certificate
comes: most of those who sign and verify never meet one.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def check_authority(certificate: bytes, time_ms: int) -> bytes:
    """Return the fingerprint of a certificate that may be registered as an authority.

    Raises:
        InvalidCertificate: not a certificate, not of a CA, not valid at this time, or weak.
    """
    from tallystick.crypto import certificate_rules  # noqa: PLC0415

    return certificate_rules.check_authority(certificate, time_ms)


def check_chain(chain: Sequence[bytes], authorities: Sequence[bytes], time_ms: int) -> CertifiedKey:
    """Return whom a chain certifies, if one of the authorities stands behind it at this time.

    Args:
        chain: DER; the leaf first, each issued by the next. The authority may be the last.
        authorities: DER of the certificates that are trusted.
        time_ms: unix milliseconds.

    Raises:
        InvalidCertificate: which certificate and which rule stand in its field.
    """
    from tallystick.crypto import certificate_rules  # noqa: PLC0415

    return certificate_rules.check_chain(chain, authorities, time_ms)


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says, for people; nothing of it is checked."""

    subject: str
    issuer: str
    valid_until: int
    """Unix milliseconds."""


def describe_certificate(certificate: bytes) -> CertificateFacts:
    """Return what a certificate says; raises `InvalidCertificate` if it cannot be read."""
    from tallystick.crypto import certificate_rules  # noqa: PLC0415

    return certificate_rules.describe_certificate(certificate)


def read_certificates(data: bytes) -> list[bytes]:
    """Return the certificates in a file, DER or PEM, in its order.

    Raises:
        InvalidCertificate: there is none.
    """
    from tallystick.crypto import certificate_rules  # noqa: PLC0415

    return certificate_rules.read_certificates(data)
