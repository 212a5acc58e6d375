# SPDX-License-Identifier: Apache-2.0
"""How many of its own blocks the consensus engine keeps; the block log keeps all, for ever.

The engine stores each block once more, with its votes. Who joins needs of these only what follows
the snapshots on offer, and evidence of misbehaviour is judged within a window.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from tallystick.disk import write_file
from tallystick.errors import DataFolderProblem, LimitExceeded
from tallystick.model import SNAPSHOT_INTERVAL
from tallystick.storage.layout import RETENTION_FILE

EVIDENCE_BLOCKS_MAX: Final = 100_000
"""Evidence of misbehaviour counts for so many blocks (`evidence.max_age_num_blocks`)."""
KEEP_ALL: Final = 0


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """One node's choice."""

    blocks: int = EVIDENCE_BLOCKS_MAX
    """How many of the newest blocks the engine keeps; 0 keeps all."""

    def retain_from(self, height: int) -> int:
        """Return the first height that the engine keeps when `height` is the newest; 0 for all."""
        if self.blocks == KEEP_ALL:
            return 0
        return max(0, height - self.blocks + 1)


def blocks_kept_min(interval: int = SNAPSHOT_INTERVAL) -> int:
    """Return how many blocks an engine must keep: the evidence window, and two snapshots back."""
    return max(EVIDENCE_BLOCKS_MAX, 2 * interval)


def check_retention(retention: Retention, interval: int = SNAPSHOT_INTERVAL) -> None:
    """Raise `LimitExceeded` if the engine would drop what it still needs."""
    least = blocks_kept_min(interval)
    if retention.blocks != KEEP_ALL and retention.blocks < least:
        raise LimitExceeded(
            "the engine would drop blocks that it still needs",
            field="blocks",
            expected=f"0 for all, or at least {least}",
            found=str(retention.blocks),
        )


def read_retention(data: Path, interval: int = SNAPSHOT_INTERVAL) -> Retention:
    """Return the choice kept in a data folder; without one, the least that is allowed.

    Raises:
        DataFolderProblem: the file holds something else.
        LimitExceeded: the engine would drop what it still needs.
    """
    path = data / RETENTION_FILE
    try:
        retention = msgspec.json.decode(path.read_bytes(), type=Retention)
    except FileNotFoundError:
        return Retention(blocks=blocks_kept_min(interval))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataFolderProblem(
            f"{path} cannot be read: {error}",
            hint="Set it anew: `tally node prune --keep NUMBER`.",
        ) from error
    check_retention(retention, interval)
    return retention


def write_retention(data: Path, retention: Retention, interval: int = SNAPSHOT_INTERVAL) -> None:
    """Keep a choice in a data folder; its node goes by it from its next start on.

    Raises:
        LimitExceeded: the engine would drop what it still needs.
        StorageFailed: the system refused.
    """
    check_retention(retention, interval)
    write_file(data / RETENTION_FILE, msgspec.json.encode(retention) + b"\n")
