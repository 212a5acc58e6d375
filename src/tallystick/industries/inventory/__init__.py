# SPDX-License-Identifier: Apache-2.0
"""Dealer inventory finance: warehouse receipts on serials, and loans on them (system INV)."""

from tallystick.industries.inventory.contract import Inventory
from tallystick.industries.inventory.counting import count_digest, inspection_digest
from tallystick.industries.inventory.workflows import EXCLUSIVE_ROLES

__all__ = ["EXCLUSIVE_ROLES", "Inventory", "count_digest", "inspection_digest"]
