# SPDX-License-Identifier: Apache-2.0
"""Public keys of strangers, for what they signed with COSE: ECDSA, Ed25519, RSA-PSS.

The ledger knows Ed25519 alone (`signatures`). Statements of other services come with the
algorithms of RFC 9053 and RFC 9864; each is taken with its own curve and hash only. The library
is loaded by who needs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tallystick.crypto.signatures import is_valid_signature
from tallystick.errors import InvalidSignature, Malformed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

_ED25519: Final = frozenset({-8, -19})
_ECDSA: Final[Mapping[int, tuple[str, str]]] = {
    -7: ("secp256r1", "SHA256"),
    -9: ("secp256r1", "SHA256"),
    -35: ("secp384r1", "SHA384"),
    -51: ("secp384r1", "SHA384"),
    -36: ("secp521r1", "SHA512"),
    -52: ("secp521r1", "SHA512"),
}
_PSS: Final[Mapping[int, str]] = {-37: "SHA256", -38: "SHA384", -39: "SHA512"}
_RSA_BITS: Final = range(2048, 8193)
_KID, _ALG = 2, 3
_CURVES: Final = {1: "SECP256R1", 2: "SECP384R1", 3: "SECP521R1"}


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A public key, of whatever kind its owner uses."""

    spki: bytes
    """SubjectPublicKeyInfo, DER."""
    key_id: bytes | None = None
    """What its owner calls it; None if it has no name."""
    algorithm: int | None = None
    """The one COSE algorithm it is for; None if that is left open."""

    @classmethod
    def of_cose(cls, fields: Mapping[object, object]) -> ForeignKey:
        """Return the key in a decoded COSE_Key (RFC 9052 section 7).

        Raises:
            Malformed: no public key, or of a kind that is not known here.
        """
        key_id, algorithm = fields.get(_KID), fields.get(_ALG)
        if not isinstance(key_id, bytes | None) or not isinstance(algorithm, int | None):
            raise _malformed()
        try:
            return cls(_der(_public_key(fields)), key_id, algorithm)
        except (ValueError, TypeError, OverflowError) as error:
            raise _malformed() from error

    @classmethod
    def of_pem(cls, text: str) -> ForeignKey:
        """Return the key in PEM (`BEGIN PUBLIC KEY`).

        Raises:
            Malformed: not a public key.
        """
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            load_pem_public_key,
        )

        try:
            return cls(_der(load_pem_public_key(text.encode())))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _malformed() from error

    @classmethod
    def of_certificate(cls, certificate: bytes) -> ForeignKey:
        """Return the key of a certificate in DER; nothing of it is checked.

        Raises:
            Malformed: not a certificate.
        """
        from cryptography import x509  # noqa: PLC0415
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415

        try:
            return cls(_der(x509.load_der_x509_certificate(certificate).public_key()))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise _malformed() from error

    def verify(self, algorithm: object, message: bytes, signature: bytes) -> None:
        """Check a signature under a COSE algorithm.

        Raises:
            InvalidSignature: it does not verify, or the algorithm is not this key's.
        """
        if self.algorithm is not None and algorithm != self.algorithm:
            raise _invalid(algorithm)
        if not isinstance(algorithm, int) or not _holds(self.spki, algorithm, message, signature):
            raise _invalid(algorithm)


def _holds(spki: bytes, algorithm: int, message: bytes, signature: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature as Refusal  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import (  # noqa: PLC0415
        ec,
        ed25519,
        padding,
        rsa,
    )
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    key = load_der_public_key(spki)
    if isinstance(key, ed25519.Ed25519PublicKey):
        raw = key.public_bytes_raw()
        return algorithm in _ED25519 and is_valid_signature(raw, message, signature)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and algorithm in _ECDSA:
            curve, hash_name = _ECDSA[algorithm]
            if key.curve.name != curve:
                return False
            digest = getattr(hashes, hash_name)()
            key.verify(_ecdsa_der(key, signature), message, ec.ECDSA(digest))
            return True
        if isinstance(key, rsa.RSAPublicKey) and algorithm in _PSS:
            digest = getattr(hashes, _PSS[algorithm])()
            scheme = padding.PSS(padding.MGF1(digest), salt_length=digest.digest_size)
            key.verify(signature, message, scheme, digest)
            return key.key_size in _RSA_BITS
    except Refusal:
        return False
    return False


def _ecdsa_der(key: ec.EllipticCurvePublicKey, signature: bytes) -> bytes:
    """Return r and s as DER; COSE has them one behind the other, each as long as the curve."""
    from cryptography.hazmat.primitives.asymmetric.utils import (  # noqa: PLC0415
        encode_dss_signature,
    )

    size = (key.curve.key_size + 7) // 8
    if len(signature) != 2 * size:
        return b""
    first, second = signature[:size], signature[size:]
    return encode_dss_signature(int.from_bytes(first), int.from_bytes(second))


def _public_key(fields: Mapping[object, object]) -> PublicKeyTypes:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415

    match fields:
        case {1: 1, -1: 6, -2: bytes() as point}:
            return ed25519.Ed25519PublicKey.from_public_bytes(point)
        case {1: 2, -1: int() as curve, -2: bytes() as x, -3: bytes() as y} if curve in _CURVES:
            made: ec.EllipticCurve = getattr(ec, _CURVES[curve])()
            return ec.EllipticCurvePublicKey.from_encoded_point(made, b"\x04" + x + y)
        case {1: 3, -1: bytes() as modulus, -2: bytes() as exponent}:
            numbers = rsa.RSAPublicNumbers(int.from_bytes(exponent), int.from_bytes(modulus))
            return numbers.public_key()
    raise _malformed()


def _der(key: PublicKeyTypes) -> bytes:
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
    )

    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _malformed() -> Malformed:
    return Malformed(
        "not a public key that is known here",
        field="key",
        expected="Ed25519, P-256, P-384, P-521 or RSA",
    )


def _invalid(algorithm: object) -> InvalidSignature:
    return InvalidSignature(
        "the signature does not verify under this key",
        field="signature",
        found=f"algorithm {algorithm}"[:60],
    )
