# SPDX-License-Identifier: Apache-2.0
"""Keeps blocks and state on disk: block log, store, data folder, backup, checks."""

from tallystick.storage.backup_format import BackupInfo, BackupManifest
from tallystick.storage.backup_reader import restore
from tallystick.storage.backup_writer import backup
from tallystick.storage.block_log import BlockLog
from tallystick.storage.check import check_storage
from tallystick.storage.data_folder import DataFolder, read_format, read_genesis
from tallystick.storage.durable_store import DurableStore
from tallystick.storage.files import read_private, write_file
from tallystick.storage.findings import Finding, Severity
from tallystick.storage.layout import VALIDATOR_KEY_FILE
from tallystick.storage.log_reader import BlockLogReader
from tallystick.storage.memory_store import MemoryStore
from tallystick.storage.mounts import Footing, file_system_kind, footing
from tallystick.storage.opening import Storage, open_storage
from tallystick.storage.policy import FlushPolicy
from tallystick.storage.records import Position
from tallystick.storage.repair import give_up_after
from tallystick.storage.verification import BlockVerifier

__all__ = [
    "VALIDATOR_KEY_FILE",
    "BackupInfo",
    "BackupManifest",
    "BlockLog",
    "BlockLogReader",
    "BlockVerifier",
    "DataFolder",
    "DurableStore",
    "Finding",
    "FlushPolicy",
    "Footing",
    "MemoryStore",
    "Position",
    "Severity",
    "Storage",
    "backup",
    "check_storage",
    "file_system_kind",
    "footing",
    "give_up_after",
    "open_storage",
    "read_format",
    "read_genesis",
    "read_private",
    "restore",
    "write_file",
]
