# SPDX-License-Identifier: Apache-2.0
"""Whatever a provider or a stranger sends: an identified person or a typed error, never a fault."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import (
    IdentityDenied,
    InvalidIdentityProvider,
    InvalidIdentityResponse,
    InvalidIdentityToken,
    TallystickError,
)
from tallystick.interchange.identity.documents import read_discovery, read_keys
from tallystick.interchange.identity.tokens import read_header
from tests.openid_provider import OpenIdDouble
from tests.unit.interchange.identifying import BINDING, Meeting

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["ES256", "EC", "P-256", "sig", "verify", "AQAB", "key-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
CHANGES = {
    "change_discovery": sorted(OpenIdDouble().discovery()),
    "change_keys": ["keys"],
    "change_header": ["alg", "kid", "typ", "crit", "jwk"],
    "change_claims": ["iss", "aud", "azp", "nonce", "exp", "iat", "nbf", "auth_time", "acr", "sub"],
    "change_answer": ["id_token", "access_token"],
}
PLACES = [(change, name) for change, names in CHANGES.items() for name in names]
KEY_MEMBERS = ["kty", "crv", "x", "y", "kid", "alg", "use", "key_ops", "n", "e", "d", "k"]
DOUBLE = OpenIdDouble()


@given(st.sampled_from(PLACES), JSON)
def test_any_value_in_any_place_gives_a_person_or_a_typed_error(
    place: tuple[str, str], value: Any
) -> None:
    """Text for numbers, lists for text, depths, infinities: nothing is a surprise."""
    change, name = place
    double = OpenIdDouble(secret=DOUBLE.secret)
    setattr(double, change, lambda said: said | {name: value})
    with suppress(TallystickError):
        assert Meeting(double).identify().claims["id_number"]


@given(st.sampled_from(KEY_MEMBERS), JSON)
def test_any_value_in_a_key_gives_a_person_or_a_typed_error(name: str, value: Any) -> None:
    """What reaches the library is text, and what the library says of it is told in our words."""
    double = OpenIdDouble(secret=DOUBLE.secret)
    double.change_keys = lambda said: {"keys": [said["keys"][0] | {name: value}]}
    with suppress(TallystickError):
        assert Meeting(double).identify().claims["id_number"]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_document_or_a_typed_error(data: bytes) -> None:
    """A discovery document, a key set, a token that are none."""
    with pytest.raises(InvalidIdentityProvider):
        read_discovery(data, "https://id.example.org", frozenset({"id.example.org"}))
    with pytest.raises(InvalidIdentityProvider):
        read_keys(data)
    with pytest.raises(InvalidIdentityToken):
        read_header(data.decode("latin-1"), {"ES256"})


@given(st.text(max_size=100))
def test_any_response_is_refused_unless_it_is_ours(response: str) -> None:
    """Whatever stands behind the question mark."""
    meeting = Meeting(OpenIdDouble(secret=DOUBLE.secret))
    away = meeting.begin()
    with pytest.raises((InvalidIdentityResponse, IdentityDenied)):
        meeting.ours.finish(away.session, BINDING, response)


@given(st.data())
def test_a_token_with_any_other_character_is_refused(data: st.DataObject) -> None:
    """Header, claims and signature are covered to the last bit, and have one spelling."""
    double = OpenIdDouble(secret=DOUBLE.secret)

    def spoil(answer: dict[str, Any]) -> dict[str, Any]:
        token = answer["id_token"]
        place = data.draw(st.integers(0, len(token) - 1))
        other = data.draw(st.sampled_from("AZaz09-_.=+/ ").filter(lambda one: one != token[place]))
        return answer | {"id_token": token[:place] + other + token[place + 1 :]}

    double.change_answer = spoil
    with pytest.raises(InvalidIdentityToken):
        Meeting(double).identify()
