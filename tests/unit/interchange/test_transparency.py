# SPDX-License-Identifier: Apache-2.0
"""The file that says which transparency services and issuers are believed."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from tallystick.errors import LimitExceeded, Malformed
from tallystick.interchange.transparency import (
    SERVICES_BYTES_MAX,
    STATEMENT_BYTES_MAX,
    is_foreign_statement,
    read_services,
    read_statement,
)
from tests.factories import put
from tests.transparency import ISSUER, SERVICE, cose_key_text, ed, p256, services_file, statement

KEY: Final = cose_key_text(p256())
PARTY: Final = {"issuer": "x", "keys": [KEY]}


def file(**fields: Any) -> bytes:
    """Return a file with these fields."""
    return json.dumps({"format": "tallystick.services.v1", **fields}).encode()


def test_files_are_believed_together() -> None:
    """Keys by COSE_Key and PEM; lists may be left out."""
    pem = {"issuer": "y", "keys": [ed().pem], "entry": "bytes"}
    first = services_file([(SERVICE, ed())], [(ISSUER, p256())])
    found = read_services(first, file(services=[pem]), file())
    assert [one.issuer for one in found.services] == [SERVICE, "y"]
    assert [one.issuer for one in found.issuers] == [ISSUER]
    assert found.services[0].keys[0].key_id == b"key 1"
    assert found.services[1].entry_of(b"statement") == b"statement"
    assert read_services() == read_services(file())


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"{}",
        file(more=1),
        b'{"format": "tallystick.services.v2"}',
        file(services={}),
        file(services=[PARTY] * 257),
        file(services=[7]),
        file(services=[{"issuer": "x"}]),
        file(services=[{**PARTY, "entry": "hash"}]),
        file(issuers=[{**PARTY, "entry": "bytes"}]),
        file(services=[{**PARTY, "issuer": ""}]),
        file(services=[{**PARTY, "keys": []}]),
        file(services=[{**PARTY, "keys": [KEY] * 17}]),
        file(services=[{**PARTY, "keys": [7]}]),
        file(services=[{**PARTY, "keys": ["!"]}]),
        file(services=[{**PARTY, "keys": ["Bw=="]}]),
    ],
    ids=range(16),
)
def test_a_file_of_another_form_is_refused(content: bytes) -> None:
    """Whole, so that a mistyped list does not believe fewer than was meant."""
    with pytest.raises(Malformed):
        read_services(content)


def test_what_is_too_large_is_not_read() -> None:
    """Files and statements have a bound."""
    with pytest.raises(LimitExceeded):
        read_services(b" " * (SERVICES_BYTES_MAX + 1))
    with pytest.raises(LimitExceeded):
        read_statement(bytes(STATEMENT_BYTES_MAX + 1))


def test_our_own_transactions_are_told_from_statements_of_others() -> None:
    """By the content type that the signature covers."""
    assert is_foreign_statement(statement(p256()))
    assert not is_foreign_statement(put("1", "text", nonce=1).raw)
    assert not is_foreign_statement(b"\xd2\x84")
