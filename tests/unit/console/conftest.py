# SPDX-License-Identifier: Apache-2.0
"""A real node with three deposits, its API and the console before it, read without a network.

Each file of tests has nodes of its own: what one file puts on record no other finds or counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import pytest

from tallystick.api import create_app
from tallystick.cli.demo.theatre import found as found_story
from tallystick.client import SignedOriginal, Verification, verify
from tallystick.console import ConsoleOptions, create_console
from tallystick.crypto import passwords
from tallystick.industries.charity import demo
from tallystick.node import Node, NodeConfig, open_node
from tests.factories import LIFETIME
from tests.networks import now, wait_until
from tests.unit.console.system_stage import Actor
from tests.unit.node.node_kit import deposit, found

DEPOSITS = 3
TWICE = DEPOSITS - 1
"""The content of this deposit was put on record a second time, later."""


class Reader:
    """A browser without a screen: it asks for pages, and keeps cookies."""

    def __init__(self, client: httpx.AsyncClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    @property
    def cookies(self) -> httpx.Cookies:
        """The cookies it keeps."""
        return self._client.cookies

    def get(self, path: str, **options: object) -> httpx.Response:
        """Return what a GET answers; redirects are not followed."""
        return self._runner.run(self._client.get(path, **options))  # type: ignore[arg-type]

    def post(self, path: str, **options: object) -> httpx.Response:
        """Return what a POST answers."""
        return self._runner.run(self._client.post(path, **options))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hashes cheap here; how dear they are is held by the tests of `crypto`."""
    monkeypatch.setattr(passwords, "_OPERATIONS", 1)
    monkeypatch.setattr(passwords, "_MEMORY_BYTES", 64 * 1024)


@pytest.fixture(scope="module")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the data folder of `node`."""
    return tmp_path_factory.mktemp("console") / "node"


@pytest.fixture(scope="module")
def node(node_folder: Path) -> Iterator[Node]:
    """Run one node in this process for the tests of one file, with a few deposits on its ledger."""
    with node_with_deposits(node_folder) as node:
        yield node


@contextmanager
def node_with_deposits(folder: Path) -> Iterator[Node]:
    """Run a node of its own in this process, with a few deposits on its ledger."""
    found(folder, "solo")
    node = open_node(NodeConfig(data=folder, workers=False))
    try:
        node.start()
        end = now() + LIFETIME // 2
        node.submit([deposit(number, valid_until=end) for number in range(DEPOSITS)]).result(30)
        again = deposit(TWICE, nonce=DEPOSITS, case_number="C-2", valid_until=end)
        node.submit([again]).result(30)
        wait_until(lambda: node.status().views_height == node.status().height, "views")
        yield node
    finally:
        node.stop()


@pytest.fixture(scope="module")
def trust(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the trust file of the node's network."""
    return written_trust(node, tmp_path_factory.mktemp("trust") / "trust.json")


def written_trust(node: Node, path: Path) -> Path:
    """Write down the trust file of a node's network."""
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=create_app(node)), base_url="http://localhost"
        )
        path.write_bytes(runner.run(client.get("/v1/trust")).content)
        runner.run(client.aclose())
    return path


def check_receipt(
    path: Path, trust: Path, *, original: SignedOriginal | None = None
) -> list[tuple[str, Verification]]:
    """Check a receipt that was handed in."""
    assert original is None
    return [(path.name, verify(path, trust=trust))]


@contextmanager
def reading(node: Node, options: ConsoleOptions) -> Iterator[Reader]:
    """Give a reader of a console before the node, with these options."""
    transport = httpx.ASGITransport(app=create_console(create_app(node), options))
    with asyncio.Runner() as runner:
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        yield Reader(client, runner)
        runner.run(client.aclose())


@pytest.fixture
def reader(node: Node, trust: Path, tmp_path: Path) -> Iterator[Reader]:
    """Return a reader of a console that has just been started."""
    options = ConsoleOptions(
        data=tmp_path, trust=trust, check_proof=partial(check_receipt, trust=trust)
    )
    with reading(node, options) as reader:
        yield reader


@pytest.fixture(scope="module")
def system_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a network in which nothing has happened yet."""
    folder = tmp_path_factory.mktemp("systems") / "node"
    found_story(folder, demo)
    return folder


@pytest.fixture(scope="module")
def system_node(system_folder: Path) -> Iterator[Node]:
    """Run it in this process."""
    node = open_node(NodeConfig(data=system_folder, workers=False))
    try:
        node.start()
        yield node
    finally:
        node.stop()


@pytest.fixture(scope="module")
def actor(
    system_node: Node, system_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Actor]:
    """Return somebody before a console of it; what one test does, the next one finds."""
    trust = system_folder / "trust.json"
    options = ConsoleOptions(
        data=tmp_path_factory.mktemp("systems-console"),
        trust=trust,
        check_proof=partial(check_receipt, trust=trust),
        demonstration_keys=system_folder / "demo-keys",
    )
    with reading(system_node, options) as reader:
        yield Actor(reader, system_node, system_folder)
