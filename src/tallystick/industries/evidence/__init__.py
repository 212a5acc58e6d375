# SPDX-License-Identifier: Apache-2.0
"""Judicial evidence: the chain of evidence of files deposited by their hashes (system JUD)."""

from tallystick.industries.evidence.contract import Evidence
from tallystick.industries.evidence.records import (
    Collector,
    Deposit,
    DepositSummary,
    EvidenceKind,
    Matter,
    NewCollector,
    NewDeposit,
    NewHashBatch,
    RegisteredCollector,
    VerificationMethod,
)
from tallystick.industries.evidence.rules import deposit_leaf

__all__ = [
    "Collector",
    "Deposit",
    "DepositSummary",
    "Evidence",
    "EvidenceKind",
    "Matter",
    "NewCollector",
    "NewDeposit",
    "NewHashBatch",
    "RegisteredCollector",
    "VerificationMethod",
    "deposit_leaf",
]
