# SPDX-License-Identifier: Apache-2.0
"""What the node shows of its newest durable block: checkpoint, receipts, proofs.

A `Published` belongs to one block and never changes, so readers need no part in the commit: a
proof is built from tiles at that block's size while later blocks are already executing.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from tallystick.crypto import SecretKey
from tallystick.merkle import EMPTY_LOG_ROOT, LogTree, TileReader
from tallystick.model import (
    BlockHeader,
    Checkpoint,
    LogKeyProof,
    Receipt,
    build_log_receipt,
    decode_log_key,
    sign_checkpoint,
    sign_root,
)

NO_PROOFS: Final[Mapping[bytes, LogKeyProof]] = {}


class Published:
    """The log as of one durable block, with the node's signatures over it, made when asked for."""

    def __init__(
        self,
        network: str,
        header: BlockHeader | None,
        tiles: TileReader,
        secret: SecretKey,
        *,
        log_keys: Mapping[bytes, LogKeyProof] = NO_PROOFS,
    ) -> None:
        """Take the block's header (None at genesis) and what is needed to sign and prove."""
        self.network = network
        self.header = header
        self.log_keys = log_keys
        """Proofs, under the block's membership root, of log keys that genesis does not tell of."""
        self._tiles = tiles
        self._secret = secret
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Leaves in the log."""
        return self.header.log_size if self.header else 0

    @property
    def height(self) -> int:
        """Of the block; 0 at genesis."""
        return self.header.height if self.header else 0

    @property
    def membership_root(self) -> bytes | None:
        """Root of the membership tree; None at genesis."""
        return self.header.membership_root if self.header else None

    @property
    def own_log_key(self) -> LogKeyProof | None:
        """Proof of the key that signs this, where one is needed."""
        return self.log_keys.get(self._secret.public_key)

    @cached_property
    def is_key_revoked(self) -> bool:
        """Whether this block, or one before it, ended the trust in the key that signs this."""
        own = self.own_log_key
        return own is not None and decode_log_key(own.record).revoked_at is not None

    @property
    def root(self) -> bytes:
        """Root of the log."""
        return self.header.log_root if self.header else EMPTY_LOG_ROOT

    @cached_property
    def checkpoint(self) -> str:
        """The signed note (C2SP tlog-checkpoint)."""
        return sign_checkpoint(checkpoint_of(self.network, self.header), self._secret)

    @cached_property
    def _root_signature(self) -> bytes:
        return sign_root(self.network, self.root, self._secret)

    @cached_property
    def _log(self) -> LogTree:
        return LogTree(self._tiles, self.size, root=self.root)

    def inclusion_proof(self, index: int, size: int) -> list[bytes]:
        """Return the path of leaf `index` in the log of `size` leaves, not more than published.

        Raises:
            NotFound: there is no such leaf or size.
        """
        with self._lock:
            return self._log.inclusion_proof(index, size)

    def consistency_proof(self, size1: int, size2: int) -> list[bytes]:
        """Return the path from an older size to a newer one.

        Raises:
            NotFound: not 1 <= size1 <= size2 <= the published size.
        """
        with self._lock:
            return self._log.consistency_proof(size1, size2)

    def receipt(self, transaction: bytes, entry: bytes, leaf_index: int) -> Receipt:
        """Return the receipt of a logged transaction under this block's root."""
        log_receipt = build_log_receipt(
            self.network,
            self._secret.public_key,
            signature=self._root_signature,
            size=self.size,
            index=leaf_index,
            path=self.inclusion_proof(leaf_index, self.size),
        )
        return Receipt(
            network=self.network,
            level="committed",
            transaction=transaction,
            entry=entry,
            log_receipt=log_receipt,
            checkpoint=self.checkpoint,
        )


def checkpoint_of(network: str, header: BlockHeader | None) -> Checkpoint:
    """Return what a node of `network` says of a block; of genesis if there is none yet."""
    return Checkpoint(
        origin=network,
        size=header.log_size if header else 0,
        root=header.log_root if header else EMPTY_LOG_ROOT,
        height=header.height if header else 0,
        time=header.time if header else 0,
        state_root=header.state_root if header else bytes(32),
        membership_root=header.membership_root if header else bytes(32),
    )
