# SPDX-License-Identifier: Apache-2.0
"""What an engine is given by the node, whichever engine it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from tallystick.consensus import Committed, Engine, EngineCounts, SoloEngine
from tallystick.ledger import ContractHost
from tallystick.node.application import LedgerApplication
from tallystick.node.copy_desk import CopySource
from tallystick.node.finality import FinalitySource
from tallystick.node.network import Sight
from tallystick.node.witnesses import Witness
from tallystick.storage import DataFolder, Storage

Relay: TypeAlias = Callable[[str, dict[str, str], int], bytes]
"""From a method, its parameters and the number of the question to the engine's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """The ledger, what makes its blocks durable, and whom to tell."""

    folder: DataFolder
    application: LedgerApplication
    storage: Storage
    host: ContractHost
    """The contracts."""
    find_committed: Callable[[bytes], Committed | None]
    clock: Callable[[], int]
    """Unix milliseconds."""
    on_halt: Callable[[BaseException], None]
    on_restored: Callable[[], None]
    """Told when blocks that another node gave are in place."""
    uses_processes: bool
    """Whether this node works in processes of its own."""
    snapshot_interval: int
    syncs_at_end: bool = False
    """Whether a node that orders alone syncs its blocks once, when it stops."""
    passphrase: str | None = field(default=None, repr=False)
    """Opens the node's keys, if they are sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An engine, and what it gives besides order."""

    name: str
    engine: Engine
    finality: FinalitySource | None = None
    """Proves blocks final; None where one node decides alone."""
    relay: Relay | None = None
    """Asks the engine one of the questions that others may ask."""
    sight: Sight | None = None
    """Asks the engine how it stands; None where there is none to ask."""
    counts: EngineCounts = field(default_factory=EngineCounts)
    """What it counts since it started."""
    witnesses: tuple[Witness, ...] = ()
    """Nodes of other organisations that may be asked to cosign."""
    sources: tuple[CopySource, ...] = ()
    """The same nodes, which may be asked for sealed documents."""


def open_solo(ordering: Ordering) -> Opened:
    """Return the engine of a node that orders alone, not started yet."""
    engine = SoloEngine(
        ordering.application,
        ordering.storage.log,
        clock=ordering.clock,
        find_committed=ordering.find_committed,
        on_halt=ordering.on_halt,
        syncs_at_end=ordering.syncs_at_end,
    )
    return Opened(name="solo", engine=engine)
