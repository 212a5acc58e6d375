# SPDX-License-Identifier: Apache-2.0
"""Electronic signatures apart from their file (CMS, CAdES; `.p7s`): who signed, over what.

Read from DER or PEM, with one signer or several. The certificates inside help to find a path and
are not believed; a path ends at a certificate that the verifier believes, or nowhere. Whether a
certificate was revoked is asked of nobody: there is no network here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from tallystick.crypto import sha256
from tallystick.errors import InvalidSignature

Asn1: TypeAlias = Any
"""A value of asn1crypto, which has no types."""
SIGNATURE_BYTES_MAX: Final = 1024 * 1024
_SIGNERS_MAX: Final = 16
_HASHES: Final = ("sha256", "sha384", "sha512")
_RSA_BITS_MIN: Final = 2048
_SIGNING: Final = frozenset({"digital_signature", "non_repudiation"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BROKEN: Final = (ValueError, TypeError, LookupError, AttributeError)
"""What asn1crypto lets through for bytes that are not of a structure."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One signer's signature; what it says is not believed before `check_signed`."""

    certificate: bytes
    """Of the signer, DER."""
    others: tuple[bytes, ...]
    """More certificates that came along, DER."""
    subject: str
    issuer: str
    valid_from_ms: int
    valid_until_ms: int
    algorithm: str
    """Hash that the signature is made with: `sha256`, `sha384` or `sha512`."""
    signer_info: Asn1

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signer's certificate, 64 hex digits."""
        return sha256(self.certificate).hex()


def read_signatures(data: bytes) -> tuple[Signed, ...]:
    """Return the signatures in a file, in its order; at least one.

    Raises:
        InvalidSignature: another form, no signer, too many, or one whose certificate is not inside.
    """
    from asn1crypto import cms, pem

    if len(data) > SIGNATURE_BYTES_MAX:
        raise _refuse("a signature is smaller", "signature", f"{SIGNATURE_BYTES_MAX} bytes")
    try:
        plain = pem.unarmor(data)[2] if pem.detect(data) else data
        outer = cms.ContentInfo.load(plain, strict=True)
        if outer["content_type"].native != "signed_data":
            raise _refuse("not a signature", "signature", "CMS signed data")
        signed = outer["content"]
        certificates = [one.chosen for one in signed["certificates"] if one.name == "certificate"]
        infos = list(signed["signer_infos"])
        if not 1 <= len(infos) <= _SIGNERS_MAX:
            raise _refuse("nobody signed, or too many", "signers", f"1 to {_SIGNERS_MAX} signers")
        return tuple(_signed(one, certificates) for one in infos)
    except _BROKEN as error:
        raise _refuse("not a signature", "signature", "CMS in DER or PEM") from error


def check_signed(signed: Signed, digests: Mapping[str, bytes]) -> None:
    """Check that a signature holds over a content, by the key of the certificate inside.

    Args:
        signed: The signature.
        digests: `sha256`, `sha384` and `sha512` of the content.

    Raises:
        InvalidSignature: it is over other bytes, or was made with another or too weak a key.
    """
    from asn1crypto import x509
    from pyhanko.sign.validation.errors import SignatureValidationError
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    certificate = x509.Certificate.load(signed.certificate)
    try:
        intact, valid = validate_sig_integrity(
            signed.signer_info,
            certificate,
            expected_content_type="data",
            actual_digest=digests[signed.algorithm],
        )
    except (*_BROKEN, SignatureValidationError) as error:
        raise _refuse(f"not a signature: {error}"[:200], "signature") from error
    if not intact:
        raise _refuse("the signature is over another content", "signature")
    if not valid:
        raise _refuse("the signature is not by the key of its certificate", "signature")


async def anchor_of(signed: Signed, believed: Sequence[bytes], moment_ms: int) -> str | None:
    """Return who stands behind a signer's certificate; None: nobody who is believed.

    Args:
        signed: A signature that holds.
        believed: Certificates, in DER, of authorities or of signers themselves.
        moment_ms: When the certificates must have been valid.

    Raises:
        InvalidSignature: a path leads to somebody believed, and a certificate on it was not valid
            then or is not for signing.
    """
    from asn1crypto import x509
    from pyhanko_certvalidator import CertificateValidator, ValidationContext
    from pyhanko_certvalidator.errors import PathBuildingError, ValidationError

    context = ValidationContext(
        trust_roots=[x509.Certificate.load(one) for one in believed],
        moment=_EPOCH + timedelta(milliseconds=moment_ms),
        allow_fetching=False,
        weak_hash_algos={"md2", "md5", "sha1"},
    )
    validator = CertificateValidator(
        x509.Certificate.load(signed.certificate),
        [x509.Certificate.load(one) for one in signed.others],
        validation_context=context,
    )
    try:
        path = await validator.async_validate_path()
    except PathBuildingError:
        return None
    except (*_BROKEN, ValidationError) as error:
        raise _refuse(str(error)[:200], "certificate") from error
    return str(path.trust_anchor.authority.name.human_friendly)


def _signed(info: Asn1, certificates: Sequence[Asn1]) -> Signed:
    own = next((one for one in certificates if _is_of(info["sid"], one)), None)
    if own is None:
        raise _refuse("the signer's certificate is not inside", "certificate")
    algorithm = info["digest_algorithm"]["algorithm"].native
    if algorithm not in _HASHES:
        raise _refuse("a hash that is not taken", "algorithm", ", ".join(_HASHES))
    key = own.public_key
    if key.algorithm == "rsa" and key.bit_size < _RSA_BITS_MIN:
        raise _refuse("the key is too short", "certificate", f"RSA of {_RSA_BITS_MIN} bits")
    usage = own.key_usage_value
    if usage is not None and _SIGNING.isdisjoint(usage.native):
        raise _refuse("the certificate is not for signing", "certificate")
    others = tuple(one.dump() for one in certificates if one is not own)
    return Signed(
        certificate=own.dump(),
        others=others,
        subject=own.subject.human_friendly,
        issuer=own.issuer.human_friendly,
        valid_from_ms=_milliseconds(own.not_valid_before),
        valid_until_ms=_milliseconds(own.not_valid_after),
        algorithm=algorithm,
        signer_info=info,
    )


def _is_of(named: Asn1, certificate: Asn1) -> bool:
    """Say whether a signer is named by this certificate."""
    if named.name == "subject_key_identifier":
        return bool(certificate.key_identifier == named.native)
    chosen = named.chosen
    is_issuer = chosen["issuer"] == certificate.issuer
    return is_issuer and bool(chosen["serial_number"].native == certificate.serial_number)


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _refuse(message: str, field: str, expected: str | None = None) -> InvalidSignature:
    return InvalidSignature(message, field=field, expected=expected)
