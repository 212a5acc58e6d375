# SPDX-License-Identifier: Apache-2.0
"""Checks a whole log block by block from its genesis document, with no help from the node.

`BlockVerifier` computes the hash chain, entries, write-set digests, log root and app hash again;
this adds every signature, and the state root from the recorded writes. The membership root is
bound by the app hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tallystick.crypto import SignedItem, VerifierPool, is_valid_signature
from tallystick.errors import Corrupted, InvalidSignature
from tallystick.merkle import StateTree
from tallystick.model import Block, Transaction, decode_entry, decode_write_set, read_transaction
from tallystick.storage import BlockVerifier

_MEMBERSHIP: Final = b"membership/"


class _Pages(dict[bytes, bytes]):
    """The records of the state tree, in memory."""

    def read_page(self, prefix: bytes, /) -> bytes | None:
        return self.get(prefix)


class LogCheck:
    """How far a check has come."""

    def __init__(self, genesis_bytes: bytes, verifiers: VerifierPool) -> None:
        """Start before the first block."""
        self.transaction_count = 0
        self.log_root = b""
        self._chain = BlockVerifier(genesis_bytes)
        self._pages = _Pages()
        self._state = StateTree(self._pages)
        self._verifiers = verifiers

    @property
    def height(self) -> int:
        """Height of the last block that holds."""
        return self._chain.height

    def check(self, block: Block) -> None:
        """Check the next block.

        Raises:
            Corrupted: something does not agree; the message says what and where.
        """
        self._chain.verify_block(block)
        self._check_signatures(block)
        self._check_state(block)
        self.transaction_count += len(block.transactions)
        self.log_root = block.header.log_root

    def _check_signatures(self, block: Block) -> None:
        signed, unsigned = _by_signature(block)
        if any(is_valid_signature(*item) for item in unsigned):
            raise Corrupted(
                f"block {block.header.height}: a valid signature was recorded as a forged one",
                field="signature",
            )
        items = [(one.signer, one.signed_bytes, one.signature) for one in signed]
        verdicts = self._verifiers.verify(items)
        if verdicts.count(1) != len(items):
            bad = signed[verdicts.index(0)]
            raise Corrupted(
                f"block {block.header.height}: a signature does not verify",
                field="signature",
                found=bad.id.hex(),
            )

    def _check_state(self, block: Block) -> None:
        self._state.update(dict(_state_writes(block)))
        for prefix, record in self._state.take_dirty().items():
            if record is None:
                self._pages.pop(prefix, None)
            else:
                self._pages[prefix] = record
        if self._state.root != block.header.state_root:
            raise Corrupted(
                f"block {block.header.height}: the recorded writes lead to another state",
                field="state_root",
                expected=block.header.state_root.hex(),
                found=self._state.root.hex(),
            )


def _by_signature(block: Block) -> tuple[list[Transaction], list[SignedItem]]:
    """Return what must verify, and the signatures that the block itself calls forged.

    A contract refuses forged signatures within its arguments by the same code, and with facts;
    the transaction that brought them is signed like any other.
    """
    signed: list[Transaction] = []
    forged: list[SignedItem] = []
    for raw, entry in zip(block.transactions, block.entries, strict=True):
        one = read_transaction(raw)
        if one is None:
            continue
        outcome = decode_entry(entry).outcome
        if outcome.code == InvalidSignature.code and outcome.result is None:
            forged.append((one.signer, one.signed_bytes, one.signature))
        else:
            signed.append(one)
    return signed, forged


def _state_writes(block: Block) -> Iterator[tuple[bytes, bytes | None]]:
    for write_set in block.write_sets:
        for key, value in decode_write_set(write_set).items():
            if not key.startswith(_MEMBERSHIP):
                yield key, value
