# SPDX-License-Identifier: Apache-2.0
"""A contract whose sources have no digest: the console goes on, and says it on its page."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import pytest

from tallystick.console import ConsoleOptions
from tallystick.execution import digests
from tallystick.industries.evidence import Evidence
from tallystick.node import NodeConfig, open_node
from tests.unit.console.conftest import reading
from tests.unit.console.odd_keys import Store
from tests.unit.console.test_odd_keys import STORE
from tests.unit.node.node_kit import found


def test_pages_of_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No page answers 400 because of it, and the page of the contract says what is wrong."""
    monkeypatch.setattr(sys.modules[Store.__module__], "__file__", None)
    fresh = cache(digests._contract_digest.__wrapped__)
    monkeypatch.setattr(digests, "_contract_digest", fresh)
    found(tmp_path / "node", "solo", STORE)
    node = open_node(NodeConfig(data=tmp_path / "node", workers=False, contracts=(Store, Evidence)))
    try:
        node.start()
        with reading(node, ConsoleOptions(data=tmp_path)) as reader:
            for path in ("/", "/explorer", "/c", "/c/store", "/gov", "/t", "/state/store/places"):
                assert reader.get(path).status_code == 200, path
            page = reader.get("/c/store", params={"lang": "zh"}).text
            assert "版本 1 在此没有摘要" in page
            assert "No sources here" in reader.get("/c/store/source", params={"lang": "en"}).text
    finally:
        node.stop()
