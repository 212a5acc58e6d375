# SPDX-License-Identifier: Apache-2.0
"""Where bad input is handed in: a node with its stores, a user's home, a bank's and a work folder.

A door is a command of the real program against the real node. What there was before stands in
`everything`: the files of all stores, byte for byte, and what the ledger has on record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from tallystick.client import KeyStore, SealingKeyStore, connect
from tallystick.contracts.registers import DocumentRegister, SealingKeys
from tallystick.industries.evidence import Evidence
from tallystick.model import ROLE_ADMINISTRATOR
from tallystick.node import Node, NodeConfig, create_network
from tests.canaries import TemporaryFolder, temporary_folder
from tests.factories import BANK, COURT, LOG_KEY, member
from tests.serving import served_node
from tests.vault import AUDITOR, GENESIS, OWNER_ID

CONTRACTS: Final = (DocumentRegister, Evidence, SealingKeys)
_GENESIS: Final = msgspec.structs.replace(
    GENESIS,
    contracts=("documents", "evidence", "sealing_keys"),
    members=(
        member(COURT, "clerk", ROLE_ADMINISTRATOR, "depositor"),
        *(one for one in GENESIS.members if one.organization in {BANK, AUDITOR}),
    ),
)
_PINNED: Final = frozenset({"networks", "addresses.json", ".lock"})
"""What a client knows of a network: it grows with every look at the ledger."""
Run = Callable[..., Any]
"""Runs the command; returns an outcome with `code` and `out`."""


@dataclass(frozen=True)
class Place:
    """Everything that could keep something."""

    folder: Path
    node: Node
    url: str
    temporary: TemporaryFolder

    @property
    def home(self) -> Path:
        """The user's own folder."""
        return self.folder / "home"

    def made(self, name: str, data: bytes, work: Path) -> Path:
        """Write what is handed in into the folder where its sender has it."""
        path = work / name
        path.write_bytes(data)
        return path

    def everything(self) -> dict[str, object]:
        """Return what is kept: files with their digests, and what the ledger has on record."""
        stores = (self.home, self.folder / "node" / "documents", self.temporary.folder)
        files = {
            str(one.relative_to(self.folder)): sha256(one.read_bytes()).hexdigest()
            for store in stores
            for one in store.rglob("*")
            if one.is_file() and not _PINNED & set(one.parts)
        }
        with connect(self.url) as net:
            records = [
                row.to_dict()
                for table in ("documents.documents", "documents.copies", "evidence.deposits")
                for row in net.table(table)
            ]
        return {"files": files, "records": json.dumps(records, default=str, sort_keys=True)}


@contextmanager
def opened_place(folder: Path) -> Iterator[Place]:
    """Run a node of which one organisation has its keys here, and has published a sealing key."""
    create_network(folder / "node", _GENESIS, LOG_KEY)
    config = NodeConfig(data=folder / "node", workers=False, contracts=CONTRACTS)
    with temporary_folder(folder / "temporary") as temporary, served_node(config) as served:
        place = Place(folder, served.node, served.url, temporary)
        KeyStore(place.home / "keys").save("owner", OWNER_ID)
        key, _ = SealingKeyStore(place.home / "sealing").create(COURT)
        with connect(served.url, identity=OWNER_ID) as net:
            net.call("sealing_keys", "publish", public_key=key.public_key)
        yield place
