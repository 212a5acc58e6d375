# SPDX-License-Identifier: Apache-2.0
"""Contracts of the platform itself, whose tables all other contracts share."""

from tallystick.contracts.registers.assets import ASSETS_RESERVER, Assets
from tallystick.contracts.registers.calendars import WorkingDays
from tallystick.contracts.registers.documents import DocumentRegister
from tallystick.contracts.registers.reservations import reservation_claim
from tallystick.contracts.registers.sealing_keys import SealingKeys
from tallystick.contracts.registers.seals import Seals

__all__ = [
    "ASSETS_RESERVER",
    "Assets",
    "DocumentRegister",
    "SealingKeys",
    "Seals",
    "WorkingDays",
    "reservation_claim",
]
