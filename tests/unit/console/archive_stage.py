# SPDX-License-Identifier: Apache-2.0
"""A bank's archive with three operators, before a console that reads clerks' files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import httpx
from starlette.types import Message, Receive, Scope, Send

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.console_clerks import NodeClerks
from tallystick.cli.console_restoring import NodeRestorer
from tallystick.cli.demo.theatre import Playbill, found
from tallystick.console import ConsoleOptions, create_console
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
from tests.networks import free_port
from tests.unit.console.system_stage import Actor

if TYPE_CHECKING:
    from tests.unit.console.conftest import Reader

NODES: Final = [node for _, node, _ in OPERATORS[:3]]


class Clerk(Actor):
    """Somebody who acts as anybody of the bank's archive."""

    url = ""
    """Where the console is."""
    received: Sequence[bytearray] = ()
    """Address and body of every request that reached the console, files in forms too."""
    agreement = ""
    """Number of the agreement, where it was noted."""

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

    def store(self, agreement: str, name: str, file: Sealed, *, plain: str = "") -> None:
        """Declare an object, and have all nodes sign for it."""
        self.do(
            OFFICER_1,
            "declare_object",
            id=name,
            agreement=agreement,
            cid=file.kept.cid,
            ciphertext=file.sha256,
            plain=plain or plain_commitment(name, digest_of("a voucher"), b"salt"),
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
    """Serve a node of the story's people with its console; give somebody before it."""
    found(folder / "node", story)
    port = free_port()
    url = f"http://localhost:{port}"
    options = ConsoleOptions(
        data=folder / "served",
        trust=folder / "node" / "trust.json",
        demonstration_keys=folder / "node" / "demo-keys",
        clerks=NodeClerks(folder / "node", url),
        restorer=NodeRestorer(folder / "node", url),
    )

    received: list[bytearray] = []

    def pages(door: Door, _names: frozenset[str]) -> Application:
        console = create_console(door, options)

        async def recorded(scope: Scope, receive: Receive, send: Send) -> None:
            request = bytearray(scope.get("raw_path") or b"")
            received.append(request)

            async def note() -> Message:
                message = await receive()
                request.extend(message.get("body", b""))
                return message

            await console(scope, note, send)

        return recorded

    node: Node = open_node(NodeConfig(data=folder / "node", workers=False))
    node.start()
    try:
        client = httpx.Client(base_url=url, timeout=60)
        with HttpServer(node, port=port, pages=pages), client:
            clerk = Clerk(cast("Reader", client), node, folder / "node")
            clerk.url, clerk.received = url, received
            yield clerk
    finally:
        node.stop()
