# SPDX-License-Identifier: Apache-2.0
"""Runs contracts: finds them, checks calls against their schemas, turns calls into writes."""

from tallystick.execution.digests import contract_digest
from tallystick.execution.loader import ENTRY_POINT_GROUP, load_contracts
from tallystick.execution.runner import ContractRunner
from tallystick.execution.shelf import InstalledContract, UnreadableContract, check_succession

__all__ = [
    "ENTRY_POINT_GROUP",
    "ContractRunner",
    "InstalledContract",
    "UnreadableContract",
    "check_succession",
    "contract_digest",
    "load_contracts",
]
