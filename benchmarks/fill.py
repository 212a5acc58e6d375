# SPDX-License-Identifier: Apache-2.0
"""Makes the data folder of a benchmark: `python -m benchmarks.fill FOLDER ACCOUNTS`.

In a process of its own, so that the memory it takes is not counted as the node's. The accounts
are put straight into the store and the state tree, and a block after each chunk carries them:
executing a million openings would only take longer.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bank import account_key, account_value
from benchmarks.world import NOTE, World, found
from tallystick.ledger import Tree

BALANCE = 10**9
_CHUNK = 20_000
_CHUNKS_PER_FLUSH = 25


def fill(world: World) -> None:
    """Put the accounts into state tree and store; blocks carry them."""
    parts = world.node._parts
    tree, store = parts.application.ledger.state_tree, parts.store
    for number, names in enumerate(_chunks(world.accounts), 1):
        writes: dict[bytes, bytes | None] = {
            account_key(name): account_value(name, BALANCE, NOTE) for name in names
        }
        tree.update(writes)
        store._active.values[Tree.STATE].update(writes)
        for prefix, page in tree.take_dirty().items():
            store._active.pages[Tree.STATE, prefix] = page
        if number % _CHUNKS_PER_FLUSH == 0:
            _carry(world)
    _carry(world)


def _carry(world: World) -> None:
    # A transfer from account 0 to itself: it exists from the first chunk on.
    world.node.submit([world.transfer(0, 0)]).result()
    world.node._parts.store.flush()


def _chunks(count: int) -> Iterator[list[str]]:
    for start in range(0, count, _CHUNK):
        yield [f"acct-{n:08d}" for n in range(start, min(count, start + _CHUNK))]


def main() -> None:
    """Run as a program."""
    folder, accounts = Path(sys.argv[1]), int(sys.argv[2])
    found(folder)
    world = World(folder, accounts)
    fill(world)
    world.node.stop()


if __name__ == "__main__":
    main()
