# SPDX-License-Identifier: Apache-2.0
"""What a validator signs with, and what it signed, is in no backup and comes out of none."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from tallystick.storage import DataFolder, backup, restore
from tests.unit.storage.chain import SECRET
from tests.unit.storage.test_backup import info_with, rebuilt, refused


def test_what_a_validator_signs_with_and_signed_is_in_no_backup(tmp_path: Path, data: Path) -> None:
    """Neither its key, nor the engine's data with the state of its signer (promise R1)."""
    with DataFolder.open(data) as folder:
        folder.write_key("validator.key", b"-- the key that votes --")
        state = folder.path / "engine" / "data" / "priv_validator_state.json"
        state.parent.mkdir(parents=True)
        state.write_bytes(b"-- what was signed last --")
        (state.parent / "blockstore.db").mkdir()
    backup(data, tmp_path / "backup.tar", include_keys=True)
    content = (tmp_path / "backup.tar").read_bytes()
    assert SECRET in content
    assert b"-- the key that votes --" not in content
    assert b"-- what was signed last --" not in content
    with tarfile.open(tmp_path / "backup.tar") as archive:
        names = archive.getnames()
    assert not [name for name in names if "engine" in name or "validator" in name]


def test_no_backup_from_elsewhere_brings_a_validators_key(tmp_path: Path, data: Path) -> None:
    """Made by hand, complete and with a right list: everything but that key is restored."""
    keys = {"keys/node.key": SECRET, "keys/validator.key": b"-- the key that votes --"}
    rebuilt(tmp_path, data, lambda parts: info_with({**parts, **keys}, has_keys=True))
    restore(tmp_path / "backup.tar", tmp_path / "restored")
    assert [path.name for path in (tmp_path / "restored" / "keys").iterdir()] == ["node.key"]


@pytest.mark.parametrize(
    "name", ["engine/data/priv_validator_state.json", "engine/data/blockstore.db/CURRENT"]
)
def test_no_backup_from_elsewhere_brings_what_was_signed(
    tmp_path: Path, data: Path, name: str
) -> None:
    """Such a part is not one of a backup at all."""
    rebuilt(tmp_path, data, lambda parts: {**parts, name: b"x"})
    refused(tmp_path, "an unexpected part")
    assert not (tmp_path / "restored" / "engine").exists()
