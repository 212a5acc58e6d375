# SPDX-License-Identifier: Apache-2.0
"""`tally status`: what the node says about itself."""

from __future__ import annotations

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.options import ADDRESS, OUTPUT, Address, Output

_SHOWN = (
    "url",
    "network",
    "height",
    "block_time",
    "log_size",
    "organizations",
    "engine",
    "version",
    "views_height",
    "started_at",
    "app_hash",
)


def status(*, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """Show what the node says about itself.

    Raises:
        Unavailable: nobody answers there.
    """
    from tallystick.cli.expiry import warn_of_own_keys
    from tallystick.cli.linking import open_net
    from tallystick.cli.locate import node_url
    from tallystick.cli.times import format_time

    with open_net(address) as net:
        found = net.status()
    warn_of_own_keys(address)
    times = {
        "block_time": format_time(found.block_time_ms),
        "started_at": format_time(found.started_at_ms),
    }
    return Sheet({"url": node_url(address.url), **found.to_dict(), **times}, _SHOWN)
