# SPDX-License-Identifier: Apache-2.0
"""A real node behind real pages in a real browser: run by `make browser`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.console_lists import InstalledListReader
from tallystick.cli.console_take_aways import NodeTakeAways
from tallystick.cli.founding import found_demo
from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import KeyStore, connect, deposit_args, facts_of
from tallystick.console import ConsoleOptions, create_console
from tallystick.node import Node, NodeConfig, open_node
from tests.browser.watching import Watched
from tests.networks import free_port

# A page that has something to draw takes its time where a machine is busy.
expect.set_options(timeout=60_000)

Open = Callable[..., Watched]

LAN: Final = "tally.lan"
"""This machine by the name of another: over plain HTTP, a browser trusts such a page less."""
# Nothing but this machine has an address, whatever a page or the browser itself looks for.
FLAGS: Final = (f"--host-resolver-rules=MAP {LAN} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost",)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the program; where it is missing the tests are skipped, but not in CI."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if found is None:
        message = "no Chromium: run scripts/install_browser.sh"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Start the browser once for the whole run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a demonstration that has only been founded."""
    data = tmp_path_factory.mktemp("served") / "demo"
    found_demo(data)
    return data


@pytest.fixture(scope="session")
def node(folder: Path) -> Iterator[Node]:
    """Give the demonstration's node in operation."""
    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    yield node
    node.stop()


@pytest.fixture(scope="session")
def served(node: Node, folder: Path) -> Iterator[str]:
    """Serve the node with its console and a few deposits; give its address, without a last `/`."""
    port = free_port()
    url = f"http://localhost:{port}"

    def pages(door: Door, names: frozenset[str]) -> Application:
        check = partial(check_any_proof, trust=folder / "trust.json")
        keys = folder / "demo-keys"
        options = ConsoleOptions(
            data=folder,
            hosts=names,
            check_proof=check,
            demonstration_keys=keys,
            take_aways=NodeTakeAways(folder, url),
            list_reader=InstalledListReader(),
        )
        return create_console(door, options)

    with HttpServer(node, port=port, pages=pages):
        identity = KeyStore(folder / "demo-keys").load("demo-wang-fang")
        with connect(url, identity=identity, trust=folder / "trust.json") as net:
            for number in range(3):
                facts = facts_of(f"browser {number}".encode())
                net.call("evidence", "deposit", **deposit_args(facts, {}))
        yield url


@pytest.fixture(scope="session")
def served_alone(node: Node, served: str) -> Iterator[str]:
    """Serve the same node without the console, as a program does that needs the API alone."""
    with HttpServer(node, port=0) as server:
        url = f"http://localhost:{server.port}"
        assert url != served
        yield url


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the demonstration as a newcomer does; give the address that it prints first."""
    folder = tmp_path_factory.mktemp("newcomer")
    port = str(free_port())
    words = ["up", "--demo", "--data", str(folder / "demo"), "--port", port, "--lang", "en"]
    process = subprocess.Popen(
        [sys.executable, "-m", "tallystick.cli", *words],
        env=os.environ | {"TALLY_HOME": str(folder / "home")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        with closing(process.stderr) as said:
            yield next(line.split()[-1] for line in said if line.startswith("Console:"))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


@pytest.fixture
def window(browser: Browser, served: str) -> Iterator[Open]:
    """Open windows at the served node; the test fails if a page of one of them had a fault.

    At the node with its console, or `at` another address. Called with what Playwright's
    `new_context` takes: `locale="zh-CN"`, `color_scheme="dark"`, `viewport={...}`,
    `java_script_enabled=False`.
    """
    opened: list[Watched] = []
    with ExitStack() as stack:

        def open_window(at: str = served, **options: Any) -> Watched:
            context = browser.new_context(**{"locale": "en-GB", **options})
            stack.callback(context.close)
            opened.append(Watched(context, at))
            return opened[-1]

        yield open_window
    faults = [fault for one in opened for fault in one.faults]
    assert not faults, "\n".join(faults)
