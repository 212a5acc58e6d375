# SPDX-License-Identifier: Apache-2.0
"""`tally console`: what the operator does for the console's accounts, beside its pages."""

from __future__ import annotations

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.local import check_founded
from tallystick.cli.locate import existing_data_folder
from tallystick.cli.options import OUTPUT, PLACE, Output, Place
from tallystick.cli.talk import note


def reset(
    login: str,
    /,
    *,
    factors: bool = False,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Make a link that sets an account's password anew.

    Raises:
        NotFound: the node has no console yet, or nobody has that account.
        DataFolderProblem: `console.toml` is not as it should be.
    """
    from tallystick.cli.founding import now_ms
    from tallystick.console import rescue

    folder = existing_data_folder(place.data)
    check_founded(folder)
    link = rescue(folder, login, now_ms(), with_factors=factors)
    note(say("console.reset"))
    return Sheet({"link": link})
