# SPDX-License-Identifier: Apache-2.0
"""The small, always equal network whose records the fuzz targets try to forge."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from tallystick.client import Trust
from tallystick.crypto import sha256
from tallystick.encoding import Value, encode
from tallystick.merkle import LogTree, StateProof, StateTree, TileKey, leaf_hash, node_hash
from tallystick.model import (
    OK,
    Checkpoint,
    Entry,
    Event,
    Outcome,
    Receipt,
    build_log_receipt,
    decode_transaction,
    encode_entry,
    encode_write_set,
    sign_checkpoint,
    sign_root,
)
from tests import factories

LEAVES = 33
"""Enough for every shape of path: complete trees, a lone last leaf, three levels of borders."""
KEYS = 90
"""More than fit one page of the state tree, so proofs have levels."""
FILE = b"a file that was deposited"


@dataclass
class Shelf:
    """Tiles and records in memory."""

    tiles: dict[TileKey, bytes] = field(default_factory=dict)
    pages: dict[bytes, bytes] = field(default_factory=dict)

    def read_tile(self, level: int, index: int, width: int) -> bytes | None:
        """Return part of a tile."""
        tile = self.tiles.get(TileKey(level, index))
        return None if tile is None else tile[: 32 * width]

    def read_page(self, prefix: bytes) -> bytes | None:
        """Return a record."""
        return self.pages.get(prefix)


# --- The log, naively: RFC 9162 section 2.1 word for word; shares only SHA-256 with `merkle`. -----


def naive_root(leaves: list[bytes]) -> bytes:
    """Return MTH of leaf hashes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return sha256(b"\x01" + naive_root(leaves[:split]) + naive_root(leaves[split:]))


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """Return PATH of a leaf (RFC 9162, 2.1.3.1)."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*naive_path(index, leaves[:split]), naive_root(leaves[split:])]
    return [*naive_path(index - split, leaves[split:]), naive_root(leaves[:split])]


def naive_proof(size1: int, leaves: list[bytes]) -> list[bytes]:
    """Return PROOF between two sizes (RFC 9162, 2.1.4.1)."""
    return _subproof(size1, leaves, is_whole=True)


def _subproof(size1: int, leaves: list[bytes], *, is_whole: bool) -> list[bytes]:
    if size1 == len(leaves):
        return [] if is_whole else [naive_root(leaves)]
    split = _split(len(leaves))
    if size1 <= split:
        left = _subproof(size1, leaves[:split], is_whole=is_whole)
        return [*left, naive_root(leaves[split:])]
    right = _subproof(size1 - split, leaves[split:], is_whole=False)
    return [*right, naive_root(leaves[:split])]


def naive_root_of_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """Return the root a path leads to, None if it is not of the right length: PATH backwards."""
    if size == 1:
        return None if path else leaf
    if not path:
        return None
    split = _split(size)
    is_left = index < split
    below = (index, split) if is_left else (index - split, size - split)
    node = naive_root_of_path(leaf, *below, path[:-1])
    if node is None:
        return None
    return sha256(b"\x01" + node + path[-1]) if is_left else sha256(b"\x01" + path[-1] + node)


def naive_roots_of_proof(
    size1: int, size2: int, proof: list[bytes], whole: bytes | None
) -> tuple[bytes, bytes] | None:
    """Return the roots a consistency proof leads to, None if it does not fit: SUBPROOF backwards.

    `whole` is the older root as long as the subtree may be all of the older log.
    """
    if size1 == size2:
        nodes = proof if whole is None else [whole, *proof]
        return (nodes[0], nodes[0]) if len(nodes) == 1 else None
    if not proof:
        return None
    split = _split(size2)
    last, rest = proof[-1], proof[:-1]
    if size1 <= split:
        roots = naive_roots_of_proof(size1, split, rest, whole)
        return roots and (roots[0], sha256(b"\x01" + roots[1] + last))
    roots = naive_roots_of_proof(size1 - split, size2 - split, rest, None)
    return roots and (sha256(b"\x01" + last + roots[0]), sha256(b"\x01" + last + roots[1]))


def _split(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


@dataclass(frozen=True)
class LogWorld:
    """A log of made-up leaves with every path and proof worked out naively."""

    leaves: list[bytes]
    roots: list[bytes]
    """By size, from 0."""
    paths: dict[tuple[int, int], list[bytes]]
    """By (index, size)."""
    proofs: dict[tuple[int, int], list[bytes]]
    """By (size1, size2)."""
    pool: list[bytes]
    """Every hash there is, and some that are none."""


@cache
def log_world() -> LogWorld:
    """Return the log."""
    leaves = [leaf_hash(bytes((number,))) for number in range(LEAVES)]
    roots = [naive_root(leaves[:size]) for size in range(LEAVES + 1)]
    sizes = range(1, LEAVES + 1)
    paths = {(i, size): naive_path(i, leaves[:size]) for size in sizes for i in range(size)}
    proofs = {(a, b): naive_proof(a, leaves[:b]) for b in sizes for a in range(1, b + 1)}
    known = {*leaves, *roots, node_hash(leaves[0], leaves[0]), bytes(32)}
    known.update(node for path in (*paths.values(), *proofs.values()) for node in path)
    return LogWorld(leaves, roots, paths, proofs, [*sorted(known), b"", bytes(31), bytes(33)])


@dataclass(frozen=True)
class StateWorld:
    """A state tree and an honest proof of each key, present or absent."""

    values: dict[bytes, bytes]
    keys: list[bytes]
    """All present ones, then as many absent ones."""
    root: bytes
    proofs: dict[bytes, StateProof]


@cache
def state_world() -> StateWorld:
    """Return the state."""
    values = {
        b"notes/texts/%d" % n: encode({"text": "t" * (n % 5), "count": n}) for n in range(KEYS)
    }
    tree = StateTree(Shelf())
    tree.update(values)
    keys = [*values, *(b"notes/texts/absent%d" % n for n in range(KEYS))]
    return StateWorld(values, keys, tree.root, {key: tree.prove(key) for key in keys})


# --- Receipts -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReceiptWorld:
    """A network's trust file and all receipts it ever issued."""

    trust: Trust
    receipts: list[Receipt]
    """Of two checkpoints: at 4 leaves and at all 7."""
    entries: list[bytes]
    checkpoints: dict[int, str]
    tiles: dict[TileKey, bytes]


TRANSACTIONS = 7
EARLIER = 4


@cache
def receipt_world() -> ReceiptWorld:
    """Return the receipts."""
    state = state_world()
    transactions = [_deposit(number) for number in range(TRANSACTIONS)]
    entries = [_entry(raw, number) for number, raw in enumerate(transactions)]
    tree = LogTree(Shelf())
    tree.append([leaf_hash(entry) for entry in entries])
    checkpoints: dict[int, str] = {}
    receipts = []
    for size in (EARLIER, TRANSACTIONS):
        root = tree.root(size)
        made = Checkpoint(
            origin=factories.NETWORK,
            size=size,
            root=root,
            height=size,
            time=factories.START + 1000 * size,
            state_root=state.root,
            membership_root=sha256(b"membership"),
        )
        checkpoints[size] = sign_checkpoint(made, factories.LOG_KEY)
        signature = sign_root(factories.NETWORK, root, factories.LOG_KEY)
        for index in range(size):
            cose = build_log_receipt(
                factories.NETWORK,
                factories.LOG_KEY.public_key,
                signature=signature,
                size=size,
                index=index,
                path=tree.inclusion_proof(index, size),
            )
            note = checkpoints[size]
            parts = (transactions[index], entries[index], cose, note)
            receipts.append(Receipt(factories.NETWORK, "committed", *parts))
    trust = Trust.of_genesis(factories.GENESIS_BYTES)
    return ReceiptWorld(trust, receipts, entries, checkpoints, tree.take_dirty())


def _deposit(number: int) -> bytes:
    args: dict[str, Value] = {
        "id": f"n{number}",
        "text": "x",
        "sha256": sha256(FILE).hex(),
        "size": len(FILE),
        "title": f"第{number}号证据",
    }
    return factories.sign("put", args, nonce=number)


def _entry(raw: bytes, number: int) -> bytes:
    writes = encode_write_set({b"notes/texts/n%d" % number: encode({"text": "x", "count": 1})})
    outcome = Outcome(OK, 1, (Event("notes.Put", {"id": f"n{number}"}),), sha256(writes))
    transaction = decode_transaction(raw)
    return encode_entry(Entry(transaction.id, number + 1, factories.START + 1000 * number, outcome))
