# SPDX-License-Identifier: Apache-2.0
"""Checks that stored blocks are one chain: every byte of them, from the genesis hash on.

What a checksum cannot tell, an altered or exchanged block, the hashes tell. Only whether the
contracts were executed rightly is left to replaying.
"""

from __future__ import annotations

from tallystick.crypto import sha256
from tallystick.errors import Corrupted, Malformed
from tallystick.merkle import LogTree, TileKey, leaf_hash
from tallystick.model import Block, app_hash, decode_entry, decode_genesis


class NoTiles:
    """The log tree's reader where nothing was stored: its last tiles are all in memory."""

    def read_tile(self, level: int, index: int, width: int) -> None:
        """Know no tile."""


class BlockVerifier:
    """Verifies the blocks of a network, one after the other."""

    def __init__(self, genesis_bytes: bytes) -> None:
        """Start at a genesis document."""
        self.height = 0
        """Of the last block verified."""
        self._parent: bytes = sha256(genesis_bytes)
        self._time: int = decode_genesis(genesis_bytes).created
        self._log = LogTree(NoTiles())

    def verify_block(self, block: Block) -> None:
        """Check the next block.

        Raises:
            Corrupted: it is not the next block, or anything in it contradicts its hashes.
        """
        header = block.header
        self._expect("height", self.height + 1, header.height)
        self._expect("parent", self._parent.hex(), header.parent.hex())
        if header.time < self._time:
            self._expect("time", f"at least {self._time}", header.time)
        count = len(block.transactions)
        self._expect("entries", count, len(block.entries))
        self._expect("write sets", count, len(block.write_sets))
        for index in range(count):
            self._verify_transaction(block, index)
        self._log.append([leaf_hash(entry) for entry in block.entries])
        self._expect("log size", self._log.size, header.log_size)
        self._expect("log root", self._log.root().hex(), header.log_root.hex())
        found = app_hash(
            header.log_size, header.log_root, header.state_root, header.membership_root
        )
        self._expect("app hash", found.hex(), header.app_hash.hex())
        self.height = header.height
        self._parent = block.hash
        self._time = header.time

    def take_tiles(self) -> dict[TileKey, bytes]:
        """Return the log tiles that changed since the last call, as a store should have them."""
        return self._log.take_dirty()

    def _verify_transaction(self, block: Block, index: int) -> None:
        try:
            entry = decode_entry(block.entries[index])
        except Malformed as error:
            raise Corrupted(
                f"block {block.header.height}, entry {index}: {error.message}", field="entry"
            ) from error
        place = f"entry {index}: "
        transaction_id = sha256(block.transactions[index])
        digest = sha256(block.write_sets[index])
        self._expect(place + "transaction", entry.transaction_id.hex(), transaction_id.hex())
        self._expect(place + "height", block.header.height, entry.height)
        self._expect(place + "block time", block.header.time, entry.block_time)
        self._expect(place + "write set", entry.outcome.write_set_digest.hex(), digest.hex())

    def _expect(self, field: str, expected: object, found: object) -> None:
        if expected != found:
            raise Corrupted(
                f"block {self.height + 1} contradicts itself or its chain: {field}",
                field=field,
                expected=str(expected),
                found=str(found),
            )
