# SPDX-License-Identifier: Apache-2.0
"""What a figure was measured on, and how much of the machine others used meanwhile."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tallystick.crypto import SecretKey, verify_signature
from tallystick.encoding import ENCODER
from tallystick.units import VERSION

_TICKS = os.sysconf("SC_CLK_TCK")


def describe() -> dict[str, object]:
    """Return the machine and the software."""
    cpu = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "verify_us": verification_us(),
        "encoder": ENCODER,
        "tallystick": VERSION,
        "commit": commit,
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def verification_us() -> float:
    """Return what one signature verification takes: how fast this machine is today.

    Rented machines of one name differ by half between days; figures compare only with this.
    """
    secret, message = SecretKey(bytes(31) + b"\x01"), bytes(400)
    signature = secret.sign(message)
    took = []
    for _ in range(9):
        started = time.perf_counter()
        for _ in range(200):
            verify_signature(secret.public_key, message, signature)
        took.append((time.perf_counter() - started) / 200)
    return round(median(took) * 1e6, 1)


@dataclass
class Load:
    """CPU time of one measured stretch."""

    seconds: float = 0.0
    own_cpu: float = 0.0
    """Seconds of CPU by this process and its children."""
    foreign_cores: float = 0.0
    """Cores that others kept busy meanwhile."""
    own_by_process: dict[str, float] = field(default_factory=dict)
    """Seconds of CPU by process role."""


def _busy_ticks() -> int:
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, fields[:8])
    return user + nice + system + irq + softirq + steal


def processes(own_role: str = "node") -> dict[int, str]:
    """Return this process and its descendants by role."""
    found = {os.getpid(): own_role}
    parents = {
        int(path.name): int(path.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1])
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and path.joinpath("stat").exists()
    }
    grown = True
    while grown:
        grown = False
        for pid, parent in parents.items():
            if parent in found and pid not in found:
                found[pid] = _role(pid)
                grown = True
    return found


def _role(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    for word, role in (
        ("crypto.worker", "verifier"),
        ("storage.writer", "store writer"),
        ("projector", "views"),
        ("benchmarks.load", "client"),
        ("benchmarks.engine_load", "client"),
        ("benchmarks.member", "node"),
        ("cometbft", "engine"),
    ):
        if word in command:
            return role
    return "other"


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _ended_children() -> float:
    times = os.times()
    return times.children_user + times.children_system


@contextmanager
def measured(own_role: str = "node") -> Iterator[Load]:
    """Measure wall time, CPU time by process, and what others used.

    Processes that end meanwhile are counted as ended children of this one, as the client.
    """
    load = Load()
    roles = processes(own_role)
    ended = _ended_children()
    before = {pid: _cpu_seconds(pid) for pid in roles}
    busy, start = _busy_ticks(), time.perf_counter()
    yield load
    load.seconds = time.perf_counter() - start
    for pid, role in roles.items():
        used = _cpu_seconds(pid) - before[pid]
        load.own_by_process[role] = load.own_by_process.get(role, 0.0) + used
        load.own_cpu += used
    client = _ended_children() - ended
    if client:
        load.own_by_process["client"] = load.own_by_process.get("client", 0.0) + client
        load.own_cpu += client
    total = (_busy_ticks() - busy) / _TICKS
    load.foreign_cores = max(0.0, round((total - load.own_cpu) / load.seconds, 2))


def memory_by_role() -> dict[str, dict[str, float]]:
    """Return resident and proportional memory in MiB by role, and how much is mapped files."""
    found: dict[str, dict[str, float]] = {}
    for pid, role in processes().items():
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        sizes = {
            line.split(":")[0]: int(line.split()[1]) / 1024
            for line in text.splitlines()[1:]
            if line.endswith("kB")
        }
        found[role] = {
            "rss": round(sizes["Rss"], 1),
            "pss": round(sizes["Pss"], 1),
            "private": round(sizes["Private_Clean"] + sizes["Private_Dirty"], 1),
            "anonymous": round(sizes["Anonymous"], 1),
        }
    return found
