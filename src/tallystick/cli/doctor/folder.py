# SPDX-License-Identifier: Apache-2.0
"""Checks of the data folder: there, writable, room to grow, on a disk that keeps what is synced."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from tallystick.cli.answers import Line, Mark
from tallystick.cli.catalogue import say
from tallystick.cli.doctor.machine import line
from tallystick.cli.local import FORMAT_FILE
from tallystick.cli.runfile import RunFile
from tallystick.errors import TallystickError

_SPACE_LOW, _SPACE_NONE = 1024**3, 100 * 1024**2
_QUOTA_WARNING: Final = 0.9
UNSAFE_FILE_SYSTEMS: Final = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs")
"""Lock and sync semantics differ there; LMDB's own caveats say not to use them."""
MOUNTS: Final = Path("/proc/self/mounts")
FORMAT_VERSION_MAX: Final = 1


class _Format(msgspec.Struct):
    """What the format file of a data folder says."""

    version: int
    network: str


def check_folder(folder: Path, *, is_founded: bool) -> Line:
    """Is there a data folder, and may we write to it?"""
    advice = say("doctor.folder_advice")
    if not folder.is_dir():
        evidence = say("doctor.folder_missing", path=folder)
        return line("folder", Mark.WARNING, evidence, advice)
    if not os.access(folder, os.W_OK | os.X_OK):
        evidence = say("doctor.folder_readonly", path=folder)
        return line("folder", Mark.FAILED, evidence, say("doctor.permissions_advice"))
    if not is_founded:
        return line("folder", Mark.WARNING, say("doctor.folder_empty", path=folder), advice)
    return line("folder", Mark.OK, str(folder))


def check_format(folder: Path) -> Line:
    """Which network's data is it, and can this version read it?"""
    try:
        found = msgspec.json.decode((folder / FORMAT_FILE).read_bytes(), type=_Format)
    except (OSError, msgspec.DecodeError) as error:
        return line("format", Mark.FAILED, str(error), say("doctor.storage_advice"))
    evidence = say("doctor.format_ok", version=found.version, network=found.network)
    if found.version > FORMAT_VERSION_MAX:
        return line("format", Mark.FAILED, evidence, say("doctor.format_advice"))
    return line("format", Mark.OK, evidence)


def check_lock(folder: Path) -> Line:
    """Who serves it, and did the last one end cleanly?"""
    run = RunFile(folder)
    record = run.read()
    if record is not None:
        return line("lock", Mark.OK, say("doctor.lock_held", pid=record.pid, url=record.url))
    if run.is_stale():
        advice = say("doctor.lock_stale_advice")
        return line("lock", Mark.WARNING, say("doctor.lock_stale"), advice)
    return line("lock", Mark.OK, say("doctor.lock_free"))


def check_keys(folder: Path) -> Line:
    """Can nobody but this user read the keys, and are they all sealed or all open?"""
    from tallystick.node import stored_keys

    for path in _secrets(folder):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            evidence = say("doctor.keys_wide", path=path, mode=f"{mode:04o}")
            return line("keys", Mark.WARNING, evidence, say("doctor.keys_wide_advice", path=path))
    try:
        keys = stored_keys(folder)
    except TallystickError as error:
        return line("keys", Mark.FAILED, error.message, error.hint or "")
    sealed = sum(key.is_sealed for key in keys)
    counts = {"count": len(keys), "sealed": sealed}
    if not keys:
        evidence = say("doctor.keys_none", path=folder / "keys")
        return line("keys", Mark.FAILED, evidence, say("doctor.keys_none_advice"))
    if 0 < sealed < len(keys):
        advice = say("doctor.keys_mixed_advice")
        return line("keys", Mark.WARNING, say("doctor.keys_mixed", **counts), advice)
    return line(
        "keys", Mark.OK, say("doctor.keys_sealed" if sealed else "doctor.keys_open", **counts)
    )


def _secrets(folder: Path) -> Iterator[Path]:
    """Return the folders and files that only the node's user should be able to use."""
    for path in (folder / "keys", folder / "engine"):
        if path.is_dir():
            yield path
    yield from sorted((folder / "keys").glob("*"))
    yield from sorted((folder / "engine" / "config").glob("*key.json"))


def check_space(folder: Path) -> Line:
    """Is there room to grow?"""
    free = shutil.disk_usage(nearest(folder)).free
    evidence = _gib(free)
    if free >= _SPACE_LOW:
        return line("space", Mark.OK, evidence)
    mark = Mark.FAILED if free < _SPACE_NONE else Mark.WARNING
    return line("space", mark, evidence, say("doctor.space_advice"))


def check_file_system(folder: Path) -> Line:
    """Is it a disk of this machine?"""
    kind = file_system(folder)
    if kind.startswith(UNSAFE_FILE_SYSTEMS):
        evidence = say("doctor.file_system_bad", kind=kind)
        return line("file_system", Mark.FAILED, evidence, say("doctor.file_system_advice"))
    return line("file_system", Mark.OK, kind)


def nearest(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    place = folder.absolute()
    return next(one for one in (place, *place.parents) if one.exists())


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """Return the type of the file system that holds `folder`, `?` where the system does not say."""
    place = nearest(folder).resolve()
    found = [
        (len(point.parts), kind)
        for point, kind in _mounted(mounts)
        if place == point or point in place.parents
    ]
    return max(found, default=(0, "?"))[1]


def _mounted(mounts: Path) -> Iterator[tuple[Path, str]]:
    try:
        lines = mounts.read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for row in lines:
        _, point, kind, *_ = row.split(" ")
        # Spaces in a path are written as octal escapes.
        yield Path(point.replace("\\040", " ")), kind


def check_documents(folder: Path) -> Line:
    """Does the store of documents answer, and how much of its quota is used?"""
    from tallystick.node import inspect_documents

    try:
        found = inspect_documents(folder)
    except TallystickError as error:
        evidence = f"{error.message}: {error.found}" if error.found else error.message
        return line("documents", Mark.FAILED, evidence, error.hint or "")
    facts = {"store": found.store, "address": found.address, "used": _gib(found.used_bytes)}
    if found.quota_bytes is None:
        return line("documents", Mark.OK, say("doctor.documents_ok", **facts))
    facts["quota"] = _gib(found.quota_bytes)
    evidence = say("doctor.documents_quota", **facts)
    if found.used_bytes < found.quota_bytes * _QUOTA_WARNING:
        return line("documents", Mark.OK, evidence)
    return line("documents", Mark.WARNING, evidence, say("doctor.documents_advice"))


def _gib(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB"
