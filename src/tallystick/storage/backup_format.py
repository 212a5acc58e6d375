# SPDX-License-Identifier: Apache-2.0
"""The form of a backup file. Spec: docs/spec/storage.md section 7.

An uncompressed tar archive: what it is, the genesis document, secret keys and the console's
records if asked for, the segments of the block log, and last the list of all parts with their
SHA-256. So one that was cut off has no list.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec

from tallystick.storage.layout import CONSOLE_FILE, CONSOLE_FOLDER, VAULT_KEY_FILE

BACKUP_FORMAT: Final = "tallystick.backup"
BACKUP_VERSION: Final = 2
CONSOLE_VERSION: Final = 2
"""The first that may hold the records of the console, and the key of its vault."""
INFO_PART: Final = "backup.json"
MANIFEST_PART: Final = "manifest.json"
TAR_BLOCK: Final = 512
COPY_BYTES: Final = 2**20
SMALL_PART_BYTES_MAX: Final = 64 * 2**20
"""Parts other than segments; the list of a million segments would be this large."""

KEY_PART: Final = re.compile(r"keys/[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
CONSOLE_PART: Final = f"{CONSOLE_FOLDER}/{CONSOLE_FILE}"
VAULT_KEY_PART: Final = f"{CONSOLE_FOLDER}/{VAULT_KEY_FILE}"
SEGMENT_PART: Final = re.compile(r"blocks/\d{20}\.log")

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""


class BackupInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The first part of a backup: what it holds."""

    format: str = BACKUP_FORMAT
    version: int = BACKUP_VERSION
    network: str
    height: int
    """Of the last block in it."""
    block_hash: str
    """Of that block, in hex; receipts and checkpoints up to it stay valid after a restore."""
    app_hash: str
    block_time: int
    """Unix milliseconds: what was committed later is not in the backup."""
    log_size: int
    has_keys: bool
    """Whether it holds secret keys, and must be guarded like them."""
    has_console: bool = False
    """Whether it holds the console's records: people, drafts and what they did, in clear."""


class BackupPart(msgspec.Struct, frozen=True):
    """One part, as the last part lists it."""

    name: str
    size: int
    sha256: str


class BackupManifest(msgspec.Struct, frozen=True):
    """The last part of a backup: all the others."""

    info: BackupInfo
    parts: list[BackupPart]
