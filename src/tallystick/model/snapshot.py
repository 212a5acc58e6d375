# SPDX-License-Identifier: Apache-2.0
"""Snapshots: what identifies a copy of the block log that is handed over in pieces.

Spec: docs/spec/snapshot.md. All nodes with the same blocks make the same bytes, so a snapshot is
named by a hash, and pieces of it can come from several nodes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tallystick.crypto import sha256
from tallystick.encoding import encode
from tallystick.errors import Malformed
from tallystick.units import HASH_SIZE, INTEGER_MAX

SNAPSHOT_FORMAT: Final = 1
SNAPSHOT_INTERVAL: Final = 1_000
"""A node offers a snapshot of every height that this divides."""
CHUNK_BYTES: Final = 8 * 2**20
"""Size of every chunk but the last; engines carry up to 16 MB."""
CHUNKS_MAX: Final = 100_000
"""Engines take no more, and their list of hashes must stay below 4 MB."""
_TAG: Final = "tallystick/snapshot/v1"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The blocks 1 to `height`, by the hashes of their chunks."""

    height: int
    chunk_hashes: tuple[bytes, ...]

    @property
    def hash(self) -> bytes:
        """The hash that names it."""
        return sha256(encode([_TAG, self.height, self.metadata]))

    @property
    def metadata(self) -> bytes:
        """The hashes of the chunks, one after the other."""
        return b"".join(self.chunk_hashes)


def read_snapshot(height: int, chunk_count: int, digest: bytes, metadata: bytes) -> Snapshot:
    """Return the snapshot that somebody offers.

    Raises:
        Malformed: what is said of it does not fit together.
    """
    if not 1 <= height <= INTEGER_MAX:
        raise Malformed("snapshot: no such height", field="height", found=str(height))
    if not 1 <= chunk_count <= CHUNKS_MAX or len(metadata) != chunk_count * HASH_SIZE:
        raise Malformed(
            "snapshot: there is not one hash for each chunk",
            field="metadata",
            expected=f"{HASH_SIZE} bytes for each of 1 to {CHUNKS_MAX} chunks",
            found=f"{len(metadata)} bytes for {chunk_count} chunks",
        )
    starts = range(0, len(metadata), HASH_SIZE)
    snapshot = Snapshot(height, tuple(metadata[at : at + HASH_SIZE] for at in starts))
    if snapshot.hash != digest:
        raise Malformed(
            "snapshot: its chunks are not those that its hash names",
            field="hash",
            expected=snapshot.hash.hex(),
            found=digest.hex(),
        )
    return snapshot
