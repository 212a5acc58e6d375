# SPDX-License-Identifier: Apache-2.0
"""Makes authorities and signs tokens with `cryptography`; `authority` is the door."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tallystick.errors import InvalidTimeStamp
from tallystick.interchange.timestamps.records import POLICY, AuthorityFiles
from tallystick.interchange.timestamps.requests import Request, read_request

Asn1: TypeAlias = Any
"""A value of asn1crypto, which has no types."""
_CERTIFICATE_SIGNS = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
_TOKEN_SIGNS = x509.KeyUsage(
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


class KeyedAuthority:
    """An authority whose key is in this process."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
        """Sign with a key that a certificate is for."""
        self._certificate = certificate
        self._key = key

    def answer(self, request: bytes, *, time_ms: int, serial: int) -> bytes:
        """Return the reply to a request: a token, or why there is none.

        Args:
            request: DER.
            time_ms: now; tokens say seconds and thousandths.
            serial: never used before by this authority; 160 random bits do.
        """
        from tallystick.interchange.timestamps.structures import Reply

        try:
            asked = read_request(request)
        except InvalidTimeStamp:
            return self._rejection("bad_data_format")
        if asked.policy not in {None, POLICY}:
            return self._rejection("unaccepted_policy")
        token = self._token(asked, time_ms, serial)
        reply: bytes = Reply({"status": {"status": "granted"}, "time_stamp_token": token}).dump()
        return reply

    def _rejection(self, why: str) -> bytes:
        from tallystick.interchange.timestamps.structures import Reply

        reply: bytes = Reply({"status": {"status": "rejection", "fail_info": {why}}}).dump()
        return reply

    def _token(self, asked: Request, time_ms: int, serial: int) -> Asn1:
        from asn1crypto import cms, tsp

        info: dict[str, object] = {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": {"algorithm": asked.algorithm},
                "hashed_message": asked.digest,
            },
            "serial_number": serial,
            "gen_time": datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms),
            "accuracy": {"seconds": 1},
            "ordering": False,
        }
        if asked.nonce is not None:
            info["nonce"] = asked.nonce
        content = tsp.TSTInfo(info).dump()
        attributes = self._attributes(content)
        signature = self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        issued = cms.Certificate.load(self._certificate.public_bytes(Encoding.DER))
        signer = {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                name="issuer_and_serial_number",
                value={"issuer": issued.issuer, "serial_number": issued.serial_number},
            ),
            "digest_algorithm": {"algorithm": "sha256"},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": "sha256_ecdsa"},
            "signature": signature,
        }
        signed = {
            "version": "v3",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {
                "content_type": "tst_info",
                "content": cms.ParsableOctetString(content),
            },
            "signer_infos": [signer],
        }
        if asked.with_certificates:
            # One certificate: a SET of several is refused by strict readers unless it is sorted.
            signed["certificates"] = [issued]
        return cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData(signed)})

    def _attributes(self, content: bytes) -> Asn1:
        from asn1crypto import cms

        certificate = hashlib.sha256(self._certificate.public_bytes(Encoding.DER)).digest()
        return cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
                {
                    "type": "signing_certificate_v2",
                    "values": [{"certs": [{"cert_hash": certificate}]}],
                },
            ]
        )


def open_keyed(files: AuthorityFiles) -> KeyedAuthority:
    """Return the authority in its files.

    Raises:
        InvalidTimeStamp: they cannot be read, or do not belong together.
    """
    try:
        certificate = x509.load_pem_x509_certificate(files.certificate)
        key = load_pem_private_key(files.key, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InvalidTimeStamp("the authority's files cannot be read", field="authority") from error
    if (
        not isinstance(key, ec.EllipticCurvePrivateKey)
        or key.public_key() != certificate.public_key()
    ):
        raise InvalidTimeStamp("key and certificate do not belong together", field="authority")
    return KeyedAuthority(certificate, key)


def new_authority(name: str, now: datetime, days: int) -> AuthorityFiles:
    """Return the files of a new authority, under a root of its own whose key nobody keeps."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    key = ec.generate_private_key(ec.SECP256R1())
    root_name, own_name = _named(f"{name} root"), _named(name)
    until = now + timedelta(days=days)
    root = (
        _certificate(root_name, root_name, root_key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_CERTIFICATE_SIGNS, critical=True)
        .sign(root_key, hashes.SHA256())
    )
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
    own = (
        _certificate(own_name, root_name, key.public_key(), now, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_TOKEN_SIGNS, critical=True)
        .add_extension(purposes, critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
        .sign(root_key, hashes.SHA256())
    )
    return AuthorityFiles(
        root=root.public_bytes(Encoding.PEM),
        certificate=own.public_bytes(Encoding.PEM),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    start: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
