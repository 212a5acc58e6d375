# SPDX-License-Identifier: Apache-2.0
"""`tally governance migrate`: moves the records of a contract to the version that runs."""

from __future__ import annotations

from typing import Any

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Output, Signing
from tallystick.cli.talk import waiting


def migrate(
    name: str,
    /,
    *,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Move the records of a contract, transaction by transaction, until none is left.

    Raises:
        Refused: no records of it are being moved, or the contract's code failed.
    """
    from tallystick.cli.governing import place_of, signing_net
    from tallystick.errors import WrongState

    moved = steps = 0
    with signing_net(address, signing) as net, waiting(say("governance.migrating", name=name)):
        while True:
            try:
                done = net.governance.migrate(name)
            except WrongState:
                if steps == 0:
                    raise
                break  # somebody else has moved the last ones
            result: Any = done.result
            moved, steps = moved + result["moved"], steps + 1
            if result["finished"]:
                break
    return Sheet({"contract": name, "moved": moved, "steps": steps, **place_of(done)})
