# SPDX-License-Identifier: Apache-2.0
"""Files that are on disk, or gone from it, when these functions return."""

from tallystick.disk.files import (
    PARTIAL_SUFFIX,
    failing_storage,
    make_folder,
    make_private_folder,
    read_private,
    remove_files,
    sync_data,
    sync_file,
    sync_folder,
    truncate_file,
    write_all,
    write_file,
)

__all__ = [
    "PARTIAL_SUFFIX",
    "failing_storage",
    "make_folder",
    "make_private_folder",
    "read_private",
    "remove_files",
    "sync_data",
    "sync_file",
    "sync_folder",
    "truncate_file",
    "write_all",
    "write_file",
]
