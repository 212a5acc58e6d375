# SPDX-License-Identifier: Apache-2.0
"""The example package from outside: installed with pip, voted in, upgraded, refused when changed.

Everything happens in processes of their own: pip, the command, and the node that it starts.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from tallystick import verify
from tallystick.client import KeyStore, Net, connect
from tallystick.client.trust import Trust
from tallystick.errors import ContractMigrating, TallystickError, UnknownContract
from tallystick.model import Receipt

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "notes-contract"
ORGANIZATION: Final = "11330100MB0F0001X8"
UPGRADE_HEIGHT: Final = 12
ROLES: Final = ["administrator", "auditor", "depositor"]

Receipts: TypeAlias = list[tuple[str, Receipt]]


class Place:
    """A machine of one operator: a home, a data folder, and the packages installed so far."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing but the platform."""
        self.folder = folder
        self.data = folder / "data"
        self.packages: list[Path] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://localhost:{self.port}"
        self._nonsense = 0

    def install(self, name: str, source: Path) -> Path:
        """Install a package with pip, without a network, into a folder of its own."""
        copy, target = self.folder / "sources" / name, self.folder / "packages" / name
        shutil.copytree(source, copy)
        offline = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet")
        command = (sys.executable, "-m", "pip", "install", *offline, "--target", str(target))
        subprocess.run([*command, str(copy)], check=True, capture_output=True, timeout=120)
        self.packages.append(target)
        return target

    def stop(self) -> None:
        """Stop the node, unless it has stopped by itself."""
        command = (sys.executable, "-m", "tallystick.cli", "down")
        environment = self.environment()
        subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)

    def environment(self) -> dict[str, str]:
        """Return the environment of this machine's processes."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("TALLY_")},
            "HOME": str(self.folder),
            "TALLY_HOME": str(self.folder / "home"),
            "TALLY_DATA": str(self.data),
            "TALLY_URL": self.url,
            "LANG": "en_US.UTF-8",
            "PYTHONPATH": os.pathsep.join(map(str, self.packages)),
        }

    def tally(self, *words: object, code: int = 0) -> Any:
        """Run the command with the words given; return the document it answers with."""
        done = subprocess.run(
            [sys.executable, "-m", "tallystick.cli", *map(str, words), "--json"],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def start(self, *words: str) -> None:
        """Start the node in the background."""
        self.tally("up", "--detach", "--port", self.port, *words)

    def refuse_to_start(self) -> Any:
        """Start the node, which must refuse, and return its error."""
        return self.tally("up", "--port", self.port, code=1)["error"]

    @contextmanager
    def net(self) -> Iterator[Net]:
        """Connect as the only member."""
        identity = KeyStore(self.folder / "home" / "keys").load("main-administrator")
        with connect(self.url, identity=identity) as net:
            yield net

    def advance_to(self, height: int) -> None:
        """Make blocks until `height`; a node without transactions makes none."""
        with self.net() as net:
            while net.status().height < height:
                self._nonsense += 1
                net.call(
                    "membership",
                    "add_member",
                    id=f"m{self._nonsense}",
                    name={"zh": "成员", "en": "Member"},
                    roles=[],
                )

    def propose(self, version: int, height: int, *words: str) -> Any:
        """Propose, and thereby decide, as the only organisation: which version runs from when."""
        which = ("--contract-version", version, "--height", height, *words)
        proposal = self.tally("governance", "propose", "contract", "notes", *which)
        assert proposal["state"] == "executed"
        return proposal


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Give a machine, and stop what runs on it."""
    found = Place(tmp_path)
    yield found
    found.stop()


def found_network(place: Place) -> None:
    """Found a network that has never heard of notes, and let its administrator govern."""
    names = ("--organization", ORGANIZATION, "--organization-name", "Court", "--network", "main")
    place.start(*names)
    with place.net() as net:
        with pytest.raises(UnknownContract):
            net.call("notes", "write", id="N-0", text="too early")
        net.call("membership", "set_roles", member="administrator", roles=[*ROLES, "governor"])
    place.tally("down")


def test_the_package_passes_its_own_tests_and_the_linter(place: Place) -> None:
    """As its author runs them, with both versions installed."""
    for version in ("v1", "v2"):
        place.install(version, EXAMPLE / version)
        assert place.tally("contract", "lint", EXAMPLE / version)["ok"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE / "tests")],
        env=place.environment(),
        cwd=place.folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_package_from_outside_is_voted_in_upgraded_and_held_to_its_digest(place: Place) -> None:
    """From founding to a rebuild of the state across the upgrade, as operators do it."""
    found_network(place)
    receipts = run_first_version(place)
    changed, right = install_second_versions(place)
    vote_for_what_is_not_there(place, right)
    refuse_anything_else(place, changed, right)
    move_records(place)
    check_history(place, receipts)
    with place.net() as net:
        assert net.query("notes", "read", id="N-1")["topic"] == "general"
        net.call("notes", "write", id="N-9", text="In time", topic="time")
    place.stop()

    # Everything is executed again from the first block, each with the version of its time.
    shutil.rmtree(place.data / "state")
    for path in place.data.glob("views.sqlite*"):
        path.unlink()
    place.start()
    check_history(place, receipts)
    with place.net() as net:
        assert net.query("notes", "read", id="N-9")["topic"] == "time"
        assert net.status().height > UPGRADE_HEIGHT


def run_first_version(place: Place) -> Receipts:
    """Install version 1, vote it in with its digest, and call it; return ids and receipts."""
    place.install("v1", EXAMPLE / "v1")
    (first,) = place.tally("contract", "digest", "notes")
    assert (first["version"], first["migrates_from"]) == (1, [])
    place.start()
    assert place.propose(1, 5)["action"]["digest"] == first["digest"]
    place.advance_to(4)
    with place.net() as net:
        written = [net.call("notes", "write", id=f"N-{at}", text=f"Note {at}") for at in range(3)]
        assert net.query("notes", "read", id="N-1")["text"] == "Note 1"
        ids = [one.transaction.id for one in written]
        return [(one, net.receipt(one).record) for one in ids]


def install_second_versions(place: Place) -> tuple[Path, Path]:
    """Install version 2 twice, once with a word changed; neither is in use yet."""
    copy = place.folder / "changed"
    shutil.copytree(EXAMPLE / "v2", copy)
    source = copy / "notes_v2" / "contract.py"
    text = source.read_text()
    assert '"general"' in text
    source.write_text(text.replace('"general"', '"something else"'))
    found = place.install("changed", copy), place.install("v2", EXAMPLE / "v2")
    del place.packages[1:]
    return found


def digest_with(place: Place, package: Path) -> str:
    """Return the digest of version 2 as it is in a package, which stays installed."""
    place.packages[1:] = [package]
    _, second = place.tally("contract", "digest", "notes")
    return str(second["digest"])


def vote_for_what_is_not_there(place: Place, right: Path) -> None:
    """Vote version 2 in while it is nowhere to be seen: doctor says so, then the node stops."""
    digest = digest_with(place, right)
    del place.packages[1:]
    place.propose(2, UPGRADE_HEIGHT, "--digest", digest, "--migrate-from", "1")
    checks = place.tally("doctor", code=1)["checks"]
    failed = {one["name"]: one["evidence"] for one in checks if one["result"] == "failed"}
    assert list(failed) == ["needed"]
    assert digest in failed["needed"]
    with pytest.raises(TallystickError):
        place.advance_to(UPGRADE_HEIGHT)
    place.stop()


def refuse_anything_else(place: Place, changed: Path, right: Path) -> None:
    """A node does not start without the package, nor with one that differs by a word."""
    del place.packages[1:]
    refused = place.refuse_to_start()
    assert refused["code"] == "E_CONTRACT_MISSING"
    wrong = digest_with(place, changed)
    assert wrong in place.refuse_to_start()["found"]
    assert digest_with(place, right) in refused["expected"]


def move_records(place: Place) -> None:
    """Nobody calls the contract until its records are moved, which any member may do."""
    place.start()
    with place.net() as net:
        with pytest.raises(ContractMigrating):
            net.call("notes", "write", id="N-9", text="Too early", topic="time")
        with pytest.raises(ContractMigrating):
            net.query("notes", "read", id="N-1")
    assert place.tally("governance", "migrate", "notes")["moved"] == 3


def check_history(place: Place, receipts: Receipts) -> None:
    """Old receipts verify, and what version 1 announced still reads as a sentence."""
    with place.net() as net:
        trust = Trust.of_genesis((place.data / "genesis.cbor").read_bytes())
        for at, (transaction, receipt) in enumerate(receipts):
            assert verify(receipt, trust=trust).ok
            shown = net.transaction(transaction)
            assert shown.sentence is not None
            assert f"wrote N-{at}: Note {at}" in shown.sentence.en
