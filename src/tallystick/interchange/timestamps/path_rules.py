# SPDX-License-Identifier: Apache-2.0
"""The rules of the certificates behind a time-stamp token; `checking` is their door.

Certificates in a token only help to find a path; a path ends at a pinned certificate or nowhere.
The certificate of the authority must be for time-stamping alone, and critically so (RFC 3161 2.3).
"""

from __future__ import annotations

import hashlib
import hmac
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature as WrongSignature
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from tallystick.interchange.timestamps.records import CheckedToken, Roots, refuse
from tallystick.interchange.timestamps.tokens import Token

PATH_LENGTH_MAX: Final = 6
_RSA_BITS_MIN: Final = 2048
_HASHES: Final[Mapping[str, Callable[[], hashes.HashAlgorithm]]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_OWN_HASHES: Final = frozenset({"sha1", *_HASHES})
"""SHA-1 only names a certificate here, whose signature is checked anyway (RFC 5816)."""
_BROKEN: Final = (ValueError, TypeError, UnsupportedAlgorithm)


def check_signer(token: Token, roots: Roots) -> CheckedToken:
    """Return whose token it is; see `check_token`, which has compared the content."""
    if token.digest_algorithm not in _HASHES:
        raise refuse("the signature's hash is not taken", "signature", token.digest_algorithm)
    found = hashlib.new(token.digest_algorithm, token.content).digest()
    if not hmac.compare_digest(found, token.message_digest):
        raise refuse("the signature is over other content", "message_digest")
    pinned = [parse_certificate(one) for one in roots.certificates]
    published = [parse_certificate(one) for one in roots.published]
    candidates = [*map(parse_certificate, token.certificates), *pinned, *published]
    signer = _signer(token, candidates)
    _check_signature(
        signer,
        token.signature_algorithm,
        token.digest_algorithm,
        signature=token.signature,
        data=token.signed_attributes,
    )
    _check_purpose(signer)
    moment = datetime.fromtimestamp(token.time_ms / 1000, UTC)
    path = _path(signer, candidates, pinned, published, moment)
    ends = min(one.not_valid_after_utc for one in path)
    return CheckedToken(
        token=token,
        authority=signer.subject.rfc4514_string(),
        anchor=path[-1].subject.rfc4514_string(),
        valid_until_ms=int(ends.timestamp() * 1000),
    )


def parse_certificate(data: bytes) -> x509.Certificate:
    """Return a certificate in DER; raises `InvalidTimeStamp` if it cannot be read."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of certificates by old programs
            return x509.load_der_x509_certificate(data)
    except _BROKEN as error:
        raise refuse("a certificate cannot be read", "certificates") from error


def _signer(token: Token, candidates: Sequence[x509.Certificate]) -> x509.Certificate:
    """Return the certificate that the signed attribute names by its digest, wherever it is from."""
    if token.certificate_digest_algorithm in _OWN_HASHES:
        for one in candidates:
            data = one.public_bytes(Encoding.DER)
            found = hashlib.new(token.certificate_digest_algorithm, data, usedforsecurity=False)
            if hmac.compare_digest(found.digest(), token.certificate_digest):
                return one
    raise refuse("the signer's certificate is not at hand", "signing_certificate")


def _check_signature(
    signer: x509.Certificate, kind: str, algorithm: str, *, signature: bytes, data: bytes
) -> None:
    key, digest = signer.public_key(), _HASHES[algorithm]()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and kind == "ecdsa":
            key.verify(signature, data, ec.ECDSA(digest))
            return
        if (
            isinstance(key, rsa.RSAPublicKey)
            and key.key_size >= _RSA_BITS_MIN
            and kind == "rsassa_pkcs1v15"
        ):
            key.verify(signature, data, padding.PKCS1v15(), digest)
            return
    except WrongSignature as error:
        raise refuse("the signature is not the authority's", "signature") from error
    raise refuse("a kind of signature or key that is not taken", "signature", kind)


def _check_purpose(signer: x509.Certificate) -> None:
    try:
        usage = signer.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE)
        purposes = [one.dotted_string for one in usage.value]  # type: ignore[attr-defined]
    except (x509.ExtensionNotFound, *_BROKEN) as error:
        raise refuse("the certificate is not for time-stamping", "purpose") from error
    if not usage.critical or purposes != [ExtendedKeyUsageOID.TIME_STAMPING.dotted_string]:
        raise refuse(
            "the certificate is not for time-stamping alone, critically",
            "purpose",
            ", ".join(purposes)[:120],
            expected="1.3.6.1.5.5.7.3.8, critical and alone",
        )


def _path(
    signer: x509.Certificate,
    candidates: Sequence[x509.Certificate],
    pinned: Sequence[x509.Certificate],
    published: Sequence[x509.Certificate],
    moment: datetime,
) -> list[x509.Certificate]:
    """Return a path from the signer to a pinned authority, all valid at the time of the token."""
    path = [signer]
    for _ in range(PATH_LENGTH_MAX):
        last = path[-1]
        if not last.not_valid_before_utc <= moment <= last.not_valid_after_utc:
            raise refuse(
                "a certificate was not valid at the time of the token",
                "validity",
                moment.isoformat(),
                expected=f"{last.not_valid_before_utc} to {last.not_valid_after_utc}",
            )
        if last in published or (len(path) > 1 and last in pinned):
            return path
        issuer = next(_issuers(last, [*pinned, *candidates]), None)
        if issuer is None or issuer in path:
            break
        path.append(issuer)
    raise refuse(
        "no pinned authority stands behind the token",
        "path",
        path[-1].issuer.rfc4514_string()[:120],
    )


def _issuers(
    subject: x509.Certificate, candidates: Sequence[x509.Certificate]
) -> Iterator[x509.Certificate]:
    """Yield the authorities that issued a certificate, pinned ones first."""
    for one in candidates:
        try:
            limits = one.extensions.get_extension_for_class(x509.BasicConstraints).value
            subject.verify_directly_issued_by(one)
        except (x509.ExtensionNotFound, WrongSignature, *_BROKEN):
            continue
        if limits.ca and _may_issue(one):
            yield one


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.key_cert_sign
