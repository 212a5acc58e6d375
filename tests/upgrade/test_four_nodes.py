# SPDX-License-Identifier: Apache-2.0
"""The example package on four nodes: voted in, upgraded with a migration, one node with other code.

Four `tally up` processes with an engine each; what is installed on a machine is what its processes
see. All blocks are real, and so is the node that stops.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import UNSET

from tallystick import verify
from tallystick.cli.demo.consortium import ORGANIZATIONS
from tallystick.cli.demo.sites import Site, free_ports, hold_ceremony, start_all, wait_level
from tallystick.client import Net, Verification
from tallystick.errors import ContractMigrating, Unavailable, UnknownContract
from tallystick.model import ActivateContract, Receipt

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("engine_program"),
]

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "notes-contract"
AHEAD: Final = 8
"""How many blocks there are from a proposal to the height that it names."""
NOTES: Final = 3
_NUMBERS: Final = itertools.count(1)


@dataclass
class Machine(Site):
    """An organisation's machine, and the packages that are installed there."""

    packages: list[Path] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes see: the packages too."""
        return {**super().environment, "PYTHONPATH": os.pathsep.join(map(str, self.packages))}


@dataclass(frozen=True, slots=True)
class Packages:
    """The example's two versions, and the second with a word changed, each installed by pip."""

    first: Path
    second: Path
    changed: Path


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """Install the packages, each into a folder of its own."""
    base = tmp_path_factory.mktemp("packages")
    changed = base / "sources" / "changed"
    shutil.copytree(EXAMPLE / "v2", changed)
    source = changed / "notes_v2" / "contract.py"
    text = source.read_text(encoding="utf-8")
    assert '"general"' in text
    source.write_text(text.replace('"general"', '"something else"'), encoding="utf-8")
    for name in ("v1", "v2"):
        shutil.copytree(EXAMPLE / name, base / "sources" / name)
    for name in ("v1", "v2", "changed"):
        offline = ("--no-deps", "--no-index", "--no-build-isolation", "--quiet")
        command = (sys.executable, "-m", "pip", "install", *offline, "--target", str(base / name))
        subprocess.run(
            [*command, str(base / "sources" / name)], check=True, capture_output=True, timeout=120
        )
    return Packages(base / "v1", base / "v2", base / "changed")


@pytest.fixture
def machines(tmp_path: Path, packages: Packages) -> Iterator[list[Machine]]:
    """Give four running organisations; the last has installed other code for version 2."""
    ports = free_ports(2 * len(ORGANIZATIONS))
    found = []
    for number, one in enumerate(ORGANIZATIONS):
        folder = tmp_path / f"organization-{number + 1}"
        folder.mkdir(mode=0o700)
        found.append(Machine(one, folder, ports[2 * number], ports[2 * number + 1]))
    for machine in found:
        machine.packages = [packages.first, packages.second]
    found[-1].packages = [packages.first, packages.changed]
    with ExitStack() as stack:
        for machine in found:
            stack.callback(machine.stop)
        hold_ceremony(found, tmp_path)
        start_all(found)
        yield found


def test_four_nodes_upgrade_and_the_one_with_other_code_stops(
    machines: list[Machine], packages: Packages
) -> None:
    """One test, because each step needs the one before: a contract's life on a network."""
    *three, fourth = machines
    _nobody_knows_the_contract(three[0])
    _vote_in(three, 1, _digest(three[0], 1))
    receipts = _write_notes(machines)

    right, wrong = _digest(three[0], 2), _digest(fourth, 2)
    assert right != wrong
    height = _vote_in(three, 2, right, migrate_from=1, but=fourth)
    _it_stops_before(fourth, height, right, wrong)

    _records_move(three)
    _history_reads(three, receipts)
    _it_does_not_start(fourth, right, wrong)
    _it_comes_back(machines, packages, receipts)


def _nobody_knows_the_contract(machine: Machine) -> None:
    with machine.net() as net, pytest.raises(UnknownContract):
        net.call("notes", "write", id="N-9", text="too early")


def _digest(machine: Machine, version: int) -> bytes:
    """Return the digest of a version as it is installed on a machine."""
    found: Any = machine.run("contract", "digest", "notes")
    return bytes.fromhex(next(one["digest"] for one in found if one["version"] == version))


def _vote_in(
    voters: Sequence[Machine],
    version: int,
    digest: bytes,
    *,
    migrate_from: int | None = None,
    but: Machine | None = None,
) -> int:
    """Vote a version in with its digest, and make blocks until it runs; return its height.

    `but` is a machine that will say before the height that it lacks the version.
    """
    with ExitStack() as stack:
        proposer, *others = [stack.enter_context(one.net("governor")) for one in voters]
        height = proposer.status().height + AHEAD
        before = UNSET if migrate_from is None else migrate_from
        action = ActivateContract("notes", version, height, digest, before)
        proposal = proposer.governance.propose(action)
        *_, decided = [one.governance.vote(proposal.id, approve=True) for one in others]
    assert "governance.Executed" in [event.name for event in decided.events]
    assert (decided.transaction.height or height) < height
    if but is not None:
        _it_is_warned(but, digest)
    with voters[0].net() as net:
        while net.status().height < height:
            _make_a_block(net)
    return height


def _make_a_block(net: Net) -> None:
    """Have any transaction committed: a network without transactions makes no blocks."""
    member = f"m{next(_NUMBERS)}"
    net.call("membership", "add_member", id=member, name={"zh": member, "en": member}, roles=[])


def _write_notes(machines: Sequence[Machine]) -> list[tuple[str, Receipt]]:
    """Have notes written by version 1 through different nodes; return ids and receipts."""
    found = []
    for number, machine in enumerate(machines[:NOTES]):
        with machine.net() as net:
            done = net.call("notes", "write", id=f"N-{number}", text=f"Note {number}")
            found.append((done.transaction.id, done.receipt.record))
    with machines[-1].net() as net:
        net.wait(found[-1][0])
        assert net.query("notes", "read", id="N-1")["text"] == "Note 1"
    return found


def _it_is_warned(fourth: Machine, right: bytes) -> None:
    """Doctor fails on the machine whose code is not what was voted for; nothing else does."""
    words = ("doctor", "--data", str(fourth.data), "--json")
    done = subprocess.run(
        [sys.executable, "-m", "tallystick.cli", *words],
        env=fourth.environment,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    checks = json.loads(done.stdout)["checks"]
    failed = {one["name"]: one["evidence"] for one in checks if one["result"] == "failed"}
    assert list(failed) == ["needed"]
    assert right.hex() in failed["needed"]


def _it_stops_before(fourth: Machine, height: int, right: bytes, wrong: bytes) -> None:
    """The node ends by itself, without the block that it cannot execute."""
    assert fourth.process is not None
    assert fourth.process.wait(120) not in {0, None}
    fourth.process = None
    said = fourth.log.read_text(encoding="utf-8")
    assert "E_CONTRACT_MISSING" in said
    assert right.hex() in said
    assert wrong.hex() in said
    assert f"block {height} runs contract notes in version 2" in said
    with pytest.raises(Unavailable), fourth.net() as net:
        net.status()


def _records_move(three: Sequence[Machine]) -> None:
    """Nobody calls the contract until its records are moved, which any member may do."""
    first, second, third = three
    with first.net() as net:
        with pytest.raises(ContractMigrating):
            net.call("notes", "write", id="N-9", text="too early", topic="time")
        with pytest.raises(ContractMigrating):
            net.query("notes", "read", id="N-1")
    with second.net() as net:
        moved = net.governance.migrate("notes")
        assert moved.result == {"moved": NOTES, "finished": True}
    with third.net() as net:
        net.wait(moved.transaction.id)
        assert net.query("notes", "read", id="N-1")["topic"] == "general"
        net.call("notes", "write", id="N-9", text="In time", topic="time")


def _history_reads(machines: Sequence[Machine], receipts: list[tuple[str, Receipt]]) -> None:
    """Old receipts show the validators' agreement, and old notes still read as sentences."""
    for machine in machines:
        with machine.net() as net:
            for at, (transaction, receipt) in enumerate(receipts):
                found = verify(receipt, trust=machine.trust)
                assert found.ok, found.checks
                assert "of 4 validators signed" in _agreement(found)
                shown = net.transaction(transaction)
                assert shown.sentence is not None
                assert f"wrote N-{at}: Note {at}" in shown.sentence.en
                again = net.receipt(transaction)
                assert again.record.transaction == receipt.transaction


def _agreement(found: Verification) -> str:
    return next(one.evidence.en for one in found.checks if one.name == "finality")


def _it_does_not_start(fourth: Machine, right: bytes, wrong: bytes) -> None:
    """Started again with the same code it refuses, and names both digests."""
    before = len(fourth.log.read_bytes())
    fourth.start()
    assert fourth.process is not None
    assert fourth.process.wait(120) == 1
    fourth.process = None
    said = fourth.log.read_bytes()[before:].decode()
    assert "E_CONTRACT_MISSING" in said
    assert right.hex() in said
    assert wrong.hex() in said


def _it_comes_back(
    machines: Sequence[Machine], packages: Packages, receipts: list[tuple[str, Receipt]]
) -> None:
    """With the package that was voted for it executes what it missed, and all are as one."""
    *_, fourth = machines
    fourth.packages = [packages.first, packages.second]
    fourth.start()
    fourth.wait_ready()
    levels = wait_level(machines)
    assert len(set(levels)) == 1
    with fourth.net() as net:
        assert net.query("notes", "read", id="N-9")["topic"] == "time"
    _history_reads([fourth], receipts)
    assert [machine.stop() for machine in machines] == [0] * len(machines)
