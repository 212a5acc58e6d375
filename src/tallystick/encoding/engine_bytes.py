# SPDX-License-Identifier: Apache-2.0
"""The bytes that the consensus engine hashes and signs, laid out without a protobuf library.

CometBFT hashes and signs small protobuf messages. Only the few that a verifier needs are here, of
numbers and bytes: a scalar that is zero or empty is left out, a message that must be there is
written even when empty. Spec: docs/spec/finality.md; judged against the engine's own code by
`tests/vectors/cometbft`.
"""

from __future__ import annotations

from typing import Final

_VARINT, _FIXED64, _LENGTH = 0, 1, 2
_PRECOMMIT: Final = 2
_MASK: Final = 2**64 - 1


def engine_header_leaves(
    versions: tuple[int, int],
    chain_id: str,
    height: int,
    time: tuple[int, int],
    *,
    last_block_id: tuple[bytes, int, bytes],
    hashes: tuple[bytes, ...],
) -> list[bytes]:
    """Return the 14 leaves whose Merkle root is the hash of an engine header.

    Args:
        versions: Block protocol and application.
        chain_id: The engine's name of the network.
        height: Of the block.
        time: Seconds since 1970 and nanoseconds.
        last_block_id: As `engine_block_id` takes it.
        hashes: The nine hashes in the order of the header, last commit to proposer address.
    """
    return [
        _number(1, versions[0]) + _number(2, versions[1]),
        _bytes(1, chain_id.encode()),
        _number(1, height),
        _timestamp(*time),
        engine_block_id(*last_block_id),
        *[_bytes(1, one) for one in hashes],
    ]


def engine_block_id(block_hash: bytes, parts_total: int, parts_hash: bytes) -> bytes:
    """Return a block id: the header's hash, and count and hash of the parts it travels in."""
    parts = _number(1, parts_total) + _bytes(2, parts_hash)
    return _bytes(1, block_hash) + _message(2, parts)


def engine_validator_leaf(public_key: bytes, power: int) -> bytes:
    """Return one leaf of the tree whose root is the hash of a validator set (Ed25519 keys)."""
    return _message(1, _bytes(1, public_key)) + _number(2, power)


def engine_precommit(
    chain_id: str,
    height: int,
    round_number: int,
    block_id: tuple[bytes, int, bytes] | None,
    time: tuple[int, int],
) -> bytes:
    """Return what a validator signs to commit a block; None is a vote for no block."""
    message = (
        _number(1, _PRECOMMIT)
        + _fixed(2, height)
        + _fixed(3, round_number)
        + (b"" if block_id is None else _message(4, engine_block_id(*block_id)))
        + _message(5, _timestamp(*time))
        + _bytes(6, chain_id.encode())
    )
    return _varint(len(message)) + message


def _timestamp(seconds: int, nanoseconds: int) -> bytes:
    return _number(1, seconds) + _number(2, nanoseconds)


def _varint(number: int) -> bytes:
    """Seven bits a byte, lowest first; negative numbers as their 64-bit two's complement."""
    number &= _MASK
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _tag(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _number(field: int, number: int) -> bytes:
    return _tag(field, _VARINT) + _varint(number) if number else b""


def _fixed(field: int, number: int) -> bytes:
    return _tag(field, _FIXED64) + number.to_bytes(8, "little", signed=True) if number else b""


def _message(field: int, data: bytes) -> bytes:
    return _tag(field, _LENGTH) + _varint(len(data)) + data


def _bytes(field: int, data: bytes) -> bytes:
    return _message(field, data) if data else b""
