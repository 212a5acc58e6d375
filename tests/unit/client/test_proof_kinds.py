# SPDX-License-Identifier: Apache-2.0
"""What kind of proof a file is says its content; an original that only looks like one is none."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import ProofKind, Result, check_extract, kind_of
from tallystick.encoding import encode
from tallystick.errors import UsageError
from tests.unit.client.mock_node import MockNode
from tests.unit.client.test_certificates import extract_of, publish


@pytest.fixture
def extract(node: MockNode) -> bytes:
    """Give the file of an extract."""
    publish(node)
    return extract_of(node).to_json()


@pytest.mark.parametrize("name", ["deposit.extract.json", "deposit.extract (1).json", "x"])
def test_an_extract_is_told_by_the_format_it_names(
    extract: bytes, tmp_path: Path, name: str
) -> None:
    """Whatever it is called, and wherever in the document its format stands."""
    path = tmp_path / name
    path.write_bytes(extract)
    assert kind_of(path) is ProofKind.EXTRACT
    long = {"checkpoint": "x" * 9000, **json.loads(extract)}
    path.write_text(json.dumps(long), "utf-8")
    assert kind_of(path) is ProofKind.EXTRACT


@pytest.mark.parametrize(
    "content",
    [
        '{"title": "tallystick.extract.v1"}',
        '{"inner": {"format": "tallystick.extract.v1"}}',
        '{"format": "other"}',
        '{"format": 7}',
        "{",
        "[]",
    ],
)
def test_other_documents_are_originals(tmp_path: Path, content: str) -> None:
    """Also those that speak of extracts, and those that are cut off."""
    path = tmp_path / "a.extract.json"
    path.write_text(content, "utf-8")
    assert kind_of(path) is None


def test_an_extract_is_checked_by_itself_and_an_altered_one_is_no_match(
    node: MockNode, extract: bytes, tmp_path: Path
) -> None:
    """Records and receipts hold; with another value in a record, or facts, they do not."""
    path = tmp_path / "deposit.extract (1).json"
    path.write_bytes(extract)
    trust = tmp_path / "trust.json"
    trust.write_text(node.world.trust.to_json(), "utf-8")
    ((name, _),) = check_any_proof(path, trust=trust)
    assert name == path.name
    found = check_extract(
        extract, trust_of=lambda _: node.world.trust, facts_check=lambda _: (True, "")
    )
    assert found.result is Result.MATCH
    assert {check.name for check in found.checks} == {"records", "receipts", "facts"}
    assert check_extract(extract, trust_of=lambda _: node.world.trust).result is Result.PARTLY
    altered = json.loads(extract)
    altered["records"][0]["value_base64"] = base64.b64encode(encode({"a": 1})).decode()
    wrong = check_extract(json.dumps(altered).encode(), trust_of=lambda _: node.world.trust)
    assert wrong.result is Result.NO_MATCH
    cut = check_extract(extract[:-9], trust_of=lambda _: node.world.trust)
    assert cut.result is Result.NO_MATCH
    differ = check_extract(
        extract, trust_of=lambda _: node.world.trust, facts_check=lambda _: (False, "")
    )
    assert differ.result is Result.NO_MATCH


def test_a_damaged_extract_is_no_proof_by_itself(node: MockNode, tmp_path: Path) -> None:
    """It is an original then, and there is no receipt beside it."""
    path = tmp_path / "deposit.extract.json"
    path.write_bytes(b'{"format": "tallystick.extr')
    trust = tmp_path / "trust.json"
    trust.write_text(node.world.trust.to_json(), "utf-8")
    with pytest.raises(UsageError):
        check_any_proof(path, trust=trust)
