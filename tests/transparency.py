# SPDX-License-Identifier: Apache-2.0
"""Another transparency service, played: statements and receipts made with two libraries alone.

Nothing of the package makes them, so that what it reads is not what it wrote.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SERVICE: Final = "https://log.example"
ISSUER: Final = "https://issuer.example"
CONTENT: Final = b"a contract"
Private = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey
_HASHES: Final[Mapping[int, Callable[[], hashes.HashAlgorithm]]] = {
    256: hashes.SHA256,
    384: hashes.SHA384,
    521: hashes.SHA512,
}


@dataclass(frozen=True)
class Signer:
    """A secret key, with its COSE algorithm and its name."""

    secret: Private
    algorithm: int
    key_id: bytes | None = b"key 1"

    def sign(self, message: bytes) -> bytes:
        """Return the signature as COSE has it."""
        if isinstance(self.secret, ed25519.Ed25519PrivateKey):
            return self.secret.sign(message)
        if isinstance(self.secret, rsa.RSAPrivateKey):
            scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
            return self.secret.sign(message, scheme, hashes.SHA256())
        bits = self.secret.curve.key_size
        size = (bits + 7) // 8
        pair = decode_dss_signature(self.secret.sign(message, ec.ECDSA(_HASHES[bits]())))
        return b"".join(number.to_bytes(size) for number in pair)

    @property
    def cose_key(self) -> dict[object, object]:
        """The public half as COSE_Key."""
        named: dict[object, object] = {} if self.key_id is None else {2: self.key_id}
        public = self.secret.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            return {1: 1, -1: 6, -2: public.public_bytes_raw(), **named}
        if isinstance(public, rsa.RSAPublicKey):
            numbers = public.public_numbers()
            return {1: 3, -1: numbers.n.to_bytes(256), -2: numbers.e.to_bytes(3), **named}
        size = (public.curve.key_size + 7) // 8
        point = public.public_numbers()
        curve = {256: 1, 384: 2, 521: 3}[public.curve.key_size]
        return {1: 2, -1: curve, -2: point.x.to_bytes(size), -3: point.y.to_bytes(size), **named}

    @property
    def pem(self) -> str:
        """The public half as PEM."""
        public = self.secret.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def p256(seed: int = 1, key_id: bytes | None = b"key 1") -> Signer:
    """Return an ES256 key."""
    return Signer(ec.derive_private_key(seed, ec.SECP256R1()), -7, key_id)


def ed(seed: int = 1, key_id: bytes | None = b"key 1") -> Signer:
    """Return an EdDSA key."""
    return Signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32), -8, key_id)


def sign1(
    signer: Signer,
    header: Mapping[int, object],
    signed: bytes,
    *,
    detached: bool = False,
    unprotected: Mapping[int, object] | None = None,
) -> bytes:
    """Return a COSE_Sign1."""
    named: dict[int, object] = {} if signer.key_id is None else {4: signer.key_id}
    protected = cbor2.dumps({1: signer.algorithm, **named, **header})
    covered = cbor2.dumps(["Signature1", protected, b"", signed])
    payload = None if detached else signed
    parts = [protected, dict(unprotected or {}), payload, signer.sign(covered)]
    return cbor2.dumps(cbor2.CBORTag(18, parts))


def statement(
    signer: Signer,
    content: bytes = CONTENT,
    *,
    header: Mapping[int, object] | None = None,
    detached: bool = False,
) -> bytes:
    """Return a signed statement over a content."""
    claims = {15: {1: ISSUER, 2: "contract 7"}, 3: "text/plain"}
    return sign1(signer, {**claims, **(header or {})}, content, detached=detached)


def enveloped(
    signer: Signer,
    digest: bytes = hashlib.sha256(CONTENT).digest(),
    *,
    algorithm: int = -16,
    detached: bool = False,
    more: Mapping[int, object] | None = None,
) -> bytes:
    """Return a statement that holds the digest of its original (hash envelope)."""
    header = {15: {1: ISSUER, 2: "contract 7"}, 258: algorithm, 259: "text/plain"}
    located = {260: "https://files.example/7", **(more or {})}
    return sign1(signer, {**header, **located}, digest, detached=detached)


@dataclass
class Service:
    """A log of four entries, of which the third is ours."""

    signer: Signer = field(default_factory=ed)
    issuer: str | None = SERVICE
    entry: str = "sha256"

    def receipt(
        self,
        registered: bytes,
        *,
        tree: int = 1,
        header: Mapping[int, object] | None = None,
        proof: object = None,
        detached: bool = True,
    ) -> bytes:
        """Return the receipt for a statement."""
        entry = registered if self.entry == "bytes" else hashlib.sha256(registered).digest()
        others = [hashlib.sha256(bytes([0, one])).digest() for one in range(3)]
        low = _node(others[0], others[1])
        root = _node(low, _node(hashlib.sha256(b"\0" + entry).digest(), others[2]))
        claims: dict[int, object] = {} if self.issuer is None else {15: {1: self.issuer, 6: 1700}}
        found = [4, 2, [others[2], low]] if proof is None else proof
        return sign1(
            self.signer,
            {**claims, 395: tree, **(header or {})},
            root,
            detached=detached,
            unprotected={396: {-1: [cbor2.dumps(found)]}},
        )


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def with_receipts(registered: bytes, *receipts: bytes) -> bytes:
    """Return the transparent statement."""
    message = cbor2.loads(registered)
    protected, _, payload, signature = message.value
    parts = [protected, {394: list(receipts)}, payload, signature]
    return cbor2.dumps(cbor2.CBORTag(18, parts))


def services_file(
    services: Sequence[tuple[str, Signer]] = (),
    issuers: Sequence[tuple[str, Signer]] = (),
    **more: Any,
) -> bytes:
    """Return the file that says who is believed."""

    def party(issuer: str, signer: Signer) -> dict[str, object]:
        return {"issuer": issuer, "keys": [cose_key_text(signer)]}

    listed = {
        "services": [{**party(*one), **more} for one in services],
        "issuers": [party(*one) for one in issuers],
    }
    return json.dumps({"format": "tallystick.services.v1", **listed}).encode()


def cose_key_text(signer: Signer) -> str:
    """Return a public key as such a file holds it."""
    return base64.b64encode(cbor2.dumps(signer.cose_key)).decode()
