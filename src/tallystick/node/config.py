# SPDX-License-Identifier: Apache-2.0
"""One node's own settings; what all nodes share is in the genesis document."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tallystick.contracts import Contract
from tallystick.model import SNAPSHOT_INTERVAL


def wall_clock() -> int:
    """Return unix time in milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConfig:
    """Where and how one node runs."""

    data: Path
    """The data folder."""
    passphrase: str | None = field(default=None, repr=False)
    """Opens the node's keys, if they are sealed."""
    workers: bool = True
    """Whether signatures, storage and views work in processes of their own (faster, two cores)."""
    may_order_alone: bool = False
    """Whether this node may order a network that several founded: in tests and simulations only."""
    syncs_at_end: bool = False
    """Whether answers come before blocks are on disk, which they are once the node has stopped.

    Only for a folder that counts for nothing before it is complete: a power cut loses what was
    answered. Of a network that one node orders; another has its engine's own log.
    """
    verifier_processes: int = 1
    """How many of them verify signatures."""
    contracts: tuple[type[Contract], ...] | None = None
    """Contracts to choose from; None means those of all installed packages."""
    clock: Callable[[], int] = wall_clock
    """Unix milliseconds; tests and simulations give their own."""
    snapshot_interval: int = SNAPSHOT_INTERVAL
    """Every so many blocks a snapshot is offered to nodes that join."""
    on_halt: Callable[[BaseException], None] = lambda _: None
    """Told once, from the failing thread, when the node stops for a fault: end the process."""
