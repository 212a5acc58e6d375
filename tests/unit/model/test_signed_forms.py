# SPDX-License-Identifier: Apache-2.0
"""Checkpoints and receipts: strict forms, and no signature but the log's (docs/spec)."""

from __future__ import annotations

import base64

import cbor2
import pytest

from tallystick.encoding import build_sign1, encode_cbor, format_json, parse_json
from tallystick.errors import InvalidCheckpoint, InvalidReceipt, InvalidSignature
from tallystick.model import (
    Checkpoint,
    Receipt,
    build_log_receipt,
    decode_log_receipt,
    open_checkpoint,
    parse_receipt,
    sign_checkpoint,
    sign_root,
    split_transparent_statement,
    transparent_statement,
    verifier_key,
)
from tallystick.model.receipt import RECEIPT_BYTES_MAX, receipt_header
from tests.factories import LOG_KEY, NETWORK, secret, sign

ROOT = b"r" * 32
CHECKPOINT = Checkpoint(NETWORK, 7, ROOT, 3, 1_700_000_000_000, b"s" * 32, b"m" * 32)
NOTE = sign_checkpoint(CHECKPOINT, LOG_KEY)
TRANSACTION = sign("put", {"id": "a", "text": "b"}, nonce=1)


def log_receipt(index: int = 2, size: int = 7) -> bytes:
    """Return a COSE Receipt with a path of three."""
    return build_log_receipt(
        NETWORK,
        LOG_KEY.public_key,
        signature=sign_root(NETWORK, ROOT, LOG_KEY),
        size=size,
        index=index,
        path=[b"1" * 32, b"2" * 32, b"3" * 32],
    )


RECEIPT = Receipt(NETWORK, "committed", TRANSACTION, b"entry", log_receipt(), NOTE)


def test_a_signed_checkpoint_verifies_to_what_was_signed() -> None:
    """C2SP form: body, empty line, signature line."""
    assert open_checkpoint(NOTE, LOG_KEY.public_key, origin=NETWORK) == CHECKPOINT
    assert NOTE.startswith(f"{NETWORK}\n7\n{base64.b64encode(ROOT).decode()}\nheight 3\n")
    assert f"\n\n— {NETWORK} " in NOTE


def test_every_changed_character_of_a_checkpoint_is_refused() -> None:
    """Each single substitution: malformed, or no longer signed."""
    for place in range(len(NOTE)):
        other = "A" if NOTE[place] != "A" else "B"
        with pytest.raises(InvalidCheckpoint):
            open_checkpoint(
                NOTE[:place] + other + NOTE[place + 1 :], LOG_KEY.public_key, origin=NETWORK
            )


def test_a_checkpoint_by_another_key_or_of_another_log_is_refused() -> None:
    """Key and origin are the verifier's to choose."""
    with pytest.raises(InvalidCheckpoint):
        open_checkpoint(NOTE, secret(8).public_key, origin=NETWORK)
    with pytest.raises(InvalidCheckpoint):
        open_checkpoint(NOTE, LOG_KEY.public_key, origin="other")


def test_signatures_of_witnesses_may_follow() -> None:
    """Lines of other names are skipped, but must be well formed."""
    witness = "— witness.example/w AAAAAA==\n"
    assert open_checkpoint(NOTE + witness, LOG_KEY.public_key, origin=NETWORK) == CHECKPOINT
    for broken in ("— witness\n", "witness x AAAA\n", "— w !!!!\n", "\n", "— w AAAA"):
        with pytest.raises(InvalidCheckpoint):
            open_checkpoint(NOTE + broken, LOG_KEY.public_key, origin=NETWORK)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n-7\n"),
        ("\n7\n", "\n\n"),
        ("\n7\n", f"\n{2**63}\n"),
        ("\n7\n", "\n" + "9" * 400 + "\n"),
        ("height", "Height"),
        ("height 3\n", ""),
        ("height 3\n", "height 3\nheight 3\n"),
        (base64.b64encode(ROOT).decode(), "AAAA"),
        (base64.b64encode(ROOT).decode(), "????"),
        ("\n\n", "\n"),
    ],
)
def test_a_malformed_checkpoint_is_refused_even_if_signed(old: str, new: str) -> None:
    """Canonical numbers, all extension lines, hashes of 32 bytes."""
    with pytest.raises(InvalidCheckpoint):
        open_checkpoint(NOTE.replace(old, new, 1), LOG_KEY.public_key, origin=NETWORK)


def test_an_enormous_note_is_refused() -> None:
    """Limits come first."""
    with pytest.raises(InvalidCheckpoint):
        open_checkpoint(NOTE + "— w AAAA\n" * 5_000, LOG_KEY.public_key, origin=NETWORK)


def test_the_verifier_key_has_the_c2sp_form() -> None:
    """name+hint+base64(type and key)."""
    name, hint, key = verifier_key(NETWORK, LOG_KEY.public_key).split("+", 2)
    assert name == NETWORK
    assert len(hint) == 8
    assert base64.b64decode(key) == b"\x01" + LOG_KEY.public_key


def test_a_log_receipt_comes_apart_as_it_was_built() -> None:
    """RFC 9942 with one inclusion proof; the signature covers the detached root."""
    found = decode_log_receipt(log_receipt())
    assert (found.origin, found.key_id, found.size, found.index) == (
        NETWORK,
        LOG_KEY.public_key,
        7,
        2,
    )
    found.verify_root(ROOT)
    with pytest.raises(InvalidSignature):
        found.verify_root(b"x" * 32)


def receipt_of(
    unprotected: object, *, protected: bytes | None = None, payload: object = None
) -> bytes:
    """Return a COSE message of any unprotected content."""
    header = receipt_header(NETWORK, LOG_KEY.public_key) if protected is None else protected
    return encode_cbor(cbor2.CBORTag(18, [header, unprotected, payload, bytes(64)]))


def proof(*parts: object) -> dict[int, object]:
    """Return an unprotected header with one inclusion proof of any parts."""
    return {396: {-1: [encode_cbor(list(parts))]}}


GOOD_PROOF = proof(7, 2, [b"1" * 32])


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\x00",
        encode_cbor([1, 2]),
        encode_cbor(cbor2.CBORTag(18, [b"", {}])),
        encode_cbor(cbor2.CBORTag(17, [b"", {}, None, b""])),
        receipt_of({}),
        receipt_of({396: {}}),
        receipt_of({396: {-1: []}}),
        receipt_of({396: {-1: [b"\xf6", b"\xf6"]}}),
        receipt_of({396: {-1: [encode_cbor([7, 2, []])], -2: []}}),
        receipt_of(GOOD_PROOF | {4: b"x"}),
        receipt_of(GOOD_PROOF, payload=ROOT),
        receipt_of(GOOD_PROOF, protected=b""),
        receipt_of(proof(7, 7, [])),
        receipt_of(proof(7, -1, [])),
        receipt_of(proof(7, True, [])),
        receipt_of(proof(2**63, 1, [])),
        receipt_of(proof(7, 2, [b"short"])),
        receipt_of(proof(7, 2, ["1"])),
        receipt_of(proof(7, 2, [b"1" * 32] * 64)),
        receipt_of(proof(7, 2)),
        receipt_of({396: {-1: [b"\x01"]}}),
    ],
)
def test_other_receipts_are_refused(message: bytes) -> None:
    """One shape only: no extra proof data, no attached payload, no numbers out of range."""
    with pytest.raises(InvalidReceipt):
        decode_log_receipt(message)


@pytest.mark.parametrize(
    "fields",
    [{1: -7}, {395: 2}, {15: {1: NETWORK, 2: "other"}}, {3: "a/b"}],
)
def test_receipts_of_other_kinds_are_refused(fields: dict[int, object]) -> None:
    """Algorithm, tree algorithm, subject, content type."""
    header = cbor2.loads(receipt_header(NETWORK, LOG_KEY.public_key)) | fields
    with pytest.raises(InvalidReceipt):
        decode_log_receipt(receipt_of(GOOD_PROOF, protected=encode_cbor(header)))


def test_a_transparent_statement_holds_transaction_and_receipt() -> None:
    """RFC 9943: taking label 394 away gives the signed statement back, byte for byte."""
    statement = RECEIPT.statement()
    assert statement == transparent_statement(TRANSACTION, RECEIPT.log_receipt)
    assert split_transparent_statement(statement) == (TRANSACTION, RECEIPT.log_receipt)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x01",
        TRANSACTION,
        build_sign1(b"", b"p", bytes(64), unprotected=encode_cbor({394: [b"a", b"b"]})),
        build_sign1(b"", b"p", bytes(64), unprotected=encode_cbor({394: [b"a"], 4: b"k"})),
        build_sign1(b"", None, bytes(64), unprotected=encode_cbor({394: [b"a"]})),
    ],
)
def test_other_statements_are_refused(data: bytes) -> None:
    """Exactly one receipt, nothing else unprotected, an attached payload."""
    with pytest.raises(InvalidReceipt):
        split_transparent_statement(data)


def test_a_receipt_file_comes_back() -> None:
    """JSON for people, bytes inside as they were."""
    assert parse_receipt(RECEIPT.to_json()) == RECEIPT
    assert parse_receipt(RECEIPT.to_json().encode()) == RECEIPT


@pytest.mark.parametrize(
    "change",
    [
        {"format": "tallystick.receipt.v2"},
        {"format": 1},
        {"transaction": "!!"},
        {"extra": "x"},
        {"level": 3},
        {"entry": base64.b64encode(bytes(65_536)).decode()},
        {"transaction": base64.b64encode(bytes(65_537)).decode()},
    ],
)
def test_other_receipt_files_are_refused(change: dict[str, object]) -> None:
    """Exactly the fields, all text, within limits."""
    fields = parse_json(RECEIPT.to_json())
    assert isinstance(fields, dict)
    with pytest.raises(InvalidReceipt):
        parse_receipt(format_json(fields | change))


@pytest.mark.parametrize("text", ["", "[]", "{", " " * (RECEIPT_BYTES_MAX + 1)])
def test_what_is_no_receipt_file_is_refused(text: str) -> None:
    """Not JSON, not an object, too large."""
    with pytest.raises(InvalidReceipt):
        parse_receipt(text)
