# SPDX-License-Identifier: Apache-2.0
"""Sealing as a stream: any size, all of it or an error that says what happened, nothing left."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.crypto import (
    SealingKey,
    seal,
    seal_stream,
    sealed_size_max,
    unseal,
    unseal_file,
    unseal_stream,
)
from tallystick.errors import Malformed, SealedFileChanged, WrongSealingKey

KEY = SealingKey.generate()
PIECE = 64 * 1024


def sealed(data: bytes) -> bytes:
    """Return bytes sealed to KEY."""
    out = io.BytesIO()
    seal_stream(io.BytesIO(data), out, [KEY.public_key])
    return out.getvalue()


@settings(max_examples=15, deadline=None)
@given(st.sampled_from([0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]), st.binary(max_size=9))
def test_what_is_sealed_as_a_stream_opens_either_way(size: int, tail: bytes) -> None:
    """Streams and whole bytes are one format, and sizes keep to what was foretold."""
    data = bytes(size) + tail
    out = io.BytesIO()
    unseal_stream(io.BytesIO(seal(data, [KEY.public_key])), out, [KEY])
    assert out.getvalue() == data == unseal(sealed(data), [KEY])
    assert len(sealed(data)) <= sealed_size_max(len(data))


WHOLE = sealed(bytes(3 * PIECE))


@pytest.mark.parametrize(
    "changed",
    [
        WHOLE[:-1],
        WHOLE[: -2 * PIECE],
        WHOLE + b"x",
        WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]),
        WHOLE[:PIECE] + bytes([WHOLE[PIECE] ^ 1]) + WHOLE[PIECE + 1 :],
    ],
    ids=["last byte cut", "pieces cut", "byte added", "last byte", "byte in the middle"],
)
def test_a_file_cut_off_or_changed_is_told_and_leaves_nothing(
    tmp_path: Path, changed: bytes
) -> None:
    """No plaintext stays of a file that does not open to its end."""
    source, target = tmp_path / "sealed", tmp_path / "plain"
    source.write_bytes(changed)
    with pytest.raises(SealedFileChanged):
        unseal_file(source, target, [KEY])
    assert list(tmp_path.iterdir()) == [source]


@pytest.mark.parametrize("head", [b"", WHOLE[:20], b"garbage" * 50], ids=["empty", "cut", "other"])
def test_what_is_not_sealed_to_us_is_no_damage_of_the_file(head: bytes) -> None:
    """A broken head and a stranger's key are one answer: no key at hand opens it."""
    with pytest.raises(WrongSealingKey):
        unseal_stream(io.BytesIO(head), io.BytesIO(), [KEY])
    with pytest.raises(WrongSealingKey):
        unseal_stream(io.BytesIO(WHOLE), io.BytesIO(), [SealingKey.generate()])


def test_an_opened_file_is_private_and_replaces_the_old_one_whole(tmp_path: Path) -> None:
    """Plaintext is for this user only."""
    source, target = tmp_path / "sealed", tmp_path / "plain"
    source.write_bytes(WHOLE)
    target.write_bytes(b"old")
    unseal_file(source, target, [KEY])
    assert target.read_bytes() == bytes(3 * PIECE)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plain", "sealed"]


class Broken:
    """An end of a stream that fails."""

    def read(self, _: int = -1) -> bytes:
        """Fail."""
        raise OSError(5, "gone")

    def write(self, _: bytes) -> int:
        """Fail."""
        raise OSError(28, "full")


def test_a_fault_of_an_end_is_raised_as_it_was() -> None:
    """A full disk is not taken for a changed file."""
    with pytest.raises(OSError, match="full"):
        unseal_stream(io.BytesIO(WHOLE), Broken(), [KEY])
    with pytest.raises(OSError, match="gone"):
        unseal_stream(Broken(), io.BytesIO(), [KEY])
    with pytest.raises(OSError, match="gone"):
        seal_stream(Broken(), io.BytesIO(), [KEY.public_key])
    with pytest.raises(Malformed):
        seal_stream(io.BytesIO(), io.BytesIO(), ["age1nobody"])
