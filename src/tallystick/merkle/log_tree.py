# SPDX-License-Identifier: Apache-2.0
"""The log tree: appends batches of leaf hashes and proves inclusion and consistency.

- Memory is bounded whatever the size: the last tile of each level, and a few full tiles that were
  used lately. All else is read through a `TileReader`.
- Appending costs about one hash per leaf; a root or a proof costs some multiple of log2(size).
- Every full tile that is read is checked against the hash of it one level up, and so on up to the
  last tiles in memory: no proof is ever made from damaged storage.

The normative text is docs/spec/log.md.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from tallystick.errors import Corrupted, NotFound, invariant
from tallystick.merkle.log_proofs import EMPTY_LOG_ROOT, HASH_SIZE, LOG_SIZE_MAX, node_hash
from tallystick.merkle.tiles import (
    TILE_HEIGHT,
    TILE_SIZE,
    TILE_WIDTH,
    EdgeTile,
    TileKey,
    TileReader,
    full_tile_node,
)

TILES_CACHED_MAX = 128


class LogTree:
    """An append-only Merkle tree over leaf hashes (RFC 9162), stored as C2SP tiles.

    One thread at a time. The usual round of one block:

        tree.append(leaf_hashes)
        header_root = tree.root()
        for (level, index), hashes in tree.take_dirty().items():
            ...  # to storage, under this key; the reader must answer with it from now on
    """

    def __init__(self, reader: TileReader, size: int = 0, *, root: bytes | None = None) -> None:
        """Open the tree of `size` leaves.

        Raises:
            Corrupted: A last tile is missing, or the tiles do not have the root given.
        """
        invariant(0 <= size <= LOG_SIZE_MAX, f"a log cannot have {size} leaves")
        self._reader = reader
        self._size = size
        self._edges: list[EdgeTile] = []
        self._full: dict[TileKey, bytes] = {}
        self._touched: set[int] = set()
        self._nodes: OrderedDict[TileKey, bytes] = OrderedDict()
        self._folds: dict[tuple[int, int], bytes] = {}
        while size:
            self._open_edge(size % TILE_WIDTH)
            size //= TILE_WIDTH
        if root is not None and self.root() != root:
            raise Corrupted(
                f"the stored log of {self._size} leaves does not have its recorded root",
                expected=root.hex(),
                found=self.root().hex(),
            )

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    def append(self, leaf_hashes: Sequence[bytes]) -> int:
        """Append leaf hashes (32 bytes each, in order); return the index of the first.

        Raises:
            Halted: A leaf hash is not 32 bytes long, or the log is full.
        """
        first = self._size
        if not leaf_hashes:
            return first
        invariant(set(map(len, leaf_hashes)) == {HASH_SIZE}, "a leaf hash must be 32 bytes")
        invariant(first + len(leaf_hashes) <= LOG_SIZE_MAX, "the log is full")
        self._size += len(leaf_hashes)
        hashes = b"".join(leaf_hashes)
        level = 0
        while hashes:
            hashes = self._extend_level(level, first >> TILE_HEIGHT * (level + 1), hashes)
            level += 1
        return first

    def root(self, size: int | None = None) -> bytes:
        """Return the 32-byte root at `size` leaves; at the present size by default.

        Raises:
            NotFound: The log has fewer leaves.
            Corrupted: A tile is missing or damaged.
        """
        size = self._check_size(size)
        return self._fold(size, size.bit_length()) if size else EMPTY_LOG_ROOT

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the path for `verify_inclusion` of leaf `index` in the log of `size` leaves.

        Raises:
            NotFound: There is no such leaf, or the log has fewer leaves than `size`.
            Corrupted: A tile is missing or damaged.
        """
        size = self._check_size(size)
        if not 0 <= index < size:
            raise NotFound(f"a log of {size} leaves has no leaf {index}", field="index")
        return self._path(index, 0, size)

    def consistency_proof(self, size1: int, size2: int | None = None) -> list[bytes]:
        """Return the path for `verify_consistency` between two sizes of this log.

        Raises:
            NotFound: Not 1 <= size1 <= size2 <= the present size.
            Corrupted: A tile is missing or damaged.
        """
        size2 = self._check_size(size2)
        if not 1 <= size1 <= size2:
            raise NotFound(f"no consistency proof from {size1} to {size2} leaves", field="size1")
        if size1 == size2:
            return []
        start = (size1 & -size1).bit_length() - 1
        seed = [] if size1 == 1 << start else [self._node(start, (size1 - 1) >> start)]
        return seed + self._path(size1 - 1, start, size2)

    def take_dirty(self) -> dict[TileKey, bytes]:
        """Return the tiles that changed since the last call: full ones and the last of a level.

        From now on the reader must answer with them; a partial tile replaces the one before
        under the same key and begins with all of its hashes.
        """
        dirty, self._full = self._full, {}
        for level in sorted(self._touched):
            hashes = bytes(self._edges[level].rows[0])
            if hashes:
                dirty[TileKey(level, self._edge_index(level))] = hashes
        self._touched.clear()
        return dirty

    def _open_edge(self, width: int) -> None:
        level = len(self._edges)
        edge = EdgeTile()
        self._edges.append(edge)
        if width:
            edge.extend(self._read(TileKey(level, self._edge_index(level)), width))

    def _edge_index(self, level: int) -> int:
        return self._size >> TILE_HEIGHT * (level + 1)

    def _extend_level(self, level: int, index: int, hashes: bytes) -> bytes:
        """Append hashes to the last tile `index` of a level; return those for the level above."""
        if level == len(self._edges):
            self._edges.append(EdgeTile())
        self._touched.add(level)
        full = self._edges[level].extend(hashes)
        for place, nodes in enumerate(full, index):
            key = TileKey(level, place)
            self._full[key] = nodes[:TILE_SIZE]
            self._remember(key, nodes)
        return b"".join([nodes[-HASH_SIZE:] for nodes in full])

    def _check_size(self, size: int | None) -> int:
        if size is None:
            return self._size
        if not 0 <= size <= self._size:
            raise NotFound(f"the log has {self._size} leaves, not {size}", field="size")
        return size

    def _path(self, index: int, start: int, size: int) -> list[bytes]:
        """Return the siblings, from level `start` upwards, on the way of a leaf to the root."""
        inner = (index ^ (size - 1)).bit_length()
        path = [self._node(level, index >> level ^ 1) for level in range(start, inner - 1)]
        if inner:
            # The one sibling that may be incomplete: it ends where the log of this size ends.
            path.append(self._last_subtree(inner - 1, size))
        path += [
            self._node(level, (index >> level) - 1)
            for level in range(inner, index.bit_length())
            if index >> level & 1
        ]
        return path

    def _last_subtree(self, level: int, size: int) -> bytes:
        """Return the hash of the last subtree of a level, complete or not."""
        complete = size & ((1 << level) - 1) == 0
        return self._node(level, (size >> level) - 1) if complete else self._fold(size, level)

    def _fold(self, size: int, level: int) -> bytes:
        """Join the complete subtrees below `level` that make up the right border of a size."""
        known = self._folds.get((size, level))
        if known is not None:
            return known
        peaks = [self._node(at, (size >> at) - 1) for at in range(level) if size >> at & 1]
        node = peaks[0]
        for peak in peaks[1:]:
            node = node_hash(peak, node)
        # Kept because all receipts of a block ask for the same few; appending never changes them.
        if len(self._folds) >= TILES_CACHED_MAX:
            self._folds.clear()
        self._folds[size, level] = node
        return node

    def _node(self, level: int, place: int) -> bytes:
        """Return the root of the complete subtree `place` among those of 2**level leaves."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        index = place >> TILE_HEIGHT - height
        within = place - (index << TILE_HEIGHT - height)
        if index == self._edge_index(tile_level):
            return self._edges[tile_level].node(height, within)
        return full_tile_node(self._full_tile(TileKey(tile_level, index)), height, within)

    def _full_tile(self, key: TileKey) -> bytes:
        """Return the nodes of a full tile, checked against its hash in the level above."""
        nodes = self._nodes.get(key)
        if nodes is not None:
            self._nodes.move_to_end(key)
            return nodes
        tile = self._full.get(key) or self._read(key, TILE_WIDTH)
        (nodes,) = EdgeTile().extend(tile)
        expected = self._node(TILE_HEIGHT * (key.level + 1), key.tile_index)
        if nodes[-HASH_SIZE:] != expected:
            raise Corrupted(
                f"log tile {key.level}/{key.tile_index} does not have the hash recorded above it",
                expected=expected.hex(),
                found=nodes[-HASH_SIZE:].hex(),
            )
        self._remember(key, nodes)
        return nodes

    def _remember(self, key: TileKey, nodes: bytes) -> None:
        self._nodes[key] = nodes
        if len(self._nodes) > TILES_CACHED_MAX:
            self._nodes.popitem(last=False)

    def _read(self, key: TileKey, width: int) -> bytes:
        hashes = self._reader.read_tile(key.level, key.tile_index, width)
        if hashes is None or len(hashes) != width * HASH_SIZE:
            raise Corrupted(
                f"log tile {key.level}/{key.tile_index} is missing or cut off",
                expected=f"{width} hashes",
                found="none" if hashes is None else f"{len(hashes)} bytes",
            )
        return hashes
