# SPDX-License-Identifier: Apache-2.0
"""Finishes what a restored snapshot left beside the data folder's own files; see `staging`."""

from __future__ import annotations

import shutil
from pathlib import Path

from tallystick.disk import failing_storage, sync_folder
from tallystick.storage.layout import BLOCKS_FOLDER, INCOMING_FOLDER, RESTORED_FOLDER, STATE_FOLDER


def settle(data: Path) -> None:
    """Finish what a restore left behind: nothing of it, or all of it.

    The caller holds the folder's lock and has neither blocks nor store open. Blocks are moved
    before the state, so a crash in between leaves a state that is behind.

    Raises:
        StorageFailed: the system refused; call it again.
    """
    restored = data / RESTORED_FOLDER
    with failing_storage("moving restored blocks into place"):
        for name in (BLOCKS_FOLDER, STATE_FOLDER):
            if (restored / name).exists():
                remove_folder(data / name)
                (restored / name).rename(data / name)
                sync_folder(data)
        remove_folder(restored)
        remove_folder(data / INCOMING_FOLDER)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, if it is there.

    Raises:
        StorageFailed: the system refused.
    """
    with failing_storage(f"removing {folder.name}"):
        if folder.exists():
            shutil.rmtree(folder)
