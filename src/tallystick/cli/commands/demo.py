# SPDX-License-Identifier: Apache-2.0
"""`tally demo NAME`: the story of an installed industry; `tally demo reset`: begin anew."""

from __future__ import annotations

import time
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from tallystick.cli.answers import Answer, Plain, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import OUTPUT, Output
from tallystick.cli.talk import note, paint, step
from tallystick.errors import UsageError

if TYPE_CHECKING:
    from tallystick.node import Node

RESET: Final = "reset"


def demo(
    name: str,
    /,
    *,
    network: bool = False,
    channels: bool = False,
    data: Path | None = None,
    _output: Output = OUTPUT,
) -> Answer:
    """Tell a story on a network of its own; it ends well only if everything was verified.

    `reset` is no story: it founds the demonstration of `tally up --demo` anew.

    Raises:
        UsageError: there is no such story, or none of it on channels, or on two kinds of network.
        EngineMissing: four nodes need the consensus engine; the message has the command.
        DataFolderProblem: the folder is not empty; or what is to be reset is in use, or nothing.
        Unverified: something did not go as it must.
    """
    if name == RESET:
        return _reset(data, network=network)
    if network and channels:
        raise UsageError(say("usage.not_both", one="--network", other="--channels"))
    story = _channel_story(name) if channels else _story(name)
    from tallystick.cli.demo.premises import ended_like_an_interrupt, premises

    note(say("story.title", name=name))
    note(say("story.stand_in"))
    began = time.monotonic()
    with premises(data, "tally-story-") as base:
        if channels:
            from tallystick.cli.demo.channels import tell_on_channels

            facts = tell_on_channels(base, story)
        elif network:
            from tallystick.cli.demo.four_theatre import tell_on_four

            with ended_like_an_interrupt():
                facts = tell_on_four(base, story)
        else:
            facts = _tell_on_one(base, story)
        if data is not None:
            facts["data"] = str(base)
    note(paint(say("story.done", seconds=round(time.monotonic() - began, 1)), "bold"))
    return Sheet({**facts, "verified": True})


def _tell_on_one(folder: Path, story: ModuleType) -> dict[str, Plain]:
    """Tell a story on a node that orders alone, in this process."""
    from tallystick.cli.demo.names import TRUST_FILE
    from tallystick.cli.demo.sites import free_ports
    from tallystick.cli.demo.story_papers import WithHeads, check_papers
    from tallystick.cli.demo.theatre import FILES, found, open_theatre
    from tallystick.cli.serving import Serving, serve_folder

    facts: dict[str, Plain] = {}
    found(folder, WithHeads(story))
    (port,) = free_ports(1)
    serving = Serving(folder, "localhost", port)

    def guest(_node: Node) -> None:
        with open_theatre(folder, serving.url, story) as theatre:
            facts.update(story.tell(theatre))
            facts["receipts"] = theatre.count_verified()
        step(say("story.verified", count=facts["receipts"]))

    serve_folder(serving, guest, once=True)
    facts["papers"] = check_papers(folder / FILES, folder / TRUST_FILE)
    step(say("story.papers", count=facts["papers"], path=folder / FILES))
    return facts


def _channel_story(name: str) -> ModuleType:
    """Return the story of several networks that belongs to a story.

    Raises:
        UsageError: there is none.
    """
    module: str = getattr(_story(name), "CHANNEL_STORY", "")
    if not module:
        raise UsageError(say("story.no_channels", name=name), field="--channels")
    return import_module(module)


def _story(name: str) -> ModuleType:
    from tallystick.cli.demo.everybody import stories

    found = stories()
    if name not in found:
        known = ", ".join((*found, RESET))
        raise UsageError(say("story.unknown", name=name), field="NAME", expected=known)
    return found[name]


def _reset(data: Path | None, *, network: bool) -> Answer:
    """Put a demonstration back to its start; what was done in it since is gone."""
    from tallystick.cli.demo.whole import reset_demo
    from tallystick.cli.locate import data_folder

    if network:
        raise UsageError(say("demo.reset_alone"), field="--network")
    folder = data_folder(data, demo=True)
    made = reset_demo(folder)
    step(say("demo.reset", path=folder))
    return Sheet({"data": str(folder), "transactions": made.history.transactions})
