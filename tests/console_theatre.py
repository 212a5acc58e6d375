# SPDX-License-Identifier: Apache-2.0
"""A story of an industry told through the console: every act is a form that its member fills in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Final, TypeVar

import httpx
import pytest

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.console_certificates import certificates_of
from tallystick.cli.console_lists import InstalledListReader
from tallystick.cli.console_payments import PaymentFiles
from tallystick.cli.console_take_aways import NodeTakeAways
from tallystick.cli.demo.theatre import RECEIPTS, Playbill, Theatre, found
from tallystick.cli.first_seal import FirstSeal, note_first_seal, publish_first_seal
from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import KeyStore, Net, connect
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.work.entered import filled
from tallystick.contracts import Label, Player
from tallystick.model import ROLE_ADMINISTRATOR
from tallystick.node import NodeConfig, open_node
from tests.networks import free_port, wait_until

SEAL_KEEPER: Final = "seal-keeper"
Told = TypeVar("Told", bound="ConsoleTheatre")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a founded network with its console, in which anybody acts as anybody."""
    port = free_port()
    url = f"http://localhost:{port}"

    def pages(door: Door, names: frozenset[str]) -> Application:
        options = ConsoleOptions(
            data=folder,
            hosts=names,
            certificates=certificates_of(folder, url),
            bank_files=PaymentFiles(),
            check_proof=partial(check_any_proof, trust=folder / "trust.json"),
            demonstration_keys=folder / "demo-keys",
            take_aways=NodeTakeAways(folder, url),
            list_reader=InstalledListReader(),
        )
        return create_console(door, options)

    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    try:
        with HttpServer(node, port=port, pages=pages):
            publish_first_seal(folder, url, folder / "trust.json")
            yield url
    finally:
        node.stop()


@dataclass(frozen=True)
class WithSealKeeper:
    """A story's people, and somebody who keeps the seal of the first organisation."""

    story: Playbill

    def parts(self) -> list[Player]:
        """Return everybody."""
        first, *others = self.story.parts()
        name = Label(zh="签章管理员", en="keeper of the seal")
        keeper = replace(first, member=SEAL_KEEPER, name=name, role=ROLE_ADMINISTRATOR)
        return [first, *others, keeper]


def found_with_seal(folder: Path, story: Playbill) -> None:
    """Found a network for a story whose first organisation seals certificates."""
    found(folder, WithSealKeeper(story))
    first = story.parts()[0]
    note_first_seal(folder, FirstSeal(first.code, first.organization.zh, SEAL_KEEPER))


class ConsoleTheatre(Theatre):
    """Where a story is told: its acts go through forms, previews and confirmations."""

    def __init__(
        self, folder: Path, story: ModuleType, nets: Mapping[str, Net], client: httpx.Client
    ) -> None:
        """Act through a client of the console."""
        super().__init__(folder, story, nets)
        self.folder = folder
        self.contract = story.CONTRACT
        self.client = client
        self._key = form_key(client.get("/act-as").text)
        self._who = ""

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Fill a form in, look at its preview, confirm; return what the action returned."""
        self.be(member)
        place = self._preview(method, arguments)
        sent = self.client.post(place, data={"form_key": self._key})
        assert sent.status_code == 303, sent.text
        return self.note(member, self._committed(place))

    def _committed(self, place: str) -> Any:
        """Return what was confirmed, once a block has it."""
        found: list[Any] = []

        def is_there() -> bool:
            found[:] = [self.client.get(f"{place}.json").json()["transaction"]]
            return found[0] is not None

        wait_until(is_there, "the block")
        return found[0]

    def refused(self, code: str, member: str, method: str, **arguments: Any) -> None:
        """See in the preview that what one must not do would be refused."""
        self.be(member)
        preview = self.client.get(f"{self._preview(method, arguments)}.json").json()["preview"]
        assert preview["code"] == code, preview

    def be(self, member: str) -> None:
        """Act as somebody from now on."""
        if member != self._who:
            part = {"organization": self.organization_of(member), "member": member}
            sent = self.client.post("/act-as", data={"form_key": self._key, **part})
            assert sent.status_code == 303, sent.text
            self._who = member

    def organization_of(self, member: str) -> str:
        """Return whose member somebody is."""
        return KeyStore(self.folder / "demo-keys").load(member).organization

    def form_of(self, method: str) -> tuple[str, list[dict[str, Any]]]:
        """Return the address of a form, and its fields."""
        place = "/do/{}/{}".format(*self._words(method))
        return place, self.client.get(f"{place}.json").json()["form"].get("fields", [])

    def note(self, member: str, transaction: Mapping[str, Any]) -> Any:
        """Keep the receipt of a transaction that was done; return its result."""
        assert transaction["code"] == "ok", transaction
        self._last = transaction["id"]
        self._height = max(self._height, transaction["height"])
        name = f"{len(self.receipts) + 1:03d}-{transaction['method']}.receipt.json"
        receipt = self._nets[member].receipt(self._last)
        self.receipts.append(receipt.save(self.folder / RECEIPTS / name))
        result = transaction["call"]["result"]
        return None if result is None else result["value"]

    def _preview(self, method: str, arguments: Mapping[str, Any]) -> str:
        place, fields = self.form_of(method)
        controls = filled(fields, arguments)
        sent = self.client.post(place, data={**controls, "form_key": self._key})
        assert sent.status_code == 303, sent.text
        return str(sent.headers["location"])


@contextmanager
def open_console_theatre(folder: Path, story: ModuleType, kind: type[Told]) -> Iterator[Told]:
    """Serve a network, and connect everybody who has a part in a story."""
    store = KeyStore(folder / "demo-keys")
    with ExitStack() as stack:
        url = stack.enter_context(served(folder))
        trust = folder / "trust.json"
        nets = {
            name: stack.enter_context(connect(url, identity=store.load(name), trust=trust))
            for name in store.names()
        }
        client = stack.enter_context(httpx.Client(base_url=url, timeout=60))
        yield kind(folder, story, nets, client)


def unhurried(story: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give what a story orders to be due at once the time that a form takes to be filled in."""
    monkeypatch.setattr(story, "_SOON_MS", 4_000, raising=False)
    monkeypatch.setattr(story, "_TICKS", 1_000, raising=False)


def form_key(page: str) -> str:
    """Return what a page's forms carry."""
    found = re.search(r'name="form_key" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found[1]
