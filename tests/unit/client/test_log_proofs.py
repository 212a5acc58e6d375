# SPDX-License-Identifier: Apache-2.0
"""Log proofs (C2SP tlog-proof): one text file, checked like a receipt."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tallystick.client import ProofKind, Result, Trust, kind_of, verify
from tallystick.encoding import encode_cbor, format_base64
from tallystick.errors import FileProblem, InvalidReceipt
from tallystick.model import LOG_PROOF_BYTES_MAX, LOG_PROOF_HEAD, LogProof, parse_log_proof
from tests.unit.client.test_verify import failed, states
from tests.unit.client.world import DOCUMENT, make_world


def proof_text() -> tuple[str, Trust]:
    """Return a genuine log proof, and the trust file of its network."""
    world, index = make_world()
    return LogProof.of_receipt(world.receipt(index)).to_text(), world.trust


def test_a_log_proof_of_the_original_matches() -> None:
    """Inclusion and checkpoint stand for the COSE receipt, which is not there (JUD-2)."""
    text, trust = proof_text()
    found = verify(text.encode(), trust=trust, original=DOCUMENT)
    assert found.result is Result.MATCH
    assert states(found)["receipt_signature"] == "skipped"
    assert [one.role for one in found.standing] == ["answering"]


def test_a_log_proof_is_what_was_written() -> None:
    """Reading gives back every part."""
    world, index = make_world()
    proof = LogProof.of_receipt(world.receipt(index))
    assert parse_log_proof(proof.to_text().encode()) == proof


@pytest.mark.parametrize("part", ["entry", "transaction", "path", "index", "checkpoint"])
def test_any_altered_part_fails(part: str) -> None:
    """JUD-2: the proof fails if any byte changes."""
    world, index = make_world()
    proof = LogProof.of_receipt(world.receipt(index))
    changed: dict[str, Any] = {
        "entry": bytes([*proof.entry[:-1], proof.entry[-1] ^ 1]),
        "transaction": bytes([*proof.transaction[:-1], proof.transaction[-1] ^ 1]),
        "path": (bytes(32), *proof.path[1:]),
        "index": proof.index ^ 1,
        "checkpoint": proof.checkpoint.replace("time ", "time 1", 1),
    }
    altered = dataclasses.replace(proof, **{part: changed[part]})
    found = verify(altered.to_text().encode(), trust=world.trust, original=DOCUMENT)
    assert found.result is Result.NO_MATCH
    assert failed(found)


EXTRA = f"extra {format_base64(encode_cbor([b'e', b't']))}"


@pytest.mark.parametrize(
    "body",
    [
        f"{LOG_PROOF_HEAD}\n{EXTRA}",
        f"{LOG_PROOF_HEAD}x\n{EXTRA}\nindex 0",
        f"{LOG_PROOF_HEAD}\nindex 0\n{EXTRA}",
        f"{LOG_PROOF_HEAD}\nextra {format_base64(encode_cbor([1]))}\nindex 0",
        f"{LOG_PROOF_HEAD}\nextra {format_base64(encode_cbor([bytes(2**20), b't']))}\nindex 0",
        f"{LOG_PROOF_HEAD}\nextra ?\nindex 0",
        f"{LOG_PROOF_HEAD}\n{EXTRA}\nindex -1",
        f"{LOG_PROOF_HEAD}\n{EXTRA}\nindex {2**70}",
        f"{LOG_PROOF_HEAD}\n{EXTRA}\nindex 0\nAAAA",
        f"{LOG_PROOF_HEAD}\n{EXTRA}\nindex 0" + f"\n{format_base64(bytes(32))}" * 64,
        "\N{SNOWMAN}",
    ],
)
def test_another_form_is_an_invalid_receipt(body: str) -> None:
    """What cannot be taken apart is refused as a whole, and never raises anything else."""
    text = f"{body}\n\ncheckpoint\n".encode()
    with pytest.raises(InvalidReceipt):
        parse_log_proof(text)


def test_bytes_that_are_no_text_or_too_many_are_refused() -> None:
    """Size is bounded before anything is decoded."""
    with pytest.raises(InvalidReceipt):
        parse_log_proof(b"\xff\xfe")
    with pytest.raises(InvalidReceipt, match="smaller"):
        parse_log_proof(bytes(LOG_PROOF_BYTES_MAX + 1))


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a", b"\xd2\x84rest", ProofKind.STATEMENT),
        ("a", LOG_PROOF_HEAD.encode() + b"\n", ProofKind.LOG_PROOF),
        ("a", b"%PDF-1.7", ProofKind.PDF),
        ("a", b'{"format": "tallystick.receipt.v1"}', ProofKind.RECEIPT),
        ("a.jsonld", b"{}", ProofKind.CUSTODY),
        ("a.tsr", b"0", ProofKind.TIME_STAMP),
        ("a.tst", b"0", ProofKind.TIME_STAMP),
        ("a.zip", b"PK but no archive", None),
        ("a.txt", b"hello", None),
    ],
)
def test_a_file_says_what_kind_of_proof_it_is(
    tmp_path: Path, name: str, content: bytes, kind: ProofKind | None
) -> None:
    """By its first bytes; by its name only where they do not say."""
    (tmp_path / name).write_bytes(content)
    assert kind_of(tmp_path / name) is kind


def test_a_folder_is_a_package_if_it_has_the_mark_of_one(tmp_path: Path) -> None:
    """BagIt: bagit.txt stands in the folder."""
    assert kind_of(tmp_path) is None
    (tmp_path / "bagit.txt").write_text("x", encoding="utf-8")
    assert kind_of(tmp_path) is ProofKind.PACKAGE


def test_what_is_not_there_has_no_kind(tmp_path: Path) -> None:
    """It is a problem of the file, with its code."""
    with pytest.raises(FileProblem):
        kind_of(tmp_path / "none")
