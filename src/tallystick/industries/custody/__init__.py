# SPDX-License-Identifier: Apache-2.0
"""Custody of financial documents: sealed files on several operators' nodes (system AFC)."""

from tallystick.industries.custody.archive_records import ManifestEntry, TerminalDay
from tallystick.industries.custody.contract import Custody
from tallystick.industries.custody.restoring import directory_of
from tallystick.industries.custody.rules import business_key, entry_digest, plain_commitment
from tallystick.industries.custody.workflows import EXCLUSIVE_ROLES

__all__ = [
    "EXCLUSIVE_ROLES",
    "Custody",
    "ManifestEntry",
    "TerminalDay",
    "business_key",
    "directory_of",
    "entry_digest",
    "plain_commitment",
]
