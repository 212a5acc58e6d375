# SPDX-License-Identifier: Apache-2.0
"""Whether the promises were kept: no fork, nothing lost, nothing twice, receipts hold."""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tallystick import verify
from tallystick.client.trust import Trust
from tallystick.model import decode_header
from tests.call_order import OutOfOrder, check_calls
from tests.faults.cluster import Cluster, Hang, Refused, Station, wait_for
from tests.faults.load import Memory, commit
from tests.torture.kit import Trial

RECEIPTS_MAX: Final = 4
"""Of each node, at each check."""
_PAGE: Final = 200

Row = tuple[bytes, list[str], str]
"""Header bytes, ids of the transactions, hash of the entries."""


def judge(
    cluster: Cluster, memory: Memory, *, seed: int = 1, stations: Sequence[Station] | None = None
) -> Trial:
    """Let all nodes (or these) commit once more, wait until they are equal, check everything."""
    chosen = list(cluster.stations if stations is None else stations)
    trial = Trial()
    try:
        for station in chosen:
            commit(cluster, memory, station)
        height = _settle(cluster, chosen)
        chains = {station.number: _blocks(station, height) for station in chosen}
    except (Hang, Refused) as error:
        trial.violations.append(f"{type(error).__name__}: {error}")
        return trial
    _compare(chains, trial)
    _check_acks(chains, memory, trial)
    if not trial.violations:  # else there may be none to wait for
        _check_receipts(cluster, chosen, memory, random.Random(seed), trial)
    check_call_orders(chosen, trial)
    trial.acknowledged = len(memory.acks)
    trial.facts["blocks"] = height
    return trial


def _settle(cluster: Cluster, stations: Sequence[Station]) -> int:
    """Wait until all have one height; return it."""
    heights: list[int] = []

    def is_one() -> bool:
        heights[:] = [cluster.height(station) for station in stations]
        return len(set(heights)) == 1

    wait_for(is_one, f"one height on all nodes ({heights})")
    return heights[0]


def _blocks(station: Station, height: int) -> list[Row]:
    rows: list[Row] = []
    while len(rows) < height:
        last = min(len(rows) + _PAGE, height)
        found = station.running.ask("blocks", first=len(rows) + 1, last=last)["blocks"]
        rows += [(bytes.fromhex(header), ids, entries) for header, ids, entries in found]
    return rows


def _compare(chains: dict[int, list[Row]], trial: Trial) -> None:
    """Every block is the same everywhere, header by header: no fork, one app hash."""
    numbers = sorted(chains)
    for height, rows in enumerate(zip(*(chains[number] for number in numbers), strict=True), 1):
        if any(row != rows[0] for row in rows):
            hashes = [decode_header(row[0]).app_hash.hex()[:16] for row in rows]
            trial.violations.append(f"FORK at height {height}: app hashes {hashes} on {numbers}")
            return


def _check_acks(chains: dict[int, list[Row]], memory: Memory, trial: Trial) -> None:
    """What was acknowledged stands where it was said, on every node; nothing stands twice."""
    for number, rows in chains.items():
        for ack in list(memory.acks):
            height, index, leaf, _ = ack.place
            name = ack.transaction_id.hex()
            if not 1 <= height <= len(rows):
                trial.violations.append(
                    f"LOST {name[:12]}: height {height} is not on node {number}"
                )
                continue
            header, ids, _ = rows[height - 1]
            first = decode_header(header).log_size - len(ids)
            if not index < len(ids) or ids[index] != name or first + index != leaf:
                trial.violations.append(
                    f"LOST {name[:12]}: acknowledged by node {ack.station} at {height}/{index}, "
                    f"not there on node {number}"
                )
        everything = [name for _, ids, _ in rows for name in ids]
        if len(set(everything)) != len(everything):
            trial.violations.append(f"TWICE: a transaction stands twice on node {number}")


def _check_receipts(
    cluster: Cluster,
    stations: Sequence[Station],
    memory: Memory,
    choice: random.Random,
    trial: Trial,
) -> None:
    trust = Trust.of_genesis(cluster.network.genesis_bytes)
    acks = choice.sample(list(memory.acks), min(RECEIPTS_MAX, len(memory.acks)))
    for station in stations:
        for ack in acks:
            try:
                text = _receipt(station, ack.transaction_id)
            except (Hang, Refused) as error:
                trial.violations.append(f"no receipt from node {station.number}: {error}")
                continue
            checks = {c.name: c.result.value for c in verify(text.encode(), trust=trust).checks}
            wrong = {name: found for name, found in checks.items() if found == "failed"}
            for needed in ("inclusion", "finality", "validators", "signature"):
                if checks.get(needed, "passed" if needed == "signature" else "") != "passed":
                    wrong[needed] = checks.get(needed, "absent")
            if wrong:
                trial.violations.append(f"a receipt of node {station.number} fails: {wrong}")
            trial.facts["receipts"] = trial.facts.get("receipts", 0) + 1


def _receipt(station: Station, name: bytes) -> str:
    """Return a receipt with its proof of finality, which may need a block more."""
    found: list[str] = []

    def has_come() -> bool:
        with suppress(Refused):  # views that follow have not come so far yet
            found[:] = [station.running.ask("receipt", transaction=name.hex())["receipt"]]
        return bool(found) and '"finality"' in found[0]

    wait_for(has_come, f"the receipt of {name.hex()[:12]}")
    return found[0]


def check_call_orders(stations: Sequence[Station], trial: Trial) -> None:
    """Every run's calls of the engine follow the engine's own grammar (INV-I10)."""
    for station in stations:
        for path in station.calls:
            calls = read_calls(path)
            try:
                check_calls(calls)
            except OutOfOrder as error:
                trial.violations.append(f"call order, {path.name}: {error}")
            trial.facts["calls"] = trial.facts.get("calls", 0) + len(calls)


def read_calls(path: Path) -> list[tuple[str, int]]:
    """Return the calls that a run wrote down; a line without its end never was."""
    lines: list[Any] = [line.split() for line in path.read_text().split("\n")[:-1]]
    return [(words[0], int(words[1])) for words in lines]
