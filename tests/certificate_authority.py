# SPDX-License-Identifier: Apache-2.0
"""A certification authority in a few lines: certificates of every kind, good and bad."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

ORGANIZATION: Final = "91350100M000100Y43"
MEMBER: Final = "wang-fang"
NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
NOW_MS: Final = int(NOW.timestamp()) * 1000
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

CA_USAGE: Final = frozenset({"key_cert_sign", "crl_sign"})
LEAF_USAGE: Final = frozenset({"digital_signature"})
_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def name(common: str, **others: str) -> x509.Name:
    """Return a name; `organization`, `number`, `identifier` stand for their attributes."""
    kinds = {
        "organization": NameOID.ORGANIZATION_NAME,
        "number": NameOID.SERIAL_NUMBER,
        "identifier": NameOID.ORGANIZATION_IDENTIFIER,
    }
    parts = [x509.NameAttribute(kinds[kind], value) for kind, value in others.items()]
    if common:
        parts.append(x509.NameAttribute(NameOID.COMMON_NAME, common))
    return x509.Name(parts)


ROOT_NAME: Final = name("Example Root CA", organization="Example Bank")
MIDDLE_NAME: Final = name("Example Issuing CA", organization="Example Bank")
LEAF_NAME: Final = name(MEMBER, organization=ORGANIZATION)


@dataclass(frozen=True)
class Plan:
    """What a certificate says; `replace` makes another one."""

    subject: x509.Name
    is_ca: bool | None = True
    """None: without basicConstraints."""
    path_length: int | None = None
    usage: frozenset[str] | None = CA_USAGE
    """None: without keyUsage."""
    starts: int = -30
    """Days from now."""
    ends: int = 365
    digest: Any = field(default_factory=hashes.SHA256)
    pss: bool = False
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    serial: int | None = None


LEAF: Final = Plan(LEAF_NAME, is_ca=None, usage=LEAF_USAGE)
MIDDLE: Final = Plan(MIDDLE_NAME, path_length=0)
ROOT: Final = Plan(ROOT_NAME, ends=3650)


@dataclass(frozen=True)
class Made:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def der(self) -> bytes:
        """The bytes."""
        return self.certificate.public_bytes(Encoding.DER)


def make(
    plan: Plan, key: PrivateKey | None = None, issuer: Made | None = None, **changes: Any
) -> Made:
    """Return a certificate, self-signed without an issuer; `changes` are of the plan."""
    plan = replace(plan, **changes) if changes else plan
    key = key or (new_ec() if plan.is_ca else ed25519.Ed25519PrivateKey.generate())
    above = issuer.certificate.subject if issuer else plan.subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(plan.subject)
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(plan.serial or x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=plan.starts))
        .not_valid_after(NOW + timedelta(days=plan.ends))
    )
    if plan.is_ca is not None:
        basic = x509.BasicConstraints(ca=plan.is_ca, path_length=plan.path_length)
        builder = builder.add_extension(basic, critical=True)
    if plan.usage is not None:
        usage = x509.KeyUsage(**{one: one in plan.usage for one in _USAGES})
        builder = builder.add_extension(usage, critical=True)
    if plan.is_ca:
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        builder = builder.add_extension(identifier, critical=False)
    if issuer is not None:
        above_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(above_key, critical=False)
    for extension, critical in plan.extensions:
        builder = builder.add_extension(extension, critical=critical)
    signer = issuer.key if issuer else key
    digest = None if isinstance(signer, ed25519.Ed25519PrivateKey) else plan.digest
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if plan.pss else None
    return Made(builder.sign(signer, digest, rsa_padding=scheme), key)


def new_ec(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    """Return a new P-256 key, or one of another curve."""
    return ec.generate_private_key(curve or ec.SECP256R1())


def new_rsa(bits: int) -> rsa.RSAPrivateKey:
    """Return a new RSA key; a short one is for showing that it is refused."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)
