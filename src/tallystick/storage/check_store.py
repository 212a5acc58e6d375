# SPDX-License-Identifier: Apache-2.0
"""Checks the store against the block log: the second half of `check_storage`.

First the structure of the database file is verified byte by byte without the engine, because a
damaged file can crash the engine and with it the process. Only then it is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import lmdb.verify

from tallystick.errors import Corrupted, DataFolderProblem, StorageFailed, TallystickError
from tallystick.ledger import Tree
from tallystick.merkle import StateTree, TileKey
from tallystick.model import Block, decode_header
from tallystick.storage.databases import (
    NUMBER,
    PAGES,
    VALUES,
    Database,
    encode_position,
    page_key,
    tile_key,
)
from tallystick.storage.environment import MAP_BYTES, Environment, read_head
from tallystick.storage.findings import Finding, Severity, from_error
from tallystick.storage.layout import STATE_FOLDER
from tallystick.storage.records import Position

DATA_FILE = "data.mdb"
FINDINGS_MAX = 20
"""Of one kind: the store is rebuilt as a whole, so a longer list helps nobody."""
BATCH_KEYS = 10_000


class StoreCheck:
    """Looks at the store while the blocks of the log pass by in order."""

    def __init__(
        self, data: Path, network: str, findings: list[Finding], *, with_state: bool
    ) -> None:
        """Verify the file and open it."""
        self._findings = findings
        self._with_state = with_state
        self._environment: Environment | None = None
        self._height = 0
        self._header = b""
        self._seen = 0
        self._last_tiles: dict[int, tuple[TileKey, bytes]] = {}
        folder = data / STATE_FOLDER
        if not (folder / DATA_FILE).exists():
            self._note(
                DATA_FILE, "there is no store; the node rebuilds it", "没有状态库，节点会重建"
            )
            return
        if self._verify_structure(folder):
            self._open(folder, network)

    def _verify_structure(self, folder: Path) -> bool:
        try:
            problems = lmdb.verify.verify(folder)  # type: ignore[no-untyped-call]
        except (lmdb.verify.VerifyError, OSError) as error:
            problems = [str(error)]
        for problem in problems[:FINDINGS_MAX]:
            self._add(
                DATA_FILE, f"the database file is damaged: {problem}", f"数据库文件损坏：{problem}"
            )
        return not problems

    def _open(self, folder: Path, network: str) -> None:
        try:
            self._environment = Environment(folder, map_bytes=MAP_BYTES, is_writer=False)
            self._height, self._header = read_head(self._environment, network)
        except (Corrupted, DataFolderProblem, StorageFailed) as error:
            self._add_error(error)
            self._close()

    def see(self, block: Block, position: Position, tiles: dict[TileKey, bytes] | None) -> None:
        """Compare what the store has about one block of the log.

        Args:
            block: the block.
            position: where it stands.
            tiles: the log tiles that it changed; None if damage makes them unknown.
        """
        height = block.header.height
        if self._environment is None or height > self._height:
            return
        self._seen = height
        self._compare(Database.POSITIONS, NUMBER.pack(height), encode_position(position))
        if position.count:
            leaf = NUMBER.pack(position.first_leaf)
            self._compare(Database.LEAVES, leaf, NUMBER.pack(height))
        for key, tile in (tiles or {}).items():
            # Only the last state of a tile is stored; those behind the last one are final.
            before = self._last_tiles.get(key.level)
            if before is not None and before[0] != key:
                self._compare(Database.TILES, tile_key(*before[0]), before[1])
            self._last_tiles[key.level] = (key, tile)
        if height == self._height:
            if self._header != block.header_bytes:
                self._add("meta", "its last block is not that of the log", "末块与区块日志不一致")
            for key, tile in self._last_tiles.values():
                self._compare(Database.TILES, tile_key(*key), tile)

    def finish(self) -> None:
        """Check what does not depend on single blocks, and close the store."""
        if self._environment is None:
            return
        if self._seen < self._height:
            self._add(
                "meta",
                f"the store is at block {self._height}, beyond block {self._seen} of the log",
                f"状态库位于区块 {self._height}，超出区块日志的 {self._seen}",
            )
        try:
            self._check_values(self._environment)
        except (Corrupted, StorageFailed) as error:
            self._add_error(error)
        self._close()

    def _check_values(self, environment: Environment) -> None:
        """Read every value of every database; recompute both trees if asked to."""
        header = decode_header(self._header) if self._height else None
        with environment.lmdb.begin() as transaction:
            for database in Database:
                if database not in VALUES.values() or not self._with_state:
                    for _ in environment.scan(transaction, database):
                        pass
            if header is None or not self._with_state:
                return
            for tree, root in (
                (Tree.STATE, header.state_root),
                (Tree.MEMBERSHIP, header.membership_root),
            ):
                values = environment.scan(transaction, VALUES[tree])
                pages = _Pages()
                found = pages.build(values)
                if found != root:
                    self._add(
                        tree.name.lower(),
                        f"its {pages.count} values do not have the state root of the last block",
                        f"{pages.count} 个值与末块的状态根不一致",
                    )
                elif pages.stored() != dict(environment.scan(transaction, PAGES[tree])):
                    self._add(tree.name.lower(), "the tree's pages are wrong", "状态树页面不一致")

    def _compare(self, database: Database, key: bytes, expected: bytes) -> None:
        if self._environment is None:
            return
        try:
            found = self._environment.get(database, key)
        except (Corrupted, StorageFailed) as error:
            self._add_error(error)
            return
        if found != expected:
            name = database.name.lower()
            text = f"{name} {key.hex()} is {'missing' if found is None else 'wrong'}"
            self._add(name, text, f"{name} {key.hex()} {'缺失' if found is None else '错误'}")

    def _add(self, place: str, text_en: str, text_zh: str) -> None:
        where = f"{STATE_FOLDER}/{place}"
        if sum(finding.place == where for finding in self._findings) < FINDINGS_MAX:
            self._findings.append(Finding(Severity.REBUILD, where, text_en, text_zh))

    def _note(self, place: str, text_en: str, text_zh: str) -> None:
        where = f"{STATE_FOLDER}/{place}"
        self._findings.append(Finding(Severity.NOTE, where, text_en, text_zh))

    def _add_error(self, error: TallystickError) -> None:
        finding = from_error(error, Severity.REBUILD, STATE_FOLDER)
        self._add(STATE_FOLDER, finding.text_en, finding.text_zh)

    def _close(self) -> None:
        if self._environment is not None:
            self._environment.close()
        self._environment = None


class _Pages:
    """A state tree built anew from its values, all in memory."""

    def __init__(self) -> None:
        self.count = 0
        self._pages: dict[bytes, bytes] = {}

    def read_page(self, prefix: bytes) -> bytes | None:
        """Return a page (a `PageReader`)."""
        return self._pages.get(prefix)

    def build(self, values: Iterator[tuple[bytes, bytes]]) -> bytes:
        """Return the root of all values."""
        tree = StateTree(self)
        batch: dict[bytes, bytes | None] = {}
        for key, value in values:
            batch[key] = value
            self.count += 1
            if len(batch) == BATCH_KEYS:
                self._update(tree, batch)
                batch = {}
        self._update(tree, batch)
        return tree.root

    def stored(self) -> dict[bytes, bytes]:
        """Return the pages as the store should have them."""
        return {page_key(prefix): page for prefix, page in self._pages.items()}

    def _update(self, tree: StateTree, batch: dict[bytes, bytes | None]) -> None:
        tree.update(batch)
        for prefix, page in tree.take_dirty().items():
            if page is None:
                self._pages.pop(prefix, None)
            else:
                self._pages[prefix] = page
