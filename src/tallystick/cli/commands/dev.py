# SPDX-License-Identifier: Apache-2.0
"""`tally dev`: a node for a contract author, which takes every save at once."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Listing, Row
from tallystick.cli.catalogue import say
from tallystick.cli.dev.names import KEYS_FOLDER, PROJECT_FILE, is_dev_folder
from tallystick.cli.local import is_founded
from tallystick.cli.locate import dev_folder
from tallystick.cli.options import OUTPUT, PLACE, Output, Place
from tallystick.cli.ports import check_port
from tallystick.cli.render import render
from tallystick.cli.runfile import RunFile
from tallystick.cli.talk import note, step, warn
from tallystick.errors import DataFolderProblem, InvalidContract

if TYPE_CHECKING:
    from tallystick.cli.contract_project import ContractProject
    from tallystick.cli.dev.workshop import Workshop
    from tallystick.cli.serving import Serving


def dev(
    path: Path = Path(),
    /,
    *,
    port: int = 8700,
    fresh: bool = False,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer | None:
    """Run a development node and take every save of the contracts in a folder.

    Raises:
        UsageError: there is no contract in the folder.
        DataFolderProblem: the data folder is in use, or holds no development network of this one.
        PortInUse: another program listens there.
        InvalidContract: the contracts cannot be loaded, and there is no network yet.
        Unavailable: the node ended by itself.
    """
    from tallystick.cli.contract_project import find_project
    from tallystick.cli.dev.generation import preload_installed
    from tallystick.cli.dev.workshop import Workshop
    from tallystick.cli.serving import Serving

    project = find_project(path)
    folder = dev_folder(place.data)
    check_port("localhost", port)
    _prepare(folder, project, fresh=fresh)
    serving = Serving(folder, "localhost", port)
    preload_installed(project)
    workshop = Workshop(project, serving)
    ended: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: ended.append(received))
    try:
        _start(workshop, serving, time.monotonic())
        workshop.watch(lambda: bool(ended))
    finally:
        workshop.close()
    step(say("node.stopped"))
    return None


def _prepare(folder: Path, project: ContractProject, *, fresh: bool) -> None:
    """Check that the data folder may be used, and clear it if all is to begin anew.

    Raises:
        DataFolderProblem: the folder is in use, or is not of this project's development.
    """
    if RunFile(folder).is_held():
        message = say("dev.running", path=folder)
        raise DataFolderProblem(message, field="--data", hint="tally down")
    if folder.exists() and is_founded(folder) and not is_dev_folder(folder):
        hint = say("node.real_network_hint")
        raise DataFolderProblem(say("dev.other_network", path=folder), field="--data", hint=hint)
    if fresh and is_dev_folder(folder):
        shutil.rmtree(folder)
    if not is_founded(folder):
        return
    known = (folder / PROJECT_FILE).read_text(encoding="utf-8").strip()
    if known != str(project.folder):
        raise DataFolderProblem(
            say("dev.other_project", path=known), field="--data", hint=say("dev.fresh_hint")
        )


def _start(workshop: Workshop, serving: Serving, started: float) -> None:
    """Let the contracts serve as they are, and say who can sign.

    Raises:
        InvalidContract: they cannot be served; what is wrong was said.
    """
    from tallystick.cli.dev.network import ORGANIZATIONS
    from tallystick.cli.linking import pin
    from tallystick.cli.local import keep_trust_file

    said = workshop.take(started)
    if said is None:
        raise InvalidContract(say("dev.no_start"))
    pin(serving.url, keep_trust_file(serving.folder))
    step(say("node.started", url=serving.url), took_s=time.monotonic() - started)
    warn(say("dev.network", network=said.text))
    rows: tuple[Row, ...] = tuple(
        {
            "key": name,
            "organization": one.id,
            "title": {"zh": one.name.zh, "en": one.name.en},
            "key_file": str(serving.folder / KEYS_FOLDER / f"{name}.json"),
        }
        for name, one in ORGANIZATIONS.items()
    )
    sys.stdout.write(render(Listing(rows, ("key", "organization", "title"))))
    sys.stdout.flush()
    note(say("dev.serving"))
