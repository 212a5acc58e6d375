# SPDX-License-Identifier: Apache-2.0
"""Names in a data folder. Spec: docs/spec/storage.md section 1."""

from __future__ import annotations

from typing import Final

FORMAT_FILE: Final = "format.json"
"""Written last when a folder is made: without it the folder is not a data folder."""
LOCK_FILE: Final = "lock"
GENESIS_FILE: Final = "genesis.cbor"
KEYS_FOLDER: Final = "keys"
VALIDATOR_KEY_FILE: Final = "validator.key"
"""In the folder of keys: votes on blocks. It is in no backup, see `backup`."""
CONSOLE_FOLDER: Final = "console"
CONSOLE_FILE: Final = "console.sqlite"
"""In the console's folder: accounts, drafts, what was done there. No block has any of it."""
VAULT_KEY_FILE: Final = "vault.key"
"""In the console's folder: opens the secrets that lie sealed in its records."""
BLOCKS_FOLDER: Final = "blocks"
STATE_FOLDER: Final = "state"
INCOMING_FOLDER: Final = "incoming"
"""Blocks and state of a snapshot that is being restored; worth nothing after a crash."""
RESTORED_FOLDER: Final = "restored"
"""The same, complete and checked, on its way to its place; a crash does not stop it."""
CHUNK_INDEX_FILE: Final = "chunks.index"
"""In the folder of the block log: hashes of the chunks of snapshots. No truth; made again."""
RETENTION_FILE: Final = "retention.json"
"""How many of its own blocks the engine keeps."""

FORMAT_NAME: Final = "tallystick.data"
FORMAT_VERSION: Final = 1
