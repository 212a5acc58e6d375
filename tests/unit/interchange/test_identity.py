# SPDX-License-Identifier: Apache-2.0
"""The OpenID provider's door: an honest login comes through, and each response fits one request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tallystick.errors import (
    IdentityDenied,
    InvalidIdentityResponse,
    InvalidIdentityToken,
)
from tallystick.interchange.identity.fetching import Reply
from tests.openid_provider import ACR, CLIENT, NUMBER, OpenIdDouble, base64url, public_members
from tests.unit.interchange.identifying import BACK, BINDING, Meeting, refused


@pytest.fixture
def double() -> OpenIdDouble:
    """An honest provider."""
    return OpenIdDouble()


# --- what comes through -------------------------------------------------------------------------


def test_a_person_who_logs_in_is_identified(double: OpenIdDouble) -> None:
    """Issuer, subject, level, time and the claims asked for come out, and nothing else."""
    found = Meeting(double).identify()
    assert (found.issuer, found.subject, found.acr, found.level) == (
        double.issuer,
        "sub-1",
        ACR,
        3,
    )
    assert found.authenticated_ms == int(double.now) * 1000
    assert found.claims == {"id_number": NUMBER}


@pytest.mark.parametrize(
    ("algorithm", "secret"),
    [
        ("RS256", rsa.generate_private_key(65537, 2048)),
        ("PS256", rsa.generate_private_key(65537, 2048)),
        ("ES256", ec.generate_private_key(ec.SECP256R1())),
        ("ES384", ec.generate_private_key(ec.SECP384R1())),
        ("Ed25519", ed25519.Ed25519PrivateKey.generate()),
    ],
)
def test_every_signature_of_the_list_is_accepted(algorithm: str, secret: Any) -> None:
    """Whoever signs with one of them, with or without at_hash, is believed."""
    double = OpenIdDouble(algorithm=algorithm, secret=secret)
    name = {"ES384": "sha384", "Ed25519": "sha512"}.get(algorithm, "sha256")
    digest = hashlib.new(name, b"at").digest()
    double.change_claims = lambda said: said | {"at_hash": base64url(digest[: len(digest) // 2])}
    assert Meeting(double).identify().subject == "sub-1"


def test_what_is_asked_says_what_is_wanted(double: OpenIdDouble) -> None:
    """The request has PKCE, age and level, and the claims where the provider reads them."""
    asked = parse_qs(urlsplit(Meeting(double).begin().where).query)
    assert asked["redirect_uri"] == [BACK]
    assert asked["max_age"] == ["300"]
    assert asked["acr_values"] == [ACR]
    assert json.loads(asked["claims"][0]) == {
        "id_token": {
            "id_number": {"essential": True},
            "acr": {"essential": True, "values": [ACR]},
        }
    }
    double.change_discovery = lambda said: said | {"claims_parameter_supported": False}
    assert "claims" not in parse_qs(urlsplit(Meeting(double).begin().where).query)


def test_two_requests_have_nothing_in_common(double: OpenIdDouble) -> None:
    """State, nonce and challenge are new each time, so nothing of one can be used for another."""
    meeting = Meeting(double)
    first, second = (parse_qs(urlsplit(meeting.begin().where).query) for _ in range(2))
    assert not [one for one in ("state", "nonce", "code_challenge") if first[one] == second[one]]


def test_a_login_page_may_have_a_query_of_its_own(double: OpenIdDouble) -> None:
    """What we ask is added to it."""
    double.change_discovery = lambda said: (
        said | {"authorization_endpoint": f"{double.issuer}/authorize?theme=1"}
    )
    assert "/authorize?theme=1&response_type=code&" in Meeting(double).begin().where


@pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post"], None])
def test_a_client_with_a_secret_shows_it(double: OpenIdDouble, methods: list[str] | None) -> None:
    """In the header where the provider takes it there, else in the form."""
    seen: list[Any] = []

    def listen(address: str, form: Any = None, basic: Any = None) -> Reply:
        seen.append((form, basic))
        return OpenIdDouble.answer(double, address, form, basic)

    if methods is not None:
        double.change_discovery = lambda said: (
            said | {"token_endpoint_auth_methods_supported": methods}
        )
    double.answer = listen  # type: ignore[method-assign]
    Meeting(double, client_secret="s+1").identify()
    ((form, basic),) = [one for one in seen if one[0] is not None]
    is_basic = methods != ["client_secret_post"]
    assert basic == ((CLIENT, "s%2B1") if is_basic else None)
    assert form.get("client_secret") == (None if is_basic else "s+1")


def test_documents_are_kept_and_asked_for_again_after_an_hour(double: OpenIdDouble) -> None:
    """A hundred logins do not ask a hundred times."""
    meeting = Meeting(double)
    meeting.identify()
    meeting.identify()
    assert len(double.asked) == 4  # discovery, token, keys, token
    double.now += 3601
    meeting.identify()
    assert len(double.asked) == 7


def test_a_new_key_is_asked_for_but_not_without_end(double: OpenIdDouble) -> None:
    """A provider may change its key; who sends unknown names makes us ask once a minute only."""
    meeting = Meeting(double)
    meeting.identify()
    double.kid, double.secret = "key-2", ec.generate_private_key(ec.SECP256R1())
    assert refused(meeting).field == "header.kid"
    assert double.asked.count(f"{double.issuer}/jwks") == 1
    double.now += 61
    assert meeting.identify().subject == "sub-1"
    double.change_header = lambda said: said | {"kid": "unknown"}
    double.now += 61
    assert refused(meeting).field == "header.kid"
    assert double.asked.count(f"{double.issuer}/jwks") == 3


def test_a_clock_a_little_ahead_does_not_put_the_login_into_the_future(
    double: OpenIdDouble,
) -> None:
    """The ledger refuses times to come; the login is at the latest now."""
    ahead = int(double.now) + 30
    double.change_claims = lambda said: said | {"iat": ahead, "auth_time": ahead}
    assert Meeting(double).identify().authenticated_ms == int(double.now) * 1000


def test_a_token_without_a_key_name_is_believed_if_one_key_fits(double: OpenIdDouble) -> None:
    """With two that fit it does not say which, and is refused."""
    double.kid = None
    assert Meeting(double).identify().subject == "sub-1"
    other = public_members(ec.generate_private_key(ec.SECP256R1()))
    double.change_keys = lambda said: {"keys": [*said["keys"], other]}
    assert refused(Meeting(double)).field == "header.kid"
    double.change_keys = lambda _: {"keys": []}
    assert refused(Meeting(double)).field == "header.kid"


# --- responses ----------------------------------------------------------------------------------


def test_a_code_that_was_used_gives_nothing_more(double: OpenIdDouble) -> None:
    """Replay: the provider takes a code once, and its word for that comes through."""
    meeting = Meeting(double)
    away = meeting.begin()
    response = double.log_in(away.where)
    meeting.ours.finish(away.session, BINDING, response)
    with pytest.raises(IdentityDenied) as caught:
        meeting.ours.finish(away.session, BINDING, response)
    assert (caught.value.code, caught.value.found) == ("E_IDENTITY_DENIED", "invalid_grant")


def test_a_response_fits_its_own_session_only(double: OpenIdDouble) -> None:
    """Another person's response is not mine, even with my state: PKCE holds."""
    meeting = Meeting(double)
    mine, theirs = meeting.begin(), meeting.begin()
    response = double.log_in(theirs.where)
    with pytest.raises(InvalidIdentityResponse) as caught:
        meeting.ours.finish(mine.session, BINDING, response)
    assert caught.value.field == "state"
    forged = dict(parse_qsl(response)) | {"state": mine.session.state}
    with pytest.raises(IdentityDenied):
        meeting.ours.finish(mine.session, BINDING, urlencode(forged))


def test_what_is_bound_cannot_be_swapped_on_the_way(double: OpenIdDouble) -> None:
    """The provider has signed a digest of the key and the record: with another key it is void."""
    meeting = Meeting(double)
    away = meeting.begin()
    response = double.log_in(away.where)
    with pytest.raises(InvalidIdentityToken) as caught:
        meeting.ours.finish(away.session, b"entitlement E-1, key 2", response)
    assert caught.value.field == "claims.nonce"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"iss": "https://evil.example.org"}, "iss"),
        ({"iss": ""}, "iss"),
        ({"state": ""}, "state"),
        ({"state": "ü"}, "state"),
        ({"code": ""}, "code"),
        ({"filler": "x" * 5000}, "response"),
        ({f"f{n}": "1" for n in range(30)}, "response"),
    ],
)
def test_a_response_of_another_kind_is_refused(
    double: OpenIdDouble, change: dict[str, str], field: str
) -> None:
    """Mix-up (RFC 9207), another request, no code, too much."""
    double.change_response = lambda said: said | change
    error = refused(Meeting(double), InvalidIdentityResponse)
    assert (error.code, error.field) == ("E_IDENTITY_RESPONSE", field)
    assert f"{double.issuer}/token" not in double.asked


def test_a_response_without_issuer_is_refused_where_one_was_promised(
    double: OpenIdDouble,
) -> None:
    """Leaving it out is no way around; a provider that promises none may leave it out."""
    double.change_response = lambda said: {name: said[name] for name in ("code", "state")}
    assert refused(Meeting(double), InvalidIdentityResponse).field == "iss"
    double.change_discovery = lambda said: (
        said | {"authorization_response_iss_parameter_supported": False}
    )
    assert Meeting(double).identify().subject == "sub-1"


@pytest.mark.parametrize("response", ["state={state}&state={state}&code=1", "%FF=%FF"])
def test_a_response_that_can_be_read_in_two_ways_is_refused(
    double: OpenIdDouble, response: str
) -> None:
    """A field twice, or bytes that are no text."""
    meeting = Meeting(double)
    away = meeting.begin()
    with pytest.raises(InvalidIdentityResponse) as caught:
        meeting.ours.finish(away.session, BINDING, response.format(state=away.session.state))
    assert caught.value.field == "response"


def test_who_comes_back_late_begins_again(double: OpenIdDouble) -> None:
    """A session is over after ten minutes."""
    meeting = Meeting(double)
    away = meeting.begin()
    response = double.log_in(away.where)
    double.now += 601
    with pytest.raises(InvalidIdentityResponse) as caught:
        meeting.ours.finish(away.session, BINDING, response)
    assert caught.value.field == "session"


@pytest.mark.parametrize(
    ("said", "found"), [("access_denied", "access_denied"), ("<b>110101", "unknown_error")]
)
def test_a_refusal_of_the_provider_comes_through_without_its_words(
    double: OpenIdDouble, said: str, found: str
) -> None:
    """Only an error code is repeated; texts may be about the person, or an attack on a reader."""
    double.change_response = lambda given: {
        **{name: given[name] for name in ("state", "iss")},
        "error": said,
        "error_description": "Wang Fang has no card",
    }
    error = refused(Meeting(double), IdentityDenied)
    assert error.found == found
    assert "Wang" not in str(error.facts()) + error.message


def test_secrets_do_not_show(double: OpenIdDouble) -> None:
    """What is printed by accident names neither the person nor a secret of the session."""
    meeting = Meeting(double, client_secret="s3cr3t")
    away = meeting.begin()
    found = meeting.identify()
    shown = repr((away, found, meeting.ours._settings, replace(away.session)))
    hidden = (NUMBER, "sub-1", "s3cr3t", away.session.state, away.session.verifier)
    assert not [one for one in hidden if one in shown]
