# SPDX-License-Identifier: Apache-2.0
"""The log tree and the state tree, and the proofs of both: numbers and bytes only."""

from tallystick.merkle.content_tree import (
    Address,
    ChunkHashes,
    ContentHasher,
    address_of,
    chunk_count,
    content_nodes,
)
from tallystick.merkle.log_proofs import (
    EMPTY_LOG_ROOT,
    LOG_SIZE_MAX,
    inclusion_root,
    leaf_hash,
    log_root,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from tallystick.merkle.log_tree import LogTree
from tallystick.merkle.slices import (
    CHUNK_SIZE,
    SLICE_SIZE,
    chunk_root,
    draw_slice,
    prove_slice,
    slice_count,
    verify_slice,
)
from tallystick.merkle.state_proofs import (
    ProofLevel,
    StateProof,
    prove_key,
    verify_absence,
    verify_value,
)
from tallystick.merkle.state_records import EMPTY_HASH as EMPTY_STATE_ROOT
from tallystick.merkle.state_records import PageReader
from tallystick.merkle.state_tree import StateTree
from tallystick.merkle.tiles import TILE_WIDTH, TileKey, TileReader

__all__ = [
    "CHUNK_SIZE",
    "EMPTY_LOG_ROOT",
    "EMPTY_STATE_ROOT",
    "LOG_SIZE_MAX",
    "SLICE_SIZE",
    "TILE_WIDTH",
    "Address",
    "ChunkHashes",
    "ContentHasher",
    "LogTree",
    "PageReader",
    "ProofLevel",
    "StateProof",
    "StateTree",
    "TileKey",
    "TileReader",
    "address_of",
    "chunk_count",
    "chunk_root",
    "content_nodes",
    "draw_slice",
    "inclusion_root",
    "leaf_hash",
    "log_root",
    "node_hash",
    "prove_key",
    "prove_slice",
    "slice_count",
    "verify_absence",
    "verify_consistency",
    "verify_inclusion",
    "verify_slice",
    "verify_value",
]
