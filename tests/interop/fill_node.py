# SPDX-License-Identifier: Apache-2.0
"""Deposit enough in a demonstration node that its log has a full tile: fill_node URL DATA COUNT."""

from __future__ import annotations

import sys
from pathlib import Path

from tallystick.client import KeyStore, connect, deposit_args, facts_of
from tallystick.errors import TallystickError

DEPOSITOR = "demo-wang-fang"


def main() -> None:
    """Submit the deposits and say how many are in the log."""
    url, data, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    identity = KeyStore(data / "demo-keys").load(DEPOSITOR)
    with connect(url, identity=identity, trust=data / "trust.json") as net:
        signed = []
        for number in range(count):
            facts = facts_of(f"interop {number}".encode())
            signed.append(net.sign("evidence", "deposit", deposit_args(facts, {})))
        placed = net.submit_many(signed)
    refused = [one for one in placed if isinstance(one, TallystickError)]
    if refused:
        raise refused[0]
    print(f"deposits: {len(placed)} in the log")


if __name__ == "__main__":
    main()
