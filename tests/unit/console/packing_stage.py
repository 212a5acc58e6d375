# SPDX-License-Identifier: Apache-2.0
"""The story of the court, told once, and a console that packs what it left."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.console_packing import NodePacker
from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import KeyStore, connect
from tallystick.console import ConsoleOptions, create_console
from tallystick.node import NodeConfig, open_node
from tests.networks import free_port, wait_until

ARCHIVIST: Final = "archive-he"
MATTER: Final = "2026/民初 12 号"
MATTER_FILES: Final = {
    "合同.txt": b"rent, 1200 a month",
    "notice.txt": b"notice of breach",
    "photo.bin": bytes(range(256)) * 20_000,
}
"""The last is read in more than one piece."""


def tally(home: Path, *words: str | Path) -> bool:
    """Run the command line as a process of its own; tell whether it ended well."""
    command = [sys.executable, "-m", "tallystick.cli", *map(str, words), "--lang", "en"]
    environment = os.environ | {"TALLY_HOME": str(home)}
    return subprocess.run(command, env=environment, check=False).returncode == 0


def tell(folder: Path) -> None:
    """Tell the story into a folder: its node, its originals, and the bundle that it packed."""
    assert tally(folder.parent / "home", "demo", "justice", "--data", folder)


@contextmanager
def served(
    folder: Path, create: Callable[[Door, ConsoleOptions], Application] = create_console
) -> Iterator[str]:
    """Serve the story's node with its console, in which anybody acts as anybody."""
    port = free_port()
    url = f"http://localhost:{port}"

    def pages(door: Door, names: frozenset[str]) -> Application:
        options = ConsoleOptions(
            data=folder,
            hosts=names,
            check_proof=partial(check_any_proof, trust=folder / "trust.json"),
            demonstration_keys=folder / "demo-keys",
            packer=NodePacker(folder, url),
        )
        return create(door, options)

    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    try:
        with HttpServer(node, port=port, pages=pages):
            yield url
    finally:
        node.stop()


def put_on_matter(folder: Path, url: str) -> Path:
    """Deposit files of one matter, and return the folder that has them."""
    place = folder / "matter"
    place.mkdir()
    identity = KeyStore(folder / "demo-keys").load(ARCHIVIST)
    with connect(url, identity=identity, trust=folder / "trust.json") as net:
        for name, content in MATTER_FILES.items():
            (place / name).write_bytes(content)
            net.evidence.deposit(place / name, case=MATTER)
        done = net.status().height
        wait_until(lambda: net.status().views_height >= done, "views")
    return place


def case_of(folder: Path) -> str:
    """Return the case of the story."""
    (bundle,) = (folder / "files").glob("case-*.zip")
    return bundle.stem.removeprefix("case-")


def said_of(content: bytes, name: str, beside: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what a browser says of an original that it keeps."""
    return {
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "sha512": hashlib.sha512(content).hexdigest(),
        "beside": dict(beside or {}),
    }


def put_in(frame: bytes, originals: Mapping[str, bytes]) -> bytes:
    """Return a package with its originals, put in as its manifest says; `originals` by SHA-256."""
    target = io.BytesIO(frame)
    with zipfile.ZipFile(target, "a") as archive:
        for line in archive.read("manifest-sha256.txt").decode().splitlines():
            digest, name = line.split("  ", 1)
            archive.writestr(name, originals[digest])
    return target.getvalue()


def form_part(originals: list[dict[str, Any]]) -> dict[str, tuple[str, bytes, str]]:
    """Return the file of a form in which a browser says it."""
    return {"originals": ("originals.json", json.dumps(originals).encode(), "application/json")}
