# SPDX-License-Identifier: Apache-2.0
"""Discovery documents and key sets that point elsewhere or are poisoned: each is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tallystick.errors import (
    IdentityProviderUnreachable,
    InvalidIdentityProvider,
)
from tallystick.interchange.identity.addresses import check_issuer
from tallystick.interchange.identity.fetching import Reply
from tests.openid_provider import OpenIdDouble, base64url
from tests.unit.interchange.identifying import Meeting, refused


@pytest.fixture
def double() -> OpenIdDouble:
    """An honest provider."""
    return OpenIdDouble()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"issuer": "https://evil.example.org"}, "issuer"),
        ({"issuer": "https://id.example.org/"}, "issuer"),
        ({"token_endpoint": "https://evil.example.org/token"}, "token_endpoint"),
        ({"token_endpoint": "http://id.example.org/token"}, "token_endpoint"),
        ({"token_endpoint": "https://id.example.org@evil.org/"}, "token_endpoint"),
        ({"token_endpoint": "https://id.example.org#x"}, "token_endpoint"),
        ({"jwks_uri": "http://169.254.169.254/latest"}, "jwks_uri"),
        ({"jwks_uri": "http://127.0.0.1:8700/jwks"}, "jwks_uri"),
        ({"jwks_uri": "https://[::ffff:7f00:1]/"}, "jwks_uri"),
        ({"jwks_uri": "https://2130706433/"}, "jwks_uri"),
        ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri"),
        ({"jwks_uri": "gopher://id.example.org/"}, "jwks_uri"),
        ({"jwks_uri": "https://id.example.org:1/"}, "jwks_uri"),
        ({"jwks_uri": "https://id.example.org:x/"}, "jwks_uri"),
        ({"jwks_uri": "https://id.example.org\\@evil.org/"}, "jwks_uri"),
        ({"jwks_uri": "https://id.example.org/\n"}, "jwks_uri"),
        ({"jwks_uri": ""}, "jwks_uri"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint"),
        ({"response_types_supported": ["id_token"]}, "response_types_supported"),
        ({"code_challenge_methods_supported": ["plain"]}, "code_challenge_methods_supported"),
        ({"token_endpoint": None}, "discovery"),
    ],
)
def test_a_discovery_document_that_points_elsewhere_is_refused(
    double: OpenIdDouble, change: dict[str, Any], field: str
) -> None:
    """Nothing inside or elsewhere is fetched because a document says so (SSRF)."""
    double.change_discovery = lambda said: said | change
    error = refused(Meeting(double), InvalidIdentityProvider)
    assert (error.code, error.field) == ("E_IDENTITY_PROVIDER", field)
    assert double.asked == [f"{double.issuer}/.well-known/openid-configuration"]


def test_a_host_that_the_operator_named_may_be_used(double: OpenIdDouble) -> None:
    """Some providers keep their keys on another host; the operator says which."""
    double.change_discovery = lambda said: said | {"jwks_uri": "https://keys.example.org/jwks"}

    def answer(address: str, form: Any = None, basic: Any = None) -> Reply:
        ours = address.replace("https://keys.example.org", double.issuer)
        return OpenIdDouble.answer(double, ours, form, basic)

    double.answer = answer  # type: ignore[method-assign]
    with pytest.raises(InvalidIdentityProvider):
        Meeting(double).begin()
    hosts = frozenset({"keys.example.org"})
    assert Meeting(double, hosts=hosts).identify().subject == "sub-1"


@pytest.mark.parametrize(
    "issuer",
    [
        "http://id.example.org",
        "https://",
        "id.example.org",
        "https://u:p@id.example.org",
        "https://id.example.org?x=1",
        "https://id.example.org#x",
        "https://[::1",
        "http://127.0.0.1.evil.org",
        "http://localhost.evil.org",
    ],
)
def test_an_issuer_is_https_or_this_machine(issuer: str) -> None:
    """What the operator types is held to the same rules."""
    with pytest.raises(InvalidIdentityProvider) as caught:
        check_issuer(issuer)
    assert caught.value.field == "issuer"


def test_this_machine_may_be_an_issuer_for_trying_out() -> None:
    """Three spellings of it, with a port."""
    for host in ("127.0.0.1:9", "localhost:9", "[::1]:9"):
        assert check_issuer(f"http://{host}/realm") == host


def _poisoned(**members: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda said: {"keys": [{**said["keys"][0], **members}]}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda said: {"keys": said["keys"] * 2}, "jwks.kid"),
        (lambda said: {"keys": [*said["keys"], {"kty": "oct", "k": "AA"}]}, "jwks.keys[1]"),
        (_poisoned(d="AA"), "jwks.keys[0]"),
        (_poisoned(kid=1), "jwks.keys[0].kid"),
        (_poisoned(alg=["ES256"]), "jwks.keys[0].alg"),
        (_poisoned(crv={}), "jwks.keys[0].crv"),
        (_poisoned(x=1), "jwks.keys[0].x"),
        (_poisoned(key_ops=1), "jwks.keys[0].key_ops"),
        (_poisoned(kty=None), "jwks.keys[0]"),
        (lambda _: {"keys": ["key"]}, "jwks.keys[0]"),
        (lambda said: {"keys": said["keys"] * 65}, "jwks"),
        (lambda _: {"keys": {}}, "jwks"),
        (lambda _: {}, "jwks"),
    ],
)
def test_a_poisoned_key_set_is_refused_whole(
    double: OpenIdDouble, change: Callable[[dict[str, Any]], dict[str, Any]], field: str
) -> None:
    """Secrets in the open, two keys of one name, or something else than keys."""
    double.change_keys = change
    assert refused(Meeting(double), InvalidIdentityProvider).field == field


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"alg": "ECDH-ES"},
        {"crv": "P-521"},
        {"crv": "secp256k1"},
        {"kty": "RSA", "n": "AQAB" * 32, "e": "AQAB", "crv": None},
    ],
)
def test_a_key_for_something_else_is_no_key(double: OpenIdDouble, members: dict[str, Any]) -> None:
    """Keys for encryption, on other curves, or too short to be trusted are passed over."""
    double.change_keys = _poisoned(**members)
    assert refused(Meeting(double)).field == "header.kid"


def test_a_key_that_is_no_point_signs_nothing(double: OpenIdDouble) -> None:
    """A key set may hold anything; what is no key of its curve verifies nothing."""
    double.change_keys = _poisoned(x=base64url(bytes(32)))
    assert refused(Meeting(double)).field == "signature"


def test_a_provider_without_documents_is_unreachable(double: OpenIdDouble) -> None:
    """404 is no discovery document, and garbage neither."""
    double.answer = lambda *_: Reply(404, b"{}")  # type: ignore[method-assign]
    error = refused(Meeting(double), IdentityProviderUnreachable)
    assert (error.code, error.found) == ("E_IDENTITY_UNREACHABLE", "404")
    double.answer = lambda *_: Reply(200, b"<html>")  # type: ignore[method-assign]
    assert refused(Meeting(double), InvalidIdentityProvider).field == "discovery"
