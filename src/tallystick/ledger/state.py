# SPDX-License-Identifier: Apache-2.0
"""The ledger between blocks: head, trees, register, and the nonces in use."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.crypto import sha256
from tallystick.errors import Corrupted
from tallystick.ledger.ports import ContractHost, Store, Tree
from tallystick.ledger.replay_guard import ReplayGuard
from tallystick.membership import Register, founding_log_keys, genesis_writes
from tallystick.merkle import EMPTY_STATE_ROOT, LogTree, StateTree
from tallystick.model import (
    BlockHeader,
    GenesisDocument,
    Parameters,
    app_hash,
    decode_genesis,
    network_id,
)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest block, as the next one needs it."""

    height: int
    hash: bytes
    """Hash of its header; of the genesis document at height 0."""
    time: int
    app_hash: bytes


@dataclass(slots=True)
class Ledger:
    """Everything the next block is executed upon; `apply_block` is the only thing to change it."""

    network: str
    genesis: GenesisDocument
    parameters: Parameters
    """Those in force for the next block: of genesis, or voted."""
    host: ContractHost
    store: Store
    head: Head
    log: LogTree
    state_tree: StateTree
    membership_tree: StateTree
    register: Register
    replay_guard: ReplayGuard
    pending_membership: dict[bytes, bytes | None]
    """Founding records, until the first block carries them to storage."""


@dataclass(frozen=True, slots=True)
class _PageReader:
    """One tree's view of the store."""

    store: Store
    tree: Tree

    def read_page(self, prefix: bytes) -> bytes | None:
        return self.store.read_page(self.tree, prefix)


def open_ledger(
    genesis_bytes: bytes, store: Store, header: BlockHeader | None, host: ContractHost
) -> Ledger:
    """Return the ledger at the block of `header`, or at genesis when there is none.

    The replay guard starts empty: the caller feeds it with the recent blocks
    (`remember_block`) before the next block executes.

    Raises:
        Corrupted: the store does not have the roots that the header states.
    """
    genesis = decode_genesis(genesis_bytes)
    state_tree = StateTree(
        _PageReader(store, Tree.STATE), header.state_root if header else EMPTY_STATE_ROOT
    )
    membership_tree = StateTree(
        _PageReader(store, Tree.MEMBERSHIP), header.membership_root if header else EMPTY_STATE_ROOT
    )
    founding = {} if header else genesis_writes(genesis)
    items = store.items(Tree.MEMBERSHIP) if header else _present(founding)
    if not header:
        membership_tree.update(founding)
    register = Register(items, log_keys=founding_log_keys(genesis))
    log = LogTree(store, header.log_size, root=header.log_root) if header else LogTree(store)
    ledger = Ledger(
        network=network_id(genesis.name, genesis_bytes),
        genesis=genesis,
        parameters=register.effective_parameters(genesis.parameters),
        host=host,
        store=store,
        head=_head(header)
        if header
        else _genesis_head(genesis, genesis_bytes, log, membership_tree),
        log=log,
        state_tree=state_tree,
        membership_tree=membership_tree,
        register=register,
        replay_guard=ReplayGuard(),
        pending_membership=founding,
    )
    _check_head(ledger)
    return ledger


def _head(header: BlockHeader) -> Head:
    return Head(header.height, sha256(header.encode()), header.time, header.app_hash)


def _genesis_head(
    genesis: GenesisDocument, genesis_bytes: bytes, log: LogTree, membership: StateTree
) -> Head:
    digest = app_hash(0, log.root(), EMPTY_STATE_ROOT, membership.root)
    return Head(0, sha256(genesis_bytes), genesis.created, digest)


def _present(writes: dict[bytes, bytes | None]) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, value in writes.items() if value is not None]


def _check_head(ledger: Ledger) -> None:
    found = app_hash(
        ledger.log.size, ledger.log.root(), ledger.state_tree.root, ledger.membership_tree.root
    )
    if found != ledger.head.app_hash:
        raise Corrupted(
            f"the stored state of block {ledger.head.height} does not have its app hash",
            expected=ledger.head.app_hash.hex(),
            found=found.hex(),
        )
