# SPDX-License-Identifier: Apache-2.0
"""Records that the node's face hands out."""

from __future__ import annotations

from msgspec import Struct

from tallystick.membership import Register
from tallystick.merkle import StateProof
from tallystick.model import LogKey


class NodeStatus(Struct, frozen=True):
    """How the node stands, for status pages and monitors."""

    network: str
    height: int
    """Newest durable block."""
    block_time: int
    """Its time, unix milliseconds."""
    log_size: int
    app_hash: bytes
    engine: str
    version: str
    views_height: int
    """Block up to which lists and searches reflect the chain."""
    started_at_ms: int
    log_keys: tuple[LogKey, ...]
    disk_free_bytes: int
    """Of the disk with the data folder."""
    disk_size_bytes: int
    transaction_lifetime_ms_max: int
    """How long a transaction may be valid: as founded, or as voted since."""


class StateProved(Struct, frozen=True):
    """A state value, or its absence, provable under a signed checkpoint."""

    value: bytes | None
    proof: StateProof
    checkpoint: str


class RegisterShown(Struct, frozen=True):
    """The register as of a durable block; nothing changes it any more."""

    height: int
    time: int
    """Block time, unix milliseconds."""
    membership_root: bytes
    register: Register
