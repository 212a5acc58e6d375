# SPDX-License-Identifier: Apache-2.0
"""Seals of organisations: a P-256 key with its certificate, kept as PKCS#12."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import pkcs12

from tallystick.crypto import OrganizationSeal, describe_seal, sha256
from tallystick.errors import FileProblem, WrongPassphrase
from tests.factories import COURT

NAME, TIME = "福建示范仓储有限公司", 1_790_000_000_000
SEAL = OrganizationSeal.create(COURT, NAME, TIME)


def test_a_seal_says_whose_it_is_and_how_long() -> None:
    """Code as ETSI EN 319 412-1 writes it; ten years; for signatures only, of no authority."""
    said = describe_seal(SEAL.certificate)
    assert (said.organization, said.name) == (COURT, NAME)
    assert said.valid_from < TIME < said.valid_until
    read = x509.load_der_x509_certificate(SEAL.certificate)
    assert not read.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = read.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.content_commitment, usage.key_cert_sign) == (True, False)
    assert SEAL.fingerprint == sha256(SEAL.certificate).hex()
    assert OrganizationSeal.create(COURT, NAME, TIME) != SEAL
    assert SEAL.key.hex() not in repr(SEAL)
    assert "key=" not in repr(SEAL)


def test_a_long_name_is_cut_to_what_a_certificate_holds() -> None:
    """64 characters (RFC 5280, upper bounds)."""
    made = OrganizationSeal.create(COURT, "名" * 70, TIME)
    assert describe_seal(made.certificate).name == "名" * 64


@pytest.mark.parametrize("passphrase", [None, "开 sesame"])
def test_a_seal_is_read_as_it_was_kept(passphrase: str | None) -> None:
    """Open, or under a passphrase, which alone opens it."""
    data = SEAL.to_pkcs12(passphrase)
    assert OrganizationSeal.from_pkcs12(data, passphrase) == SEAL
    with pytest.raises(WrongPassphrase):
        OrganizationSeal.from_pkcs12(data, "other")


def test_under_a_passphrase_its_key_is_nowhere_in_the_file() -> None:
    """And without it, one is asked for."""
    data = SEAL.to_pkcs12("open")
    assert SEAL.key[-40:] not in data
    with pytest.raises(WrongPassphrase):
        OrganizationSeal.from_pkcs12(data, None)


def _file(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    certificate = x509.load_der_x509_certificate(SEAL.certificate)
    try:
        return pkcs12.serialize_key_and_certificates(
            b"x", key, certificate, None, serialization.NoEncryption()
        )
    except ValueError:
        return pkcs12.serialize_key_and_certificates(
            b"x", key, None, None, serialization.NoEncryption()
        )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no file",
        _file(ec.generate_private_key(ec.SECP256R1())),
        _file(ec.generate_private_key(ec.SECP384R1())),
        _file(ed25519.Ed25519PrivateKey.generate()),
    ],
    ids=["empty", "text", "other key", "other curve", "other algorithm"],
)
def test_what_is_no_seal_is_refused(data: bytes) -> None:
    """Damaged, a certificate of another key, or a key that seals nothing."""
    with pytest.raises(FileProblem):
        OrganizationSeal.from_pkcs12(data, None)


def test_a_seal_on_another_curve_is_refused() -> None:
    """Key and certificate agree, and are still not what seals are made with."""
    key = ec.generate_private_key(ec.SECP384R1())
    certificate = x509.load_der_x509_certificate(_certificate(key))
    data = pkcs12.serialize_key_and_certificates(
        b"x", key, certificate, None, serialization.NoEncryption()
    )
    with pytest.raises(FileProblem):
        OrganizationSeal.from_pkcs12(data, None)


def test_what_is_no_certificate_of_a_seal_is_refused() -> None:
    """No certificate at all; or one of another kind of key. One without a code names nobody."""
    with pytest.raises(FileProblem):
        describe_seal(b"none")
    with pytest.raises(FileProblem):
        describe_seal(_certificate(ed25519.Ed25519PrivateKey.generate()))
    said = describe_seal(_certificate(ec.generate_private_key(ec.SECP256R1())))
    assert (said.organization, said.name) == ("", "")


def test_only_a_key_of_a_seal_is_kept() -> None:
    """Another kind of key under the name of a seal is not written."""
    other = ed25519.Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(FileProblem):
        OrganizationSeal(SEAL.certificate, other).to_pkcs12(None)


def _certificate(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    from cryptography.hazmat.primitives import hashes

    read = x509.load_der_x509_certificate(SEAL.certificate)
    named = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(read.not_valid_before_utc)
        .not_valid_after(read.not_valid_after_utc)
        .sign(key, algorithm)
        .public_bytes(serialization.Encoding.DER)
    )
