# SPDX-License-Identifier: Apache-2.0
"""How a node of the fault tests may misbehave, on demand: it lies to others, crashes, or is slow.

They exist in the victim's process only, put around the replica and the system's calls before the
node opens; what is not armed does nothing.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from unittest import mock

from tallystick.consensus.cometbft import Replica
from tallystick.consensus.cometbft.proto.abci_pb2 import (
    ResponseFinalizeBlock,
    ResponsePrepareProposal,
    ResponseProcessProposal,
)

ACCEPT_ALL: Final = "accept_all"
WRONG_HASH: Final = "wrong_hash"
APPEND: Final = "append"
REVERSE: Final = "reverse"
OVERSIZE: Final = "oversize"
PROPOSALS: Final = frozenset({APPEND, REVERSE, OVERSIZE})

_HEIGHTS: Final = {"prepare_proposal", "process_proposal", "finalize_block"}
_METHODS: Final = (
    "info",
    "query",
    "init_chain",
    "check_txs",
    "prepare_proposal",
    "process_proposal",
    "finalize_block",
    "commit",
    "offer_snapshot",
    "apply_snapshot_chunk",
)


def die() -> None:
    """End as a kill -9 from outside would: nothing is flushed, nobody is told."""
    os.kill(os.getpid(), signal.SIGKILL)


class Conduct:
    """What this node does wrong now, and how often it did."""

    def __init__(self, calls: int) -> None:
        """Behave; `calls` is a descriptor to which every call of the engine is written."""
        self._calls = calls
        self.armed: dict[str, list[bytes]] = {}
        self.done: Counter[str] = Counter()
        self._names: dict[str, Callable[..., Any]] = {}
        """The replica's own methods."""

    def install(self) -> None:
        """Put this around every method of the replica."""
        for name in _METHODS:
            self._wrap(name)

    def _wrap(self, name: str) -> None:
        inner = self._names[name] = getattr(Replica, name)

        def around(replica: Replica, *arguments: Any) -> Any:
            height = arguments[0].height if name in _HEIGHTS else 0
            answer = self._answer(name, inner, replica, *arguments)
            note = ""
            if name == "process_proposal":
                accepted = answer.status == ResponseProcessProposal.ACCEPT
                note = " accepted" if accepted else " rejected"
                self.done[note.strip()] += 1
            if name == "finalize_block" and arguments[0].misbehavior:
                self.done["misbehavior"] += len(arguments[0].misbehavior)
            os.write(self._calls, f"{name} {height}{note}\n".encode())
            return answer

        mock.patch.object(Replica, name, around).start()

    def _answer(self, name: str, inner: Callable[..., Any], replica: Replica, *asked: Any) -> Any:
        if name == "process_proposal" and ACCEPT_ALL in self.armed:
            return ResponseProcessProposal(status=ResponseProcessProposal.ACCEPT)
        answer = inner(replica, *asked)
        if name == "prepare_proposal":
            return self._propose(asked[0].max_tx_bytes, answer)
        if name == "finalize_block" and WRONG_HASH in self.armed:
            return self._lie_about_state(answer)
        return answer

    def _propose(self, bytes_max: int, honest: ResponsePrepareProposal) -> ResponsePrepareProposal:
        if not honest.txs:
            return honest
        for kind in PROPOSALS & self.armed.keys():
            self.done[kind] += 1
            if kind == APPEND:
                return ResponsePrepareProposal(txs=[*honest.txs, *self.armed[kind]])
            if kind == REVERSE:
                return ResponsePrepareProposal(txs=list(reversed(honest.txs)))
            return ResponsePrepareProposal(txs=[bytes(bytes_max)])
        return honest

    def _lie_about_state(self, honest: ResponseFinalizeBlock) -> ResponseFinalizeBlock:
        self.done[WRONG_HASH] += 1
        changed = ResponseFinalizeBlock()
        changed.CopyFrom(honest)
        changed.app_hash = bytes(byte ^ 0xFF for byte in honest.app_hash)
        return changed


# --- crashes at every write ----------------------------------------------------------------------


class Crashes:
    """Counts every place that changes a file between FinalizeBlock and the end of Commit.

    A place is a system call and who made it; the process can be made to die before it, after it,
    or, of a write, in the middle.
    """

    def __init__(self) -> None:
        """Count nothing yet."""
        self.seen: Counter[str] = Counter()
        self._target = ""
        self._number = 0
        self._inside = threading.local()

    def install(self) -> None:
        """Watch from now on; before the node opens."""
        for name in ("write", "pwrite"):
            self._watch_write(name)
        for name in ("fdatasync", "fsync", "replace", "ftruncate", "unlink"):
            self._watch(os, name, name)
        from tallystick.consensus.intake import Intake
        from tallystick.node.application import LedgerApplication
        from tallystick.storage.writers import InlineWriter

        self._watch(InlineWriter, "write", "store-transaction")
        self._watch(LedgerApplication, "execute", "execute")
        self._watch(LedgerApplication, "commit", "save")
        self._watch(Intake, "answer", "answer")
        self._enter(Replica, "finalize_block")
        self._enter(Replica, "commit")

    def aim(self, place: str, number: int) -> None:
        """Die at the Nth time that a place is passed."""
        self.seen.clear()
        self._target, self._number = place, number

    def _enter(self, owner: Any, name: str) -> None:
        inner = getattr(owner, name)

        def around(*arguments: Any) -> Any:
            self._inside.depth = 1
            try:
                self._pass(f"before {name}")
                answer = inner(*arguments)
                self._pass(f"after {name}")
            finally:
                self._inside.depth = 0
            return answer

        mock.patch.object(owner, name, around).start()

    def _watch(self, owner: Any, name: str, shown: str) -> None:
        inner = getattr(owner, name)

        def around(*arguments: Any, **more: Any) -> Any:
            if not getattr(self._inside, "depth", 0):
                return inner(*arguments, **more)
            place = f"{shown} ({_caller()})" if owner is os else shown
            self._pass(f"before {place}")
            answer = inner(*arguments, **more)
            self._pass(f"after {place}")
            return answer

        mock.patch.object(owner, name, around).start()

    def _watch_write(self, name: str) -> None:
        inner = getattr(os, name)

        def around(descriptor: int, data: Any, *more: Any) -> int:
            is_ours = sys._getframe(1).f_code.co_filename == __file__
            if is_ours or not getattr(self._inside, "depth", 0):
                return int(inner(descriptor, data, *more))
            place = f"{name} ({_caller()})"
            self._pass(f"before {place}")
            if self._is_due(f"within {place}"):
                inner(descriptor, memoryview(data)[: len(data) // 2], *more)
                die()
            count = int(inner(descriptor, data, *more))
            self._pass(f"after {place}")
            return count

        mock.patch.object(os, name, around).start()

    def _pass(self, place: str) -> None:
        if self._is_due(place):
            die()

    def _is_due(self, place: str) -> bool:
        self.seen[place] += 1
        return place == self._target and self.seen[place] == self._number


def _caller() -> str:
    """Return the function of the product, outside `files.py`, that makes the call."""
    frame = sys._getframe(2)
    while frame.f_back is not None:
        path = frame.f_code.co_filename
        is_ours = "/tallystick/" in path and not path.endswith("/files.py")
        if is_ours:
            room = path.rpartition("/tallystick/")[2].removesuffix(".py").replace("/", ".")
            return f"{room}.{frame.f_code.co_name}"
        frame = frame.f_back
    return "other"


def slow_disk(seconds: float) -> None:
    """Make every sync of this process take at least so long."""
    for name in ("fdatasync", "fsync"):
        inner = getattr(os, name)

        def slowly(descriptor: int, inner: Callable[[int], None] = inner) -> None:
            time.sleep(seconds)
            inner(descriptor)

        mock.patch.object(os, name, slowly).start()
