# SPDX-License-Identifier: Apache-2.0
"""A node with many accounts, and signed transfers for it.

The accounts are put straight into the store and the state tree before the first block: executing
a million openings would only take longer. Everything after that goes the ordinary way.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bank import Bank, account_key, account_value
from tallystick.crypto import SecretKey
from tallystick.ledger import Tree
from tallystick.model import (
    Call,
    GenesisDocument,
    LogKey,
    Member,
    MemberKey,
    Name,
    Organization,
    sign_transaction,
)
from tallystick.node import Node, NodeConfig, create_network, open_node
from tallystick.units import TimeMs

ORGANIZATION = "91350100M000100Y43"
SIGNERS = 200
NOTE = "invoice 2026-11/00000 settled in full, reference 0123456789 abcdefghijklmnop"
_BALANCE = 10**9
_CHUNK = 20_000
_HOUR_MS = 3_600_000


class World:
    """A running node with accounts, and keys that may move their money."""

    def __init__(self, folder: Path, accounts: int) -> None:
        """Found the network, fill the state, start the node with its worker processes."""
        self.accounts = accounts
        self.folder = folder
        self._random = random.Random(accounts)  # figures, not secrets
        self._nonce = 0
        self._keys = [SecretKey((1_000 + n).to_bytes(32, "big")) for n in range(SIGNERS)]
        shutil.rmtree(folder, ignore_errors=True)
        self.now = time.time_ns() // 1_000_000
        self.network = create_network(folder, self._genesis(), self._keys[0])
        self.node = self.open()
        self._fill()

    def open(self) -> Node:
        """Open and start the node on the folder."""
        node = open_node(NodeConfig(data=self.folder, contracts=(Bank,), on_halt=_raise))
        node.start()
        self.node = node
        return node

    def close(self) -> None:
        """Stop the node and remove the folder."""
        self.node.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def transfer(self) -> bytes:
        """Return a signed transfer between two accounts chosen at random."""
        self._nonce += 1
        source, target = (self._random.randrange(self.accounts) for _ in range(2))
        call = Call(
            self.network,
            "bank",
            "transfer",
            {
                "src": f"acct-{source:08d}",
                "dst": f"acct-{target:08d}",
                "amount": 1,
                "memo": NOTE,
            },
            self._nonce,
            TimeMs(self.now + _HOUR_MS),
        )
        return sign_transaction(call, self._keys[self._nonce % SIGNERS], ORGANIZATION)

    def batches(self, count: int, size: int) -> list[list[bytes]]:
        """Return batches of signed transfers."""
        self.now = time.time_ns() // 1_000_000
        return [[self.transfer() for _ in range(size)] for _ in range(count)]

    def _genesis(self) -> GenesisDocument:
        name = Name(zh="基准", en="Benchmark")
        member = Member(organization=ORGANIZATION, id="load", name=name, roles=("depositor",))
        return GenesisDocument(
            name="benchmark",
            created=TimeMs(self.now),
            organizations=(Organization(id=ORGANIZATION, name=name),),
            members=(member,),
            keys=tuple(
                MemberKey(
                    public_key=key.public_key,
                    organization=ORGANIZATION,
                    member="load",
                    valid_from=TimeMs(0),
                    valid_until=TimeMs(2**50),
                )
                for key in self._keys
            ),
            log_keys=(LogKey(organization=ORGANIZATION, public_key=self._keys[0].public_key),),
            contracts=("bank",),
        )

    def _fill(self) -> None:
        """Put the accounts into state tree and store, then make one block that carries them."""
        parts = self.node._parts  # noqa: SLF001  # a benchmark may look behind the face
        tree, store = parts.application.ledger.state_tree, parts.store
        for names in _chunks(self.accounts):
            writes = {account_key(name): account_value(name, _BALANCE, NOTE) for name in names}
            tree.update(writes)
            store._active.values[Tree.STATE].update(writes)  # noqa: SLF001
            for prefix, page in tree.take_dirty().items():
                store._active.pages[Tree.STATE, prefix] = page  # noqa: SLF001
        self.node.submit([self.transfer()]).result()
        store.flush()


def _chunks(count: int) -> Iterator[list[str]]:
    for start in range(0, count, _CHUNK):
        yield [f"acct-{n:08d}" for n in range(start, min(count, start + _CHUNK))]


def _raise(fault: BaseException) -> None:
    raise fault
