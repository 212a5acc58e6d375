# SPDX-License-Identifier: Apache-2.0
"""The views process: follows a data folder's block log into the SQL views.

Run as `python -m tallystick.node.projector --data DIR`. Each byte on its input wakes it; it ends
when the input closes, so it never outlives the node that started it.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import sys
from contextlib import closing
from pathlib import Path

from tallystick.errors import TallystickError
from tallystick.node.collector import settle_collector
from tallystick.node.contracts_needed import find_installed_schemas
from tallystick.node.feeds import views_url
from tallystick.node.network_views import NetworkViews
from tallystick.storage import BlockLogReader, read_format, read_genesis
from tallystick.views import group_blocks

POLL_SECONDS = 0.5
"""How long a missed wake-up can go unnoticed."""
_NICENESS = 19
_WAKE_BYTES = 65_536


def follow(data: Path) -> None:
    """Project committed blocks until the input closes.

    Raises:
        TallystickError: folder, log or views cannot be used; the views keep what they have.
    """
    network = read_format(data).network
    reader = BlockLogReader(data, network=network)
    genesis = read_genesis(data, network)
    with closing(NetworkViews(views_url(data), genesis, find_installed_schemas)) as views:
        if views.height:
            views.agree_with(next(reader.follow(views.height), None))
        is_open = True
        while is_open:
            patience_s = POLL_SECONDS
            for group in group_blocks(reader.follow(views.height + 1)):
                if not views.apply(group):
                    patience_s = 0
                    break
                is_open = _wait(0)
                if not is_open:
                    return
            is_open = _wait(patience_s)


def _wait(seconds: float) -> bool:
    """Wait for a wake-up at most so long; return False when the input has closed."""
    source = sys.stdin.fileno()
    poll = select.poll()  # not `select`, which knows only the first 1,024 descriptors
    poll.register(source, select.POLLIN)
    ready = poll.poll(seconds * 1_000)
    return not ready or bool(os.read(source, _WAKE_BYTES))


def main() -> None:
    """Run as a program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    # Ctrl-C reaches the whole process group; the node decides when its processes stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # People may wait a little for lists; nobody may wait for a commit.
    os.nice(_NICENESS)
    settle_collector()
    try:
        follow(arguments.data)
    except TallystickError as error:
        sys.exit(f"views: {error.code} {error.message}")


if __name__ == "__main__":
    main()
