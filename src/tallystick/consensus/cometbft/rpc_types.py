# SPDX-License-Identifier: Apache-2.0
"""What the engine's own interface answers, as records; named as there, typed as here.

The engine writes 64-bit numbers as strings, hashes in hexadecimal, keys and signatures in base64,
and times with nanoseconds, of which every digit is signed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any, Final, cast

from msgspec import Struct, field

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")
_NANOSECONDS: Final = 10**9
BLOCK_ID_FLAG_COMMIT: Final = 2
"""The signature is for the block, not for nil and not absent."""


class Handed(Enum):
    """What became of a transaction that was handed to the engine."""

    TAKEN = auto()
    KNOWN = auto()
    """The engine has had it before: from another node, or it is committed already."""


class Hex(bytes):
    """Bytes that the engine writes in hexadecimal."""


class Nanoseconds(int):
    """Unix time in nanoseconds; the engine's time of nothing is in the year 1."""


class Version(Struct, frozen=True):
    """Protocol versions of a header; the engine leaves a zero out."""

    block: int = 0
    app: int = 0


class Parts(Struct, frozen=True):
    """The pieces in which a block travels."""

    total: int
    hash: Hex


class BlockId(Struct, frozen=True):
    """What validators sign: a header and the pieces of its block. Empty before the first block."""

    hash: Hex
    parts: Parts


class Header(Struct, frozen=True):
    """The header of a block, with every field that its hash covers."""

    version: Version
    chain_id: str
    height: int
    time: Nanoseconds
    last_block_id: BlockId
    last_commit_hash: Hex
    data_hash: Hex
    validators_hash: Hex
    next_validators_hash: Hex
    consensus_hash: Hex
    app_hash: Hex
    last_results_hash: Hex
    evidence_hash: Hex
    proposer_address: Hex


class CommitSignature(Struct, frozen=True):
    """One validator's precommit, or its absence."""

    block_id_flag: int
    validator_address: Hex
    timestamp: Nanoseconds
    signature: bytes | None = None


class Commit(Struct, frozen=True):
    """The precommits that decided a block, a place for each validator, in the set's order."""

    height: int
    round: int
    block_id: BlockId
    signatures: tuple[CommitSignature, ...]


class SignedHeader(Struct, frozen=True):
    """A header and the commit for it."""

    header: Header
    commit: Commit


class CommitAnswer(Struct, frozen=True):
    """Answer to `commit`."""

    signed_header: SignedHeader
    canonical: bool
    """Whether the next block fixed this commit; before that another node may hold another one."""


class KeyText(Struct, frozen=True):
    """A public key with its type."""

    type: str
    value: bytes


class ValidatorEntry(Struct, frozen=True):
    """A validator of the set that signs a height."""

    address: Hex
    pub_key: KeyText
    voting_power: int


class ValidatorsAnswer(Struct, frozen=True):
    """Answer to `validators`: one page."""

    block_height: int
    validators: tuple[ValidatorEntry, ...]
    total: int


class BlockData(Struct, frozen=True):
    """The transactions of a block."""

    txs: tuple[bytes, ...] = ()


class BlockBody(Struct, frozen=True):
    """A block as the engine keeps it."""

    header: Header
    data: BlockData
    last_commit: Commit


class BlockAnswer(Struct, frozen=True):
    """Answer to `block`."""

    block_id: BlockId
    block: BlockBody


class NodeInfo(Struct, frozen=True):
    """How a node presents itself to others."""

    id: str
    listen_addr: str
    network: str
    version: str
    moniker: str


class SyncInfo(Struct, frozen=True):
    """How far the node is; heights are 0 before the first block."""

    latest_block_height: int
    latest_app_hash: Hex
    latest_block_time: Nanoseconds
    earliest_block_height: int
    catching_up: bool


class OwnValidator(Struct, frozen=True):
    """The key with which this node would vote, and its power now: 0 if it is no validator."""

    address: Hex
    pub_key: KeyText
    voting_power: int


class Status(Struct, frozen=True):
    """Answer to `status`."""

    node_info: NodeInfo
    sync_info: SyncInfo
    validator_info: OwnValidator


class PeerEntry(Struct, frozen=True):
    """A node connected now."""

    node_info: NodeInfo
    is_outbound: bool
    """Whether we called."""
    remote_ip: str


class NetInfo(Struct, frozen=True):
    """Answer to `net_info`."""

    listening: bool
    peers: tuple[PeerEntry, ...] = field(default=())


def convert(wanted: type, value: object) -> Any:  # noqa: ANN401  # msgspec's hook is typed so
    """Read what is special about the engine's JSON; raises `ValueError` for what is not that."""
    if wanted is Hex:
        return Hex(bytes.fromhex(cast(str, value)))
    if wanted is Nanoseconds:
        return parse_time(cast(str, value))
    raise NotImplementedError(wanted)


def parse_time(text: str) -> Nanoseconds:
    """Return an RFC 3339 time in UTC as nanoseconds; raises `ValueError`."""
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(f"not a time in UTC: {text[:40]!r}")
    moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    fraction = int((found[2] or "0").ljust(9, "0"))
    return Nanoseconds((since.days * 86_400 + since.seconds) * _NANOSECONDS + fraction)
