# SPDX-License-Identifier: Apache-2.0
"""The node's own log key on the ledger: what shows outsiders that it signs for its organisation.

Outsiders know the log keys of the genesis document. A key that was registered later needs its
record and the record's proof, under a membership root that the validators signed.
"""

from __future__ import annotations

from tallystick.model import (
    LOG_KEYS_PREFIX,
    BlockHeader,
    GenesisDocument,
    LogKeyProof,
    encode_log_key,
)
from tallystick.node.application import LedgerApplication


class OwnLogKey:
    """Proves the key that signs this node's receipts, where a proof is needed."""

    def __init__(
        self, public_key: bytes, genesis: GenesisDocument, application: LedgerApplication
    ) -> None:
        """Prove `public_key` from the ledger, unless it is one of the genesis document."""
        self._public_key = public_key
        self._is_known = any(key.public_key == public_key for key in genesis.log_keys)
        self._application = application
        self._newest: tuple[bytes, bytes | None] | None = None

    def proof(self, header: BlockHeader | None) -> bytes | None:
        """Return the proof under the membership root of a block; call on the commit thread.

        None where no proof is needed, the key is not registered, or the membership tree has
        changed since the block. It rarely changes, so a proof is made once and serves many blocks.
        """
        if self._is_known or header is None:
            return None
        root = header.membership_root
        if self._newest is None or self._newest[0] != root:
            if self._application.ledger.membership_tree.root != root:
                return None
            self._newest = (root, self._prove())
        return self._newest[1]

    def _prove(self) -> bytes | None:
        application = self._application
        record = application.ledger.register.log_keys.get(self._public_key)
        if record is None:
            return None
        return LogKeyProof(
            record=encode_log_key(record),
            state_proof=application.prove_membership(LOG_KEYS_PREFIX + self._public_key),
        ).encode()
