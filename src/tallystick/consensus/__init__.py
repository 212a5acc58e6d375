# SPDX-License-Identifier: Apache-2.0
"""Engines that order transactions; they drive an application and do not know the ledger."""

from tallystick.consensus.ports import (
    Application,
    BlockLog,
    Committed,
    Engine,
    Executed,
    Proposal,
    ReplicatedApplication,
    Result,
    ValidatorPower,
)
from tallystick.consensus.solo import SoloEngine

__all__ = [
    "Application",
    "BlockLog",
    "Committed",
    "Engine",
    "Executed",
    "Proposal",
    "ReplicatedApplication",
    "Result",
    "SoloEngine",
    "ValidatorPower",
]
