# SPDX-License-Identifier: Apache-2.0
"""What a node says about contracts: which run, which are installed, and which are missing."""

from __future__ import annotations

from collections.abc import Callable

from tallystick.contracts import ContractSchema
from tallystick.errors import ContractMissing
from tallystick.execution import ContractRunner, InstalledContract, UnreadableContract
from tallystick.node.application import LedgerApplication
from tallystick.node.contracts_needed import NeededContract, missing_later
from tallystick.node.previews import PreviewDesk


class ContractDesk:
    """Compares what is installed with what the network decided. Any thread may ask."""

    def __init__(
        self, application: LedgerApplication, runner: ContractRunner, previews: PreviewDesk
    ) -> None:
        """Look at a node's ledger and contracts."""
        self._application = application
        self._runner = runner
        self.previews = previews
        """Tries calls, and keeps nothing."""

    def active(self) -> list[ContractSchema]:
        """Return the schema of every contract that the next block may call, in its version."""
        ledger, runner = self._application.ledger, self._runner
        register, height = ledger.register, ledger.head.height + 1
        founding = ledger.genesis.contracts
        names = sorted({one.name for one in runner.versions})
        versions = {name: register.version_at(name, height) for name in names}
        return [
            runner.schema(name, versions[name])
            for name in names
            if register.is_callable(name, height, founding) and runner.has(name, versions[name])
        ]

    def known(self) -> tuple[ContractSchema, ...]:
        """Return the schemas of all installed versions: old ones explain old blocks."""
        return self._runner.versions

    def installed(self) -> tuple[InstalledContract, ...]:
        """Return what is installed here, with digests."""
        return self._runner.installed()

    def unreadable(self) -> tuple[UnreadableContract, ...]:
        """Return what is installed here and has no digest, with the reason."""
        return self._runner.unreadable()

    def sources(self, name: str, version: int) -> dict[str, bytes]:
        """Return the files of an installed version by relative path; raises as the runner."""
        return self._runner.sources(name, version)

    def needed(self) -> list[NeededContract]:
        """Return what the network runs, or will by what was voted, and is not installed here."""
        ledger = self._application.ledger
        return missing_later(ledger.register, self.installed(), ledger.head.height + 1)

    def check_next(self, stop: Callable[[], None]) -> None:
        """Stop, and say why, if the next block runs what is not installed here.

        Raises:
            ContractMissing: with what to install.
        """
        try:
            self._application.check_contracts(self._application.height + 1)
        except ContractMissing:
            stop()
            raise
