# SPDX-License-Identifier: Apache-2.0
"""Archives from strangers, read without unpacking anything to disk; and archives written."""

from tallystick.interchange.archives.names import check_name, check_names
from tallystick.interchange.archives.reading import Archive, ArchiveLimits, Members, open_archive
from tallystick.interchange.archives.writing import ArchiveWriter

__all__ = [
    "Archive",
    "ArchiveLimits",
    "ArchiveWriter",
    "Members",
    "check_name",
    "check_names",
    "open_archive",
]
