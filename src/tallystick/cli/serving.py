# SPDX-License-Identifier: Apache-2.0
"""Runs the node of a data folder in this process, until it is told to stop."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.catalogue import say
from tallystick.cli.demo.names import KEYS_FOLDER, SAMPLES_FOLDER, SEALING_FOLDER, TRUST_FILE
from tallystick.cli.locate import local_url
from tallystick.cli.ports import bind_address
from tallystick.cli.runfile import RunFile, RunRecord
from tallystick.cli.talk import note, step
from tallystick.contracts import Contract
from tallystick.errors import TallystickError
from tallystick.node import Node, NodeConfig, open_node, settle_collector
from tallystick.units import LOOPBACK_NAMES

if TYPE_CHECKING:
    from tallystick.console import Courier


@dataclass(frozen=True, slots=True)
class Serving:
    """What is served where."""

    folder: Path
    host: str
    port: int
    passphrase: str | None = field(default=None, repr=False)
    """Opens the node's keys, if they are sealed."""
    contracts: tuple[type[Contract], ...] | None = None
    """The contracts to run, instead of those installed; a node of an author, without workers."""

    @property
    def url(self) -> str:
        """The address to print."""
        return local_url(self.port, self.host)

    @property
    def config(self) -> NodeConfig:
        """How the node runs."""
        if self.contracts is None:
            return NodeConfig(data=self.folder, passphrase=self.passphrase)
        return NodeConfig(data=self.folder, contracts=self.contracts, workers=False)


Guest = Callable[[Node], None]
"""What happens beside the node once it answers; the node stops when it fails."""


def serve_folder(serving: Serving, guest: Guest, *, once: bool) -> None:
    """Open the folder's node and serve it until SIGINT, SIGTERM, or the guest's end with `once`.

    Raises:
        DataFolderProblem: another process serves the folder.
        PortInUse: another program listens there.
        TallystickError: whatever stopped the node or the guest.
    """
    run = RunFile(serving.folder)
    host = Host(serving, guest, run, once=once)
    with run.hold(RunRecord(os.getpid(), serving.url)):
        node = open_node(replace(serving.config, on_halt=host.halt))
        try:
            node.start()
            settle_collector()
            host.serve(node)
        except BaseException:
            # What went wrong is what must be told, not what goes wrong while cleaning up.
            with suppress(TallystickError):
                node.stop()
            raise
        host.stop(node)


def _begin_webhooks(serving: Serving) -> Courier:
    from tallystick.console import start_webhooks

    return start_webhooks(serving.folder, serving.url)


class Host:
    """Serves the node, runs the guest in a thread of its own, and keeps what went wrong."""

    def __init__(self, serving: Serving, guest: Guest, run: RunFile, *, once: bool) -> None:
        """Know what to do; nothing happens yet."""
        self._serving = serving
        self._guest = guest
        self._run_file = run
        self._once = once
        self._failure: BaseException | None = None
        self._server: HttpServer | None = None
        self._courier: Courier | None = None
        self._started = time.monotonic()
        # A thread starts with an empty context: it would speak the default language.
        self._context = copy_context()

    def serve(self, node: Node) -> None:
        """Serve until told to stop.

        Raises:
            PortInUse: another program listens there.
        """
        address = bind_address(self._serving.host)
        self._server = HttpServer(node, host=address, port=self._serving.port, pages=self._pages)
        if self._failure is None:  # it may have halted already
            self._server.run(lambda server: self._ready(node, server))

    def _pages(self, door: Door, names: frozenset[str]) -> Application:
        """Return the console, which stands before the API."""
        from tallystick.cli.console_backups import BackupFolder
        from tallystick.cli.console_certificates import certificate_kinds, certificates_of
        from tallystick.cli.console_clerks import NodeClerks
        from tallystick.cli.console_lists import InstalledListReader
        from tallystick.cli.console_packing import NodePacker
        from tallystick.cli.console_payments import PaymentFiles
        from tallystick.cli.console_restoring import NodeRestorer
        from tallystick.cli.console_take_aways import NodeTakeAways
        from tallystick.cli.proof_checks import check_any_proof
        from tallystick.console import ConsoleOptions, create_console

        folder = self._serving.folder
        keys, sealing = folder / KEYS_FOLDER, folder / SEALING_FOLDER
        # Whoever reaches a demonstration acts as anybody: others must not reach it.
        is_loopback = self._serving.host in LOOPBACK_NAMES
        options = ConsoleOptions(
            data=folder,
            hosts=names,
            on_first_link=self._note_link,
            check_proof=partial(check_any_proof, trust=folder / TRUST_FILE),
            demonstration_keys=keys if keys.is_dir() and is_loopback else None,
            demonstration_sealing=sealing if sealing.is_dir() and is_loopback else None,
            samples=folder / SAMPLES_FOLDER if keys.is_dir() else None,
            certificates=certificates_of(folder, self._serving.url),
            certificate_kinds=certificate_kinds,
            take_aways=NodeTakeAways(folder, self._serving.url),
            packer=NodePacker(folder, self._serving.url),
            list_reader=InstalledListReader(),
            bank_files=PaymentFiles(),
            clerks=NodeClerks(folder, self._serving.url),
            restorer=NodeRestorer(folder, self._serving.url),
            backups=partial(BackupFolder, folder),
        )
        return create_console(door, options)

    def _note_link(self, path: str) -> None:
        """Tell how the first account of the console is opened; nobody else is told."""
        if self._serving.contracts is None:
            note(say("console.first_link", url=f"{self._serving.url}{path}"))

    def stop(self, node: Node) -> None:
        """Stop the node; raise what ended it early, if anything did."""
        if self._courier is not None:
            self._courier.stop()
        try:
            node.stop()
        except TallystickError as error:
            self._failure = self._failure or error
        if self._failure is not None:
            raise self._failure

    def halt(self, fault: BaseException) -> None:
        """Take note that the node cannot go on, and stop serving; called from its threads."""
        self._fail(fault)

    def _ready(self, node: Node, server: HttpServer) -> None:
        took_s = time.monotonic() - self._started
        if self._serving.contracts is None:  # else the author is told by the workshop
            step(say("node.started", url=self._serving.url), took_s=took_s)
        self._courier = _begin_webhooks(self._serving)
        threading.Thread(
            target=self._context.run,
            args=(self._receive, node, server),
            name="tally-guest",
            daemon=True,
        ).start()

    def _receive(self, node: Node, server: HttpServer) -> None:
        try:
            self._guest(node)
            self._run_file.mark_ready()
        except (TallystickError, OSError) as error:
            self._fail(error)
        if self._once:
            server.stop()

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        if self._server is not None:
            self._server.stop()
