# SPDX-License-Identifier: Apache-2.0
"""The rules of certificate chains (RFC 5280); `certificates` is their door.

The verdict is part of consensus, so it depends on bytes and the given time only: no clock, no
network, no trust store of the machine, no search for paths. The library parses and verifies single
signatures; which chains are good is decided here, in the order of the checks below
(docs/decisions/0020-certificate-chains.md).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature as WrongSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID
from cryptography.x509.oid import SignatureAlgorithmOID as Algorithm

from tallystick.crypto.certified import (
    CERTIFICATE_BYTES_MAX,
    CHAIN_LENGTH_MAX,
    CertificateFacts,
    CertifiedKey,
)
from tallystick.crypto.hashing import sha256
from tallystick.crypto.signatures import is_valid_signature
from tallystick.errors import InvalidCertificate

Kind = TypeVar("Kind", bound=x509.ExtensionType)
RSA_BITS: Final = (2048, 4096)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_FOREVER_MS: Final = 253_402_300_799_000
_VERSION: Final = x509.Version.v3
_ALGORITHMS: Final = frozenset(
    {
        Algorithm.RSA_WITH_SHA256,
        Algorithm.RSA_WITH_SHA384,
        Algorithm.RSA_WITH_SHA512,
        Algorithm.ECDSA_WITH_SHA256,
        Algorithm.ECDSA_WITH_SHA384,
        Algorithm.ECDSA_WITH_SHA512,
        Algorithm.ED25519,
    }
)
_UNDERSTOOD: Final = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
        ExtensionOID.CERTIFICATE_POLICIES,
        ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
        ExtensionOID.SUBJECT_KEY_IDENTIFIER,
    }
)
"""May be critical: their rules are kept, or they limit nothing that matters here."""
_NOT_SUPPORTED: Final = frozenset(
    {
        ExtensionOID.NAME_CONSTRAINTS,
        ExtensionOID.POLICY_CONSTRAINTS,
        ExtensionOID.POLICY_MAPPINGS,
        ExtensionOID.INHIBIT_ANY_POLICY,
    }
)
"""Limit what a chain may certify in ways that are not checked here: refused, critical or not."""
_DOCUMENT_SIGNING: Final = "1.3.6.1.5.5.7.3.36"
_PURPOSES: Final = frozenset(
    {
        ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string,
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string,
        _DOCUMENT_SIGNING,
    }
)
_ORGANIZATION_PREFIX: Final = "NTRCN-"
"""ETSI EN 319 412-1: a national trade register number of China."""


def check_authority(certificate: bytes, time_ms: int) -> bytes:
    """Return the fingerprint of a certificate that may be registered as an authority.

    Raises:
        InvalidCertificate: not a certificate, not of a CA, not valid at this time, or weak.
    """
    parsed = _parse(certificate, "certificate")
    _check_common(parsed, "certificate", time_ms)
    _check_issuing(parsed, "certificate", below=0)
    if parsed.issuer == parsed.subject:
        _check_signature(parsed, parsed, "certificate")
    return sha256(certificate)


def check_chain(chain: Sequence[bytes], authorities: Sequence[bytes], time_ms: int) -> CertifiedKey:
    """Return whom a chain certifies, if one of the authorities stands behind it at this time.

    Args:
        chain: DER; the leaf first, each issued by the next. The authority may be the last.
        authorities: DER of the certificates that are trusted.
        time_ms: unix milliseconds.

    Raises:
        InvalidCertificate: which certificate and which rule stand in its field.
    """
    if not 1 <= len(chain) <= CHAIN_LENGTH_MAX:
        raise _refuse("chain", "length", f"1 to {CHAIN_LENGTH_MAX} certificates", str(len(chain)))
    places = [f"chain.{place}" for place in range(len(chain))]
    parsed = [_parse(data, place) for data, place in zip(chain, places, strict=True)]
    if len(set(chain)) != len(chain):
        raise _refuse("chain", "duplicate", "each certificate once")
    trusted = {bytes(one): _parse(one, "authority") for one in authorities}
    anchor = trusted.get(bytes(chain[-1])) if len(chain) > 1 else None
    if anchor is not None:
        parsed.pop()
    else:
        anchor = _find_anchor(parsed[-1], list(trusted.values()), places[len(parsed) - 1])
    path = [*parsed, anchor]
    names = [*places[: len(parsed)], "authority"]
    _check_path(path, names, time_ms)
    key = _member_key(parsed[0], names[0])
    return _certified(key, path, chain[0], names[0])


def _check_path(path: list[x509.Certificate], names: list[str], time_ms: int) -> None:
    """RFC 5280, section 6.1, without policies and name constraints, which are refused."""
    below = 0
    for index, (certificate, name) in enumerate(zip(path, names, strict=True)):
        _check_common(certificate, name, time_ms)
        if index:
            _check_issuing(certificate, name, below=below)
            # Certificates that a CA issues to itself do not count (RFC 5280, 4.2.1.9).
            below += certificate.issuer != certificate.subject
    for issued, issuer, name in zip(path, path[1:], names, strict=False):
        _check_signature(issued, issuer, name)


def _parse(data: bytes, name: str) -> x509.Certificate:
    if not 0 < len(data) <= CERTIFICATE_BYTES_MAX:
        raise _refuse(name, "size", f"1 to {CERTIFICATE_BYTES_MAX} bytes", str(len(data)))
    try:
        with warnings.catch_warnings():
            # What the library only warns of is refused below.
            warnings.simplefilter("ignore")
            certificate = x509.load_der_x509_certificate(data)
            # The parser lets the signature's string of bits end before its last byte does, which
            # is a second form of the same certificate.
            ends_whole = data.endswith(b"\0" + certificate.signature)
            is_whole = ends_whole and certificate.public_bytes(Encoding.DER) == data
            extensions, serial = list(certificate.extensions), certificate.serial_number
            _ = (certificate.subject, certificate.issuer, certificate.signature_algorithm_oid)
            _ = (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise _refuse(name, "encoding", "a certificate in DER") from error
    except x509.InvalidVersion as error:
        raise _refuse(name, "version", "3") from error
    if not is_whole:
        raise _refuse(name, "encoding", "a certificate in DER")
    if certificate.version is not _VERSION:
        raise _refuse(name, "version", "3", certificate.version.name)
    if serial <= 0:
        raise _refuse(name, "serial", "more than 0")
    _check_extensions(extensions, name)
    return certificate


def _check_extensions(extensions: list[x509.Extension[x509.ExtensionType]], name: str) -> None:
    for extension in extensions:
        number = extension.oid.dotted_string
        if extension.oid in _NOT_SUPPORTED:
            raise _refuse(name, "extension", "no constraints of names or policies", number)
        if extension.critical and extension.oid not in _UNDERSTOOD:
            raise _refuse(name, "extension", "no unknown critical extension", number)


def _check_common(certificate: x509.Certificate, name: str, time_ms: int) -> None:
    first, last = _period(certificate)
    if not first <= time_ms <= last:
        raise _refuse(name, "validity", f"{first} to {last}", str(time_ms))
    if certificate.signature_algorithm_oid not in _ALGORITHMS:
        found = certificate.signature_algorithm_oid.dotted_string
        raise _refuse(name, "algorithm", "SHA-256, SHA-384, SHA-512 or Ed25519", found)
    _check_key_usage(certificate, name)


def _check_key_usage(certificate: x509.Certificate, name: str) -> None:
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None:
        raise _refuse(name, "key_usage", "a keyUsage extension")
    purposes = _extension(certificate, x509.ExtendedKeyUsage)
    if purposes is not None and _PURPOSES.isdisjoint(one.dotted_string for one in purposes):
        raise _refuse(name, "extended_key_usage", "clientAuth or documentSigning")


def _check_issuing(certificate: x509.Certificate, name: str, *, below: int) -> None:
    """Check that a certificate may have issued a chain with `below` CAs between it and the leaf."""
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise _refuse(name, "basic_constraints", "a CA")
    if constraints.path_length is not None and below > constraints.path_length:
        raise _refuse(name, "path_length", f"at most {constraints.path_length}", str(below))
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None or not usage.key_cert_sign:
        raise _refuse(name, "key_usage", "keyCertSign")
    _check_key(certificate, name)


def _check_key(certificate: x509.Certificate, name: str) -> None:
    expected = "RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519"
    key = _public_key(certificate, name)
    match key:
        case rsa.RSAPublicKey() if RSA_BITS[0] <= key.key_size <= RSA_BITS[1]:
            return
        case ec.EllipticCurvePublicKey() if isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
            return
        case ed25519.Ed25519PublicKey():
            return
    raise _refuse(name, "key", expected, f"{type(key).__name__.removeprefix('_')}")


def _member_key(certificate: x509.Certificate, name: str) -> ed25519.Ed25519PublicKey:
    """Return the key of a certificate that may sign, and not certify."""
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise _refuse(name, "basic_constraints", "not a CA")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None or not usage.digital_signature:
        raise _refuse(name, "key_usage", "digitalSignature")
    key = _public_key(certificate, name)
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise _refuse(name, "key", "Ed25519")
    return key


def _check_signature(issued: x509.Certificate, issuer: x509.Certificate, name: str) -> None:
    if issued.issuer != issuer.subject:
        raise _refuse(
            name, "issuer", issued.issuer.rfc4514_string(), issuer.subject.rfc4514_string()
        )
    key = _public_key(issuer, name)
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            # One rule for Ed25519 everywhere (ZIP 215), whichever library holds the key.
            is_right = issued.signature_algorithm_oid == Algorithm.ED25519 and is_valid_signature(
                key.public_bytes_raw(), issued.tbs_certificate_bytes, issued.signature
            )
        else:
            issued.verify_directly_issued_by(issuer)
            is_right = True
    except (WrongSignature, ValueError, TypeError, UnsupportedAlgorithm):
        is_right = False
    if not is_right:
        raise _refuse(name, "signature", "a signature by the next certificate's key")


def _find_anchor(
    last: x509.Certificate, trusted: list[x509.Certificate], name: str
) -> x509.Certificate:
    """Return the authority that issued the chain's last certificate."""
    named = [one for one in trusted if one.subject == last.issuer]
    for one in named[:-1]:
        # An organisation may have renewed its authority under the same name.
        try:
            _check_signature(last, one, name)
        except InvalidCertificate:
            continue
        return one
    if not named:
        raise _refuse(
            name, "authority", "an authority of the organisation", last.issuer.rfc4514_string()
        )
    return named[-1]


def _certified(
    key: ed25519.Ed25519PublicKey, path: list[x509.Certificate], leaf: bytes, name: str
) -> CertifiedKey:
    periods = [_period(one) for one in path]
    return CertifiedKey(
        public_key=key.public_bytes_raw(),
        organization=_organization(path[0], name),
        member=_member(path[0], name),
        valid_from=max(first for first, _ in periods),
        valid_until=min(last for _, last in periods),
        fingerprint=sha256(leaf),
    )


def _organization(certificate: x509.Certificate, name: str) -> str:
    """Return organizationIdentifier, else O; a trade register prefix is taken off."""
    found = _attribute(certificate, NameOID.ORGANIZATION_IDENTIFIER, name)
    if found is not None:
        return found.removeprefix(_ORGANIZATION_PREFIX)
    found = _attribute(certificate, NameOID.ORGANIZATION_NAME, name)
    if found is None:
        raise _refuse(name, "subject", "organizationIdentifier or O")
    return found


def _member(certificate: x509.Certificate, name: str) -> str:
    """Return serialNumber, else CN."""
    found = _attribute(certificate, NameOID.SERIAL_NUMBER, name)
    if found is None:
        found = _attribute(certificate, NameOID.COMMON_NAME, name)
    if found is None:
        raise _refuse(name, "subject", "serialNumber or CN")
    return found


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier, name: str) -> str | None:
    found = certificate.subject.get_attributes_for_oid(oid)
    if len(found) > 1 or not all(isinstance(one.value, str) for one in found):
        raise _refuse(name, "subject", "each attribute at most once", oid.dotted_string)
    return str(found[0].value) if found else None


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _public_key(certificate: x509.Certificate, name: str) -> object:
    try:
        return certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _refuse(name, "key", "a public key of a known kind") from error


def _period(certificate: x509.Certificate) -> tuple[int, int]:
    """Return the first and the last millisecond; both ends belong to the period."""
    first = (certificate.not_valid_before_utc - _EPOCH) // _MILLISECOND
    last = (certificate.not_valid_after_utc - _EPOCH) // _MILLISECOND
    return max(0, first), min(last + 999, _FOREVER_MS)


def _refuse(place: str, rule: str, expected: str, found: str | None = None) -> InvalidCertificate:
    return InvalidCertificate(
        f"{place}: {rule.replace('_', ' ')}: should be {expected}",
        field=f"{place}.{rule}",
        expected=expected,
        found=None if found is None else found[:120],
    )


def describe_certificate(certificate: bytes) -> CertificateFacts:
    """Return what a certificate says; raises `InvalidCertificate` if it cannot be read."""
    parsed = _parse(certificate, "certificate")
    return CertificateFacts(
        subject=parsed.subject.rfc4514_string(),
        issuer=parsed.issuer.rfc4514_string(),
        valid_until=_period(parsed)[1],
    )


def read_certificates(data: bytes) -> list[bytes]:
    """Return the certificates in DER or PEM; raises `InvalidCertificate` if there is none."""
    if not data.lstrip().startswith(b"-----") and b"-----BEGIN" not in data:
        return [data]
    try:
        found = x509.load_pem_x509_certificates(data)
    except ValueError as error:
        raise _refuse("certificate", "encoding", "certificates in PEM or DER") from error
    return [one.public_bytes(Encoding.DER) for one in found]
