# SPDX-License-Identifier: Apache-2.0
"""Keeps blocks and state on disk: block log, store, data folder, backup, checks."""

from tallystick.storage.backup_format import BackupInfo, BackupManifest
from tallystick.storage.backup_reader import read_backup_info, restore
from tallystick.storage.backup_writer import backup
from tallystick.storage.block_log import BlockLog
from tallystick.storage.check import check_storage
from tallystick.storage.chunks import ChunkIndex, make_snapshot, read_chunk
from tallystick.storage.data_folder import (
    DataFolder,
    prepare_folder,
    read_format,
    read_genesis,
)
from tallystick.storage.durable_store import DurableStore
from tallystick.storage.findings import Finding, Severity
from tallystick.storage.layout import BLOCKS_FOLDER, VALIDATOR_KEY_FILE
from tallystick.storage.log_reader import BlockLogReader
from tallystick.storage.memory_store import MemoryStore
from tallystick.storage.mounts import Footing, file_system_kind, footing
from tallystick.storage.opening import Storage, open_storage
from tallystick.storage.policy import FlushPolicy
from tallystick.storage.records import Position
from tallystick.storage.repair import give_up_after
from tallystick.storage.retention import Retention, blocks_kept_min, read_retention, write_retention
from tallystick.storage.settling import settle
from tallystick.storage.snapshot_file import (
    SnapshotFileInfo,
    read_snapshot_file,
    restore_snapshot,
    write_snapshot,
)
from tallystick.storage.snapshots import SnapshotShelf, offered_heights
from tallystick.storage.staging import StagedRestore
from tallystick.storage.verification import BlockVerifier

__all__ = [
    "BLOCKS_FOLDER",
    "VALIDATOR_KEY_FILE",
    "BackupInfo",
    "BackupManifest",
    "BlockLog",
    "BlockLogReader",
    "BlockVerifier",
    "ChunkIndex",
    "DataFolder",
    "DurableStore",
    "Finding",
    "FlushPolicy",
    "Footing",
    "MemoryStore",
    "Position",
    "Retention",
    "Severity",
    "SnapshotFileInfo",
    "SnapshotShelf",
    "StagedRestore",
    "Storage",
    "backup",
    "blocks_kept_min",
    "check_storage",
    "file_system_kind",
    "footing",
    "give_up_after",
    "make_snapshot",
    "offered_heights",
    "open_storage",
    "prepare_folder",
    "read_backup_info",
    "read_chunk",
    "read_format",
    "read_genesis",
    "read_retention",
    "read_snapshot_file",
    "restore",
    "restore_snapshot",
    "settle",
    "write_retention",
    "write_snapshot",
]
