# SPDX-License-Identifier: Apache-2.0
"""Experiment 4: stored bytes that change: flipped bits, cut files, lost files, in every file.

For each damage the folder is opened and everything in it is read, in a process of its own. What
is returned is compared with what was written. A wrong value is silent damage, and there must be
none; else the damage was refused when the folder was opened, or when the value was read, or by
the storage check, or it lies in free space and harms nobody.

The views are read models without checksums, made anew by `tally views rebuild`: flips in them are
counted by themselves.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from tallystick.crypto import sha256
from tallystick.errors import TallystickError
from tallystick.ledger import Tree
from tallystick.node import Node, NodeConfig, open_node
from tallystick.storage import Severity, check_storage
from tests.torture import world
from tests.torture.kit import (
    ProcessEnded,
    Row,
    Subject,
    Trial,
    collect,
    isolated,
    run_trials,
    workplace,
)
from tests.torture.plants import PLANTS

READ_S: Final = 60.0
Values = dict[str, bytes]


class Fate(StrEnum):
    """What became of a damage."""

    AT_OPEN = "refused at open"
    ON_READ = "refused on read"
    BY_CHECK = "found by the check"
    HARMLESS = "harmless"
    CRASHED = "process crashed"
    UNTYPED = "refused, by an error without a code"
    SILENT = "silent"
    SHOWN = "wrong row shown"


@dataclass(frozen=True, slots=True)
class Damage:
    """One damage to one file."""

    file: str
    kind: str
    at: int
    bit: int


def damage_row(target: str, count: int, processes: int, plant: str = "") -> Row:
    """Damage one kind of file many times."""
    name = f"control: {plant}, by damage to {target}" if plant else f"damage to {target}"
    with workplace() as place:
        subject = _template(place)
        truth = isolated(partial(_read_all, subject.data))
        if isinstance(truth, str):
            return Row(name, violations=[f"the undamaged folder cannot be read: {truth}"])
        damages = plan_damages(subject.data, target, count)
        work = partial(_try, subject.data, truth, plant)
        row = collect(name, run_trials(work, damages, processes=processes), must_catch=bool(plant))
    row.facts.pop("acknowledged", None)
    return row


def _template(place: Path) -> Subject:
    subject = Subject(place)
    import os

    os.waitpid(subject.fork("--batches", "30", "--seed", "7", "--linger"), 0)
    return subject


TARGETS: Final[dict[str, str]] = {
    "block log": "blocks/*.log",
    "commit mark": "blocks/committed",
    "store": "state/data.mdb",
    "format file": "format.json",
    "genesis document": "genesis.cbor",
    "node key": "keys/log.key",
    "views": "views.sqlite",
}


def plan_damages(data: Path, target: str, count: int) -> list[Damage]:
    """Return damages spread over the files of one kind: mostly flips, some cuts, one loss each."""
    choice = random.Random(target)
    files = sorted(data.glob(TARGETS[target]))
    found = [Damage(str(file.relative_to(data)), "delete", 0, 0) for file in files]
    while len(found) < count:
        file = choice.choice(files)
        kind = choice.choice(("flip",) * 8 + ("cut", "zero"))
        at = choice.randrange(file.stat().st_size)
        found.append(Damage(str(file.relative_to(data)), kind, at, choice.randrange(8)))
    return found[:count]


def _harm(data: Path, damage: Damage) -> None:
    path = data / damage.file
    content = bytearray(path.read_bytes())
    match damage.kind:
        case "delete":
            path.unlink()
            return
        case "flip":
            content[damage.at] ^= 1 << damage.bit
        case "cut":
            del content[damage.at :]
        case "zero":
            end = min(damage.at + 512, len(content))
            content[damage.at : end] = bytes(end - damage.at)
    path.write_bytes(content)


def _try(source: Path, truth: Values, plant: str, damage: Damage) -> Trial:
    with workplace() as place:
        data = place / "data"
        shutil.copytree(source, data)
        _harm(data, damage)
        fate = _fate(data, truth, plant)
        if fate is Fate.SILENT and damage.file.startswith("views"):
            fate = Fate.SHOWN
    trial = Trial(facts={fate.value: 1})
    if fate is Fate.SILENT:
        trial.violations.append(f"P8 silent: {damage}")
    return trial


def _fate(data: Path, truth: Values, plant: str) -> Fate:
    try:
        checked = isolated(partial(_check, data), timeout_s=READ_S)
        read = isolated(partial(_read_all, data, plant), timeout_s=READ_S)
    except ProcessEnded as error:
        return Fate.CRASHED if error.is_crash else Fate.UNTYPED
    if isinstance(read, str):
        return Fate(read)
    if read != truth:
        return Fate.SILENT
    return Fate.BY_CHECK if checked else Fate.HARMLESS


def _check(data: Path) -> bool:
    """Say whether the storage check finds something."""
    try:
        return any(one.severity is not Severity.NOTE for one in check_storage(data))
    except TallystickError:
        return True


def _read_all(data: Path, plant: str = "") -> Values | str:
    """Return everything that a node returns, or the fate of the attempt."""
    if plant:
        PLANTS[plant]()
    try:
        node = open_node(
            NodeConfig(data=data, workers=False, contracts=world.CONTRACTS, clock=world.wall_ms)
        )
    except TallystickError:
        return Fate.AT_OPEN.value
    try:
        node.start()
    except TallystickError:
        return Fate.AT_OPEN.value
    try:
        return _values(node)
    except TallystickError:
        return Fate.ON_READ.value
    finally:
        with suppress(TallystickError):
            node.stop()


def _values(node: Node) -> Values:
    """Read through every door: blocks, log, state, receipts, views."""
    status = node.status()
    found: Values = {"checkpoint": node.checkpoint().encode(), "genesis": node.genesis_bytes}
    store = node._parts.store
    for height in range(1, status.height + 1):
        block = node._parts.block_log.block(height)
        everything = (block.header_bytes, *block.transactions, *block.entries, *block.write_sets)
        found[f"block {height}"] = sha256(b"".join(everything))
        receipt = node.receipt(sha256(block.transactions[0]))
        found[f"receipt {height}"] = receipt.entry + receipt.transaction
    for number, entry in enumerate(node.entries(0, status.log_size)):
        found[f"entry {number}"] = sha256(entry)
    for tree in Tree:
        for key, value in store.items(tree):
            found[f"{tree} {key.hex()}"] = value
            found[f"{tree} {key.hex()} alone"] = store.get(tree, key) or b""
    for leaf in range(status.log_size):
        path = node.inclusion_proof(leaf, status.log_size)
        found[f"path {leaf}"] = b"".join(path)
    found["rows"] = repr(node.views.list_transactions(limit=100).items).encode()
    found["records"] = repr(node.views.list_records("evidence", "deposits", limit=100)).encode()
    return found


def _all(count: Callable[[str], int], processes: int) -> list[Row]:
    return [damage_row(target, count(target), processes) for target in TARGETS]


def damage_everything(log: int, store: int, small: int, processes: int) -> list[Row]:
    """Damage every kind of file, and let a node that believes what it reads be caught."""
    counts = {"block log": log, "store": store, "views": store // 2}
    rows = _all(lambda target: counts.get(target, small), processes)
    return [*rows, damage_row("store", 40, processes, "no_checksums")]
