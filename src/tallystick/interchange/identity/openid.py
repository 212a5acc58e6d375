# SPDX-License-Identifier: Apache-2.0
"""OpenID Connect: the authorization code flow with PKCE, from discovery to a checked ID token."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from tallystick.errors import (
    IdentityDenied,
    IdentityProviderUnreachable,
    InvalidIdentityResponse,
    InvalidIdentityToken,
)
from tallystick.interchange.identity.addresses import check_issuer
from tallystick.interchange.identity.documents import (
    Discovery,
    ProviderKey,
    read_discovery,
    read_keys,
)
from tallystick.interchange.identity.fetching import Fetch, Reply, fetch
from tallystick.interchange.identity.json_objects import read_object, write_base64url
from tallystick.interchange.identity.ports import Assertion, Departure, Session
from tallystick.interchange.identity.settings import (
    KEEP_S,
    KEYS_AGAIN_S,
    RESPONSE_CHARACTERS_MAX,
    SESSION_S,
    OpenIdSettings,
)
from tallystick.interchange.identity.tokens import (
    Expected,
    Header,
    check_access_token,
    check_claims,
    check_signature,
    choose_key,
    read_header,
)
from tallystick.units import TimeMs

_ERROR: Final = re.compile(r"[a-z_]{1,60}", re.ASCII)
"""An error code of OAuth; what else a provider says about an error is not repeated."""
_FIELDS_MAX: Final = 20


class _TokenAnswer(msgspec.Struct, frozen=True):
    """The answer of the token endpoint; the access token is not used, only held against at_hash."""

    id_token: str
    access_token: str | None = None


class OpenIdProvider:
    """An OpenID provider; one object may serve many threads."""

    def __init__(
        self,
        settings: OpenIdSettings,
        *,
        fetch: Fetch = fetch,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Know the provider; nothing is asked yet.

        Raises:
            InvalidIdentityProvider: the issuer's address is not acceptable.
        """
        self._settings = settings
        self._hosts = settings.hosts | {check_issuer(settings.issuer)}
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._discovery: tuple[float, Discovery] | None = None
        self._keys: tuple[float, tuple[ProviderKey, ...]] | None = None

    def begin(self, binding: bytes, back: str) -> Departure:
        """See `IdentityProvider.begin`."""
        discovery, settings = self._discover(), self._settings
        session = Session(
            state=secrets.token_urlsafe(32),
            salt=secrets.token_bytes(32),
            verifier=secrets.token_urlsafe(48),
            back=back,
            begun_ms=TimeMs(int(self._clock() * 1000)),
        )
        challenge = write_base64url(hashlib.sha256(session.verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": back,
            "scope": " ".join(settings.scopes),
            "state": session.state,
            "nonce": _nonce(session, binding),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "max_age": str(settings.login_age_s),
            "acr_values": " ".join(settings.levels),
        }
        if discovery.claims_parameter_supported:
            asked["claims"] = msgspec.json.encode({"id_token": self._asked_claims()}).decode()
        place = discovery.authorization_endpoint
        return Departure(f"{place}{'&' if '?' in place else '?'}{urlencode(asked)}", session)

    def finish(self, session: Session, binding: bytes, response: str) -> Assertion:
        """See `IdentityProvider.finish`."""
        discovery = self._discover()
        code = self._check_response(session, response, discovery)
        answer = self._exchange(code, session, discovery)
        header = read_header(answer.id_token, discovery.algorithms)
        claims = check_signature(answer.id_token, self._key(header), header.algorithm)
        check_access_token(claims, answer.access_token, header.algorithm)
        nonce, settings = _nonce(session, binding), self._settings
        now_s = int(self._clock())
        expected = Expected(
            issuer=settings.issuer,
            client_id=settings.client_id,
            nonce=nonce,
            begun_s=session.begun_ms // 1000,
            now_s=now_s,
            login_age_s=settings.login_age_s,
            levels=settings.levels.keys(),
            claims=settings.claims,
        )
        check_claims(claims, expected)
        return Assertion(
            reference=hashlib.sha256(nonce.encode()).hexdigest(),
            issuer=settings.issuer,
            subject=claims["sub"],
            acr=claims["acr"],
            level=settings.levels[claims["acr"]],
            # The provider's clock may be a little ahead: nobody logged in later than now.
            authenticated_ms=TimeMs(min(claims["auth_time"], now_s) * 1000),
            claims={name: claims[name] for name in settings.claims},
        )

    def _asked_claims(self) -> dict[str, Any]:
        wanted: dict[str, Any] = {name: {"essential": True} for name in self._settings.claims}
        wanted["acr"] = {"essential": True, "values": list(self._settings.levels)}
        return wanted

    def _check_response(self, session: Session, response: str, discovery: Discovery) -> str:
        """Return the code of a response that belongs to the session."""
        if self._clock() * 1000 > session.begun_ms + SESSION_S * 1000:
            raise _no_response("session", "it took too long to come back", f"{SESSION_S} s")
        found = _fields(response)
        if not hmac.compare_digest(found.get("state", "").encode(), session.state.encode()):
            raise _no_response("state", "the response is to another request", None)
        # RFC 9207: a response that another provider made must not reach this one's token endpoint.
        is_said = "iss" in found or discovery.authorization_response_iss_parameter_supported
        if is_said and found.get("iss") != self._settings.issuer:
            raise _no_response("iss", "another provider responds", self._settings.issuer)
        if "error" in found:
            raise _denied("error", found["error"])
        if not found.get("code"):
            raise _no_response("code", "the response has no code", "code")
        return found["code"]

    def _exchange(self, code: str, session: Session, discovery: Discovery) -> _TokenAnswer:
        """Change the code for a token; a code that was used before gives none."""
        settings = self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": session.back,
            "code_verifier": session.verifier,
        }
        basic = None
        if settings.client_secret is None:
            form["client_id"] = settings.client_id
        elif "client_secret_basic" in discovery.token_endpoint_auth_methods_supported:
            # RFC 6749, 2.3.1: both are form-encoded before they are joined.
            basic = (quote(settings.client_id, safe=""), quote(settings.client_secret, safe=""))
        else:
            form |= {"client_id": settings.client_id, "client_secret": settings.client_secret}
        reply = self._fetch(discovery.token_endpoint, form, basic)
        try:
            body = read_object(reply.body)
            if reply.status == 200:
                return msgspec.convert(body, _TokenAnswer)
        except (ValueError, msgspec.ValidationError) as error:
            # `from None` would hide nothing: the error names members, never values.
            raise InvalidIdentityToken(
                "the answer has no token", field="id_token", expected="id_token"
            ) from error
        raise _denied("token_endpoint", body.get("error"))

    def _discover(self) -> Discovery:
        with self._lock:
            now = self._clock()
            if self._discovery is None or now > self._discovery[0] + KEEP_S:
                issuer = self._settings.issuer
                reply = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                self._discovery = (now, read_discovery(reply.body, issuer, self._hosts))
                self._keys = None
            return self._discovery[1]

    def _key(self, header: Header) -> ProviderKey:
        """Return the key of the provider's own set that a token's header means."""
        discovery = self._discover()
        with self._lock:
            now = self._clock()
            if self._keys is None or now > self._keys[0] + KEEP_S:
                self._keys = (now, read_keys(self._get(discovery.jwks_uri).body))
            found = choose_key(header, self._keys[1])
            if found is None and now > self._keys[0] + KEYS_AGAIN_S:
                self._keys = (now, read_keys(self._get(discovery.jwks_uri).body))
                found = choose_key(header, self._keys[1])
        if found is None:
            raise InvalidIdentityToken(
                "the key set has no such key", field="header.kid", expected="a published key"
            )
        return found

    def _get(self, address: str) -> Reply:
        reply = self._fetch(address)
        if reply.status != 200:
            raise IdentityProviderUnreachable(
                "the identity provider does not answer", field=address, found=str(reply.status)
            )
        return reply


def _nonce(session: Session, binding: bytes) -> str:
    """Return the nonce: only who has the session can tell what it binds."""
    return write_base64url(hmac.digest(session.salt, binding, "sha256"))


def _fields(response: str) -> dict[str, str]:
    """Return the fields of a response, each of which stands once."""
    if len(response) > RESPONSE_CHARACTERS_MAX:
        expected = f"at most {RESPONSE_CHARACTERS_MAX} characters"
        raise _no_response("response", "the response is too long", expected)
    try:
        pairs = parse_qsl(
            response, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX
        )
    except ValueError as error:
        raise _no_response("response", "the response cannot be read", "a query") from error
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _no_response("response", "the response has a field twice", "each field once")
    return found


def _no_response(field: str, problem: str, expected: str | None) -> InvalidIdentityResponse:
    return InvalidIdentityResponse(problem, field=field, expected=expected)


def _denied(field: str, code: object) -> IdentityDenied:
    known = isinstance(code, str) and _ERROR.fullmatch(code) is not None
    return IdentityDenied(
        "the identity provider did not identify the person",
        field=field,
        found=str(code) if known else "unknown_error",
    )
