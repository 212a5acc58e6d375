# SPDX-License-Identifier: Apache-2.0
"""A node with many accounts, and signed transfers for it; `fill` makes the accounts."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.bank import Bank
from tallystick.crypto import SecretKey
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
_VALID_MS = 600_000
"""As long as the SDK lets its signatures wait."""


KEYS = [SecretKey((1_000 + n).to_bytes(32, "big")) for n in range(SIGNERS)]
"""Published test keys: their seeds are numbers."""


class World:
    """A running node with accounts, and keys that may move their money."""

    def __init__(self, folder: Path, accounts: int) -> None:
        """Start the node of a filled folder, with its worker processes."""
        self.accounts = accounts
        self.folder = folder
        self._random = random.Random(accounts)
        self.now = time.time_ns() // 1_000_000
        self._nonce = time.time_ns()
        self.node = self.open()
        self.network = self.node.network

    @classmethod
    def make(cls, folder: Path, accounts: int) -> World:
        """Fill a folder in another process, then start its node."""
        shutil.rmtree(folder, ignore_errors=True)
        command = [sys.executable, "-m", "benchmarks.fill", str(folder), str(accounts)]
        subprocess.run(command, check=True)
        return cls(folder, accounts)

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

    def transfer(self, source: int | None = None, target: int | None = None) -> bytes:
        """Return a signed transfer, between two accounts chosen at random if none are named."""
        self._nonce += 1
        accounts = [
            self._random.randrange(self.accounts) if account is None else account
            for account in (source, target)
        ]
        call = Call(
            self.network,
            "bank",
            "transfer",
            {
                "src": f"acct-{accounts[0]:08d}",
                "dst": f"acct-{accounts[1]:08d}",
                "amount": 1,
                "memo": NOTE,
            },
            self._nonce,
            TimeMs(self.now + _VALID_MS),
        )
        return sign_transaction(call, KEYS[self._nonce % SIGNERS], ORGANIZATION)

    def batches(self, count: int, size: int) -> list[list[bytes]]:
        """Return batches of signed transfers."""
        self.now = time.time_ns() // 1_000_000
        return [[self.transfer() for _ in range(size)] for _ in range(count)]


def found(folder: Path) -> str:
    """Found the benchmark's network: one organisation, one member, 200 keys."""
    name = Name(zh="基准", en="Benchmark")
    member = Member(organization=ORGANIZATION, id="load", name=name, roles=("depositor",))
    genesis = GenesisDocument(
        name="benchmark",
        created=TimeMs(time.time_ns() // 1_000_000),
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
            for key in KEYS
        ),
        log_keys=(LogKey(organization=ORGANIZATION, public_key=KEYS[0].public_key),),
        contracts=("bank",),
    )
    return create_network(folder, genesis, KEYS[0])


def _raise(fault: BaseException) -> None:
    raise fault
