# SPDX-License-Identifier: Apache-2.0
"""The folder of backups that the console shows: listed, added to, tried; one thing at a time.

Names come from the listing of the folder and have one form, so no path leads out of it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from tallystick.cli.backup_work import Told
from tallystick.client import Problem, error_from_problem
from tallystick.console import Backup, Work, WorkEnd, WorkKind
from tallystick.errors import FileProblem, NotFound, Overloaded, TallystickError, Unavailable
from tallystick.storage import BLOCKS_FOLDER, read_backup_info, read_format

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,150}\.tar")
ROOM_LEFT_BYTES: Final = 256 * 2**20
"""What must stay free beside a backup: a node whose disk is full stops."""


class BackupFolder:
    """See `tallystick.console.Backups`."""

    def __init__(self, data: Path, folder: Path) -> None:
        """Keep backups of the data folder `data` in `folder`, which is made when one is."""
        self._data = data
        self._folder = folder
        self._work: Work | None = None
        self._lock = threading.Lock()

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._folder

    def is_on_the_same_disk(self) -> bool:
        """Tell whether a broken disk would take node and backups together."""
        place = self._folder
        while not place.exists():
            place = place.parent
        return place.stat().st_dev == self._data.stat().st_dev

    def found(self) -> list[Backup]:
        """Return the backups that lie there, the newest first.

        Raises:
            FileProblem: the folder cannot be read.
        """
        try:
            paths = list(self._folder.iterdir()) if self._folder.exists() else []
            files = [path for path in paths if _is_backup_file(path)]
            found = [_describe(path) for path in files]
        except OSError as error:
            raise FileProblem(
                f"{self._folder} cannot be read: {error.strerror}", field="backups"
            ) from error
        return sorted(found, key=lambda one: (one.written_at, one.name), reverse=True)

    def work(self) -> Work | None:
        """Return what is being done, or was done last since the node started."""
        return self._work

    def make(self, now_ms: int, on_end: WorkEnd) -> str:
        """Begin a backup; return its name.

        Raises:
            Overloaded: something is being done already.
            FileProblem: the folder cannot be written, or has too little room.
        """
        moment = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        name = f"{read_format(self._data).network}-{moment}.tar"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise FileProblem(
                f"{self._folder} cannot be made: {error.strerror}", field="backups"
            ) from error
        blocks = (self._data / BLOCKS_FOLDER).iterdir()
        self._check_room(sum(path.stat().st_size for path in blocks))
        self._begin(Work(kind=WorkKind.MAKE, name=name, begun_at=now_ms), on_end)
        return name

    def verify(self, name: str, now_ms: int, on_end: WorkEnd) -> None:
        """Begin to try one: restore it into a folder that is thrown away.

        Raises:
            NotFound: there is no such backup.
            Overloaded: something is being done already.
            FileProblem: the folder cannot be written, or has too little room.
        """
        backup = next((one for one in self.found() if one.name == name), None)
        if backup is None:
            raise NotFound("there is no such backup", field="name", found=name[:80])
        self._check_room(backup.bytes)
        self._begin(Work(kind=WorkKind.VERIFY, name=name, begun_at=now_ms), on_end)

    def _check_room(self, needed: int) -> None:
        free = shutil.disk_usage(self._folder).free
        if free < needed + ROOM_LEFT_BYTES:
            raise FileProblem(
                "there is too little room in the folder of backups",
                field="backups",
                expected=f"{needed + ROOM_LEFT_BYTES} bytes",
                found=f"{free} bytes",
            )

    def _begin(self, work: Work, on_end: WorkEnd) -> None:
        with self._lock:
            if self._work is not None and not self._work.is_over:
                raise Overloaded(
                    "a backup is being made or tried already", field="name", found=self._work.name
                )
            self._work = work
        threading.Thread(
            target=self._do, args=(work, on_end), name="tally-backup", daemon=True
        ).start()

    def _do(self, work: Work, on_end: WorkEnd) -> None:
        path = self._folder / work.name
        work.error = _run(work, self._data, path)
        if path.is_file():
            work.mark = _mark(path)
        try:
            on_end(work)
        finally:
            work.is_over = True


def _run(work: Work, data: Path, path: Path) -> TallystickError | None:
    """Do the work in a process of its own; return what went wrong."""
    command = [sys.executable, "-m", "tallystick.cli.backup_work", work.kind, str(data), str(path)]
    last = Told()
    with subprocess.Popen(  # our own program with our own arguments
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        for line in child.stdout or ():
            last = msgspec.json.decode(line, type=Told)
            if last.total:
                work.done, work.total = last.done, last.total
    if last.code:
        return error_from_problem(
            Problem(code=last.code, detail=last.detail, hint=last.hint, field=last.field)
        )
    if child.returncode:
        return Unavailable(f"the process of the backup ended with {child.returncode}")
    return None


def _is_backup_file(path: Path) -> bool:
    return _NAME.fullmatch(path.name) is not None and not path.is_symlink() and path.is_file()


def _describe(path: Path) -> Backup:
    status = path.stat()
    backup = Backup(
        name=path.name,
        path=str(path.resolve()),
        bytes=status.st_size,
        written_at=status.st_mtime_ns // 1_000_000,
        mark=_mark(path),
    )
    try:
        info = read_backup_info(path)
    except TallystickError:
        return backup  # what it holds stays unknown, which the page says
    return replace(
        backup,
        network=info.network,
        height=info.height,
        block_time=info.block_time,
        has_keys=info.has_keys,
    )


def _mark(path: Path) -> str:
    status = path.stat()
    return f"{status.st_size}-{status.st_mtime_ns}"
