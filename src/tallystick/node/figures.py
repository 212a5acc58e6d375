# SPDX-License-Identifier: Apache-2.0
"""What monitors of a consortium's node ask for, beside its height."""

from __future__ import annotations

from msgspec import Struct

from tallystick.consensus import EngineCounts
from tallystick.membership import Register
from tallystick.units import DAY_MS

EXPIRING_MS = 30 * DAY_MS
"""A member's key that ends within this time is worth an alarm."""


class NodeFigures(Struct, frozen=True, kw_only=True):
    """Figures of one moment."""

    validators: int
    """Organisations whose nodes vote on blocks."""
    nodes: int
    """Nodes that may connect."""
    finality_lag: int
    """Newest blocks that are durable here and cannot be proved final yet; one is usual."""
    keys_expiring: int
    """Keys of this node's organisation that act now, and end within thirty days."""
    counts: EngineCounts
    """Since the node started."""


def take_figures(
    register: Register, organization: str, *, now: int, finality_lag: int, counts: EngineCounts
) -> NodeFigures:
    """Return the figures of this moment; the register may be growing meanwhile."""
    keys = [key for key in list(register.keys.values()) if key.organization == organization]
    return NodeFigures(
        validators=len(register.validators),
        nodes=len(register.nodes),
        finality_lag=finality_lag,
        keys_expiring=sum(
            key.revoked_at is None and now < key.valid_until <= now + EXPIRING_MS for key in keys
        ),
        counts=counts,
    )
