# SPDX-License-Identifier: Apache-2.0
"""Keys in force: what certifies members' keys ends as well, and is listed with its end."""

from __future__ import annotations

from pathlib import Path

from tallystick.console import ConsoleOptions
from tallystick.crypto import sha256
from tallystick.node import NodeConfig, open_node
from tallystick.units import DAY_MS
from tests.certificate_authority import NOW_MS, ROOT, make
from tests.networks import now, wait_until
from tests.unit.console.conftest import reading
from tests.unit.console.test_transaction_kinds import GOVERNED, call
from tests.unit.node.node_kit import found


def test_an_authority_is_listed_until_it_is_revoked(tmp_path: Path) -> None:
    """By the SHA-256 of its certificate, with its name and its end, also in the file."""
    root = make(ROOT, ends=(now() - NOW_MS) // DAY_MS + 20)
    name = sha256(root.der).hex()
    found(tmp_path / "node", "solo", GOVERNED)
    node = open_node(NodeConfig(data=tmp_path / "node", workers=False))
    try:
        node.start()
        with reading(node, ConsoleOptions(data=tmp_path)) as reader:
            (placed,) = node.submit(
                [call("membership.set_authority", 1, {"certificate": root.der})]
            ).result(30)
            assert placed.code == "ok", placed
            wait_until(lambda: node.status().views_height == node.status().height, "views")
            told = reader.get("/gov/keys.json").json()["keys"]
            (key,) = [one for one in told if one["kind"] == "authority"]
            assert key["public_key"] == name
            assert key["valid_until_ms"] is not None
            assert (key["is_over"], key["ends_within"]) == (False, 30)
            page = reader.get("/gov/keys", params={"lang": "zh"}).text
            assert "认证成员密钥" in page
            assert key["subject"] in page
            assert name in reader.get("/gov/keys.csv").text
            gone = {"fingerprint": sha256(root.der)}
            node.submit([call("membership.revoke_authority", 2, {**gone})]).result(30)
            wait_until(lambda: node.status().views_height == node.status().height, "views")
            kinds = {one["kind"] for one in reader.get("/gov/keys.json").json()["keys"]}
            assert "authority" not in kinds
    finally:
        node.stop()
