# SPDX-License-Identifier: Apache-2.0
"""`tally network demo`: four organisations on this machine, and what a network of them bears."""

from __future__ import annotations

from pathlib import Path

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import OUTPUT, Output
from tallystick.cli.talk import note


def demo(*, data: Path | None = None, keep: bool = False, _output: Output = OUTPUT) -> Answer:
    """Tell the story; every process that it starts ends with it.

    Raises:
        EngineMissing: the consensus engine is not installed; the message has the command.
        DataFolderProblem: the folder is not empty.
        Unverified: something did not go as it must.
    """
    from tallystick.cli.demo.four import tell
    from tallystick.cli.demo.premises import ended_like_an_interrupt, premises

    note(say("four.title"))
    with ended_like_an_interrupt(), premises(data, "tally-four-", keep=keep) as base:
        facts = tell(base)
        if data is not None or keep:
            facts["data"] = str(base)
        return Sheet(facts)
