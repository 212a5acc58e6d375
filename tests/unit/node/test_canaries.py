# SPDX-License-Identifier: Apache-2.0
"""The search for canaries finds what it must, also in temporary files that are gone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.canaries import canaries_of, temporary_folder

NEEDLES = canaries_of(b"a canary that sings")


def by_name(where: Path) -> None:
    """Leave a file that is called so."""
    (where / "a canary that sings").touch()


def left(where: Path) -> None:
    """Leave a file with it in hexadecimal digits."""
    (where / "left").write_text(b"a canary that sings".hex(), encoding="ascii")


def removed(where: Path) -> None:
    """Write and remove a file, and folders of them, as temporary ones are."""
    assert tempfile.gettempdir() == str(where)
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"a canary that sings")
        file.flush()


def removed_with_its_folder(where: Path) -> None:
    """Write a file into a folder that goes as a whole."""
    with tempfile.TemporaryDirectory() as folder:
        assert Path(folder).parent == where
        (Path(folder) / "inner").mkdir()
        (Path(folder) / "inner" / "file").write_bytes(b"a canary that sings")


def by_a_child(where: Path) -> None:
    """Leave a file by a process that was started meanwhile."""
    code = (
        "import tempfile; tempfile.NamedTemporaryFile(delete=False).write(b'a canary that sings')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert list(where.iterdir())


@pytest.mark.parametrize("plant", [by_name, left, removed, removed_with_its_folder, by_a_child])
def test_a_canary_in_the_temporary_folder_is_found(tmp_path: Path, plant: object) -> None:
    """In a name or a file, still there or gone; afterwards the folder is the system's again."""
    before = tempfile.gettempdir(), os.environ.get("TMPDIR")
    with temporary_folder(tmp_path / "temporary") as folder:
        folder.search_for(NEEDLES)
        assert callable(plant)
        plant(folder.folder)
        with pytest.raises(AssertionError):
            folder.search_for(NEEDLES)
        folder.search_for(canaries_of(b"another bird of the same kind"))
    assert (tempfile.gettempdir(), os.environ.get("TMPDIR")) == before
