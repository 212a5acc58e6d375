# SPDX-License-Identifier: Apache-2.0
"""Flips single bits of a data folder and says what came of each.

Run as `python -m tests.unit.storage.flips FOLDER SEED COUNT`: it makes a folder, flips COUNT bits,
one at a time, over all its files, reads everything after each in a process of its own (a damaged
database may crash it), and prints counts as JSON.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import Final

from tallystick.errors import TallystickError
from tallystick.ledger import Tree
from tallystick.storage import DataFolder, Storage, check_storage, open_storage
from tests.unit.storage.chain import GENESIS, Chain

MAP_BYTES: Final = 2**26
ACCOUNTS: Final = 2_000
SAME, REFUSED, CRASHED, ABSENT, WRONG = "same", "refused", "crashed", "absent", "WRONG"


def main(folder: Path, seed: int, count: int) -> None:
    """Make, flip, read, count."""
    data = folder / "data"
    chain = make_folder(data, seed)
    chance = random.Random(seed)
    files = [
        data / "format.json",
        data / "genesis.cbor",
        *sorted((data / "blocks").iterdir()),
        data / "state" / "data.mdb",
    ]
    counts: dict[str, Counter[str]] = {}
    for number in range(count):
        # Small files are flipped as often as large ones.
        path = files[number % len(files)]
        content = path.read_bytes()
        at = chance.randrange(len(content))
        put(path, at, content[at] ^ 1 << chance.randrange(8))
        found = read_apart(folder, data, chain)
        if found in {ABSENT, WRONG}:
            found += ", found by the check" if check_storage(data) else ", missed by the check"
        kind = "segment" if path.suffix == ".log" else path.name
        counts.setdefault(kind, Counter())[found] += 1
        restore_files(folder, data)
    sys.stdout.write(json.dumps(counts))


def make_folder(data: Path, seed: int) -> Chain:
    """Make a data folder with blocks, state, pages and tiles, and a copy of it."""
    chain = Chain(seed)
    with DataFolder.create(data, GENESIS) as folder:
        storage = open_storage(folder, in_process=True, map_bytes=MAP_BYTES, segment_bytes=200_000)
        for height in range(1, 10):
            applied = chain.add(
                [
                    {account(chain.random.randrange(ACCOUNTS)): chain.random.randbytes(120)}
                    for _ in range(300)
                ],
                membership={b"membership/keys/%d" % height: chain.random.randbytes(60)},
            )
            storage.log.append(applied.block)
            storage.store.save(applied, storage.log.position(height))
            if height % 3 == 0:
                storage.store.flush()
        storage.close()
    shutil.copytree(data, data.parent / "copy")
    return chain


def account(number: int) -> bytes:
    """Return the key of an account."""
    return b"bank/accounts/%05d" % number


def put(path: Path, at: int, byte: int) -> None:
    """Overwrite one byte."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes([byte]))


def restore_files(folder: Path, data: Path) -> None:
    """Undo the flip, and whatever opening the folder did."""
    for path in (folder / "copy").rglob("*"):
        if path.is_file():
            target = data / path.relative_to(folder / "copy")
            if not target.exists() or target.read_bytes() != path.read_bytes():
                shutil.copy2(path, target)


def read_apart(folder: Path, data: Path, chain: Chain) -> str:
    """Read everything in a process of its own; return what came of it."""
    answer = folder / "answer"
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        answer.write_text(read_all(data, chain))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return answer.read_text() if status == 0 else CRASHED


def read_all(data: Path, chain: Chain) -> str:
    """Open a folder and compare all of it with its chain."""
    try:
        with DataFolder.open(data) as folder:
            storage = open_storage(folder, in_process=True, map_bytes=MAP_BYTES)
            return compare(storage, chain)
    except TallystickError:
        return REFUSED


def compare(storage: Storage, chain: Chain) -> str:
    """Return whether everything reads as it was written."""
    expected: dict[bytes, bytes | None] = {account(number): None for number in range(ACCOUNTS)}
    for applied in chain.applied:
        expected.update(applied.state)
    pairs: list[tuple[object, object]] = [
        (storage.store.get(Tree.STATE, key), value) for key, value in expected.items()
    ]
    for applied in chain.applied:
        for key, value in applied.membership.items():
            pairs.append((storage.store.get(Tree.MEMBERSHIP, key), value))
    for applied in chain.applied:
        height = applied.block.header.height
        pairs.append((storage.log.block(height), applied.block))
        pairs.append((storage.store.height_of_leaf(applied.block.first_leaf), height))
    differing = [(found, wanted) for found, wanted in pairs if found != wanted]
    if differing:
        return ABSENT if all(found is None for found, _ in differing) else WRONG
    pages: dict[tuple[Tree, bytes], bytes | None] = {}
    for applied in chain.applied:
        pages.update(applied.pages)
    read = {place: storage.store.read_page(*place) for place in pages}
    missing = [place for place, page in pages.items() if page and read[place] is None]
    if any(read[place] != page for place, page in pages.items() if place not in missing):
        return WRONG
    # The tree, which knows that the page must be there, refuses to go on.
    return REFUSED if missing else SAME


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
