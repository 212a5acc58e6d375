# SPDX-License-Identifier: Apache-2.0
"""The console believes what the trust file says now, not what it said when it was first read."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tallystick.console import ConsoleOptions
from tallystick.node import Node
from tests.unit.console.conftest import check_receipt, reading


def test_a_trust_file_that_changed_is_read_again(node: Node, trust: Path, tmp_path: Path) -> None:
    """A broken one is said to be broken, one that is gone too, and a mended one serves again."""
    own = tmp_path / "own-trust.json"
    own.write_bytes(trust.read_bytes())
    options = ConsoleOptions(
        data=tmp_path, trust=own, check_proof=partial(check_receipt, trust=own)
    )
    with reading(node, options) as reader:
        deposit = reader.get("/state/evidence/deposits.json").json()["rows"]["items"][0]
        place = f"/v/hash?hash={deposit['sha256']}"
        assert reader.get(place).status_code == 200
        own.write_text("{}")
        assert reader.get(place).status_code == 400
        own.unlink()
        assert reader.get(place).status_code != 200
        own.write_bytes(trust.read_bytes())
        assert reader.get(place).status_code == 200
