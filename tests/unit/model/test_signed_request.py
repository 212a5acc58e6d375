# SPDX-License-Identifier: Apache-2.0
"""Signed requests: good for one question, on one network, for minutes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tallystick.crypto import SecretKey
from tallystick.encoding import Header, build_sign1, encode, encode_header, to_be_signed
from tallystick.errors import (
    Expired,
    InvalidSignature,
    Malformed,
    TallystickError,
    TooFarAhead,
    WrongNetwork,
)
from tallystick.model import Call, Question, open_request, sign_request, sign_transaction
from tallystick.model.signed_request import REQUEST_CONTENT_TYPE, REQUEST_LIFETIME_MS_MAX
from tallystick.units import TimeMs

KEY = SecretKey(bytes(range(32)))
ORGANIZATION = "11330100MB0F0001X8"
ASKED = Question("net", "PUT", "/v1/private/vault/secrets/P 1", b"body")
NOW = 1_000_000


def signed(until: int = NOW + 1) -> bytes:
    """Return a request for the question."""
    return sign_request(ASKED, KEY, ORGANIZATION, valid_until=until)


def made(payload: object, **changes: object) -> bytes:
    """Return a message with any header and payload, signed by the key."""
    fields: dict[str, object] = {
        "algorithm": -8,
        "key_id": KEY.public_key,
        "issuer": ORGANIZATION,
        "subject": "net",
        "content_type": REQUEST_CONTENT_TYPE,
    }
    protected = encode_header(Header(**{**fields, **changes}))  # type: ignore[arg-type]
    body = encode(payload)  # type: ignore[arg-type]
    return build_sign1(protected, body, KEY.sign(to_be_signed(protected, body)))


def test_a_request_tells_who_signed_it() -> None:
    """Up to the last millisecond."""
    found = open_request(signed(), ASKED, now=NOW + 1)
    assert (found.public_key, found.organization) == (KEY.public_key, ORGANIZATION)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"method": "GET"}, InvalidSignature),
        ({"path": "/v1/private/vault/secrets/P 2"}, InvalidSignature),
        ({"body": b"other"}, InvalidSignature),
        ({"network": "other"}, WrongNetwork),
    ],
)
def test_a_request_is_good_for_its_own_question_only(
    changes: dict[str, object], error: type[TallystickError]
) -> None:
    """Who overhears it can ask nothing else with it."""
    with pytest.raises(error):
        open_request(signed(), replace(ASKED, **changes), now=NOW)


def test_a_request_ends_soon() -> None:
    """And cannot be made to last."""
    with pytest.raises(Expired):
        open_request(signed(), ASKED, now=NOW + 2)
    with pytest.raises(TooFarAhead):
        open_request(signed(NOW + REQUEST_LIFETIME_MS_MAX + 1), ASKED, now=NOW)


def test_a_forged_request_is_refused() -> None:
    """One bit of the signature is enough."""
    forged = bytearray(signed())
    forged[-1] ^= 1
    with pytest.raises(InvalidSignature):
        open_request(bytes(forged), ASKED, now=NOW)


def test_a_transaction_does_not_pass_for_a_request() -> None:
    """The content type stands in what is signed."""
    call = Call("net", "c", "m", {}, 1, TimeMs(NOW))
    with pytest.raises(Malformed):
        open_request(sign_transaction(call, KEY, ORGANIZATION), ASKED, now=NOW)


def test_other_payloads_and_keys_are_refused() -> None:
    """Typed, whatever is wrong."""
    whole = {"body": b"", "method": "", "network": "net", "path": "", "valid_until": "soon"}
    for message, error in (
        (b"", Malformed),
        (made([]), Malformed),
        (made({"network": "net"}), Malformed),
        (made(whole), Malformed),
        (made(whole, algorithm=-7), InvalidSignature),
        (made(whole, key_id=b"short"), InvalidSignature),
        (made(whole, subject="other"), WrongNetwork),
    ):
        with pytest.raises(error):
            open_request(message, ASKED, now=NOW)
