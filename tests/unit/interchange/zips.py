# SPDX-License-Identifier: Apache-2.0
"""ZIP archives of every kind, honest and not."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Mapping

from tallystick.interchange.archives import Archive, ArchiveLimits, open_archive


def zipped(
    files: Mapping[str, bytes], *, method: int = zipfile.ZIP_STORED, extra: bytes = b""
) -> bytes:
    """Return an archive of files, in their order."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.extra = extra
            archive.writestr(member, content, method)
    return target.getvalue()


def zipped_twice(name: str) -> bytes:
    """Return an archive that has the same name twice."""
    target = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, b"1")
        archive.writestr(name, b"2")
    return target.getvalue()


def with_link(name: str, where: str) -> bytes:
    """Return an archive that holds a symbolic link."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        member = zipfile.ZipInfo(name)
        member.create_system = 3
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, where)
    return target.getvalue()


def opened(data: bytes, limits: ArchiveLimits | None = None) -> Archive:
    """Return the archive in bytes."""
    return open_archive(io.BytesIO(data), limits)


def unpacked(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive."""
    archive = opened(data)
    return {name: b"".join(archive.chunks(name)) for name in archive.sizes}
