# SPDX-License-Identifier: Apache-2.0
"""Settings of the storage tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tallystick.disk import write_file
from tallystick.storage import BlockLog, DataFolder
from tests.unit.storage.chain import GENESIS, NETWORK, SECRET, Chain


@pytest.fixture
def without_syncs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip syncs: for tests that try thousands of pictures of a disk, none of which needs one."""
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(os, "fdatasync", lambda _: None)


@pytest.fixture
def chain() -> Chain:
    """Seven blocks."""
    chain = Chain()
    chain.grow(7)
    return chain


@pytest.fixture
def data(tmp_path: Path, chain: Chain) -> Path:
    """A data folder with a few segments and a key."""
    path = tmp_path / "data"
    with DataFolder.create(path, GENESIS) as folder:
        write_file(folder.keys / "node.key", SECRET, mode=0o600)
        log = BlockLog.open(path, NETWORK, segment_bytes=1_500)
        for block in chain.blocks:
            log.append(block)
        log.close()
    return path
