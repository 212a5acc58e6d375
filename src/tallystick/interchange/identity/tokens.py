# SPDX-License-Identifier: Apache-2.0
"""The ID token: what must hold before a word of it is believed (OpenID Connect Core 3.1.3.7).

The header is read before any library sees the token, and only what we know may stand in it. A key
comes from the provider's own key set by exact name, never from the token. joserfc checks the
signature, with the one algorithm that header and key agree on. Then every claim is compared.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tallystick.errors import InvalidIdentityToken
from tallystick.interchange.identity.documents import ProviderKey
from tallystick.interchange.identity.json_objects import (
    read_base64url,
    read_object,
    write_base64url,
)
from tallystick.interchange.identity.settings import ALGORITHMS, SKEW_S, TOKEN_BYTES_MAX

_HEADER: Final = frozenset({"alg", "kid", "typ"})
"""All that may stand in a header. Refused by being absent here: `crit`, because we know no
extension; `jku`, `x5u`, `jwk`, `x5c`, because a token does not bring its own key; `b64`, `zip`."""
_KID: Final = re.compile(r"[A-Za-z0-9._~+=@:-]{1,200}", re.ASCII)
"""A name of a key: no slash, so neither a path nor an address."""
_SUBJECT: Final = re.compile(r"[!-~]{1,255}", re.ASCII)
_CLAIM_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a token that may be looked at further."""

    algorithm: str
    kid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str
    begun_s: int
    now_s: int
    login_age_s: int
    levels: Collection[str]
    claims: tuple[str, ...]


def read_header(token: str, algorithms: Collection[str]) -> Header:
    """Return the header of a token, before its signature is checked.

    Raises:
        InvalidIdentityToken: it is no signed token, too long, or its header has what none may.
    """
    if len(token) > TOKEN_BYTES_MAX or token.count(".") != 2:
        raise _refuse("id_token", "it is no signed token", f"at most {TOKEN_BYTES_MAX} bytes")
    try:
        # All three, though only the first is read here: one token has one spelling.
        first, *_ = [read_base64url(part) for part in token.split(".")]
        header = read_object(first)
    except ValueError as error:
        raise _refuse("header", "the header cannot be read", "a JSON object") from error
    for name in sorted(header.keys() - _HEADER):
        raise _refuse(f"header.{name[:40]}", "the header has what none may have", _spelt(_HEADER))
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise _refuse("header.alg", "this signature is not accepted", _spelt(algorithms))
    if not str(header.get("typ", "JWT")).upper() == "JWT":
        raise _refuse("header.typ", "it is a token of another kind", "JWT")
    if kid is not None and (not isinstance(kid, str) or _KID.fullmatch(kid) is None):
        raise _refuse("header.kid", "this cannot be the name of a key", "letters, digits, -._~")
    return Header(algorithm=algorithm, kid=kid)


def choose_key(header: Header, keys: Collection[ProviderKey]) -> ProviderKey | None:
    """Return the one key that the header means, None if the key set has none.

    Raises:
        InvalidIdentityToken: the key is for other signatures, or any of several could be meant.
    """
    if header.kid is None:
        fitting = [one for one in keys if one.fits(header.algorithm)]
        if len(fitting) > 1:
            raise _refuse("header.kid", "the token does not say which key", "kid")
        return fitting[0] if fitting else None
    named = [one for one in keys if one.kid == header.kid]
    if named and not named[0].fits(header.algorithm):
        raise _refuse("header.alg", "the key is for other signatures", named[0].algorithm)
    return named[0] if named else None


def check_signature(token: str, key: ProviderKey, algorithm: str) -> dict[str, Any]:
    """Return the claims of a token that `key` has signed.

    Raises:
        InvalidIdentityToken: it has not, or the claims cannot be read.
    """
    from joserfc import jws
    from joserfc.errors import JoseError
    from joserfc.jwk import import_key

    try:
        held = import_key(dict(key.members))
        signed = jws.deserialize_compact(token.encode(), held, algorithms=[algorithm])
    except (JoseError, ValueError) as error:
        raise _refuse("signature", "the signature does not hold", algorithm) from error
    try:
        return read_object(signed.payload)
    except ValueError as error:
        raise _refuse("claims", "the claims cannot be read", "a JSON object") from error


def check_access_token(claims: Mapping[str, Any], access_token: str | None, algorithm: str) -> None:
    """Hold `at_hash` against the access token; a provider need not give it.

    Raises:
        InvalidIdentityToken: the access token is another, or there is none.
    """
    said = claims.get("at_hash")
    if said is None:
        return
    digest = hashlib.new(ALGORITHMS[algorithm][2], (access_token or "").encode()).digest()
    half = write_base64url(digest[: len(digest) // 2])
    if access_token is None or not _is_same(said, half):
        raise _refuse("claims.at_hash", "the access token is another", None)


def check_claims(claims: Mapping[str, Any], expected: Expected) -> None:
    """Hold every claim against what was asked for.

    Raises:
        InvalidIdentityToken: one is missing or another; `field` says which.
    """
    _check_parties(claims, expected)
    # Whatever a token says about itself, such as `nonce_supported`: it has our nonce or nothing.
    if not _is_same(claims.get("nonce"), expected.nonce):
        raise _refuse("claims.nonce", "the token was made for another request", None)
    _check_times(claims, expected)
    subject, acr = claims.get("sub"), claims.get("acr")
    if not isinstance(subject, str) or _SUBJECT.fullmatch(subject) is None:
        raise _refuse("claims.sub", "the token names nobody", "1 to 255 ASCII characters")
    if not isinstance(acr, str) or acr not in expected.levels:
        raise _refuse("claims.acr", "the person was not identified well", _spelt(expected.levels))
    for name in expected.claims:
        value = claims.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _CLAIM_CHARACTERS_MAX:
            raise _refuse(f"claims.{name}", "the token lacks what was asked for", "text")


def _check_parties(claims: Mapping[str, Any], expected: Expected) -> None:
    if claims.get("iss") != expected.issuer:
        raise _refuse("claims.iss", "the token is of another issuer", expected.issuer)
    # A second audience could hand the token on to us: we are the only one, or it is refused.
    if claims.get("aud") not in (expected.client_id, [expected.client_id]):
        raise _refuse("claims.aud", "the token is for somebody else", expected.client_id)
    if claims.get("azp", expected.client_id) != expected.client_id:
        raise _refuse("claims.azp", "the token was asked for by another", expected.client_id)


def _check_times(claims: Mapping[str, Any], expected: Expected) -> None:
    now = expected.now_s
    earliest, latest = expected.begun_s - SKEW_S, now + SKEW_S
    if not now - SKEW_S < _seconds(claims, "exp"):
        raise _refuse("claims.exp", "the token has expired", f"after {now - SKEW_S}")
    if not earliest <= _seconds(claims, "iat") <= latest:
        raise _refuse("claims.iat", "made before the request, or later", f"{earliest}..{latest}")
    if "nbf" in claims and _seconds(claims, "nbf") > latest:
        raise _refuse("claims.nbf", "the token does not hold yet", f"up to {latest}")
    oldest = now - expected.login_age_s - SKEW_S
    if not oldest <= _seconds(claims, "auth_time") <= latest:
        raise _refuse("claims.auth_time", "the login is too old, or later", f"{oldest}..{latest}")


def _seconds(claims: Mapping[str, Any], name: str) -> int:
    found = claims.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise _refuse(f"claims.{name}", "the token lacks a time", "whole seconds")
    return found


def _is_same(said: object, expected: str) -> bool:
    """Compare without telling by time how much agrees."""
    return isinstance(said, str) and hmac.compare_digest(said.encode(), expected.encode())


def _spelt(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _refuse(field: str, problem: str, expected: str | None) -> InvalidIdentityToken:
    """Return the error; it never says what stood there, which may be about a person."""
    return InvalidIdentityToken(problem, field=field, expected=expected)
