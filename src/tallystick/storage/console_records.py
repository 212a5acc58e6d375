# SPDX-License-Identifier: Apache-2.0
"""Copies the console's records while the console writes, and judges a copy that came from outside.

They are an SQLite file. What its tables mean is the console's business.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from tallystick.errors import Corrupted

_HARMLESS: Final = frozenset({"table", "index"})
"""A view or a trigger is code of whoever made the file; the console has neither."""
_WAIT_S: Final = 5.0
"""For so long a copy waits for whoever holds the records alone."""
_FIX: Final = "Make a backup without the console's records, and see docs/operator/repair.md."


def copy_records(source: Path, target: Path) -> None:
    """Copy the records as they are at one moment into one file, whatever is written meanwhile.

    Rows that were deleted leave nothing in the copy.

    Raises:
        Corrupted: the records are damaged.
        OSError: the target cannot be written, or the records not be opened.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
    with (
        _readable(source),
        closing(sqlite3.connect(_read_only(source), _WAIT_S, uri=True)) as records,
    ):
        # `Connection.backup` waits for a lock for ever, and copies deleted rows.
        records.execute("VACUUM INTO ?", (str(target),))
    check_records(target)


def check_records(path: Path) -> None:
    """Raise unless a file is whole and holds nothing but tables.

    Raises:
        Corrupted: it is damaged, no such file, or could do more than keep rows.
    """
    with _readable(path), closing(sqlite3.connect(_read_only(path), uri=True)) as records:
        records.execute("PRAGMA trusted_schema=OFF")
        records.execute("PRAGMA cell_size_check=ON")
        kinds = {kind for (kind,) in records.execute("SELECT DISTINCT type FROM sqlite_schema")}
        if not kinds <= _HARMLESS:
            raise _damaged(path, f"they have a {min(kinds - _HARMLESS)}")
        ((found,),) = records.execute("PRAGMA integrity_check(1)").fetchall()
    if found != "ok":
        raise _damaged(path, str(found).partition("\n")[0])


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:  # no room, no right, locked for too long
        raise OSError(str(error)) from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error


def _damaged(path: Path, what: str) -> Corrupted:
    return Corrupted(f"the console's records cannot be trusted: {what}", field=path.name, hint=_FIX)
