# SPDX-License-Identifier: Apache-2.0
"""Log keys that the ledger knows better than the genesis document: registered later, or revoked.

Outsiders know the log keys of the genesis document. What became of them since needs each key's
record and the record's proof, under a membership root that the validators signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tallystick.model import (
    LOG_KEYS_PREFIX,
    BlockHeader,
    GenesisDocument,
    LogKeyProof,
    RegisteredLogKey,
    encode_log_key,
)
from tallystick.node.application import LedgerApplication
from tallystick.node.published import NO_PROOFS


class LaterLogKeys:
    """Proves log keys from the ledger, where outsiders need a proof."""

    def __init__(
        self, genesis: GenesisDocument, application: LedgerApplication, *, is_final: bool
    ) -> None:
        """Prove the keys of a network, if it has validators who would vouch for them."""
        self._founders = {key.public_key for key in genesis.log_keys}
        self._application = application
        self._is_final = is_final
        self._newest: tuple[bytes, Mapping[bytes, LogKeyProof]] | None = None

    def proofs(self, header: BlockHeader | None) -> Mapping[bytes, LogKeyProof]:
        """Return the proofs under the membership root of a block, by public key.

        Call on the commit thread. There are none if the membership tree has changed since the
        block. It rarely changes, so proofs are made once and serve many blocks.
        """
        if header is None or not self._is_final:
            return NO_PROOFS
        root = header.membership_root
        if self._newest is None or self._newest[0] != root:
            if self._application.ledger.membership_tree.root != root:
                return NO_PROOFS
            self._newest = (root, {key.public_key: self._prove(key) for key in self._changed()})
        return self._newest[1]

    def _changed(self) -> Iterable[RegisteredLogKey]:
        for key in self._application.ledger.register.log_keys.values():
            if key.public_key not in self._founders or key.revoked_at is not None:
                yield key

    def _prove(self, key: RegisteredLogKey) -> LogKeyProof:
        return LogKeyProof(
            record=encode_log_key(key),
            state_proof=self._application.prove_membership(LOG_KEYS_PREFIX + key.public_key),
        )
