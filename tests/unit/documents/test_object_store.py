# SPDX-License-Identifier: Apache-2.0
"""The store in an object store: what is said when it cannot be used.

What it does when it can is in tests/conformance/test_document_store.py.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tallystick.documents import BucketPlace, ObjectStore, open_bucket
from tallystick.errors import Malformed, StoreUnreachable
from tallystick.merkle import address_of

CID = address_of(b"a sealed voucher").cid


def test_without_the_extra_the_command_that_installs_it_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Obstore is not among the dependencies."""
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(StoreUnreachable) as refused:
        open_bucket(BucketPlace(bucket="b"))
    assert refused.value.hint == "pip install 'tallystick[s3]'"


@pytest.mark.parametrize("endpoint", ["http://s3.example", "ftp://localhost", "s3.example"])
def test_an_address_that_others_can_listen_to_is_refused(endpoint: str) -> None:
    """Plain HTTP is for this machine only."""
    with pytest.raises(Malformed):
        open_bucket(BucketPlace(bucket="b", endpoint=endpoint))


def test_a_service_that_nobody_serves_is_unreachable_for_every_method(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Typed, so that the node can say try again."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "tests")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "tests")
    store = open_bucket(BucketPlace(bucket="b", endpoint="http://127.0.0.1:1"), retries=0)
    assert isinstance(store, ObjectStore)
    file = tmp_path / "file"
    file.write_bytes(b"a sealed voucher")
    with pytest.raises(StoreUnreachable):
        store.size(CID)
    with pytest.raises(StoreUnreachable):
        store.read(CID, 0, 1)
    with pytest.raises(StoreUnreachable):
        store.put(CID, file)
    with pytest.raises(StoreUnreachable):
        store.remove(CID)
