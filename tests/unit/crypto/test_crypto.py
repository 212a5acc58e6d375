# SPDX-License-Identifier: Apache-2.0
"""Keys, signatures and hashes: one verification rule, strict enrolment, nothing secret shown."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.crypto import (
    SecretKey,
    VerifierPool,
    check_public_key,
    digest_stream,
    frames,
    is_valid_signature,
    sha256,
    signature_verdicts,
    verify_signature,
    worker,
)
from tallystick.errors import Halted, InvalidSignature

VECTORS = Path(__file__).parents[2] / "vectors"
ZIP215 = json.loads((VECTORS / "ed25519" / "zip215.json").read_text())["valid"]


def test_verification_follows_zip215_on_all_edge_cases() -> None:
    """All 196 pairs of small-order encodings are valid under ZIP 215, and under no other rule."""
    assert len(ZIP215) == 196
    for case in ZIP215:
        key, message, signature = (
            bytes.fromhex(case[part]) for part in ("public_key", "message", "signature")
        )
        verify_signature(key, message, signature)


def test_no_key_of_small_order_can_be_enrolled() -> None:
    """A key under which anyone can sign never becomes a member's (INV: enrolment is strict)."""
    keys = {bytes.fromhex(case["public_key"]) for case in ZIP215}
    assert len(keys) == 14
    for key in keys:
        with pytest.raises(InvalidSignature):
            check_public_key(key)


@pytest.mark.parametrize("key", [b"", b"\x01" * 31, b"\x01" * 33, b"\xff" * 32])
def test_a_key_that_is_no_point_cannot_be_enrolled(key: bytes) -> None:
    """Wrong lengths and encodings beyond the field are refused."""
    with pytest.raises(InvalidSignature):
        check_public_key(key)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
def test_what_a_key_signs_verifies_and_nothing_else_does(seed: bytes, message: bytes) -> None:
    """Sign and verify agree; another message, key or signature does not."""
    key = SecretKey(seed)
    assert check_public_key(key.public_key) == key.public_key
    signature = key.sign(message)
    verify_signature(key.public_key, message, signature)
    assert not is_valid_signature(key.public_key, message + b"x", signature)
    assert not is_valid_signature(key.public_key, message, signature[:-1])
    assert not is_valid_signature(key.public_key[:-1], message, signature)


def test_a_malleated_signature_is_refused() -> None:
    """S + L verifies under the equation but is not canonical: refused."""
    key = SecretKey(bytes(32))
    signature = key.sign(b"m")
    order = 2**252 + 27742317777372353535851937790883648493
    bigger = int.from_bytes(signature[32:], "little") + order
    forged = signature[:32] + bigger.to_bytes(32, "little")
    with pytest.raises(InvalidSignature):
        verify_signature(key.public_key, b"m", forged)


def test_a_secret_key_shows_only_its_public_half() -> None:
    """No representation contains the seed."""
    key = SecretKey(b"\x42" * 32)
    assert "42" * 32 not in repr(key)
    assert key.public_key.hex() in repr(key)
    assert SecretKey(key.seed).public_key == key.public_key


def test_a_seed_of_wrong_length_is_refused() -> None:
    """A seed has 32 bytes."""
    with pytest.raises(InvalidSignature):
        SecretKey(b"short")


def test_generated_keys_differ() -> None:
    """Each comes from the system's random source."""
    assert SecretKey.generate().public_key != SecretKey.generate().public_key


def test_streams_are_hashed_whole_whatever_the_chunks() -> None:
    """Chunking does not matter; SM3 only on request (GB/T 32905 vector for `abc`)."""
    one = digest_stream([b"abc"], with_sm3=True)
    three = digest_stream([b"a", b"", b"bc"], with_sm3=True)
    assert one == three
    assert one.sha256 == hashlib.sha256(b"abc").digest() == sha256(b"abc")
    assert one.size == 3
    assert one.sm3 is not None
    assert one.sm3.hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest_stream([]).sm3 is None


def signed_items(count: int) -> list[tuple[bytes, bytes, bytes]]:
    """Return items of which every third is forged."""
    items = []
    for number in range(count):
        key = SecretKey(number.to_bytes(32, "big"))
        message = b"m" * number
        signature = key.sign(message if number % 3 else b"other")
        items.append((bytes(key.public_key), message, signature))
    return items


@given(
    st.lists(
        st.tuples(*[st.binary(min_size=n, max_size=m) for n, m in ((32, 32), (0, 90), (64, 64))])
    )
)
def test_frames_carry_items_unchanged(items: list[tuple[bytes, bytes, bytes]]) -> None:
    """What is sent to a verifier process is what it verifies."""
    assert frames.decode_items(frames.encode_items(items)) == items


@pytest.mark.parametrize("processes", [0, 1, 2])
@pytest.mark.parametrize("count", [0, 1, 8, 9, 40])
def test_a_pool_gives_the_verdicts_of_this_process(processes: int, count: int) -> None:
    """Verdicts come in order, wherever they are found."""
    items = signed_items(count)
    pool = VerifierPool(processes)
    try:
        assert pool.verify(items) == signature_verdicts(items)
    finally:
        pool.close()


def test_a_dead_verifier_halts_and_gives_no_verdicts() -> None:
    """A missing verdict is never taken for valid or invalid."""
    pool = VerifierPool(1)
    (process,) = pool._workers
    process.kill()
    process.wait()
    with pytest.raises(Halted):
        pool.verify(signed_items(20))
    pool._workers.clear()
    for stream in (process.stdin, process.stdout):
        with pytest.MonkeyPatch.context():
            try:
                if stream:
                    stream.close()
            except BrokenPipeError:
                pass


class Silent:
    """A verifier process that takes its input and ends without a whole answer."""

    def __init__(self, answer: bytes) -> None:
        self.stdin = io.BytesIO()
        self.stdout = io.BytesIO(answer)


@pytest.mark.parametrize("answer", [b"", b"\x00\x00\x00\x02\x01", b"\x00\x00\x00\x01\x01"])
def test_an_answer_that_is_not_whole_halts(answer: bytes) -> None:
    """No answer, a cut one, or too few verdicts: none is guessed."""
    pool = VerifierPool(0)
    pool._workers.append(Silent(answer))  # type: ignore[arg-type]  # stands in for a process
    with pytest.raises(Halted):
        pool.verify(signed_items(20))


def test_the_worker_answers_each_frame_and_ends_with_its_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One byte for each item; a cut frame ends it."""
    items = signed_items(4)
    source, target = io.BytesIO(), io.BytesIO()
    frames.write_frame(source, frames.encode_items(items))
    source.write(b"\x00\x00\x00\x09cut")
    source.seek(0)

    class Stream:
        def __init__(self, buffer: io.BytesIO) -> None:
            self.buffer = buffer

    monkeypatch.setattr("sys.stdin", Stream(source))
    monkeypatch.setattr("sys.stdout", Stream(target))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    worker.main()
    target.seek(0)
    assert frames.read_frame(target) == signature_verdicts(items)
    assert frames.read_frame(target) is None
