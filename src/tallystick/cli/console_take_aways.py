# SPDX-License-Identifier: Apache-2.0
"""Files to take away as the console gives them: the same makers as `tally NAME export` has."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import msgspec

from tallystick.cli.demo.names import TRUST_FILE
from tallystick.cli.export_verbs import kinds_of
from tallystick.cli.founding import now_ms
from tallystick.cli.installed import has_exports
from tallystick.cli.take_aways import Maker, suffix_of
from tallystick.client import connect
from tallystick.console import TakeAwayKind
from tallystick.contracts import FileTakeAway, HistoryTakeAway, always, day_of


class NodeTakeAways:
    """Makes the files from what the folder's node says, checked against its trust file."""

    def __init__(self, folder: Path, url: str) -> None:
        """Ask the folder's node, which answers at this address."""
        self._folder = folder
        self._url = url
        self._one_at_a_time = Lock()

    def kinds(self, contract: str) -> list[TakeAwayKind]:
        """Return what a contract's package has to offer; none where it is not installed."""
        if not has_exports(contract):
            return []
        return [
            TakeAwayKind(
                name,
                msgspec.to_builtins(one.label),
                one.table,
                suffix_of(one),
                always if isinstance(one, HistoryTakeAway) else one.is_ready,
                one.judged_by if isinstance(one, FileTakeAway) else None,
            )
            for name, one in kinds_of(contract).items()
        ]

    def make(self, contract: str, kind: str, subject: str) -> bytes:
        """Return the content of a file.

        Raises:
            NotFound: there is no such subject, or nothing to tell of it.
            Unverified: the node's tables contradict each other, or a proof does not hold.
        """
        with self._one_at_a_time, connect(self._url, trust=self._folder / TRUST_FILE) as net:
            return Maker(net, contract, kinds_of(contract)).make(kind, subject, day_of(now_ms()))
