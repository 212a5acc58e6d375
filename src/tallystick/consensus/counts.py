# SPDX-License-Identifier: Apache-2.0
"""What a node counts of the engine's doings since it started, for monitors."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class EngineCounts:
    """Each is raised by one thread only; a reader may be one behind."""

    proposals_rejected: int = 0
    """Blocks that other validators proposed and a correct node could not have."""
    misbehaviours: int = 0
    """Validators shown to have signed two different things at one height."""
    mempool_refusals: int = 0
    """Transactions refused at the mempool's door, or thrown out of it later."""
    peers_refused: int = 0
    """Calls of nodes that no organisation registered."""
    verdict_hits: int = 0
    """Transactions whose signature had been verified before, when it was asked for again."""
    verdict_misses: int = 0
