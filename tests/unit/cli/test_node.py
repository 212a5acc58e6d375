# SPDX-License-Identifier: Apache-2.0
"""`tally node`: snapshots listed, written, restored, and how many blocks the engine keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick import model
from tests.unit.cli.conftest import Running, Tally


@pytest.fixture
def deposit(tally: Tally, running: Running, tmp_path: Path) -> None:
    """Make one deposit, so that there is a block."""
    path = tmp_path / "file.txt"
    path.write_text(str(tmp_path), encoding="utf-8")
    assert running.url
    assert tally("evidence", "deposit", path, "--case", "c").code == 0


@pytest.mark.usefixtures("deposit")
def test_snapshots_on_offer_are_listed(tally: Tally, monkeypatch: pytest.MonkeyPatch) -> None:
    """Heights, chunks, bytes, hash; a young ledger offers none and says so."""
    empty = tally("node", "snapshot", "--json")
    assert (empty.code, empty.json) == (0, [])
    assert "1000" in tally("node", "snapshot").err
    monkeypatch.setattr(model, "SNAPSHOT_INTERVAL", 1)
    row = tally("node", "snapshot", "--json").json[-1]
    assert row["chunks"] == 1
    assert 0 < row["bytes"] < 8 * 2**20
    assert len(row["hash"]) == 64


@pytest.mark.usefixtures("deposit")
def test_a_written_snapshot_becomes_a_data_folder(tally: Tally, tmp_path: Path) -> None:
    """Verified against what another organisation says; then the whole log holds."""
    file, folder = tmp_path / "s", tmp_path / "joined"
    made = tally("node", "snapshot", "--out", file, "--json").json
    trusted = ("--app-hash", made["app_hash"], "--snapshot-hash", made["hash"])
    restored = tally("node", "restore", file, "--data", folder, *trusted, "--json")
    assert restored.code == 0
    assert restored.json["verified"] is True
    assert restored.json["height"] == made["height"]
    assert "put it into" in restored.err
    assert tally("log", "verify", "--data", folder).code == 0
    again = tally("node", "snapshot", "--data", folder, "--out", tmp_path / "t", "--json").json
    assert again["hash"] == made["hash"]
    assert file.read_bytes() == (tmp_path / "t").read_bytes()


@pytest.mark.usefixtures("deposit")
def test_what_nobody_vouches_for_is_restored_with_a_warning(tally: Tally, tmp_path: Path) -> None:
    """The file is checked against itself, which proves that it is whole and no more."""
    file, folder = tmp_path / "s", tmp_path / "joined"
    assert tally("node", "snapshot", "--out", file, "--height", 1).code == 0
    restored = tally("node", "restore", file, "--data", folder, "--json")
    assert restored.json["verified"] is False
    assert "--app-hash" in restored.err
    assert restored.json["height"] == 1


@pytest.mark.usefixtures("deposit")
def test_wrong_words_are_said_to_be_wrong(tally: Tally, tmp_path: Path) -> None:
    """Each with its own exit code, and nothing left behind."""
    file, folder = tmp_path / "s", tmp_path / "joined"
    assert tally("node", "snapshot", "--height", 1).code == 2
    assert tally("node", "snapshot", "--out", file, "--height", 10**6).code != 0
    assert tally("node", "snapshot", "--out", file).code == 0
    assert tally("node", "snapshot", "--out", file).code == 1
    assert tally("node", "restore", file).code == 2
    assert tally("node", "restore", file, "--data", folder, "--app-hash", "5f2c").code == 2
    refused = tally("node", "restore", file, "--data", folder, "--app-hash", "00" * 32)
    assert refused.code == 6
    assert "E_CORRUPT" in refused.err
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("deposit")
def test_the_engines_blocks_are_kept_as_long_as_is_said(tally: Tally, running: Running) -> None:
    """Never fewer than it needs; the ledger's own are never pruned."""
    before = tally("node", "prune", "--json").json
    assert before["engine_blocks_kept"] == before["engine_blocks_min"] == 100_000
    assert "never pruned" in tally("node", "prune").err
    assert tally("node", "prune", "--keep", 5).code != 0
    assert tally("node", "prune", "--keep", 0, "--json").json["engine_blocks_kept"] == 0
    assert tally("node", "prune", "--keep", 200_000).code == 0
    assert tally("node", "prune", "--json").json["engine_blocks_kept"] == 200_000
    assert running.url
    assert tally("node", "prune", "--keep", 100_000).code == 0
