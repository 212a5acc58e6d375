# SPDX-License-Identifier: Apache-2.0
"""Replay of the fuzz corpus without a fuzzer, and proof that the targets notice planted faults."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final

import cbor2
import pytest

from tallystick.client import verify_checks
from tallystick.encoding import canonical
from tallystick.errors import Malformed
from tallystick.model import LogReceipt
from tests.fuzz import decoders, kit, proofs, receipts
from tests.fuzz.corpus import FOLDER
from tests.fuzz.kit import Violation, encoder
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import LENGTH_MAX, TARGETS
from tests.fuzz.world import receipt_world


@cache
def inputs(target: str) -> tuple[bytes, ...]:
    """Return the seeds and the committed corpus of a target."""
    kept = [path.read_bytes() for path in sorted((FOLDER / target).iterdir())]
    return (*(data for owner, _, data in seeds() if owner == target), *kept)


@pytest.mark.parametrize("target", TARGETS)
def test_every_input_of_the_corpus_is_accepted_or_refused_as_it_must_be(target: str) -> None:
    """Whatever once reached something new, or was once a finding, holds the target's rules."""
    verdicts = {TARGETS[target](data) for data in inputs(target)}
    assert verdicts == {True, False}, "a corpus that is all refused, or all accepted, tests little"


def test_the_corpus_has_a_folder_for_each_target_and_no_other() -> None:
    """A renamed target would leave its corpus behind, unplayed."""
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(TARGETS)
    assert {owner for owner, _, _ in seeds()} == set(TARGETS)
    assert set(LENGTH_MAX) <= set(TARGETS)


def test_the_corpus_is_small() -> None:
    """It is replayed at every change, and read by people."""
    sizes = [path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()]
    assert len(sizes) < 1_500
    assert sum(sizes) < 1_000_000


# --- Controls: a fault planted in what a target tests must be noticed by its corpus ---------------


def ignoring_the_last_byte(decode: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Plant: a zero byte at the end goes unnoticed."""
    return lambda data: decode(data[:-1] if data.endswith(b"\0") else data)


def leaking(decode: Callable[..., Any]) -> Callable[..., Any]:
    """Plant: what is malformed raises an error that is not ours."""

    def planted(*arguments: Any, **named: Any) -> Any:
        try:
            return decode(*arguments, **named)
        except Exception as error:
            raise ValueError("planted") from error

    return planted


def accepting(*_: Any, **__: Any) -> None:
    """Plant: a verifier that accepts everything."""


def lenient_base64(text: str, **_: Any) -> bytes:
    """Plant: Python's own reader, which drops what it does not know."""
    try:
        return base64.b64decode(text)
    except ValueError as error:
        raise Malformed("planted") from error


def lenient_json(data: bytes, **_: Any) -> object:
    """Plant: Python's own reader, which takes duplicate keys and NaN."""
    try:
        return json.loads(data)
    except ValueError as error:
        raise Malformed("planted") from error


TRAILING: Final = {
    "cose-header": "decode_cose_header",
    "cose-message": "parse_sign1",
    "transaction": "decode_transaction",
    "entry": "decode_entry",
    "write-set": "decode_write_set",
    "block-header": "decode_header",
    "genesis": "decode_genesis",
    "log-receipt": "decode_log_receipt",
    "finality": "decode_finality",
    "certificate": "decode_certificate",
    "validators": "decode_validators",
    "statement": "split_transparent_statement",
}
LEAKING: Final = {**TRAILING, "receipt-file": "parse_receipt", "checkpoint": "open_checkpoint"}


def replay(target: str) -> None:
    """Play every input of a target."""
    for data in inputs(target):
        TARGETS[target](data)


@pytest.mark.parametrize("target", TRAILING)
def test_a_decoder_that_overlooks_a_byte_is_noticed(
    target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two spellings of one record would have two ids."""
    found = getattr(decoders, TRAILING[target])
    monkeypatch.setattr(decoders, TRAILING[target], ignoring_the_last_byte(found))
    with pytest.raises((Violation, Malformed)):
        replay(target)


@pytest.mark.parametrize("target", LEAKING)
def test_an_error_that_is_not_ours_is_noticed(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would be a 500, or the end of a node."""
    monkeypatch.setattr(decoders, LEAKING[target], leaking(getattr(decoders, LEAKING[target])))
    with pytest.raises(ValueError, match="planted"):
        replay(target)


@pytest.mark.parametrize(
    ("target", "where", "name", "planted"),
    [
        ("text-forms", decoders, "parse_base64", lenient_base64),
        ("json", decoders, "parse_json", lenient_json),
        ("inclusion", proofs, "verify_inclusion", accepting),
        ("consistency", proofs, "verify_consistency", accepting),
        ("state-proof", proofs, "verify_value", accepting),
        ("state-proof", proofs, "verify_absence", accepting),
    ],
)
def test_a_lenient_reader_or_verifier_is_noticed(
    target: str, where: Any, name: str, planted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A target that cannot fail proves nothing."""
    monkeypatch.setattr(where, name, planted)
    with pytest.raises(Violation):
        replay(target)


@pytest.mark.parametrize(
    ("owner", "step"), [(verify_checks, "verify_inclusion"), (LogReceipt, "verify_root")]
)
def test_a_step_left_out_of_the_verifier_is_noticed(
    owner: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An altered entry is found by the path only, an altered receipt by its signature only."""
    monkeypatch.setattr(owner, step, accepting)
    with pytest.raises(Violation):
        replay("verify-altered")


class LenientEncoder:
    """Plant: an encoder that decodes whatever cbor2 does."""

    decode_value = staticmethod(cbor2.loads)
    encode_value = staticmethod(kit.ENCODERS[0].encode_value)


@pytest.mark.parametrize("target", ["canonical", "entry", "transaction"])
def test_encoders_that_disagree_are_noticed(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes of one network may have different encoders; they must not part ways (INV-1)."""
    monkeypatch.setattr(kit, "ENCODERS", (LenientEncoder, kit.ENCODERS[1]))
    with pytest.raises((Violation, cbor2.CBORError)):
        replay(target)


def test_the_swapped_encoder_is_put_back() -> None:
    """Other tests of the same process see the encoder they had."""
    chosen: Any = canonical
    before = chosen.decode_value
    with encoder(kit.ENCODERS[0]):
        assert chosen.decode_value is kit.ENCODERS[0].decode_value
    assert chosen.decode_value is before


def test_the_answers_of_the_verifier_are_looked_at() -> None:
    """The honest receipts of the corpus are matches, so the rules for matches are exercised."""
    assert receipts.verify_altered(bytes((0, 0)))
    assert receipts.verify_raw(b"\0" + receipt_world().receipts[0].to_json().encode())
