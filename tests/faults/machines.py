# SPDX-License-Identifier: Apache-2.0
"""Faults of the machine: a slow disk, a full one, a clock that is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.faults.cluster import Cluster, Refused, Station
from tests.faults.load import commit
from tests.faults.scene import Stage

SLOW_S: Final = 0.2
WRONG_MS: Final = 90_000
DISK_BYTES: Final = 96 * 2**20


def slow_disk(stage: Stage) -> None:
    """Every sync of one node takes 200 ms longer, those of its engine too."""
    station = stage.choice.choice(stage.cluster.stations)
    station.stop()
    station.start("--slow-sync", str(SLOW_S))
    with _slow_syncs(station, stage):
        stage.others_go_on(10)
        commit(stage.cluster, stage.memory, station)
    station.stop()
    station.start()


@contextmanager
def _slow_syncs(station: Station, stage: Stage) -> Iterator[None]:
    """Delay the engine's own calls: it is Go, which no preloaded library can slow down."""
    if shutil.which("strace") is None:
        stage.count("engine's disk not slowed: no strace")
        yield
        return
    delay = f"fsync,fdatasync:delay_enter={int(SLOW_S * 1_000_000)}"
    calls = "trace=fsync,fdatasync"
    command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", calls, "-e", f"inject={delay}"]
    tracer = subprocess.Popen(
        [*command, "-p", str(station.running.engine)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    stage.count("engine's disk slowed")
    try:
        yield
    finally:
        tracer.terminate()
        tracer.wait()


# --- a full disk ----------------------------------------------------------------------------------


def may_mount() -> bool:
    """Say whether a file system can be mounted here."""
    return os.geteuid() == 0 and shutil.which("mount") is not None


@contextmanager
def small_disk(cluster: Cluster, station: Station) -> Iterator[Path]:
    """Move a stopped node's folder onto a small file system of its own."""
    aside = cluster.base / "aside"
    shutil.move(station.data, aside)
    station.data.mkdir()
    options = f"size={DISK_BYTES},mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", station.data], check=True)
    try:
        shutil.copytree(aside, station.data, dirs_exist_ok=True)
        shutil.rmtree(aside)
        yield station.data
    finally:
        station.kill()
        subprocess.run(["umount", station.data], check=False)


def full_disk(stage: Stage) -> None:
    """One node's disk is full: it stops, the others go on, and with room it comes back."""
    station = stage.choice.choice(stage.cluster.stations)
    station.stop()
    with small_disk(stage.cluster, station) as folder:
        station.start()
        stage.others_go_on()
        _fill(folder / "filler")
        stage.others_go_on(20)
        station.await_end()
        halt = station.running.event("halt", "failed") or {}
        stage.count(f"stopped with {halt.get('code')}")
        try:
            station.start()
            stage.count("started on a full disk")
            station.kill()
        except Refused:
            stage.count("refused to start on a full disk")
        (folder / "filler").unlink()
        station.start()
        commit(stage.cluster, stage.memory, station)
        station.stop()
        shutil.copytree(folder, stage.cluster.base / "back", symlinks=True, ignore=_no_sockets)
    shutil.rmtree(station.data)
    shutil.move(stage.cluster.base / "back", station.data)
    station.start()


def _no_sockets(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name.endswith(".sock")]


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        for size in (2**20, 4096, 1):
            try:
                while True:
                    os.write(file.fileno(), bytes(size))
            except OSError:
                continue


# --- clocks ---------------------------------------------------------------------------------------


def own_clock_wrong(stage: Stage) -> None:
    """The ledger's own clock of one node is 90 s off, either way; it only matters at its door."""
    _with_clocks(stage, 1)


def two_own_clocks_wrong(stage: Stage) -> None:
    """Two of four, one ahead and one behind."""
    _with_clocks(stage, 2)


def _with_clocks(stage: Stage, count: int) -> None:
    signs = (1, -1) if stage.number % 2 else (-1, 1)
    chosen = stage.choice.sample(stage.cluster.stations, count)
    for station, sign in zip(chosen, signs, strict=False):
        station.stop()
        station.start(f"--clock-offset-ms={sign * WRONG_MS}")
    stage.others_go_on(20)
    for station in chosen:
        commit(stage.cluster, stage.memory, station)
        station.stop()
        station.start()


def build_shifted_engine() -> Path | None:
    """Return an engine whose clock can be set off, built once; None where that is not possible."""
    script = Path(__file__).with_name("shifted_engine.sh")
    place = script.parents[2] / "build" / "shifted-engine"
    if shutil.which("go") is None and not (place / "cometbft").exists():
        return None
    done = subprocess.run(["bash", str(script), str(place)], capture_output=True, check=False)
    return place / "cometbft" if done.returncode == 0 else None


def engine_ahead(stage: Stage) -> None:
    """One engine's clock is 90 s ahead: block times are the median of all, and stay right."""
    _shift_engine(stage, WRONG_MS)


def engine_behind(stage: Stage) -> None:
    """One engine's clock is 90 s behind.

    It must take every block for one of the future and so may stop; the others go on.
    """
    _shift_engine(stage, -WRONG_MS)


def _shift_engine(stage: Stage, offset_ms: int) -> None:
    program = build_shifted_engine()
    assert program is not None
    environment = {"TALLY_COMETBFT": str(program), "TALLY_TEST_CLOCK_MS": str(offset_ms)}
    station = stage.choice.choice(stage.cluster.stations)
    station.stop()
    try:
        station.start(f"--clock-offset-ms={offset_ms}", environment=environment)
        stage.count("started")
    except Refused:
        stage.count("did not start")
    stage.others_go_on(20)
    if station.is_running:
        stage.count("node with the wrong clock ran on")
        station.stop()
    else:
        halt = station.running.event("halt", "failed") or {}
        stage.count(f"stopped with {halt.get('code')}")
    station.start()
