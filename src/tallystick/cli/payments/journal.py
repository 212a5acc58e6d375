# SPDX-License-Identifier: Apache-2.0
"""What the bridge remembers between two runs, in `journal` beside the bank's folders.

    journal/pending.xml   the file that is on its way: it goes first, whatever else is asked for
    journal/state.json    every order ever sent, how far it has come, and what needs a person

Keep it: without it an order that the views still show as ready could be sent twice.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from tallystick.cli.catalogue import say
from tallystick.cli.payments.private_files import (
    decode_private,
    read_private,
    sync_folder,
    write_private,
)
from tallystick.errors import FileProblem
from tallystick.interchange.iso20022 import Outstanding

_PRIVATE: Final = 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Something in a file of the bank that a person must look at."""

    why: str
    file: str
    """The bank's file."""
    order: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """What is known of the orders that were sent."""

    outstanding: Outstanding = field(default_factory=Outstanding)
    attention: tuple[Attention, ...] = ()


class Journal:
    """The memory of one connection with a bank. One process uses it at a time."""

    def __init__(self, folder: Path) -> None:
        """Use `FOLDER/journal`, made where it is missing; private to its owner."""
        self._folder = folder / "journal"
        self._folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE)
        self._folder.chmod(_PRIVATE)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes out.

        Raises:
            FileProblem: another one is at work.
        """
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise FileProblem(say("payments.busy", path=self._folder), field="--folder") from error
        try:
            yield
        finally:
            os.close(handle)

    @property
    def state(self) -> State:
        """What is known.

        Raises:
            FileProblem: the file is damaged.
        """
        path = self._folder / "state.json"
        return decode_private(path, State) if path.exists() else State()

    def keep(self, state: State) -> None:
        """Remember this from now on."""
        write_private(self._folder / "state.json", msgspec.json.encode(state))

    @property
    def pending(self) -> bytes | None:
        """The payment file that is on its way, if any."""
        path = self._folder / "pending.xml"
        return read_private(path) if path.exists() else None

    def begin(self, data: bytes) -> None:
        """Remember a payment file before anything is done with it."""
        write_private(self._folder / "pending.xml", data)

    def finish(self) -> None:
        """Forget the payment file: the bank has it, and the ledger knows."""
        (self._folder / "pending.xml").unlink()
        sync_folder(self._folder)
