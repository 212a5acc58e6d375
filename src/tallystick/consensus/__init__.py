# SPDX-License-Identifier: Apache-2.0
"""Engines that order transactions; they drive an application and do not know the ledger."""

from tallystick.consensus.counts import EngineCounts
from tallystick.consensus.intake import Intake
from tallystick.consensus.ports import (
    Application,
    BlockLog,
    Committed,
    Engine,
    Executed,
    Proposal,
    ReplicatedApplication,
    Restorer,
    Result,
    Snapshots,
    ValidatorPower,
)
from tallystick.consensus.solo import SoloEngine

__all__ = [
    "Application",
    "BlockLog",
    "Committed",
    "Engine",
    "EngineCounts",
    "Executed",
    "Intake",
    "Proposal",
    "ReplicatedApplication",
    "Restorer",
    "Result",
    "Snapshots",
    "SoloEngine",
    "ValidatorPower",
]
