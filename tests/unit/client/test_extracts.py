# SPDX-License-Identifier: Apache-2.0
"""Proven records and extracts: kept, read again, and checked without the node."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tallystick.client import (
    Extract,
    ProvenRecord,
    Trust,
    key_text,
    read_extract,
    read_proven_record,
)
from tallystick.encoding import encode
from tallystick.errors import InvalidProof, TallystickError, Unverified
from tests.unit.client.mock_node import MockNode

KEYS = (b"evidence/deposits/EV-1", b"evidence/deposits/EV-3")


@pytest.fixture
def proven(node: MockNode) -> list[ProvenRecord]:
    """Two records and an absence, as a node proved them."""
    node.write({key: encode({"a": number}) for number, key in enumerate(KEYS)})
    with node.net() as net:
        names = ("EV-1", "EV-3", "EV-2")
        return [net.prove("evidence", "deposits", name) for name in names]


def extract_of(proven: list[ProvenRecord], *receipts: dict[str, Any]) -> Extract:
    """Return an extract with these records."""
    return Extract(
        contract="evidence",
        kind="deposit",
        subject="EV-1",
        facts={"a": 0, "名": "甲"},
        records=tuple(proven),
        receipts=receipts,
    )


def test_a_proven_record_is_checked_again_without_the_node(
    node: MockNode, proven: list[ProvenRecord]
) -> None:
    """In the fields of the node's answer; two values and an absence."""
    trust = node.world.trust
    assert [one.value for one in proven] == [{"a": 0}, {"a": 1}, None]
    for one in proven:
        again = read_proven_record(one.to_dict())
        assert again == one
        again.check(trust)
        assert again.height == 8
    first, second, absent = proven
    for lie in (
        {**first.to_dict(), "value_base64": second.to_dict()["value_base64"]},
        {**first.to_dict(), "value_base64": None},
        {**absent.to_dict(), "value_base64": first.to_dict()["value_base64"]},
        {**first.to_dict(), "key": "EV-4"},
    ):
        with pytest.raises(Unverified):
            read_proven_record(lie).check(trust)


@pytest.mark.parametrize("change", [{"proof": 1}, {"proof": "?"}, {"value_base64": "?"}])
def test_what_is_no_proven_record_is_refused(
    proven: list[ProvenRecord], change: dict[str, Any]
) -> None:
    """Of another form, or no base64."""
    with pytest.raises(InvalidProof):
        read_proven_record({**proven[0].to_dict(), **change})


def test_an_extract_is_read_as_it_was_written_and_holds(
    node: MockNode, proven: list[ProvenRecord]
) -> None:
    """The same bytes again; the checkpoint stands in it once; text stays readable."""
    trust: Trust = node.world.trust
    extract = extract_of(proven)
    content = extract.to_json()
    assert read_extract(content) == extract
    assert read_extract(content).to_json() == content
    assert content.count(json.dumps(extract.checkpoint, ensure_ascii=False).encode()) == 1
    assert "甲".encode() in content
    extract.check_records(trust)
    extract.check_receipts(trust)
    assert extract.record("evidence", "deposits", "EV-2").value is None
    with pytest.raises(InvalidProof):
        extract.record("evidence", "deposits", "EV-4")


def test_a_receipt_that_does_not_hold_spoils_an_extract(
    node: MockNode, proven: list[ProvenRecord]
) -> None:
    """Whatever is wrong with it."""
    with pytest.raises(TallystickError):
        extract_of(proven, {"format": "none"}).check_receipts(node.world.trust)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "tallystick.extract.v2"},
        {"records": []},
        {"more": 1},
        {"height": 9},
        {"network": "other"},
        {"time_ms": 0},
        {"facts": []},
        {"checkpoint": "none"},
    ],
)
def test_what_is_no_extract_is_refused(proven: list[ProvenRecord], change: dict[str, Any]) -> None:
    """Another format, no record, a further field, or figures that are not the checkpoint's."""
    plain = json.loads(extract_of(proven).to_json())
    with pytest.raises(Unverified):
        read_extract(json.dumps({**plain, **change}).encode())


def test_keys_of_several_parts_never_meet() -> None:
    """`%` and `/` are escaped in them; a key of one part is its text."""
    assert key_text("a/b%") == "a/b%"
    assert key_text("a/b", 7) == "a%2Fb/7"
    assert key_text("a", "b/7") != key_text("a/b", 7)
