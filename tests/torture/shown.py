# SPDX-License-Identifier: Apache-2.0
"""What a node has shown to the world, kept outside of it: the other side of every promise.

A line for each thing shown, written with one system call, so that a killed process leaves whole
lines only:

    ready HEIGHT                 the node takes transactions
    ack ID HEIGHT LEAF CODE      it answered "committed"
    refused ID CODE              it refused at the door
    unknown ID CODE              it answered that the outcome is not known
    checkpoint BASE64            a signed note it gave out
    receipt BASE64               a receipt it gave out, as JSON
    halt CODE, failed CODE       it stopped, or did not start, and said why
    late CODE                    what it answered to a transaction submitted after it halted
    stopped                      it ended as it was told to
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path


class ShownFile:
    """Writes the lines, from any thread."""

    def __init__(self, path: Path) -> None:
        """Go on with the file, or make it."""
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC)

    def write(self, *words: object) -> None:
        """Write one line."""
        os.write(self._descriptor, (" ".join(map(str, words)) + "\n").encode())

    def write_bytes(self, kind: str, data: bytes) -> None:
        """Write one line that carries bytes."""
        self.write(kind, base64.b64encode(data).decode())


@dataclass(frozen=True, slots=True)
class Ack:
    """A transaction answered as committed."""

    transaction_id: bytes
    height: int
    leaf: int
    code: str


@dataclass(slots=True)
class Shown:
    """All that was shown, in order."""

    acks: list[Ack] = field(default_factory=list)
    refused: dict[bytes, str] = field(default_factory=dict)
    unknown: dict[bytes, str] = field(default_factory=dict)
    checkpoints: list[str] = field(default_factory=list)
    receipts: list[bytes] = field(default_factory=list)
    ready: int = 0
    """How often a node said that it was ready."""
    halts: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    stopped: int = 0


def read_shown(path: Path) -> Shown:
    """Return what a file of lines says; a line without its end was never shown."""
    return parse_shown(path.read_bytes() if path.exists() else b"")


def parse_shown(data: bytes) -> Shown:
    """Return what the lines say."""
    shown = Shown()
    for line in data.split(b"\n")[:-1]:
        _take(shown, line.decode().split(" "))
    return shown


def _take(shown: Shown, words: list[str]) -> None:
    match words:
        case ["ack", name, height, leaf, code]:
            shown.acks.append(Ack(bytes.fromhex(name), int(height), int(leaf), code))
        case ["refused", name, code]:
            shown.refused[bytes.fromhex(name)] = code
        case ["unknown", name, code]:
            shown.unknown[bytes.fromhex(name)] = code
        case ["checkpoint", data]:
            shown.checkpoints.append(base64.b64decode(data).decode())
        case ["receipt", data]:
            shown.receipts.append(base64.b64decode(data))
        case ["ready", _]:
            shown.ready += 1
        case ["halt" | "failed", code]:
            shown.halts.append(code)
        case ["late", code]:
            shown.late.append(code)
        case ["stopped"]:
            shown.stopped += 1
        case _:
            raise ValueError(words)
