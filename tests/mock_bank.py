# SPDX-License-Identifier: Apache-2.0
"""A bank by other people: mock-bank in a process of its own, behind a folder or behind HTTP.

Its clock moves only when it is told to, so settlement days pass without waiting.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

ACME: Final = "NL41MOCK0000000001"
"""The account that pays; the bank holds it, in euros."""
CLOSED: Final = "NL84MOCK0000000003"
"""An account of the same bank that is closed."""
ELSEWHERE: Final = "DE89370400440532013000"
"""An account at another bank."""
BIC: Final = "MOCKNL2A"
_LISTENING: Final = re.compile(r"listening on (http://127\.0\.0\.1:\d+)/")


class MockBank:
    """A running bank."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, trust_env=False, timeout=30)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def take_files(self) -> list[dict[str, Any]]:
        """Make it look into its folder, and return what became of each file."""
        answer = self._http.post("/_mock/drop/scan").raise_for_status().json()
        found: list[dict[str, Any]] = answer["files"]
        return found

    def pass_days(self, days: int) -> None:
        """Let days pass: payments settle, statements are written."""
        self._http.post("/_mock/advance", params={"days": days}).raise_for_status()

    def change_account(self, account: str, **changes: object) -> None:
        """Make an account behave in another way."""
        self._http.patch(f"/_mock/accounts/{account}", json=changes).raise_for_status()


@contextmanager
def running_bank(folder: Path, *, clock: str = "2026-11-27T09:00") -> Iterator[MockBank]:
    """Run a bank that takes files from `folder/outbox` and puts its own into `folder/inbox`.

    The time stands on a Friday morning; the bank looks for files only when it is told to.
    """
    command = [sys.executable, "-m", "mockbank", "--port", "0", "--clock", clock]
    command += ["--drop-dir", str(folder / "outbox"), "--pickup-dir", str(folder / "inbox")]
    command += ["--drop-settle-ms", "0", "--drop-interval-ms", "3600000"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        listening = _LISTENING.search(line)
        assert listening is not None, f"mock-bank did not start: {line}"
        bank = MockBank(listening[1])
        try:
            yield bank
        finally:
            bank.close()
    finally:
        process.terminate()
        process.communicate()
