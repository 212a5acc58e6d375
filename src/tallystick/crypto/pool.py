# SPDX-License-Identifier: Apache-2.0
"""Verifies batches of signatures on other cores; small batches at once, in this process.

The verification library holds the interpreter lock, so threads do not help; processes do.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import BinaryIO, cast

from tallystick.crypto.frames import SignedItem, encode_items, read_frame, write_frame
from tallystick.crypto.signatures import signature_verdicts
from tallystick.errors import Halted

INLINE_MAX = 8
"""Up to this many signatures are verified at once: a pipe's round trip costs more."""


class VerifierPool:
    """A few verifier processes; with none, everything is verified in this process.

    Any thread may call `verify`; calls are served one at a time, each split over all processes.
    """

    def __init__(self, processes: int = 1) -> None:
        """Start `processes` workers."""
        self._lock = threading.Lock()
        self._workers = [_start_worker() for _ in range(processes)]

    def verify(self, items: Sequence[SignedItem]) -> bytes:
        """Return one byte, 1 or 0, for each item in order (ZIP 215).

        Raises:
            Halted: a worker died; its verdicts must not be guessed.
        """
        if not self._workers or len(items) <= INLINE_MAX:
            return signature_verdicts(items)
        share = -(-len(items) // len(self._workers))
        shares = [items[start : start + share] for start in range(0, len(items), share)]
        with self._lock:
            used = list(zip(self._workers, shares, strict=False))
            for worker, part in used:
                _send(worker, part)
            return b"".join(_receive(worker, len(part)) for worker, part in used)

    def close(self) -> None:
        """End the workers and wait for them."""
        with self._lock:
            for worker in self._workers:
                cast("BinaryIO", worker.stdin).close()
                worker.wait()
                cast("BinaryIO", worker.stdout).close()
            self._workers.clear()


def _start_worker() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tallystick.crypto.worker"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _send(worker: subprocess.Popen[bytes], items: Sequence[SignedItem]) -> None:
    try:
        write_frame(cast("BinaryIO", worker.stdin), encode_items(items))
    except OSError as error:
        raise Halted("a signature verifier process died") from error


def _receive(worker: subprocess.Popen[bytes], count: int) -> bytes:
    verdicts = read_frame(cast("BinaryIO", worker.stdout))
    if verdicts is None or len(verdicts) != count:
        raise Halted("a signature verifier process died")
    return verdicts
