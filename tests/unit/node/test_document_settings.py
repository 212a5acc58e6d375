# SPDX-License-Identifier: Apache-2.0
"""`documents.toml` says where a node keeps documents; what is wrong in it is told at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.documents import Depot, DepotLimits, FolderStore, ObjectStore
from tallystick.errors import DataFolderProblem, Malformed, StoreUnreachable
from tallystick.merkle import address_of
from tallystick.node import DOCUMENTS_FILE, NodeConfig, create_network, inspect_documents, open_node
from tallystick.node.document_settings import read_documents_file
from tests.factories import LOG_KEY
from tests.unit.node.test_documents import CONTRACTS, DOCUMENTS_GENESIS

FILE = b"a sealed voucher"


def write(data: Path, text: str) -> Path:
    """Write the settings; return the data folder."""
    data.mkdir(exist_ok=True)
    (data / DOCUMENTS_FILE).write_text(text)
    return data


def test_without_the_file_documents_lie_in_the_data_folder_as_many_as_the_disk_has(
    tmp_path: Path,
) -> None:
    """Nothing needs to be configured."""
    settings = read_documents_file(tmp_path)
    assert settings.limits == DepotLimits()
    assert isinstance(settings.open_store(tmp_path), FolderStore)
    seen = inspect_documents(tmp_path)
    assert (seen.store, seen.used_bytes, seen.quota_bytes) == ("folder", 0, None)
    assert seen.address == str(tmp_path / "documents" / "store")


def test_a_quota_and_another_folder_are_obeyed_and_seen(tmp_path: Path) -> None:
    """The folder may be relative to the data folder, or on another disk."""
    other = tmp_path / "other disk"
    data = write(tmp_path / "node", f'quota_bytes = 20\nfree_bytes = 0\nfolder.path = "{other}"\n')
    settings = read_documents_file(data)
    depot = Depot(data / "documents", settings.open_store(data), limits=settings.limits)
    depot.keep(address_of(FILE), [FILE])
    seen = inspect_documents(data)
    assert (seen.used_bytes, seen.quota_bytes, seen.free_bytes) == (len(FILE), 20, 0)
    assert [path.read_bytes() for path in other.rglob("b*") if path.is_file()] == [FILE]


def test_an_object_store_is_named_by_bucket_and_address(tmp_path: Path) -> None:
    """It is opened without being asked."""
    text = 'store = "s3"\n[s3]\nbucket = "b"\nendpoint = "https://s3.example"\nprefix = "d"\n'
    settings = read_documents_file(write(tmp_path, text))
    assert settings.address(tmp_path) == "https://s3.example/b/d"
    assert isinstance(settings.open_store(tmp_path), ObjectStore)


@pytest.mark.parametrize(
    "text",
    ['store = "s3"', "quota_bytes = -1", "free_bytes = -1", "quota = 5", "store = 7", "store ="],
)
def test_settings_that_cannot_be_meant_are_told_with_the_file(tmp_path: Path, text: str) -> None:
    """A misspelt quota must not be no quota."""
    with pytest.raises(DataFolderProblem) as refused:
        read_documents_file(write(tmp_path, text))
    assert refused.value.field == DOCUMENTS_FILE


def test_a_node_with_unusable_settings_does_not_start(tmp_path: Path) -> None:
    """Better than one that keeps documents where nobody looks for them."""
    data = tmp_path / "node"
    create_network(data, DOCUMENTS_GENESIS, LOG_KEY)
    write(data, "quota = 5")
    with pytest.raises(DataFolderProblem):
        open_node(NodeConfig(data=data, workers=False, contracts=CONTRACTS))


def test_a_store_that_nobody_serves_is_told(tmp_path: Path) -> None:
    """`tally doctor` shows this error."""
    text = 'store = "s3"\n[s3]\nbucket = "b"\nendpoint = "http://example.org"\n'
    with pytest.raises(Malformed):
        inspect_documents(write(tmp_path, text))
    with pytest.raises(StoreUnreachable):
        inspect_documents(write(tmp_path, 'store = "kubo"\nkubo.url = "http://127.0.0.1:1"\n'))
