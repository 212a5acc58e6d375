# SPDX-License-Identifier: Apache-2.0
"""The consensus engine's own records: header, commit, validators, as far as they prove finality.

They are CometBFT's, not ours: field by field what its header hash and its signatures cover. The
Merkle roots of the leaves given here are taken by whoever verifies. Spec: docs/spec/finality.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

from msgspec import Meta, Struct

from tallystick.crypto import sha256
from tallystick.encoding import engine_header_leaves, engine_precommit, engine_validator_leaf
from tallystick.units import HASH_SIZE, INTEGER_MAX, TOTAL_POWER_MAX

CHAIN_ID_CHARACTERS_MAX: Final = 50
"""The engine refuses longer ones."""
_CHAIN_PREFIX: Final = "tallystick-"
_CHAIN_HASH_CHARACTERS: Final = 32
_ADDRESS_SIZE: Final = 20
_SECONDS_MIN, _SECONDS_MAX = -62_135_596_800, 253_402_300_799  # years 1 to 9999, as protobuf has it

Hash = Annotated[bytes, Meta(min_length=HASH_SIZE, max_length=HASH_SIZE)]
HashOrNone = Annotated[bytes, Meta(max_length=HASH_SIZE)]
Seconds = Annotated[int, Meta(ge=_SECONDS_MIN, le=_SECONDS_MAX)]
Nanoseconds = Annotated[int, Meta(ge=0, lt=1_000_000_000)]
Natural = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
Positive = Annotated[int, Meta(ge=1, le=INTEGER_MAX)]
Unsigned32 = Annotated[int, Meta(ge=0, lt=2**32)]


class EngineBlockId(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """By which the engine names a block."""

    hash: HashOrNone
    """Of the header; empty in the first header only, which has no block before it."""
    parts_total: Unsigned32
    parts_hash: HashOrNone


class EngineHeader(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A block header of the engine; that of height H+1 carries the app hash after block H."""

    block_version: Natural
    app_version: Natural
    chain_id: Annotated[str, Meta(min_length=1, max_length=CHAIN_ID_CHARACTERS_MAX)]
    height: Positive
    seconds: Seconds
    nanoseconds: Nanoseconds
    last_block_id: EngineBlockId
    last_commit_hash: Hash
    data_hash: Hash
    validators_hash: Hash
    next_validators_hash: Hash
    consensus_hash: Hash
    app_hash: Hash
    last_results_hash: Hash
    evidence_hash: Hash
    proposer_address: Annotated[bytes, Meta(min_length=_ADDRESS_SIZE, max_length=_ADDRESS_SIZE)]

    def leaves(self) -> list[bytes]:
        """Return the leaves whose Merkle root is the header's hash."""
        last = self.last_block_id
        return engine_header_leaves(
            (self.block_version, self.app_version),
            self.chain_id,
            self.height,
            (self.seconds, self.nanoseconds),
            last_block_id=(last.hash, last.parts_total, last.parts_hash),
            hashes=(
                self.last_commit_hash,
                self.data_hash,
                self.validators_hash,
                self.next_validators_hash,
                self.consensus_hash,
                self.app_hash,
                self.last_results_hash,
                self.evidence_hash,
                self.proposer_address,
            ),
        )


class CommitSignature(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One validator's signature for the block; each covers its own time."""

    index: Annotated[int, Meta(ge=0, lt=2**16)]
    """Place of the validator in the engine's order of the set."""
    seconds: Seconds
    nanoseconds: Nanoseconds
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


class EngineCommit(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The signatures for one block; those of validators who voted otherwise are left out."""

    round: Annotated[int, Meta(ge=0, lt=2**31)]
    parts_total: Annotated[int, Meta(ge=1, lt=2**32)]
    parts_hash: Hash
    signatures: tuple[CommitSignature, ...]
    """By ascending index, each validator at most once."""

    def signed_bytes(
        self, header: EngineHeader, header_hash: bytes, signature: CommitSignature
    ) -> bytes:
        """Return what `signature` must be of."""
        return engine_precommit(
            header.chain_id,
            header.height,
            self.round,
            (header_hash, self.parts_total, self.parts_hash),
            (signature.seconds, signature.nanoseconds),
        )


class EngineValidator(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A validator as the engine knows it: a key with power, no name."""

    public_key: Hash
    power: Annotated[int, Meta(ge=1, le=TOTAL_POWER_MAX)]

    @property
    def address(self) -> bytes:
        """By which the engine names the validator, 20 bytes."""
        return sha256(self.public_key)[:_ADDRESS_SIZE]

    def leaf(self) -> bytes:
        """Return the leaf of the tree whose root is the set's hash."""
        return engine_validator_leaf(self.public_key, self.power)


def in_engine_order(validators: Iterable[EngineValidator]) -> tuple[EngineValidator, ...]:
    """Return the set in the engine's order: most power first, then by address."""
    return tuple(sorted(validators, key=lambda one: (-one.power, one.address)))


def engine_chain_id(genesis_bytes: bytes) -> str:
    """Return the engine's name of the network: the engine signs it with every vote."""
    return _CHAIN_PREFIX + sha256(genesis_bytes).hex()[:_CHAIN_HASH_CHARACTERS]
