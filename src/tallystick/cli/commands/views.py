# SPDX-License-Identifier: Apache-2.0
"""`tally views rebuild`: the search tables anew from the block log."""

from __future__ import annotations

import time

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.local import check_founded, rebuild_views
from tallystick.cli.locate import existing_data_folder
from tallystick.cli.options import OUTPUT, PLACE, Output, Place
from tallystick.cli.runfile import RunFile
from tallystick.cli.talk import step, waiting
from tallystick.errors import DataFolderProblem


def rebuild(*, place: Place = PLACE, _output: Output = OUTPUT) -> Answer:
    """Rebuild the search tables; the node must be stopped.

    Raises:
        DataFolderProblem: there is no network, or its node is running.
    """
    folder = existing_data_folder(place.data)
    check_founded(folder)
    record = RunFile(folder).read()
    if record is not None:
        raise DataFolderProblem(
            say("node.running_already", path=folder, pid=record.pid, url=record.url),
            field="--data",
            hint="tally down",
        )
    started = time.monotonic()
    with waiting(say("views.rebuilding")):
        height = rebuild_views(folder)
    took = time.monotonic() - started
    step(say("views.rebuilt", height=height), took_s=took)
    return Sheet({"data": str(folder), "height": height, "seconds": round(took, 3)})
