# SPDX-License-Identifier: Apache-2.0
"""An OpenID provider for tests: honest by itself, and able to be wrong in one thing at a time.

It signs with cryptography alone, so the library that checks its tokens did not make them. In
`make interop` the certified provider `oidc-provider` stands in its place.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from tallystick.interchange.identity.fetching import Reply

CLIENT: Final = "tallystick"
ACR: Final = "urn:example:face-and-card"
NUMBER: Final = "110101200801101009"

Secret = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


def base64url(data: bytes) -> str:
    """Return unpadded base64url."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def public_members(secret: Secret) -> dict[str, str]:
    """Return the members of a public key (RFC 7518, RFC 8037)."""
    if isinstance(secret, rsa.RSAPrivateKey):
        public = secret.public_key().public_numbers()
        return {"kty": "RSA", "n": _number(public.n), "e": _number(public.e)}
    if isinstance(secret, ed25519.Ed25519PrivateKey):
        raw = secret.public_key().public_bytes_raw()
        return {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}
    size = secret.key_size // 8
    point = secret.public_key().public_numbers()
    x, y = (base64url(one.to_bytes(size, "big")) for one in (point.x, point.y))
    return {"kty": "EC", "crv": f"P-{secret.key_size}", "x": x, "y": y}


def sign(secret: Secret, algorithm: str, message: bytes) -> bytes:
    """Return a signature as JWS has it."""
    if isinstance(secret, ed25519.Ed25519PrivateKey):
        return secret.sign(message)
    if isinstance(secret, rsa.RSAPrivateKey):
        salted = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
        return secret.sign(
            message, salted if algorithm == "PS256" else padding.PKCS1v15(), SHA256()
        )
    size = secret.key_size // 8
    kind = SHA256() if size == 32 else SHA384()
    r, s = decode_dss_signature(secret.sign(message, ec.ECDSA(kind)))
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _unchanged(given: dict[str, Any]) -> dict[str, Any]:
    return given


Change = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class OpenIdDouble:
    """A provider; what it says passes through `change_...` on its way out."""

    issuer: str = "https://id.example.org"
    now: float = 1_796_000_000.0
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "sub-1", "id_number": NUMBER})
    algorithm: str = "ES256"
    secret: Secret = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    kid: str | None = "key-1"
    change_discovery: Change = _unchanged
    change_keys: Change = _unchanged
    change_header: Change = _unchanged
    change_claims: Change = _unchanged
    change_answer: Change = _unchanged
    change_response: Change = _unchanged
    sign: Callable[[bytes], bytes] | None = None
    asked: list[str] = field(default_factory=list)
    """Every address that was fetched."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def answer(
        self,
        address: str,
        form: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> Reply:
        """Answer as `Fetch`."""
        self.asked.append(address)
        path = address.removeprefix(self.issuer)
        if path == "/.well-known/openid-configuration":
            return _json(self.change_discovery(self.discovery()))
        if path == "/jwks":
            return _json(self.change_keys({"keys": [self.public_key()]}))
        if path == "/token" and form is not None:
            return self._token(form, basic)
        return _json({"error": "not_found"}, 404)

    def discovery(self) -> dict[str, Any]:
        """Return the discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": [self.algorithm],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "claims_parameter_supported": True,
        }

    def public_key(self) -> dict[str, str]:
        """Return the key as the key set has it."""
        named = {} if self.kid is None else {"kid": self.kid}
        return {**public_members(self.secret), **named, "use": "sig", "alg": self.algorithm}

    def log_in(self, where: str) -> str:
        """Log the person in at an address to which one was sent; return the response's query."""
        parts = urlsplit(where)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        asked = dict(parse_qsl(parts.query))
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = {**asked, "auth_time": str(int(self.now))}
        said = {"code": code, "state": asked["state"], "iss": self.issuer}
        return urlencode(self.change_response(said))

    def _token(self, form: Mapping[str, str], basic: tuple[str, str] | None) -> Reply:
        client = basic[0] if basic else form.get("client_id")
        asked = self.codes.pop(form["code"], None)
        challenge = base64url(hashlib.sha256(form["code_verifier"].encode()).digest())
        is_right = (
            asked is not None
            and client == asked["client_id"]
            and form["redirect_uri"] == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not is_right or asked is None:
            return _json({"error": "invalid_grant"}, 400)
        claims = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "nonce": asked["nonce"],
            "iat": int(self.now),
            "exp": int(self.now) + 300,
            "auth_time": int(asked["auth_time"]),
            "acr": ACR,
            **self.person,
        }
        answer = {"id_token": self.token(claims), "token_type": "Bearer", "access_token": "at"}
        return _json(self.change_answer(answer))

    def token(self, claims: dict[str, Any]) -> str:
        """Return a signed token."""
        named = {} if self.kid is None else {"kid": self.kid}
        header = self.change_header({"alg": self.algorithm, "typ": "JWT", **named})
        parts = (header, self.change_claims(claims))
        message = ".".join(base64url(json.dumps(one).encode()) for one in parts)
        made = (self.sign or self._sign)(message.encode())
        return f"{message}.{base64url(made)}"

    def _sign(self, message: bytes) -> bytes:
        return sign(self.secret, self.algorithm, message)


def _json(body: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode())


@contextmanager
def served(double: OpenIdDouble) -> Iterator[OpenIdDouble]:
    """Serve a provider on this machine, with the issuer that follows from its port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/authorize"):
                query = double.log_in(double.issuer + self.path)
                back = parse_qs(urlsplit(self.path).query)["redirect_uri"][0]
                self.send_response(303)
                self.send_header("location", f"{back}?{query}")
                self.end_headers()
            else:
                self._send(double.answer(double.issuer + self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            given = self.headers.get("authorization", "").removeprefix("Basic ")
            name, _, secret = base64.b64decode(given).decode().partition(":")
            basic = (name, secret) if name else None
            self._send(double.answer(double.issuer + self.path, dict(parse_qsl(body)), basic))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with running_server(Handler) as address:
        double.issuer = address
        yield double


@contextmanager
def running_server(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve requests on this machine; return the address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
