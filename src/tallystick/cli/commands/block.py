# SPDX-License-Identifier: Apache-2.0
"""`tally block`: blocks."""

from __future__ import annotations

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.options import ADDRESS, OUTPUT, PAGE, Address, Output, Page
from tallystick.cli.plain import plain_row

_COLUMNS = ("height", "time", "transaction_count", "log_size", "hash")
_SHOWN = (
    "height",
    "hash",
    "parent",
    "time",
    "transaction_count",
    "log_size",
    "log_root",
    "state_root",
    "membership_root",
    "app_hash",
    "transaction_ids",
)


def list_(*, page: Page = PAGE, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """List blocks, newest first."""
    from tallystick.cli.linking import listing, open_net

    with open_net(address) as net:
        return listing(net.blocks(), page, _COLUMNS)


def show(height: int, /, *, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show one block and its transactions.

    Raises:
        NotFound: there is no such block.
    """
    from tallystick.cli.linking import open_net

    with open_net(address) as net:
        block = net.block(height)
    ids = [one.id for one in block.transactions]
    return Sheet({**plain_row(block.to_dict()), "transaction_ids": ids}, _SHOWN)
