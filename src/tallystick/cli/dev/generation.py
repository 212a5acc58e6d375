# SPDX-License-Identifier: Apache-2.0
"""One version of the contracts in a process of its own: loads them, serves the node, and can park.

The process is forked from the watcher, which has loaded the platform and the installed contracts
and none of the author's code: so a version begins fresh, and fast. It does what it
is told through a pipe; when the pipe ends, because the watcher did, it stops cleanly.

While the next version takes over, this one parks: its node is closed, its code stays in memory.
When the next one cannot start, this one goes on.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.metadata import entry_points
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from tallystick.cli.contract_project import ContractProject, error_place, load_project
from tallystick.cli.dev.changes import DeclaredMigration, Migrations
from tallystick.cli.dev.network import grant_roles
from tallystick.cli.installed import GROUP
from tallystick.cli.serving import Serving, serve_folder
from tallystick.contracts import Contract, ContractSchema, migrations_of, schema_of
from tallystick.errors import TallystickError
from tallystick.node import Node

_STOP_S: Final = 10.0
Order = Literal["serve", "park", "end"]
Word = Literal["loaded", "broken", "serving", "parked", "failed"]


class Said(NamedTuple):
    """What a generation reports."""

    word: Word
    text: str = ""
    """Why, if it went wrong; the contracts and their versions, or the network."""
    schemas: tuple[ContractSchema, ...] = ()
    migrations: Migrations = frozenset()


@dataclass(frozen=True, slots=True)
class Generation:
    """A version at work, as the watcher sees it."""

    process: ForkProcess
    control: Connection
    title: str
    """The author's contracts and their versions."""
    schemas: tuple[ContractSchema, ...]
    """Of these, and of the installed contracts beside them."""
    migrations: Migrations
    """What these can move."""

    def order(self, word: Order) -> Said:
        """Tell it what to do, and return what came of it."""
        try:
            self.control.send(word)
        except OSError:
            return _ENDED
        return hear(self.control)

    def has_spoken(self) -> bool:
        """Say whether it has something to tell unasked: it was stopped, or has died."""
        return self.control.poll()

    def end(self) -> None:
        """Let it stop cleanly, and wait."""
        # Closing alone would not tell it: a later version inherited this end of the pipe.
        with suppress(OSError):
            self.control.send("end")
        self.control.close()
        self.process.join(_STOP_S)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


_ENDED: Final = Said("failed", "the process has ended")


def preload_installed(project: ContractProject) -> None:
    """Load the installed contracts once, before any generation is forked.

    They are most of the work of a reload, and do not change while the author saves. What lies in
    the author's own folder is left to the generations, even if it is installed.
    """
    for point in entry_points(group=GROUP):
        if not _is_within(point.module.partition(".")[0], project.sources):
            with suppress(Exception):  # the generation that needs it says what is wrong with it
                schema_of(point.load())


def begin(project: ContractProject, serving: Serving) -> tuple[Generation | None, Said]:
    """Load the contracts as they are now; the generation, or None and what is wrong with them."""
    ours, theirs = get_context("fork").Pipe()
    process = get_context("fork").Process(
        target=_live, args=(project, serving, theirs, ours), name="tally-dev-node"
    )
    process.start()
    theirs.close()
    said = hear(ours)
    generation = Generation(process, ours, said.text, said.schemas, said.migrations)
    if said.word == "loaded":
        return generation, said
    generation.end()
    return None, said


def hear(control: Connection) -> Said:
    """Return the next report; that it ended, if its process did."""
    try:
        word, text, schemas, migrations = control.recv()
    except (EOFError, OSError):
        return _ENDED
    read = tuple(msgspec.json.decode(schemas, type=list[ContractSchema]))
    return Said(word, text, read, frozenset(DeclaredMigration(*one) for one in migrations))


def _live(
    project: ContractProject, serving: Serving, control: Connection, other_end: Connection
) -> None:
    """Live one generation; runs in the forked process."""
    other_end.close()  # else the watcher's end would not be noticed
    os.setsid()  # the keyboard's interrupt is for the watcher, who says what is to be done
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # Two saves in one second look alike to Python's cache of compiled files.
    sys.dont_write_bytecode = True
    sys.pycache_prefix = tempfile.mkdtemp(prefix="tally-dev-")
    try:
        own = load_project(project)
        contracts = _with_installed(own)
        schemas = [schema_of(one) for one in contracts]
        moves = [(c.name, m.from_version, m.table) for c in contracts for m in migrations_of(c)]
    except Exception as error:  # the author's code: whatever it raises, the author is told
        _say(control, "broken", error_place(error, project.folder))
        return
    title = ", ".join(f"{one.name} v{one.version}" for one in own)
    _say(control, "loaded", title, schemas, moves)
    try:
        while control.recv() == "serve" and _serve(serving, contracts, schemas, control):
            pass
    except EOFError:
        return


def _is_within(package: str, folder: Path) -> bool:
    """Say whether a package or module would be imported from a folder."""
    spec = find_spec(package)
    if spec is None:
        return False
    places = [*(spec.submodule_search_locations or ()), *filter(None, [spec.origin])]
    return any(Path(place).resolve().is_relative_to(folder.resolve()) for place in places)


def _with_installed(own: tuple[type[Contract], ...]) -> tuple[type[Contract], ...]:
    """Return the project's contracts and those installed ones that it does not replace."""
    names = {one.name for one in own}
    installed = (point.load() for point in entry_points(group=GROUP))
    return (*own, *(one for one in installed if one.name not in names))


def _serve(
    serving: Serving,
    contracts: tuple[type[Contract], ...],
    schemas: Iterable[ContractSchema],
    control: Connection,
) -> bool:
    """Serve the node until told to park, or until the watcher has ended; say if all went well."""
    orders: list[Order] = []

    def guest(node: Node) -> None:
        grant_roles(serving.folder, serving.url, node, schemas)
        threading.Thread(target=_wait, args=(control, orders), daemon=True).start()
        _say(control, "serving", node.network)

    try:
        serve_folder(replace(serving, contracts=contracts), guest, once=False)
    except TallystickError as error:
        _say(control, "failed", f"[{error.code}] {error.message}")
        return False
    if orders != ["end"]:
        _say(control, "parked")
    return orders == ["park"]


def _wait(control: Connection, orders: list[Order]) -> None:
    """Stop the server when the watcher says so, or is gone."""
    try:
        orders.append(control.recv())
    except (EOFError, OSError):
        orders.append("end")
    os.kill(os.getpid(), signal.SIGTERM)


def _say(
    control: Connection,
    word: Word,
    text: str = "",
    schemas: Iterable[ContractSchema] = (),
    migrations: Iterable[tuple[str, int, str]] = (),
) -> None:
    with suppress(OSError):  # the watcher may have ended; then nobody needs to know
        control.send((word, text, msgspec.json.encode(list(schemas)), list(migrations)))
