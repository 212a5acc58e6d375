# SPDX-License-Identifier: Apache-2.0
"""Lets a node without blocks take over the ledger of a snapshot that another node gave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tallystick.errors import Halted, invariant
from tallystick.ledger import ContractHost, open_ledger
from tallystick.model import Snapshot, decode_header
from tallystick.node.application import LedgerApplication
from tallystick.node.nonces import remember_recent
from tallystick.storage import DataFolder, StagedRestore, Storage, settle

CLOCK_ERROR_MS_MAX: Final = 600_000
"""How much later than this machine's clock a block can be."""


Stage = Callable[[Snapshot], StagedRestore]


def stage_in(folder: DataFolder, clock: Callable[[], int], *, in_process: bool = False) -> Stage:
    """Return what stages snapshots beside the blocks of a data folder."""

    def stage(snapshot: Snapshot) -> StagedRestore:
        return StagedRestore(
            folder.path,
            folder.genesis_bytes,
            snapshot,
            in_process=in_process,
            time_max=clock() + CLOCK_ERROR_MS_MAX,
        )

    return stage


class NodeRestorer:
    """Restores a snapshot beside the node's own, empty storage, then puts it in its place.

    Implements `consensus.Restorer`. Nobody may read the node meanwhile: its doors open later.
    """

    def __init__(
        self,
        application: LedgerApplication,
        folder: DataFolder,
        storage: Storage,
        host: ContractHost,
        *,
        stage: Stage,
        on_restored: Callable[[], None],
    ) -> None:
        """Join what a node is made of.

        Args:
            application: what is to go on with the restored ledger.
            folder: the open data folder.
            storage: its block log and store, which are empty.
            host: the contracts.
            stage: takes a snapshot in beside them; `stage_in` makes one.
            on_restored: called when the restored blocks are in place.
        """
        self._application = application
        self._folder = folder
        self._storage = storage
        self._host = host
        self._stage = stage
        self._on_restored = on_restored
        self._staged: StagedRestore | None = None

    @property
    def height(self) -> int:
        """Height of the node's ledger."""
        return self._application.height

    @property
    def app_hash(self) -> bytes:
        """The app hash of the node's ledger."""
        return self._application.app_hash

    def begin(self, snapshot: Snapshot) -> None:
        """Make ready for the chunks of a snapshot, and forget those of an earlier one.

        Raises:
            Halted: the node has blocks.
            StorageFailed: the system refused; the node must stop.
        """
        invariant(
            self.height == self._storage.log.height == 0, "a snapshot replaces an empty ledger only"
        )
        self.abandon()
        self._staged = self._stage(snapshot)

    def take(self, chunk: bytes) -> None:
        """Take the next chunk; see `consensus.Restorer`."""
        self._begun().take(chunk)

    def finish(self, app_hash: bytes) -> None:
        """Compare with the trusted app hash; then the node goes on as if it was just started."""
        self._begun().finish(app_hash)
        self._staged = None
        storage = self._storage
        storage.exchange(lambda: settle(self._folder.path))
        header = decode_header(storage.store.header)
        ledger = open_ledger(self._folder.genesis_bytes, storage.store, header, self._host)
        remember_recent(ledger, storage.log)
        self._application.restart(ledger)
        self._on_restored()

    def abandon(self) -> None:
        """Forget what came in."""
        if self._staged is not None:
            self._staged.abandon()
        self._staged = None

    def _begun(self) -> StagedRestore:
        staged = self._staged
        if staged is None:
            raise Halted("a chunk came before its snapshot")
        return staged
