# SPDX-License-Identifier: Apache-2.0
"""A place for sealed bytes on their way through a command, and files written whole or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tallystick.cli.catalogue import say
from tallystick.errors import FileProblem

if TYPE_CHECKING:
    from tallystick.cli.keeping import DepotBytes


@contextmanager
def workplace(beside: Path | None) -> Iterator[DepotBytes]:
    """Yield a store for sealed bytes that is gone afterwards."""
    from tallystick.cli.keeping import DepotBytes

    try:
        place = TemporaryDirectory(prefix=".tally-", dir=beside)
    except OSError as error:
        raise FileProblem(
            f"{beside}: {error.strerror}", field="--out", found=str(beside)
        ) from error
    with place as folder:
        yield DepotBytes(Path(folder))


def existing_file(path: Path) -> Path:
    """Return a path to a file that is there.

    Raises:
        FileProblem: it is not.
    """
    if not path.is_file():
        raise FileProblem(say("project.missing", path=path), field="FILE", found=str(path))
    return path


def save_whole(out: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that was asked for, whole or not at all.

    Raises:
        FileProblem: it cannot be written.
    """
    partial = out.with_name(f".{out.name}.partial")
    try:
        with partial.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        partial.replace(out)
    except OSError as error:
        raise FileProblem(f"{out}: {error.strerror}", field="--out", found=str(out)) from error
    finally:
        partial.unlink(missing_ok=True)
