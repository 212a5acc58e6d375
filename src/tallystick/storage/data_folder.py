# SPDX-License-Identifier: Apache-2.0
"""The data folder of a node: made once, opened by one process at a time.

Spec: docs/spec/storage.md section 1. A folder is a data folder once it has its format file, which
is written last; it is of one network for ever; a newer format is refused instead of guessed at
(INV-P13).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tallystick.disk import (
    failing_storage,
    make_folder,
    read_private,
    write_all,
    write_file,
)
from tallystick.errors import Corrupted, DataFolderProblem, Malformed
from tallystick.model import decode_genesis, network_id
from tallystick.storage.findings import Finding, Severity
from tallystick.storage.layout import (
    BLOCKS_FOLDER,
    FORMAT_FILE,
    FORMAT_NAME,
    FORMAT_VERSION,
    GENESIS_FILE,
    KEYS_FOLDER,
    LOCK_FILE,
    STATE_FOLDER,
)
from tallystick.storage.mounts import Footing, file_system_kind, footing
from tallystick.storage.settling import settle

LOCK_BYTES_MAX = 32


class FolderFormat(msgspec.Struct, frozen=True, kw_only=True):
    """The format file: what the folder is."""

    format: str
    version: int
    network: str


class DataFolder:
    """An open data folder, which no other process can open until it is closed."""

    def __init__(self, path: Path, network: str, genesis_bytes: bytes, lock: int) -> None:
        """Hold what was opened; use `DataFolder.open` or `DataFolder.create`."""
        self.path = path
        self.network = network
        """Network id."""
        self.genesis_bytes = genesis_bytes
        self.findings = file_system_findings(path)
        """What an operator should know about the file system, in two languages."""
        self._lock = lock

    @classmethod
    def create(
        cls, path: Path, genesis_bytes: bytes, *, besides: Collection[str] = ()
    ) -> DataFolder:
        """Make a data folder for the network of a genesis document, and open it.

        Args:
            path: the folder.
            genesis_bytes: the genesis document.
            besides: names that may be in the folder already, such as keys made before.

        Raises:
            DataFolderProblem: the folder is not empty, or on a network file system.
            Malformed: the genesis document is not valid.
            StorageFailed: the system refused.
        """
        network = network_id(decode_genesis(genesis_bytes).name, genesis_bytes)
        prepare_folder(path, besides=besides)
        lock = _lock(path)
        try:
            # Again, now that nobody else can be making it.
            refuse_contents(path, besides={LOCK_FILE, *besides})
            make_folder(path / KEYS_FOLDER, mode=0o700)
            make_folder(path / BLOCKS_FOLDER)
            make_folder(path / STATE_FOLDER, mode=0o750)
            write_file(path / GENESIS_FILE, genesis_bytes)
            write_format(path, network)
        except BaseException:
            os.close(lock)
            raise
        return cls(path, network, genesis_bytes, lock)

    @classmethod
    def open(cls, path: Path, *, network: str | None = None) -> DataFolder:
        """Open a data folder; `network`, if given, must be the one it was made for.

        Raises:
            DataFolderProblem: it is none, another network's, newer, in use, or badly placed.
            Corrupted: the genesis document is not the one that the network is named after.
            StorageFailed: the system refused.
        """
        found = read_format(path)
        if network is not None and found.network != network:
            raise DataFolderProblem(
                f"{path} belongs to another network", expected=network, found=found.network
            )
        refuse_network_file_system(path)
        lock = _lock(path)
        try:
            settle(path)
            genesis_bytes = read_genesis(path, found.network)
        except BaseException:
            os.close(lock)
            raise
        return cls(path, found.network, genesis_bytes, lock)

    @property
    def keys(self) -> Path:
        """Folder of the node's secret keys, readable by its user only."""
        return self.path / KEYS_FOLDER

    def write_key(self, name: str, data: bytes) -> None:
        """Keep a secret key's bytes in a file that only this user can read.

        Raises:
            StorageFailed: the system refused.
        """
        write_file(self.keys / name, data, mode=0o600)

    def read_key(self, name: str) -> bytes:
        """Return a secret key's bytes.

        Raises:
            DataFolderProblem: there is no such key, for example after a restore without keys, or
                other users may read it.
        """
        try:
            return read_private(self.keys / name)
        except OSError as error:
            raise DataFolderProblem(
                f"the key file {self.keys / name} cannot be read: {error.strerror}",
                hint="Put the node's key back from your key backup: docs/operator/backup.md.",
            ) from error

    def close(self) -> None:
        """Let another process open the folder."""
        if self._lock >= 0:
            os.close(self._lock)
        self._lock = -1

    def __enter__(self) -> Self:
        """Use the folder and close it at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the folder."""
        self.close()


def read_format(path: Path) -> FolderFormat:
    """Return what a data folder says it is; takes no lock.

    Raises:
        DataFolderProblem: it is no data folder, or of a newer version.
    """
    try:
        data = (path / FORMAT_FILE).read_bytes()
        found = msgspec.json.decode(data, type=FolderFormat)
    except FileNotFoundError:
        raise DataFolderProblem(
            f"{path} is not a data folder",
            expected=f"a folder with a {FORMAT_FILE}",
            hint="Name the folder that the node was set up in, or found one: `tally up --help`.",
        ) from None
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DataFolderProblem(f"{path / FORMAT_FILE} cannot be read: {error}") from error
    if found.format != FORMAT_NAME:
        raise DataFolderProblem(
            f"{path} is not a data folder", expected=FORMAT_NAME, found=found.format
        )
    if not 1 <= found.version <= FORMAT_VERSION:
        raise DataFolderProblem(
            f"{path} was written by a newer version",
            expected=f"data format version {FORMAT_VERSION}",
            found=str(found.version),
            hint="Install the version that wrote it, or a newer one; nothing was changed.",
        )
    return found


def write_format(path: Path, network: str) -> None:
    """Write the format file, which makes the folder a data folder.

    Raises:
        StorageFailed: the system refused.
    """
    record = FolderFormat(format=FORMAT_NAME, version=FORMAT_VERSION, network=network)
    write_file(path / FORMAT_FILE, msgspec.json.format(msgspec.json.encode(record)) + b"\n")


def read_genesis(path: Path, network: str) -> bytes:
    """Return the genesis document of a data folder, checked against the network id.

    Raises:
        Corrupted: it is missing, damaged, or another one.
    """
    try:
        data = (path / GENESIS_FILE).read_bytes()
        found = network_id(decode_genesis(data).name, data)
    except (OSError, Malformed) as error:
        raise Corrupted(f"{GENESIS_FILE} cannot be read: {error}", field=GENESIS_FILE) from error
    if found != network:
        raise Corrupted(
            f"{GENESIS_FILE} is not the network's",
            field=GENESIS_FILE,
            expected=network,
            found=found,
        )
    return data


def prepare_folder(path: Path, *, besides: Collection[str] = ()) -> None:
    """Make a folder, or take an empty one.

    Raises:
        DataFolderProblem: it is not empty, not a folder, or on a network file system.
        StorageFailed: the system refused.
    """
    with failing_storage(f"making {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_dir():
            raise DataFolderProblem(f"{path} is not a folder")
    make_folder(path, mode=0o750)
    refuse_network_file_system(path)
    refuse_contents(path, besides=besides)


def refuse_contents(path: Path, *, besides: Collection[str] = ()) -> None:
    """Raise `DataFolderProblem` if a folder holds anything besides these names."""
    with failing_storage(f"looking into {path}"):
        if any(inside.name not in besides for inside in path.iterdir()):
            raise DataFolderProblem(
                f"{path} is not empty", hint="Name a folder that does not exist yet, or is empty."
            )


def refuse_network_file_system(path: Path) -> None:
    """Raise `DataFolderProblem` where locks and syncs cannot be relied on."""
    kind = file_system_kind(path)
    if footing(kind) is Footing.NETWORK:
        raise DataFolderProblem(
            f"{path} is on a network file system",
            expected="a local file system, such as ext4 or XFS",
            found=kind,
            hint="Move the folder to a local disk; locks and syncs are not reliable here.",
        )


def file_system_findings(path: Path) -> list[Finding]:
    """Return what an operator should know about the file system under a folder."""
    kind = file_system_kind(path)
    match footing(kind):
        case Footing.VOLATILE:
            return [
                Finding(
                    Severity.NOTE,
                    str(path),
                    f"the file system {kind} forgets everything when the machine restarts",
                    f"文件系统 {kind} 在机器重启后会丢失全部数据",
                )
            ]
        case Footing.UNTESTED:
            return [
                Finding(
                    Severity.NOTE,
                    str(path),
                    f"the file system {kind} was not tested against power loss",
                    f"文件系统 {kind} 未经断电测试",
                )
            ]
        case _:
            return []


def _lock(path: Path) -> int:
    """Return the descriptor that holds the lock of a data folder."""
    with failing_storage(f"opening {LOCK_FILE}"):
        lock = os.open(path / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(lock, 0)
            write_all(lock, f"{os.getpid()}\n".encode())
        except BlockingIOError:
            holder = os.pread(lock, LOCK_BYTES_MAX, 0).decode(errors="replace").strip()
            os.close(lock)
            raise DataFolderProblem(
                f"{path} is in use by process {holder or 'unknown'}",
                found=holder,
                hint="Stop that node first, or choose another folder with --data.",
            ) from None
        except BaseException:
            os.close(lock)
            raise
    return lock
