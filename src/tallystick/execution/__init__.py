# SPDX-License-Identifier: Apache-2.0
"""Runs contracts: finds them, checks calls against their schemas, turns calls into writes."""

from tallystick.execution.loader import ENTRY_POINT_GROUP, load_contracts
from tallystick.execution.runner import ContractRunner

__all__ = ["ENTRY_POINT_GROUP", "ContractRunner", "load_contracts"]
