# SPDX-License-Identifier: Apache-2.0
"""Slices: a file as an RFC 9162 tree over kibibytes, and proofs that somebody still has it.

- The leaves are the file's slices of 1,024 bytes, the last one shorter. 1,024 slices are one chunk
  of the file's content address, and a whole subtree: so the root over the chunks' own roots is the
  root over all slices, and a proof needs one chunk and the roots of the others.
- Which slice must be shown follows from a seed, the file and who is asked. The seed must be one
  that nobody knew beforehand; an answer then fits one question to one node.
- It proves that whoever answered could get at these bytes then: not that it is their only copy,
  nor where they are. The normative text is docs/spec/document.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tallystick.crypto import Octets, sha256
from tallystick.errors import InvalidProof, invariant
from tallystick.merkle.log_proofs import (
    leaf_hash,
    leaf_hashes,
    log_root,
    node_hash,
    verify_inclusion,
)

SLICE_SIZE: Final = 1024
CHUNK_SLICES: Final = 1024
"""Slices of a whole chunk: a power of two, or chunks would not be subtrees."""
CHUNK_SIZE: Final = SLICE_SIZE * CHUNK_SLICES
_DRAW: Final = b"tallystick/slice/1"
_SEED_SIZE: Final = 32


def slice_count(size: int) -> int:
    """Return how many slices a file of `size` bytes has."""
    return -(-size // SLICE_SIZE)


def chunk_root(chunk: Octets) -> bytes:
    """Return the root over the slices of one chunk."""
    return log_root(_slice_hashes(chunk))


def draw_slice(seed: bytes, node: bytes, cid: bytes, size: int) -> int:
    """Return the index of the slice that `node` must show of a file, from 0.

    Args:
        seed: 32 bytes that nobody could know before the question was put.
        node: Who is asked; another node must show another slice.
        cid: The file's content address, 36 bytes.
        size: Of the file, in bytes; at least 1.
    """
    invariant(len(seed) == _SEED_SIZE and size > 0, "a seed of 32 bytes, and a file to draw from")
    # Lengths: the seed's is fixed and the address tells its own, so no two questions are one.
    drawn = sha256(_DRAW + seed + cid + node)
    return int.from_bytes(drawn, "big") % slice_count(size)


def prove_slice(
    index: int, chunk: bytes, chunk_roots: Sequence[bytes]
) -> tuple[bytes, list[bytes]]:
    """Return a slice and its path, from the chunk that it is in and the roots of all chunks."""
    place = index % CHUNK_SLICES
    path = inclusion_path(_slice_hashes(chunk), place)
    path += inclusion_path(chunk_roots, index // CHUNK_SLICES)
    return chunk[place * SLICE_SIZE : (place + 1) * SLICE_SIZE], path


def verify_slice(data: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check that `data` is the slice at `index` of the file of `size` bytes with this root.

    Raises:
        InvalidProof: it is not, or the proof is not of the only accepted form.
    """
    expected = min(SLICE_SIZE, size - index * SLICE_SIZE)
    if len(data) != expected:
        raise InvalidProof(
            f"slice {index} has {expected} bytes, not {len(data)}",
            field="data",
            expected=f"{expected} bytes",
            found=f"{len(data)} bytes",
        )
    verify_inclusion(leaf_hash(data), index, slice_count(size), path, root)


def inclusion_path(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the siblings of a leaf, upwards, from all leaf hashes (RFC 9162, 2.1.3.1)."""
    path = []
    row = list(leaf_hashes)
    while len(row) > 1:
        if index ^ 1 < len(row):  # the last node may have no partner: it moves up unchanged
            path.append(row[index ^ 1])
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [node_hash(left, right) for left, right in pairs] + row[len(row) & ~1 :]
        index >>= 1
    return path


def _slice_hashes(chunk: Octets) -> Sequence[bytes]:
    view = memoryview(chunk)
    starts = range(0, len(view), SLICE_SIZE)
    return leaf_hashes(view[start : start + SLICE_SIZE] for start in starts)
