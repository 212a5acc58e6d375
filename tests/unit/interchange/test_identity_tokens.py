# SPDX-License-Identifier: Apache-2.0
"""Altered ID tokens: each is refused, with the place that is wrong."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from tallystick.errors import (
    InvalidIdentityProvider,
)
from tests.openid_provider import ACR, CLIENT, OpenIdDouble, base64url
from tests.unit.interchange.identifying import Meeting, refused


@pytest.fixture
def double() -> OpenIdDouble:
    """An honest provider."""
    return OpenIdDouble()


NOW = int(OpenIdDouble().now)


@pytest.mark.parametrize(
    ("claims", "field"),
    [
        ({"iss": "https://evil.example.org"}, "iss"),
        ({"iss": "https://id.example.org/"}, "iss"),
        ({"iss": None}, "iss"),
        ({"aud": "another"}, "aud"),
        ({"aud": [CLIENT, "another"]}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": None}, "aud"),
        ({"azp": "another"}, "azp"),
        ({"azp": None}, "azp"),
        ({"nonce": "another"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"nonce": None, "nonce_supported": False}, "nonce"),
        ({"exp": NOW - 60}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": 1e999}, ""),
        ({"iat": NOW + 61}, "iat"),
        ({"iat": NOW - 61}, "iat"),
        ({"nbf": NOW + 61}, "nbf"),
        ({"nbf": "soon"}, "nbf"),
        ({"auth_time": NOW - 361}, "auth_time"),
        ({"auth_time": NOW + 61}, "auth_time"),
        ({"auth_time": None}, "auth_time"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": "x" * 256}, "sub"),
        ({"acr": "urn:example:password"}, "acr"),
        ({"acr": [ACR]}, "acr"),
        ({"acr": None}, "acr"),
        ({"id_number": None}, "id_number"),
        ({"id_number": 110101200801101009}, "id_number"),
        ({"id_number": ""}, "id_number"),
        ({"id_number": "1" * 201}, "id_number"),
        ({"at_hash": "another"}, "at_hash"),
        ({"at_hash": 1}, "at_hash"),
    ],
)
def test_a_signed_token_that_says_something_else_is_refused(
    double: OpenIdDouble, claims: dict[str, Any], field: str
) -> None:
    """Every claim is compared, and missing is not the same as right."""
    double.change_claims = lambda said: said | claims
    error = refused(Meeting(double))
    assert error.code == "E_IDENTITY_TOKEN"
    assert error.field == (f"claims.{field}" if field else "claims")


def test_a_claim_that_stands_twice_is_refused(double: OpenIdDouble) -> None:
    """Two readers of one token must not read two different things."""
    message = base64url(b'{"alg":"ES256","kid":"key-1"}') + "." + base64url(b'{"a":1,"a":2}')
    token = f"{message}.{base64url(double._sign(message.encode()))}"
    double.change_answer = lambda said: said | {"id_token": token}
    assert refused(Meeting(double)).field == "claims"


def test_a_hash_of_an_access_token_that_is_not_there_is_refused(double: OpenIdDouble) -> None:
    """Nothing to compare with is not agreement."""
    double.change_claims = lambda said: said | {"at_hash": "x"}
    double.change_answer = lambda said: said | {"access_token": None}
    assert refused(Meeting(double)).field == "claims.at_hash"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ({"alg": "none"}, "header.alg"),
        ({"alg": "None"}, "header.alg"),
        ({"alg": "HS256"}, "header.alg"),
        ({"alg": "RS256"}, "header.alg"),
        ({"alg": "RS1"}, "header.alg"),
        ({"alg": None}, "header.alg"),
        ({"crit": ["exp"]}, "header.crit"),
        ({"crit": ["bork"], "bork": 1}, "header.bork"),
        ({"jku": "https://evil.example.org/jwks"}, "header.jku"),
        ({"x5u": "https://evil.example.org/cert"}, "header.x5u"),
        ({"x5c": ["MIIB"]}, "header.x5c"),
        ({"jwk": {"kty": "oct", "k": "AA"}}, "header.jwk"),
        ({"b64": False}, "header.b64"),
        ({"zip": "DEF"}, "header.zip"),
        ({"typ": "at+jwt"}, "header.typ"),
        ({"typ": "logout+jwt"}, "header.typ"),
        ({"kid": "../../../dev/null"}, "header.kid"),
        ({"kid": "https://evil.example.org/key"}, "header.kid"),
        ({"kid": "key-1\x00"}, "header.kid"),
        ({"kid": "key-1' OR '1'='1"}, "header.kid"),
        ({"kid": "k" * 201}, "header.kid"),
        ({"kid": ["key-1"]}, "header.kid"),
        ({"kid": "key-2"}, "header.kid"),
    ],
)
def test_a_header_with_what_none_may_have_is_refused(
    double: OpenIdDouble, header: dict[str, Any], field: str
) -> None:
    """A token chooses neither its signature nor its key, and no extension goes unnoticed."""
    double.change_header = lambda said: said | header
    error = refused(Meeting(double))
    assert (error.code, error.field) == ("E_IDENTITY_TOKEN", field)
    assert not [one for one in double.asked if "evil" in one]


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_provider_that_offers_weak_signatures_gets_no_further(algorithm: str) -> None:
    """What discovery offers does not widen our list."""
    double = OpenIdDouble(algorithm=algorithm)
    assert refused(Meeting(double), InvalidIdentityProvider).field == (
        "id_token_signing_alg_values_supported"
    )


def test_the_public_key_is_no_secret_of_an_hmac() -> None:
    """The classic swap: HS256 over the bytes of a public RSA key."""
    double = OpenIdDouble(algorithm="RS256", secret=rsa.generate_private_key(65537, 2048))
    key = json.dumps(double.public_key()).encode()
    double.change_header = lambda said: said | {"alg": "HS256"}
    double.sign = lambda message: hmac.digest(key, message, "sha256")
    assert refused(Meeting(double)).field == "header.alg"


def test_a_key_signs_only_with_its_own_algorithm() -> None:
    """RS256 with a key that is published for PS256 is refused, and P-384 with the name of P-256."""
    double = OpenIdDouble(algorithm="RS256", secret=rsa.generate_private_key(65537, 2048))
    double.change_keys = lambda said: {"keys": [{**said["keys"][0], "alg": "PS256"}]}
    assert refused(Meeting(double)).field == "header.alg"
    double = OpenIdDouble(secret=ec.generate_private_key(ec.SECP384R1()))
    assert refused(Meeting(double)).field == "header.alg"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda made: bytes([made[0] ^ 1]) + made[1:],
        lambda made: made[:-1],
        lambda _: b"",
        lambda _: bytes(64),
    ],
)
def test_a_signature_that_is_altered_is_refused(
    double: OpenIdDouble, spoil: Callable[[bytes], bytes]
) -> None:
    """One bit, one byte less, none, or zeros."""
    double.sign = lambda message: spoil(double._sign(message))
    assert refused(Meeting(double)).field == "signature"


def test_another_key_of_the_same_name_signs_nothing(double: OpenIdDouble) -> None:
    """Only the published key counts."""
    other = OpenIdDouble()
    double.sign = other._sign
    assert refused(Meeting(double)).field == "signature"


@pytest.mark.parametrize(
    ("token", "field"),
    [
        ("", "id_token"),
        ("a.b", "id_token"),
        ("a.b.c.d", "id_token"),
        ("a.b.c.d.e", "id_token"),
        ("x" * 17_000, "id_token"),
        ("!.e30.AA", "header"),
        (base64url(b"[]") + ".e30.AA", "header"),
        (base64url(b"[" * 9000) + ".e30.AA", "header"),
        (base64url(b"\xff") + ".e30.AA", "header"),
        (base64url(b'{"alg":"none","alg":"ES256"}') + ".e30.AA", "header"),
        (base64url(b'{"alg":"ES256","kid":"key-1"}')[:-1] + "R.e30.AA", "header"),
    ],
)
def test_what_is_no_token_is_refused(double: OpenIdDouble, token: str, field: str) -> None:
    """Other shapes, other encodings, depths without end."""
    double.change_answer = lambda said: said | {"id_token": token}
    assert refused(Meeting(double)).field == field


@pytest.mark.parametrize("answer", [{"id_token": 1}, {"id_token": None}, {}])
def test_an_answer_without_a_token_is_refused(double: OpenIdDouble, answer: dict[str, Any]) -> None:
    """The token endpoint must give one."""
    double.change_answer = lambda _: answer
    assert refused(Meeting(double)).field == "id_token"
