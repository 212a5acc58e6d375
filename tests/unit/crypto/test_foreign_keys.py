# SPDX-License-Identifier: Apache-2.0
"""Keys of strangers: each algorithm with its own curve and hash, and nothing else verifies."""

from __future__ import annotations

from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from tallystick.crypto import ForeignKey
from tallystick.errors import InvalidSignature, Malformed
from tests.transparency import Signer, ed, p256

MESSAGE: Final = b"message"
RSA: Final = Signer(rsa.generate_private_key(public_exponent=65537, key_size=2048), -37)
SIGNERS: Final = {
    "ES256": p256(),
    "ES384": Signer(ec.derive_private_key(2, ec.SECP384R1()), -35),
    "ES512": Signer(ec.derive_private_key(3, ec.SECP521R1()), -36),
    "ESP256": Signer(ec.derive_private_key(4, ec.SECP256R1()), -9),
    "EdDSA": ed(),
    "PS256": RSA,
}


@pytest.mark.parametrize("name", sorted(SIGNERS))
def test_a_signature_holds_under_its_own_algorithm_only(name: str) -> None:
    """By COSE_Key and by PEM; another message, algorithm or a bit less is refused."""
    signer = SIGNERS[name]
    signature = signer.sign(MESSAGE)
    for key in (ForeignKey.of_cose(signer.cose_key), ForeignKey.of_pem(signer.pem)):
        key.verify(signer.algorithm, MESSAGE, signature)
        other = -8 if name != "EdDSA" else -7
        for algorithm, message, made in (
            (signer.algorithm, b"other", signature),
            (other, MESSAGE, signature),
            (-35 if signer.algorithm != -35 else -36, MESSAGE, signature),
            (None, MESSAGE, signature),
            (signer.algorithm, MESSAGE, signature[:-1]),
            (signer.algorithm, MESSAGE, bytes(len(signature))),
        ):
            with pytest.raises(InvalidSignature):
                key.verify(algorithm, message, made)


def test_an_algorithm_is_taken_with_its_own_curve_only() -> None:
    """ES384 under a P-256 key: a good signature of a kind that nobody should make."""
    secret = ec.derive_private_key(5, ec.SECP256R1())
    pair = decode_dss_signature(secret.sign(MESSAGE, ec.ECDSA(hashes.SHA384())))
    signature = b"".join(number.to_bytes(32) for number in pair)
    with pytest.raises(InvalidSignature):
        ForeignKey.of_pem(Signer(secret, -35).pem).verify(-35, MESSAGE, signature)


def test_a_key_for_one_algorithm_is_not_used_for_another() -> None:
    """COSE_Key label 3."""
    signer = p256()
    key = ForeignKey.of_cose({**signer.cose_key, 3: -9})
    with pytest.raises(InvalidSignature):
        key.verify(-7, MESSAGE, signer.sign(MESSAGE))


def test_a_short_rsa_key_is_not_believed() -> None:
    """Below 2048 bits."""
    # Short on purpose.
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505
    signer = Signer(short, -37)
    with pytest.raises(InvalidSignature):
        ForeignKey.of_pem(signer.pem).verify(-37, MESSAGE, signer.sign(MESSAGE))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {1: 4, -1: b"secret"},
        {1: 1, -1: 6, -2: b"short"},
        {1: 2, -1: 8, -2: bytes(32), -3: bytes(32)},
        {1: 2, -1: 1, -2: bytes(32), -3: bytes(32)},
        {1: 3, -1: b"\1", -2: b"\3"},
        {**p256().cose_key, 2: "text"},
        {**p256().cose_key, 3: "ES256"},
    ],
    ids=range(8),
)
def test_what_is_no_key_is_refused(fields: dict[object, object]) -> None:
    """Symmetric, of another curve, not on it, or of another form."""
    with pytest.raises(Malformed):
        ForeignKey.of_cose(fields)


def test_neither_pem_nor_certificate_is_refused() -> None:
    """Text and bytes of anything else."""
    with pytest.raises(Malformed):
        ForeignKey.of_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(Malformed):
        ForeignKey.of_certificate(b"certificate")
