# SPDX-License-Identifier: Apache-2.0
"""Where exports for outside judges come from: our own functions, or a running node over HTTP."""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Final, Protocol

from tallystick.ledger import Ledger, apply_block
from tallystick.merkle import TILE_WIDTH, LogTree, leaf_hash
from tallystick.model import (
    Block,
    Checkpoint,
    build_log_receipt,
    decode_transaction,
    parse_receipt,
    sign_checkpoint,
    sign_root,
    transparent_statement,
)
from tests import factories

BLOCKS: Final = (1, 255, 3, 41)
"""Transactions by block: the last leaf of a full tile, the first of the next, and a partial one."""
HTTP_TIMEOUT_S: Final = 30


@dataclass(frozen=True, slots=True)
class Proven:
    """A transaction with all that proves it."""

    index: int
    transaction: bytes
    signer: bytes
    entry: bytes
    receipt: bytes
    """COSE Receipt."""
    statement: bytes
    """Transparent statement."""
    finality: bytes | None = None
    """Finality proof, from a network with validators."""


class Source(Protocol):
    """One network's exports, all of the same head of the log."""

    origin: str
    public_key: bytes
    """Of the log."""
    note: str
    """The checkpoint."""
    size: int

    def proven(self, index: int) -> Proven:
        """Return the transaction at a place of the log."""
        ...

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return a tile's hashes."""
        ...

    def bundle(self, index: int, width: int) -> bytes:
        """Return a bundle of entries."""
        ...

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path of a leaf in the log at a size."""
        ...

    def consistency(self, size1: int, size2: int) -> list[bytes]:
        """Return the proof between two sizes."""
        ...


class LedgerSource:
    """Exports made by the functions of `model`, `merkle` and `ledger`, with published test keys."""

    def __init__(self) -> None:
        """Execute a few blocks."""
        store = factories.MemoryStore()
        ledger = factories.open_test_ledger(store)
        blocks = [self._apply(ledger, store, height, count) for height, count in enumerate(BLOCKS)]
        self._transactions = [raw for block in blocks for raw in block.transactions]
        self._entries = [entry for block in blocks for entry in block.entries]
        header = blocks[-1].header
        self.size = header.log_size
        self.origin = factories.NETWORK
        self.public_key: bytes = factories.LOG_KEY.public_key
        self._store = store
        self._tree = LogTree(store, self.size, root=header.log_root)
        head = Checkpoint(
            origin=self.origin,
            size=self.size,
            root=header.log_root,
            height=header.height,
            time=header.time,
            state_root=header.state_root,
            membership_root=header.membership_root,
        )
        self.note = sign_checkpoint(head, factories.LOG_KEY)
        self._signature = sign_root(self.origin, header.log_root, factories.LOG_KEY)

    @staticmethod
    def _apply(ledger: Ledger, store: factories.MemoryStore, height: int, count: int) -> Block:
        first = sum(BLOCKS[:height])
        transactions = [
            factories.put(f"note-{number}", f"第{number}号 text {number}", nonce=number)
            for number in range(first, first + count)
        ]
        time = factories.START + 1_000 * (height + 1)
        applied = apply_block(ledger, height=height + 1, time=time, transactions=transactions)
        store.save(applied)
        return applied.block

    def proven(self, index: int) -> Proven:
        """Return the transaction at a place of the log."""
        raw, entry = self._transactions[index], self._entries[index]
        receipt = build_log_receipt(
            self.origin,
            self.public_key,
            signature=self._signature,
            size=self.size,
            index=index,
            path=self.inclusion(index, self.size),
        )
        statement = transparent_statement(raw, receipt)
        return Proven(index, raw, decode_transaction(raw).signer, entry, receipt, statement)

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return a tile's hashes."""
        return self._store.read_tile(level, index, width) or b""

    def bundle(self, index: int, width: int) -> bytes:
        """Return a bundle of entries."""
        entries = self._entries[index * TILE_WIDTH :][:width]
        return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path of a leaf."""
        return self._tree.inclusion_proof(index, size)

    def consistency(self, size1: int, size2: int) -> list[bytes]:
        """Return the proof between two sizes."""
        return self._tree.consistency_proof(size1, size2)


class NodeSource:
    """Exports fetched from a node as a stranger would, by its public routes."""

    def __init__(self, url: str) -> None:
        """Ask for the head of the log; whoever calls sees to it that nothing is submitted now."""
        self._url = url.rstrip("/")
        status = json.loads(self._fetch("/v1/status"))
        self.origin: str = status["origin"]
        self.public_key = bytes.fromhex(status["log_keys"][0]["public_key"])
        self.note = self._fetch("/checkpoint").decode()
        self.size = int(self.note.split("\n")[1])
        self._ids = self._transaction_ids()

    def _fetch(self, path: str, **query: object) -> bytes:
        address = self._url + path
        if query:
            address += "?" + urllib.parse.urlencode(query)
        with urllib.request.urlopen(address, timeout=HTTP_TIMEOUT_S) as answer:  # noqa: S310
            data: bytes = answer.read()
        return data

    def _transaction_ids(self) -> dict[int, str]:
        """Return the ids by leaf, once the lists have caught up with the log."""
        deadline = time.monotonic() + HTTP_TIMEOUT_S
        while len(found := self._listed_ids()) < self.size:
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(found)} of {self.size} transactions are listed")
            time.sleep(0.1)
        return found

    def _listed_ids(self) -> dict[int, str]:
        found: dict[int, str] = {}
        query: dict[str, object] = {"limit": 100}
        while len(found) < self.size:
            page = json.loads(self._fetch("/v1/transactions", **query))
            found |= {item["leaf_index"]: item["id"] for item in page["items"]}
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]
        return found

    def proven(self, index: int) -> Proven:
        """Return the transaction at a place of the log, its receipt in all three forms."""
        path = f"/v1/transactions/{self._ids[index]}"
        raw = self._fetch(f"{path}/raw")
        file = parse_receipt(self._fetch(f"{path}/receipt"))
        receipt = self._fetch(f"{path}/receipt", form="receipt")
        statement = self._fetch(f"{path}/receipt", form="statement")
        if (file.transaction, file.log_receipt) != (raw, receipt):
            raise AssertionError("the forms of one receipt differ")
        signer = decode_transaction(raw).signer
        return Proven(index, raw, signer, file.entry, receipt, statement, file.finality)

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return a tile's hashes."""
        return self._fetch(f"/tile/{level}/{tile_path(index, width)}")

    def bundle(self, index: int, width: int) -> bytes:
        """Return a bundle of entries."""
        return self._fetch(f"/tile/entries/{tile_path(index, width)}")

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path of a leaf."""
        return self._path("/v1/log/proof/inclusion", index=index, size=size)

    def consistency(self, size1: int, size2: int) -> list[bytes]:
        """Return the proof between two sizes."""
        return self._path("/v1/log/proof/consistency", **{"from": size1, "to": size2})

    def _path(self, path: str, **query: object) -> list[bytes]:
        answer = json.loads(self._fetch(path, **query))
        return [bytes.fromhex(node) for node in answer["path"]]


def tile_path(index: int, width: int) -> str:
    """Return the C2SP tlog-tiles path of a tile or bundle."""
    elements = f"{index % 1000:03}"
    while index >= 1000:
        index //= 1000
        elements = f"x{index % 1000:03}/{elements}"
    return elements if width == TILE_WIDTH else f"{elements}.p/{width}"


def tiles_of(size: int) -> list[tuple[int, int, int]]:
    """Return (level, index, width) of every tile of a log of `size` leaves."""
    found = []
    level, hashes = 0, size
    while hashes:
        full, rest = divmod(hashes, TILE_WIDTH)
        found += [(level, index, TILE_WIDTH) for index in range(full)]
        found += [(level, full, rest)] if rest else []
        level, hashes = level + 1, full
    return found


def root_at(source: Source, size: int) -> bytes:
    """Return the root at a size, from the tiles alone."""

    class Reader:
        def read_tile(self, level: int, index: int, width: int) -> bytes | None:
            for known_level, known, known_width in tiles_of(source.size):
                if (known_level, known) == (level, index):
                    return source.tile(level, index, known_width)[: 32 * width]
            return None

    return LogTree(Reader(), size).root()


def leaf_of(proven: Proven) -> bytes:
    """Return the leaf hash of a transaction's entry."""
    return leaf_hash(proven.entry)
