# SPDX-License-Identifier: Apache-2.0
"""X.509 certificates: whom a chain certifies under given authorities at a given time (RFC 5280).

The rules stand in `certificate_rules`, which is loaded with its library when the first certificate
comes: most of those who sign and verify never meet one.
"""

from __future__ import annotations

from collections.abc import Sequence

from tallystick.crypto.certified import CertificateFacts, CertifiedKey


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
