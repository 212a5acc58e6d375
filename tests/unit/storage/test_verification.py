# SPDX-License-Identifier: Apache-2.0
"""Blocks are one chain from genesis on: every alteration shows, checksums or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tallystick.crypto import sha256
from tallystick.errors import Corrupted
from tallystick.model import Block, app_hash, decode_entry, encode_entry
from tallystick.storage import BlockVerifier
from tests.unit.storage.chain import CREATED, GENESIS, OTHER_GENESIS, Chain


@pytest.fixture
def chain() -> Chain:
    """Some blocks, an empty one, and many small ones."""
    chain = Chain()
    chain.grow(2)
    chain.grow(1, 0)
    chain.grow(300, 1)
    return chain


def test_a_whole_chain_is_verified(chain: Chain) -> None:
    """Empty blocks and several log tiles included."""
    verifier = BlockVerifier(GENESIS)
    for block in chain.blocks:
        verifier.verify_block(block)
    assert verifier.height == 303


def with_header(block: Block, **changes: object) -> Block:
    """Return a block with another header, whose app hash fits unless it is what changes."""
    header = replace(block.header, **changes)  # type: ignore[arg-type]  # names are the test's
    roots = (header.log_size, header.log_root, header.state_root, header.membership_root)
    if "app_hash" not in changes:
        header = replace(header, app_hash=app_hash(*roots))
    return replace(block, header=header, header_bytes=header.encode())


def with_part(block: Block, name: str, index: int, part: bytes) -> Block:
    """Return a block with another transaction, entry or write set."""
    parts = list(getattr(block, name))
    parts[index] = part
    return replace(block, **{name: tuple(parts)})  # type: ignore[arg-type]


def forged_entry(block: Block, **changes: object) -> Block:
    """Return a block whose first entry says something else."""
    entry = replace(decode_entry(block.entries[0]), **changes)  # type: ignore[arg-type]
    return with_part(block, "entries", 0, encode_entry(entry))


ALTERATIONS: dict[str, Callable[[Block], Block]] = {
    "height": lambda b: with_header(b, height=3),
    "parent": lambda b: with_header(b, parent=bytes(32)),
    "time": lambda b: with_header(b, time=CREATED - 1),
    "log size": lambda b: with_header(b, log_size=b.header.log_size + 1),
    "log root": lambda b: with_header(b, log_root=bytes(32)),
    "app hash": lambda b: with_header(b, app_hash=bytes(32)),
    "entries": lambda b: replace(b, entries=b.entries[1:]),
    "write sets": lambda b: replace(b, write_sets=(*b.write_sets, b"\x80")),
    "entry 1: transaction": lambda b: with_part(b, "transactions", 1, b"another"),
    "entry 2: write set": lambda b: with_part(b, "write_sets", 2, b"\x80"),
    "entry 0: height": lambda b: forged_entry(b, height=1),
    "entry 0: block time": lambda b: forged_entry(b, block_time=CREATED),
    "entry 0: transaction": lambda b: forged_entry(b, transaction_id=sha256(b"x")),
}


@pytest.mark.parametrize("field", ALTERATIONS)
def test_an_altered_block_is_refused_and_the_place_named(chain: Chain, field: str) -> None:
    """INV-I5: what the checksum would let pass, the hashes do not."""
    verifier = BlockVerifier(GENESIS)
    verifier.verify_block(chain.blocks[0])
    with pytest.raises(Corrupted) as raised:
        verifier.verify_block(ALTERATIONS[field](chain.blocks[1]))
    assert raised.value.field == field
    assert raised.value.message.startswith("block 2")


def test_an_entry_that_cannot_be_read_is_refused(chain: Chain) -> None:
    """Bytes that are no entry are damage, not a malformed request."""
    verifier = BlockVerifier(GENESIS)
    with pytest.raises(Corrupted, match="block 1, entry 1"):
        verifier.verify_block(with_part(chain.blocks[0], "entries", 1, b"\xff"))


def test_a_block_of_another_network_is_refused(chain: Chain) -> None:
    """The first block's parent is the genesis document."""
    with pytest.raises(Corrupted) as raised:
        BlockVerifier(OTHER_GENESIS).verify_block(chain.blocks[0])
    assert raised.value.field == "parent"


def test_a_missing_block_is_noticed(chain: Chain) -> None:
    """Blocks cannot be left out."""
    verifier = BlockVerifier(GENESIS)
    verifier.verify_block(chain.blocks[0])
    with pytest.raises(Corrupted):
        verifier.verify_block(chain.blocks[2])
