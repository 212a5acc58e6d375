# SPDX-License-Identifier: Apache-2.0
"""`tally backup` and `tally restore`: one file, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.local import check_founded, keep_trust_file
from tallystick.cli.locate import existing_data_folder
from tallystick.cli.options import OUTPUT, PLACE, Output, Place
from tallystick.cli.talk import note, step, warn
from tallystick.cli.talk import progress as bar
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.storage import BackupInfo


def backup(
    target: Path,
    /,
    *,
    include_keys: bool = False,
    without_console: bool = False,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Write a backup.

    Raises:
        FileProblem: the target exists or cannot be written.
        Corrupted: the block log or the console's records are damaged; there is then no backup.
    """
    from tallystick.storage import backup as write_backup

    folder = existing_data_folder(place.data)
    check_founded(folder)
    with _shown(say("backup.writing"), is_bytes=True) as told:
        manifest = write_backup(
            folder,
            target,
            include_keys=include_keys,
            include_console=not without_console,
            progress=told,
        )
    step(say("backup.done", path=target))
    if include_keys:
        warn(say("backup.has_keys"))
    if manifest.info.has_console:
        warn(say("backup.has_console"))
    return _sheet(target, folder, manifest.info)


def restore(
    source: Path,
    /,
    *,
    without_console: bool = False,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Restore a backup into a new data folder.

    Raises:
        UsageError: no folder is named.
        Corrupted: the backup is damaged; nothing is left behind.
        DataFolderProblem: the folder is not empty.
    """
    from tallystick.storage import restore as read_backup

    if place.data is None:
        raise UsageError(
            say("usage.missing", name="--data"), field="--data", hint=say("restore.where")
        )
    with _shown(say("restore.checking"), is_bytes=False) as told:
        manifest = read_backup(
            source, place.data, include_console=not without_console, progress=told
        )
    keep_trust_file(place.data)
    step(say("restore.done", path=place.data))
    if not manifest.info.has_keys:
        note(say("restore.no_keys", path=place.data / "keys"))
    if manifest.info.has_console and not without_console:
        _note_console(place.data, manifest.info)
    _note_validators(place.data)
    return _sheet(source, place.data, manifest.info)


def _note_console(folder: Path, info: BackupInfo) -> None:
    """Say whose word the accounts are, and what of them is not back yet."""
    note(say("restore.console"))
    if not info.has_keys:
        note(say("restore.no_vault_key", path=folder / "console" / "vault.key"))


def _note_validators(folder: Path) -> None:
    from tallystick.cli.local import GENESIS_FILE
    from tallystick.model import decode_genesis

    if decode_genesis((folder / GENESIS_FILE).read_bytes()).validators:
        note(say("restore.validator"))


def _sheet(file: Path, folder: Path, info: BackupInfo) -> Sheet:
    return Sheet(
        {
            "path": str(file),
            "data": str(folder),
            "network": info.network,
            "height": info.height,
            "block_hash": info.block_hash,
            "log_size": info.log_size,
            "has_keys": info.has_keys,
            "has_console": info.has_console,
            "bytes": file.stat().st_size,
        }
    )


@contextmanager
def _shown(label: str, *, is_bytes: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar for those who report how much of how much is done."""
    with bar(label, None, is_bytes=is_bytes) as advance:
        done = 0

        def told(now: int, _total: int) -> None:
            nonlocal done
            advance(now - done)
            done = now

        yield told
