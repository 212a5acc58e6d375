# SPDX-License-Identifier: Apache-2.0
"""An authenticator in software (WebAuthn), for tests: it answers what a server asks of a browser.

Written from the recommendation with cbor2 and cryptography alone, so that it judges our library.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT: Final = 0x01
_VERIFIED: Final = 0x04
_ATTESTED: Final = 0x40
_AAGUID: Final = bytes(16)


def base64url(data: bytes) -> str:
    """Return unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """Holds one passkey for one server."""

    origin: str = "http://localhost"
    name: str = "localhost"
    is_verified: bool = True
    """Whether its owner showed a finger, a face or a number."""
    uses: int = 0
    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, question: dict[str, Any]) -> str:
        """Answer `navigator.credentials.create`."""
        point = self.secret.public_key().public_numbers()
        key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        about = _AAGUID + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(key)
        data = self._data(_ATTESTED) + about
        made = {"fmt": "none", "attStmt": {}, "authData": data}
        response = {"attestationObject": base64url(cbor2.dumps(made))}
        return self._answer("webauthn.create", question["challenge"], response)

    def get(self, question: dict[str, Any]) -> str:
        """Answer `navigator.credentials.get`."""
        self.uses += 1
        data = self._data(0)
        told = self._client_data("webauthn.get", question["challenge"])
        signed = data + hashlib.sha256(told).digest()
        response = {
            "authenticatorData": base64url(data),
            "signature": base64url(self.secret.sign(signed, ec.ECDSA(SHA256()))),
        }
        return self._answer("webauthn.get", question["challenge"], response)

    def _data(self, more: int) -> bytes:
        flags = _PRESENT | more | (_VERIFIED if self.is_verified else 0)
        server = hashlib.sha256(self.name.encode()).digest()
        return server + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, kind: str, challenge: str, response: dict[str, str]) -> str:
        client_data = base64url(self._client_data(kind, challenge))
        return json.dumps(
            {
                "id": base64url(self.id),
                "rawId": base64url(self.id),
                "type": "public-key",
                "response": {"clientDataJSON": client_data, **response},
                "clientExtensionResults": {},
            }
        )
