# SPDX-License-Identifier: Apache-2.0
"""Gives up damaged blocks at the end of the log: only ever on an operator's explicit order.

Nothing is deleted: what is taken out is moved to a folder beside, and the store, which is rebuilt
by replay, as well. What was committed in these blocks is lost on this node, and whoever holds
receipts for it holds proof of that.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tallystick.disk import failing_storage, make_folder, sync_folder, truncate_file
from tallystick.errors import DataFolderProblem, invariant
from tallystick.storage.committed import CommitMark
from tallystick.storage.data_folder import DataFolder
from tallystick.storage.layout import BLOCKS_FOLDER, CHUNK_INDEX_FILE, STATE_FOLDER
from tallystick.storage.log_reader import BlockLogReader
from tallystick.storage.segments import list_segments, segment_path


def give_up_after(folder: DataFolder, height: int) -> Path:
    """Make block `height` the last one, and return the folder that the rest was moved to.

    Raises:
        Corrupted: block `height`, or one before it in its segment, is damaged itself.
        DataFolderProblem: this was done before and its result is still there.
        StorageFailed: the system refused.
    """
    blocks = folder.path / BLOCKS_FOLDER
    aside = folder.path / f"given-up-after-{height}"
    if aside.exists():
        raise DataFolderProblem(f"{aside} exists already", hint="Move it elsewhere first.")
    reader = BlockLogReader(folder.path, network=folder.network)
    # Read before anything is moved: the new last block is whole.
    ((first, end),) = [
        (segment.read_block(position).header.height, position)
        for segment, position in reader.places(height, height)
    ]
    invariant(first == height, "another block was read than asked for")
    make_folder(aside)
    with failing_storage("moving damaged blocks aside"):
        shutil.copy2(segment_path(blocks, end.segment), aside)
        for start in list_segments(blocks):
            if start > end.segment:
                segment_path(blocks, start).rename(aside / segment_path(aside, start).name)
        if (folder.path / STATE_FOLDER).exists():
            (folder.path / STATE_FOLDER).rename(aside / STATE_FOLDER)
        # Other blocks will follow, so other chunks.
        (blocks / CHUNK_INDEX_FILE).unlink(missing_ok=True)
        sync_folder(aside)
        sync_folder(folder.path)
    truncate_file(segment_path(blocks, end.segment), end.end)
    CommitMark(blocks, height).close()
    return aside
