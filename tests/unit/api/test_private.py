# SPDX-License-Identifier: Apache-2.0
"""The door of private data: who may come in, and what it says to who may not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tallystick.api import create_app
from tallystick.client import Identity, seal_record
from tallystick.crypto import SealingKey
from tallystick.encoding import format_base64url
from tallystick.model import PACKAGE_BYTES_MAX, PrivatePackage, Question, sign_request
from tests.factories import BANK, CLERK, COURT, START, secret, sign
from tests.unit.api.caller import Caller, Reply, ask
from tests.unit.api.fake_node import FakeNode
from tests.vault import AUDITOR_ID, BANK_ID, CONTRACTS, GENESIS, NETWORK, OWNER_ID

PATH: Final = "/v1/private/vault/secrets/P-1"
KEYS = {who: SealingKey.generate().public_key for who in (COURT, BANK)}
SEALED = seal_record("P-1", b"plain", KEYS)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[FakeNode]:
    """Return a node where P-1 is declared for the bank."""
    node = FakeNode(tmp_path, GENESIS.encode(), contracts=CONTRACTS)
    args: Any = {"record": "P-1", "sealed": dict(SEALED.declaration), "recipients": [BANK]}
    node.submit([sign("declare", args, nonce=1, contract="vault", network=NETWORK)])
    yield node
    node.close()


@pytest.fixture
def caller(node: FakeNode) -> Iterator[Caller]:
    """Return a caller of its application."""
    with asyncio.Runner() as runner:
        yield Caller(create_app(node), runner)


def signed(identity: Identity, method: str, body: bytes = b"", **changes: Any) -> dict[str, str]:
    """Return the header of a request."""
    question = Question(NETWORK, method, changes.get("path", PATH), body)
    until = changes.get("until", START + 60_000)
    raw = sign_request(question, identity.secret, identity.organization, valid_until=until)
    return {"tally-request": format_base64url(raw)}


def put(caller: Caller, package: PrivatePackage = SEALED.package, **options: Any) -> Reply:
    """Hand over as the owner, or another."""
    body = package.encode()
    who = options.pop("identity", OWNER_ID)
    headers = {"content-type": "application/cbor", **signed(who, "PUT", body, **options)}
    return caller.run(ask(caller.app, "PUT", PATH, headers=headers, body=body))


def get(caller: Caller, headers: dict[str, str], query: str = "") -> Reply:
    """Fetch."""
    return caller.run(ask(caller.app, "GET", f"{PATH}{query}", headers=headers))


def test_a_reader_gets_the_bytes_and_its_own_wrap(caller: Caller) -> None:
    """And no other's; nobody's cache may keep them."""
    kept = put(caller)
    assert (kept.status, kept.json["wraps"]) == (200, sorted([COURT, BANK]))
    reply = get(caller, signed(BANK_ID, "GET"))
    assert reply.headers["cache-control"] == "no-store"
    found = PrivatePackage.decode(reply.body)
    assert found.sealed == SEALED.package.sealed
    assert found.wraps == {BANK: SEALED.package.wraps[BANK]}


def test_a_reader_learns_whether_the_bytes_are_here_without_them(caller: Caller) -> None:
    """Its own wrap alone; what is not held is not found, and who is no reader is refused."""
    only = "?only=wraps"
    assert get(caller, signed(BANK_ID, "GET"), only).code == "E_NOT_FOUND"
    put(caller)
    found = PrivatePackage.decode(get(caller, signed(BANK_ID, "GET"), only).body)
    assert (found.sealed, found.wraps) == (b"", {BANK: SEALED.package.wraps[BANK]})
    assert get(caller, signed(AUDITOR_ID, "GET"), only).code == "E_ROLE"
    assert get(caller, signed(BANK_ID, "GET"), "?only=bytes").code == "E_REQUEST"


def test_a_request_that_nobody_signed_is_refused(caller: Caller) -> None:
    """With a hint, and whatever stands in the header."""
    put(caller)
    assert get(caller, {}).code == "E_SIG"
    assert get(caller, {"tally-request": "*"}).code == "E_FORMAT"
    assert get(caller, {"tally-request": "AA"}).code == "E_FORMAT"


def test_a_stranger_is_refused_and_so_is_a_member_who_is_no_reader(caller: Caller) -> None:
    """By membership, then by the ledger's record."""
    put(caller)
    stranger = Identity(COURT, "clerk", secret(77))
    assert get(caller, signed(stranger, "GET")).code == "E_MEMBER"
    assert get(caller, signed(Identity(BANK, "teller", CLERK), "GET")).code == "E_MEMBER"
    refused = get(caller, signed(AUDITOR_ID, "GET"))
    assert (refused.status, refused.code) == (409, "E_ROLE")


def test_a_request_for_something_else_or_of_another_time_is_refused(caller: Caller) -> None:
    """So what was overheard is of little use."""
    put(caller)
    for headers in (
        signed(BANK_ID, "PUT"),
        signed(BANK_ID, "GET", path=f"{PATH}0"),
        signed(BANK_ID, "GET", b"body"),
    ):
        assert get(caller, headers).code == "E_SIG"
    assert get(caller, signed(BANK_ID, "GET", until=START - 1)).code == "E_EXPIRED"
    assert get(caller, signed(BANK_ID, "GET", until=START + 10**7)).code == "E_EARLY"


def test_wrong_bytes_are_refused_and_nothing_is_kept(caller: Caller) -> None:
    """By the hash on the ledger."""
    reply = put(caller, PrivatePackage(b"other", {}))
    assert (reply.status, reply.code) == (409, "E_HASH")
    absent = get(caller, signed(BANK_ID, "GET"))
    assert (absent.status, absent.code) == (404, "E_NOT_FOUND")


def test_too_large_a_body_is_refused_before_it_is_read(caller: Caller) -> None:
    """By its stated length."""
    headers = {"content-type": "application/cbor", "content-length": str(PACKAGE_BYTES_MAX + 1)}
    reply = caller.run(ask(caller.app, "PUT", PATH, headers=headers, body=b""))
    assert (reply.status, reply.code) == (413, "E_LIMIT")


def test_after_erasure_the_answer_is_gone(caller: Caller, node: FakeNode) -> None:
    """410, for reading and for handing over alike."""
    put(caller)
    args: Any = {"record": "P-1"}
    node.submit([sign("erase", args, nonce=2, contract="vault", network=NETWORK)])
    assert (get(caller, signed(BANK_ID, "GET")).status, put(caller).status) == (410, 410)
    node.private.note(node.blocks[-1])
    node.private.destroy_noted()
    assert get(caller, signed(BANK_ID, "GET")).code == "E_ERASED"
