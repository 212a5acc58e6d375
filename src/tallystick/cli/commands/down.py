# SPDX-License-Identifier: Apache-2.0
"""`tally down`: stops the node of this machine."""

from __future__ import annotations

from tallystick.cli import background
from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.locate import existing_data_folder
from tallystick.cli.options import OUTPUT, PLACE, Output, Place
from tallystick.cli.talk import step, waiting
from tallystick.cli.times import check_seconds


def down(*, timeout: float = 30.0, place: Place = PLACE, _output: Output = OUTPUT) -> Answer:
    """Stop the node cleanly.

    Raises:
        NotFound: none runs there.
        Unavailable: it did not end in time.
    """
    folder = existing_data_folder(place.data)
    with waiting(say("node.stopping_short")):
        pid = background.stop(folder, check_seconds(timeout))
    step(say("node.stopped"))
    return Sheet({"data": str(folder), "pid": pid, "running": False})
