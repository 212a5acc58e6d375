# SPDX-License-Identifier: Apache-2.0
"""The whole demonstration: everybody's network, and ninety days of what they did in it."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from tallystick.cli.catalogue import say
from tallystick.cli.demo import deposits
from tallystick.cli.demo.consortium import CONSORTIUM, PLATFORM, SEAL_KEEPER, Cast
from tallystick.cli.demo.everybody import is_administrator, key_name, stories, whole_cast
from tallystick.cli.demo.history import DAYS, Told, Written, beginning, write_history
from tallystick.cli.demo.names import KEYS_FOLDER
from tallystick.cli.demo.sealing_keys import publish_sealing_keys
from tallystick.cli.first_seal import FirstSeal, note_first_seal
from tallystick.cli.founding import found_demo, now_ms
from tallystick.cli.runfile import RunFile
from tallystick.cli.talk import step, waiting
from tallystick.client import Identity, KeyStore
from tallystick.errors import DataFolderProblem
from tallystick.storage import prepare_folder
from tallystick.units import TimeMs


@dataclass(frozen=True, slots=True)
class Founded:
    """What a new demonstration has."""

    organizations: int
    members: int
    history: Written


def found_whole_demo(folder: Path, *, replaces: bool = False) -> Founded:
    """Make the demonstration in a data folder, which is there only once it is complete.

    Args:
        folder: the data folder.
        replaces: whether what is in the folder goes away, once the new one is complete.

    Raises:
        DataFolderProblem: the folder is not empty.
        TallystickError: the history cannot be written.
    """
    if not replaces:
        prepare_folder(folder)
    making = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(making, ignore_errors=True)  # left by a start that was interrupted
    cast, ends = whole_cast(), now_ms()
    created = TimeMs(beginning(ends))
    found_demo(making, cast, created=created)
    first = publish_sealing_keys(making, _heads(making, cast))
    written = write_history(making, _tales(making), first=first, began=created, ends=ends)
    note_first_seal(making, FirstSeal(PLATFORM.id, PLATFORM.name.zh, SEAL_KEEPER.key_name))
    if replaces:
        shutil.rmtree(folder)
    making.replace(folder)
    return Founded(len(cast.organizations), len(cast.people), written)


def reset_demo(folder: Path) -> Founded:
    """Found a demonstration anew in the folder of another, which is gone then.

    Raises:
        DataFolderProblem: a node runs in the folder, or there is no demonstration in it.
        TallystickError: the history cannot be written; the old demonstration is still there.
    """
    running = RunFile(folder).read()
    if running is not None:
        message = say("node.running_already", path=folder, pid=running.pid, url=running.url)
        raise DataFolderProblem(message, field="--data", hint="tally down")
    if not (folder / KEYS_FOLDER).is_dir():
        message = say("demo.nothing_to_reset", path=folder)
        raise DataFolderProblem(message, field="--data", hint="tally up --demo")
    return found_aloud(folder, replaces=True)


def found_aloud(folder: Path, *, replaces: bool = False) -> Founded:
    """Make the demonstration, and say what it has.

    Raises:
        DataFolderProblem, TallystickError: as `found_whole_demo`.
    """
    started = time.monotonic()
    with waiting(say("demo.writing", days=DAYS)):
        made = found_whole_demo(folder, replaces=replaces)
    counts = {"organizations": made.organizations, "members": made.members}
    step(
        say("demo.founded", transactions=made.history.transactions, days=DAYS, **counts),
        took_s=time.monotonic() - started,
    )
    return made


def _heads(folder: Path, cast: Cast) -> dict[str, Identity]:
    """Return an administrator of each organisation."""
    store = KeyStore(folder / KEYS_FOLDER)
    return {
        one.member.organization: store.load(one.key_name)
        for one in cast.people
        if is_administrator(one.member)
    }


def _tales(folder: Path) -> list[Told]:
    """Return the history of evidence, and that of every installed industry."""
    store = KeyStore(folder / KEYS_FOLDER)
    people = {one.member.id: store.load(one.key_name) for one in CONSORTIUM.people}
    tales = [Told(deposits.CONTRACT, people, deposits.history)]
    for name, story in stories().items():
        keys = {one.member: store.load(key_name(name, one.member)) for one in story.parts()}
        tales.append(Told(story.CONTRACT, keys, story.history))
    return tales
