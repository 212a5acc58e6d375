# SPDX-License-Identifier: Apache-2.0
"""Time-stamp authorities, good and bad, and what they sign."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from tallystick.interchange.timestamps import (
    AuthorityFiles,
    Request,
    content_digests,
    create_authority,
    make_request,
    open_authority,
)
from tests.certificate_authority import name

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
NOW_MS = int(NOW.timestamp()) * 1000
CONTENT = b"a contract"
DIGESTS = content_digests([CONTENT])
FILES = create_authority("Example time", NOW)
NONCE = 2**70 + 1


def stamped(files: AuthorityFiles = FILES, *, time_ms: int = NOW_MS, **request: object) -> bytes:
    """Return a reply over the content."""
    plain = Request(DIGESTS["sha256"], nonce=NONCE)
    asked = dataclasses.replace(plain, **request)  # type: ignore[arg-type]
    return open_authority(files).answer(make_request(asked), time_ms=time_ms, serial=5)


def with_purpose(
    purposes: list[x509.ObjectIdentifier] | None, *, critical: bool = True, ca: bool = True
) -> AuthorityFiles:
    """Return an authority whose certificate is for these purposes; None: for any."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def builder(subject: str, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("root"))
            .public_key(public)
            .serial_number(7)
            .not_valid_before(NOW - timedelta(days=1))
            .not_valid_after(NOW + timedelta(days=1))
        )

    root = builder("root", root_key.public_key()).add_extension(
        x509.BasicConstraints(ca=ca, path_length=None), critical=True
    )
    own = builder("time", key.public_key())
    if purposes is not None:
        own = own.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical)
    return AuthorityFiles(
        root=root.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM),
        certificate=own.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


WRONG_PURPOSES = {
    "none": with_purpose(None),
    "not critical": with_purpose([ExtendedKeyUsageOID.TIME_STAMPING], critical=False),
    "not alone": with_purpose(
        [ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING]
    ),
    "other": with_purpose([ExtendedKeyUsageOID.CODE_SIGNING]),
}
