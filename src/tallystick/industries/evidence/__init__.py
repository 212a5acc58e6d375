# SPDX-License-Identifier: Apache-2.0
"""Judicial evidence: deposits of files by their hashes (system JUD, first part)."""

from tallystick.industries.evidence.contract import Evidence
from tallystick.industries.evidence.records import (
    Collector,
    Deposit,
    DepositSummary,
    EvidenceKind,
    NewDeposit,
)

__all__ = ["Collector", "Deposit", "DepositSummary", "Evidence", "EvidenceKind", "NewDeposit"]
