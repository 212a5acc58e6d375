# SPDX-License-Identifier: Apache-2.0
"""Ed25519 keys to and from PEM (PKCS #8, RFC 8410), for other programs such as openssl."""

from __future__ import annotations

from tallystick.crypto import SecretKey
from tallystick.errors import FileProblem


def format_pem(secret: SecretKey, *, passphrase: str | None = None) -> bytes:
    """Return the key as PKCS #8 PEM, encrypted if a passphrase is given."""
    # Large, and needed by few: loaded when it is.
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if passphrase:
        protection = serialization.BestAvailableEncryption(passphrase.encode())
    return Ed25519PrivateKey.from_private_bytes(secret.seed).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection
    )


def parse_pem(data: bytes, *, passphrase: str | None = None) -> SecretKey:
    """Return the key in PKCS #8 PEM.

    Raises:
        FileProblem: not PEM, not an Ed25519 key, or the passphrase is missing or wrong.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    password = passphrase.encode() if passphrase else None
    try:
        key = serialization.load_pem_private_key(data, password)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise FileProblem(f"the PEM key cannot be read: {error}", field="pem") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise FileProblem("not an Ed25519 key", field="pem", expected="Ed25519 (RFC 8410)")
    return SecretKey(key.private_bytes_raw())
