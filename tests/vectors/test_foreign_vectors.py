# SPDX-License-Identifier: Apache-2.0
"""Files that others published: COSE messages of other kinds, and canonical JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallystick.encoding import parse_json
from tallystick.errors import Rejected, Unverified
from tallystick.model import decode_log_receipt, decode_transaction

HERE = Path(__file__).parent
MESSAGES = [
    (path, json.loads(path.read_text(encoding="utf-8"))["output"]["cbor"])
    for path in sorted((HERE / "cose").rglob("*.json"))
    if "cbor" in json.loads(path.read_text(encoding="utf-8")).get("output", {})
]


def test_the_working_groups_files_are_here() -> None:
    """A folder that lost its files would make the tests below claim nothing."""
    assert len(MESSAGES) > 50


@pytest.mark.parametrize(
    ("path", "message"), MESSAGES, ids=lambda value: getattr(value, "stem", "")
)
def test_cose_messages_of_other_kinds_are_refused_with_a_code(path: Path, message: str) -> None:
    """Multi-signer, encrypted, countersigned, X.509: none is a transaction or a receipt."""
    data = bytes.fromhex(message)
    with pytest.raises(Rejected):
        decode_transaction(data)
    with pytest.raises(Unverified):
        decode_log_receipt(data)
    assert path.exists()


@pytest.mark.parametrize(
    "path", sorted((HERE / "jcs" / "input").iterdir()), ids=lambda path: path.stem
)
def test_json_reads_the_same_before_and_after_canonicalisation(path: Path) -> None:
    """Input, canonical text and its hexadecimal form (RFC 8785) hold one value."""
    value = parse_json(path.read_bytes())
    canonical = (HERE / "jcs" / "output" / path.name).read_bytes()
    listed = (HERE / "jcs" / "outhex" / f"{path.stem}.txt").read_text(encoding="ascii")
    assert parse_json(canonical) == value
    assert bytes.fromhex(listed) == canonical
