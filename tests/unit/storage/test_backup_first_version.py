# SPDX-License-Identifier: Apache-2.0
"""A backup of the first version, from before the console's records, is read as it always was.

It is built here by the layout of docs/spec/storage.md section 7 alone, not by the writer of today.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tallystick.errors import Corrupted
from tallystick.storage import check_storage, read_backup_info, restore
from tallystick.storage.backup_format import CONSOLE_PART
from tests.unit.storage.chain import GENESIS, NETWORK, SECRET, Chain
from tests.unit.storage.test_backup import read_all

FIRST = 1


def old_info(chain: Chain, **changes: Any) -> dict[str, Any]:
    """Return what the first part of such a backup says: nothing of a console."""
    last = chain.blocks[-1]
    info = {
        "format": "tallystick.backup",
        "version": FIRST,
        "network": NETWORK,
        "height": last.header.height,
        "block_hash": last.hash.hex(),
        "app_hash": last.header.app_hash.hex(),
        "block_time": last.header.time,
        "log_size": last.header.log_size,
        "has_keys": True,
    }
    return {**info, **changes}


def write_old(path: Path, data: Path, info: dict[str, Any], **more: bytes) -> dict[str, bytes]:
    """Write one of the first version: info, genesis, keys, segments, list; return its parts."""
    keys = {"keys/node.key": SECRET} if info["has_keys"] else {}
    segments = sorted((data / "blocks").glob("*.log"))
    parts = {
        "backup.json": json.dumps(info).encode(),
        "genesis.cbor": GENESIS,
        **keys,
        **more,
        **{f"blocks/{one.name}": one.read_bytes() for one in segments},
    }
    listed = [
        {"name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for name, body in parts.items()
    ]
    last = {"manifest.json": json.dumps({"info": info, "parts": listed}).encode()}
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, body in {**parts, **last}.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return parts


@pytest.mark.parametrize("include_console", [False, True])
def test_a_backup_of_the_first_version_is_restored(
    tmp_path: Path, data: Path, chain: Chain, *, include_console: bool
) -> None:
    """P14: all blocks and keys come back; asked for or not, there are no records of a console."""
    old = tmp_path / "old.tar"
    parts = write_old(old, data, old_info(chain))
    assert (read_backup_info(old).version, read_backup_info(old).has_console) == (FIRST, False)
    made = restore(old, tmp_path / "new", include_console=include_console)
    assert (made.info.version, made.info.height, made.info.has_console) == (FIRST, 7, False)
    assert [one.name for one in made.parts] == list(parts)
    assert read_all(tmp_path / "new") == chain.blocks
    assert (tmp_path / "new" / "keys" / "node.key").read_bytes() == SECRET
    assert not (tmp_path / "new" / "console").exists()
    findings = check_storage(tmp_path / "new")
    assert [one.text_en for one in findings] == ["there is no store; the node rebuilds it"]


def test_one_without_keys_is_restored_too(tmp_path: Path, data: Path, chain: Chain) -> None:
    """A ledger that was given away holds no secret."""
    write_old(tmp_path / "old.tar", data, old_info(chain, has_keys=False))
    restore(tmp_path / "old.tar", tmp_path / "new")
    assert read_all(tmp_path / "new") == chain.blocks
    assert list((tmp_path / "new" / "keys").iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({}, CONSOLE_PART),
        ({}, "console/vault.key"),
        ({"has_console": True}, CONSOLE_PART),
        ({"version": 0}, None),
        ({"version": -1}, None),
    ],
)
def test_what_the_first_version_cannot_say_is_refused(
    tmp_path: Path, data: Path, chain: Chain, changes: dict[str, Any], part: str | None
) -> None:
    """A console's part in it, or a version before it: made by hand, and nothing is left of it."""
    more = {} if part is None else {part: b"-- who may sign in --"}
    write_old(tmp_path / "old.tar", data, old_info(chain, **changes), **more)
    with pytest.raises(Corrupted, match="the backup cannot be trusted"):
        restore(tmp_path / "old.tar", tmp_path / "new", include_console=True)
    assert list((tmp_path / "new").iterdir()) == []
