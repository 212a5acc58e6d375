# SPDX-License-Identifier: Apache-2.0
"""A node that has some gifts on its ledger."""

from __future__ import annotations

from pathlib import Path

from tallystick.encoding import Value
from tests.unit.api.fake_node import FakeNode, signed
from tests.unit.api.gift_contract import Gifts


def giving_node(folder: Path) -> FakeNode:
    """Return a node with gifts of five donors in one province, four in another, six in a third."""
    node = FakeNode(folder, contracts=(Gifts,))
    nonce = 0
    for province, donors in (("川", 5), ("藏", 4), ("滇", 6)):
        for number in range(donors):
            nonce += 1
            args: dict[str, Value] = {
                "donor": f"={province}{number}",
                "province": province,
                "amount": 100 * nonce,
            }
            node.submit([signed("give", args, nonce=nonce, contract="notes")])
    return node
