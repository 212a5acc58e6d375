# SPDX-License-Identifier: Apache-2.0
"""An organisation's seal: a P-256 key with an X.509 certificate of its own, kept as PKCS#12.

The certificate says whose seal it is; that this is so, the ledger says, where an administrator of
the organisation publishes it. `certificates` of this room is about chains under authorities. The
library is loaded by who makes or opens a seal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tallystick.crypto.hashing import sha256
from tallystick.errors import FileProblem, WrongPassphrase

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

_VALID: Final = timedelta(days=3653)
_EARLIER: Final = timedelta(minutes=5)
"""A certificate is good a little before it is made: clocks differ."""
_ROUNDS: Final = 600_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ORGANIZATION_IDENTIFIER: Final = "2.5.4.97"
_NAME_CHARACTERS: Final = 64
"""RFC 5280, upper bounds; the library counts bytes where the name is a common name."""
_COMMON_NAME_BYTES: Final = 64
_SCHEME: Final = "NTRCN-"
"""ETSI EN 319 412-1: a number of the national trade register of China, which the code is."""


@dataclass(frozen=True, slots=True)
class OrganizationSeal:
    """A seal that can be set: certificate, and its secret key."""

    certificate: bytes
    """DER."""
    key: bytes = field(repr=False)
    """PKCS#8, DER."""

    @classmethod
    def create(cls, organization: str, name: str, time_ms: int) -> OrganizationSeal:
        """Make a key and a certificate for ten years.

        Args:
            organization: Unified social credit code.
            name: What the organisation is called.
            time_ms: Now.
        """
        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

        key = ec.generate_private_key(ec.SECP256R1())
        start = _EPOCH + timedelta(seconds=time_ms // 1000)
        named = _named(organization, name)
        made = (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(named)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start - _EARLIER)
            .not_valid_after(start + _VALID)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        return cls(_der(made), _pkcs8(key))

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, 64 hex digits."""
        return sha256(self.certificate).hex()

    def to_pkcs12(self, passphrase: str | None) -> bytes:
        """Return it as a file that any program for signatures takes.

        Under a passphrase it is encrypted with AES-256, and each guess costs 600,000 rounds.
        """
        from cryptography import x509  # noqa: PLC0415
        from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

        key = serialization.load_der_private_key(self.key, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise _damaged()
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase is not None:
            encryption = (
                serialization.PrivateFormat.PKCS12.encryption_builder()
                .kdf_rounds(_ROUNDS)
                .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
                .hmac_hash(hashes.SHA256())
                .build(passphrase.encode())
            )
        certificate = x509.load_der_x509_certificate(self.certificate)
        return pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, encryption)

    @classmethod
    def from_pkcs12(cls, data: bytes, passphrase: str | None) -> OrganizationSeal:
        """Return the seal in a file.

        Raises:
            WrongPassphrase: it is not the right one, or one is needed.
            FileProblem: the file is none, or its key is no P-256 key.
        """
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: PLC0415

        secret = None if passphrase is None else passphrase.encode()
        try:
            key, certificate, _ = pkcs12.load_key_and_certificates(data, secret)
        except ValueError as error:
            if "password" in str(error).lower() or "mac" in str(error).lower():
                raise WrongPassphrase(
                    "the passphrase does not open the seal", field="passphrase"
                ) from error
            raise _damaged() from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate is None:
            raise _damaged()
        if key.curve.name != "secp256r1" or certificate.public_key() != key.public_key():
            raise _damaged()
        return cls(_der(certificate), _pkcs8(key))


@dataclass(frozen=True, slots=True)
class SealFacts:
    """What a seal's certificate says; nothing of it is checked."""

    organization: str
    """Unified social credit code; empty if it names none."""
    name: str
    valid_from: int
    """Unix milliseconds."""
    valid_until: int


def describe_seal(certificate: bytes) -> SealFacts:
    """Return whose seal a certificate says it is.

    Raises:
        FileProblem: it is no certificate of a seal.
    """
    from cryptography import x509  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    try:
        read = x509.load_der_x509_certificate(certificate)
        key = read.public_key()
        code = _attribute(read.subject, _ORGANIZATION_IDENTIFIER).removeprefix(_SCHEME)
        name = _attribute(read.subject, "2.5.4.10")
    except (ValueError, TypeError) as error:
        raise _damaged() from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise _damaged()
    return SealFacts(
        code,
        name,
        _milliseconds(read.not_valid_before_utc),
        _milliseconds(read.not_valid_after_utc),
    )


def _named(organization: str, name: str) -> x509.Name:
    from cryptography import x509  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    short = name.encode()[:_COMMON_NAME_BYTES].decode("utf-8", "ignore")
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, name[:_NAME_CHARACTERS]),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, f"{_SCHEME}{organization}"),
            x509.NameAttribute(NameOID.COMMON_NAME, short),
        ]
    )


def _usage() -> x509.KeyUsage:
    from cryptography import x509  # noqa: PLC0415

    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _attribute(subject: x509.Name, number: str) -> str:
    from cryptography import x509  # noqa: PLC0415

    found = subject.get_attributes_for_oid(x509.ObjectIdentifier(number))
    return str(found[0].value) if found else ""


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _der(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    return certificate.public_bytes(Encoding.DER)


def _pkcs8(key: ec.EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _damaged() -> FileProblem:
    return FileProblem("not a seal, or damaged", field="seal", expected="PKCS#12 with a P-256 key")
