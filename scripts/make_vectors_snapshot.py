# SPDX-License-Identifier: Apache-2.0
"""Write the vectors of docs/spec/snapshot.md: a snapshot of two blocks, byte for byte.

    python scripts/make_vectors_snapshot.py

rewrites tests/vectors/tallystick/snapshot.json; a test compares the checked-in file with it and
restores it. Byte strings are lower-case hexadecimal.
"""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path
from typing import Final, NoReturn

from tallystick.crypto import sha256
from tallystick.ledger import Invocation, StateReader, StateScanner, Tree, apply_block, open_ledger
from tallystick.model import (
    Block,
    GenesisDocument,
    MigrationStep,
    Name,
    Organization,
    Snapshot,
    Unusable,
    network_id,
)
from tallystick.storage.records import decode_head, encode_record, to_portable
from tallystick.units import TimeMs, TransactionId

PATH: Final = Path(__file__).parent.parent / "tests" / "vectors" / "tallystick" / "snapshot.json"
START: Final = TimeMs(1_700_000_000_000)
RUBBISH: Final = b"bytes that are no transaction"
_MARKER: Final = b"\x01" * 8


class _Nothing:
    """A store without anything, and a host without contracts: two blocks need neither."""

    def get(self, tree: Tree, key: bytes, /) -> None:
        return None

    def items(
        self, tree: Tree, /, *, prefix: bytes = b"", after: bytes = b""
    ) -> Generator[tuple[bytes, bytes], None, None]:
        yield from ()

    def read_page(self, tree: Tree, prefix: bytes, /) -> None:
        return None

    def read_tile(self, level: int, index: int, width: int, /) -> None:
        return None

    def execute(self, invocation: Invocation, state: StateReader) -> NoReturn:
        raise NotImplementedError

    def migrate(self, step: MigrationStep, state: StateScanner) -> NoReturn:
        raise NotImplementedError


def genesis() -> GenesisDocument:
    """Return the network of the vectors."""
    name = Name(zh="示例机构", en="Example Organisation")
    return GenesisDocument(
        name="snapshots",
        created=START,
        organizations=(Organization(id="91350100M000100Y43", name=name),),
        members=(),
        keys=(),
        log_keys=(),
        contracts=(),
    )


def blocks() -> list[Block]:
    """Return a block with one transaction that could not be read, and an empty one."""
    nothing = _Nothing()
    ledger = open_ledger(genesis().encode(), nothing, None, nothing)
    unread = Unusable(TransactionId(sha256(RUBBISH)), RUBBISH, "E_FORMAT")
    return [
        apply_block(ledger, height=1, time=START + 1, transactions=[unread]).block,
        apply_block(ledger, height=2, time=START + 2, transactions=[]).block,
    ]


def portable(block: Block) -> bytes:
    """Return a block's record as it stands in a snapshot."""
    record = bytes(encode_record(block, _MARKER, 0))
    head = decode_head(record, _MARKER)
    if head is None:
        raise AssertionError(record)
    return to_portable(head, record)


def vectors() -> dict[str, object]:
    """Return everything in the file."""
    made = blocks()
    records = [portable(block) for block in made]
    snapshot = Snapshot(len(made), (sha256(b"".join(records)),))
    document = genesis()
    return {
        "source": "scripts/make_vectors_snapshot.py",
        "specification": "docs/spec/snapshot.md",
        "genesis": document.encode().hex(),
        "network": network_id(document.name, document.encode()),
        "height": snapshot.height,
        "format": 1,
        "records": [record.hex() for record in records],
        "chunks": [b"".join(records).hex()],
        "metadata": snapshot.metadata.hex(),
        "hash": snapshot.hash.hex(),
        "block_hash": made[-1].hash.hex(),
        "app_hash": made[-1].header.app_hash.hex(),
    }


def main() -> None:
    """Write the file."""
    PATH.write_text(json.dumps(vectors(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
