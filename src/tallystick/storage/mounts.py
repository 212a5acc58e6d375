# SPDX-License-Identifier: Apache-2.0
"""Which file system a folder is on: some break the promises that durability rests on."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")

NETWORK_KINDS: Final = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "fuse.ceph",
        "fuse.glusterfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "gfs2",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb3",
        "smbfs",
        "virtiofs",
    },
)
"""Locks and shared maps do not work there as LMDB needs them, or syncs do not reach a disk."""

VOLATILE_KINDS: Final = frozenset({"ramfs", "tmpfs"})
"""Gone when the machine restarts."""

UNTESTED_KINDS: Final = frozenset({"fuse", "fuseblk", "exfat", "msdos", "ntfs3", "vfat"})
"""Not refused; nobody has cut the power on them for us."""


class Footing(Enum):
    """How well a file system carries a data folder."""

    SOUND = "sound"
    UNTESTED = "untested"
    VOLATILE = "volatile"
    NETWORK = "network"


def file_system_kind(folder: Path, *, mounts: Path = MOUNTS) -> str | None:
    """Return the kind of file system that holds `folder`, such as `ext4`; None if unknown."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None  # not Linux
    path = os.path.realpath(folder)
    best: tuple[int, str] | None = None
    for line in lines:
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if not separator or len(fields) < 5:
            continue
        point = _unescape(fields[4])
        # The longest mount point wins, and of equal ones the one mounted last, on top.
        is_above = path == point or path.startswith(point.rstrip("/") + "/")
        if is_above and (best is None or len(point) >= best[0]):
            best = (len(point), after.split(" ", 1)[0])
    return best[1] if best else None


def footing(kind: str | None) -> Footing:
    """Return how well a kind of file system carries a data folder; unknown kinds are sound."""
    if kind in NETWORK_KINDS:
        return Footing.NETWORK
    if kind in VOLATILE_KINDS:
        return Footing.VOLATILE
    return Footing.UNTESTED if kind in UNTESTED_KINDS else Footing.SOUND


def _unescape(text: str) -> str:
    for escaped, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(escaped, plain)
    return text
