# SPDX-License-Identifier: Apache-2.0
"""A bank's archive with three operators, before a console that reads clerks' files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from tallystick.api import HttpServer
from tallystick.cli.console_clerks import NodeClerks
from tallystick.cli.demo.theatre import Playbill, found
from tallystick.console import ConsoleOptions
from tallystick.contracts import digest_of
from tallystick.industries.custody import ManifestEntry, business_key, plain_commitment
from tallystick.industries.custody.demo_cast import (
    OFFICER_1,
    OPERATORS,
    OWNER_HOUSE,
    RULES_1,
    TELLER,
)
from tallystick.industries.custody.demo_files import Sealed
from tallystick.node import Node, NodeConfig, open_node
from tests.unit.console.conftest import reading
from tests.unit.console.system_stage import Actor

NODES: Final = [node for _, node, _ in OPERATORS[:3]]


class Clerk(Actor):
    """Somebody who acts as anybody of the bank's archive."""

    def do(self, member: str, method: str, **arguments: Any) -> Any:
        """Act on custody."""
        return self.act(member, f"custody/{method}", **arguments)

    def prepare(self) -> str:
        """Set rules, money and nodes; return the number of the agreement."""
        self.do(RULES_1, "define_class", id="voucher", title="会计凭证", days=10_957)
        self.do(TELLER, "open_money", currency="CNY")
        codes = (OWNER_HOUSE[0], *(code for code, _, _ in OPERATORS[:3]))
        for number, code in enumerate(codes):
            money = {"currency": "CNY", "amount": 1_000_000, "reference": f"D{number}"}
            self.do(TELLER, "receive_deposit", organization=code, **money)
        for _, node, zone in OPERATORS[:3]:
            terms = {"zone": zone, "capacity": 10**12, "price": 10, "currency": "CNY"}
            self.do(node, "offer_node", id=node, stake=100_000, **terms)
        terms = {"copies": 3, "zones": 2, "period_days": 365, "price": 20, "challenges": 12}
        return str(self.do(OFFICER_1, "make_agreement", currency="CNY", **terms)["id"])

    def store(self, agreement: str, name: str, file: Sealed) -> None:
        """Declare an object, and have all nodes sign for it."""
        self.do(
            OFFICER_1,
            "declare_object",
            id=name,
            agreement=agreement,
            cid=file.kept.cid,
            ciphertext=file.sha256,
            plain=plain_commitment(name, digest_of("a voucher"), b"salt"),
            size=file.kept.size,
            slices_root=file.kept.slices_root,
            media_type="application/pdf",
            retention="voucher",
            key_id="key-1",
            nodes=NODES,
        )
        for node in NODES:
            self.do(node, "pin", object=name, node=node, cid=file.kept.cid)

    def hand_in(self, page: str, data: bytes, **fields: str) -> httpx.Response:
        """Send a file to a page of the archive."""
        return self.reader.post(
            f"/archive/custody/{page}",
            data={"form_key": self.key, **fields},
            files={"file": ("day.jsonl", data)} if data else None,
        )


def lines_of(
    name: str, file: Sealed, *numbers: int, terminal: str = "counter-1"
) -> list[ManifestEntry]:
    """Return lines of a day, all of one object."""
    return [
        ManifestEntry(
            terminal=terminal,
            sequence=number,
            business_key=business_key(b"secret", f"{terminal}/{number}"),
            object=name,
            cid=file.kept.cid,
            size=file.kept.size,
        )
        for number in numbers
    ]


@contextmanager
def archive_desk(folder: Path, story: Playbill) -> Iterator[Clerk]:
    """Run a node of the story's people; give somebody before its console."""
    found(folder / "node", story)
    node: Node = open_node(NodeConfig(data=folder / "node", workers=False))
    node.start()
    try:
        with HttpServer(node, port=0) as server:
            options = ConsoleOptions(
                data=folder / "served",
                trust=folder / "node" / "trust.json",
                demonstration_keys=folder / "node" / "demo-keys",
                clerks=NodeClerks(folder / "node", f"http://localhost:{server.port}"),
            )
            with reading(node, options) as reader:
                yield Clerk(reader, node, folder / "node")
    finally:
        node.stop()
