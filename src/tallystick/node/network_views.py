# SPDX-License-Identifier: Apache-2.0
"""The views of a network: they know the contracts that it runs, and no other installed ones.

Which those are, genesis says and every vote: so the views depend on the blocks alone, a contract
that is installed for another network costs nothing, and its next version builds nothing anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from tallystick.contracts import ContractSchema
from tallystick.model import Block, decode_genesis
from tallystick.views import (
    Projector,
    ViewSpecs,
    activated_contracts,
    contracts_in_views,
    group_blocks,
    specs_of,
)

SchemasOf: TypeAlias = Callable[[frozenset[str]], Iterable[ContractSchema]]
"""Gives the schemas of the contracts of these names that are installed."""


class NetworkViews:
    """Brings blocks to a network's views. One thread."""

    def __init__(self, url: str, genesis: bytes, schemas_of: SchemasOf) -> None:
        """Open the views as they are, or anew.

        Raises:
            DataFolderProblem: the views belong to another network.
            StorageFailed: the database cannot be written.
        """
        self._schemas_of = schemas_of
        self._founding = frozenset(decode_genesis(genesis).contracts)
        self._names = self._founding | contracts_in_views(url)
        self._projector = Projector(url, genesis, self._specs())
        self._forget_later_contracts()

    @property
    def height(self) -> int:
        """Height of the newest block in the views."""
        return self._projector.height

    def agree_with(self, newest: Block | None) -> None:
        """Begin again if the ledger's block at the views' height is not the one in the views."""
        self._projector.agree_with(newest)
        self._forget_later_contracts()

    def reset(self) -> None:
        """Begin again with genesis alone, and with the contracts that it names."""
        self._names = self._founding
        self._projector.reset(self._specs())

    def apply(self, blocks: Sequence[Block]) -> bool:
        """Add blocks up to one that activates a contract which the views do not know yet.

        Returns:
            Whether all were added. If not, the contract is known now, and the caller goes on with
            the block after `height`.
        """
        for number, block in enumerate(blocks):
            fresh = activated_contracts(block) - self._names
            if fresh:
                self._projector.apply(blocks[:number])
                self._names |= fresh
                self._projector.widen(self._specs())
                return False
        self._projector.apply(blocks)
        return True

    def catch_up(self, blocks_from: Callable[[int], Iterable[Block]]) -> None:
        """Add all blocks there are.

        Args:
            blocks_from: gives them from a height on.
        """
        is_done = False
        while not is_done:
            groups = group_blocks(blocks_from(self.height + 1))
            is_done = all(self.apply(group) for group in groups)

    def close(self) -> None:
        """Close the database."""
        self._projector.close()

    def _specs(self) -> ViewSpecs:
        return specs_of(self._schemas_of(self._names), self._names)

    def _forget_later_contracts(self) -> None:
        """Views without blocks know what genesis names; of later contracts blocks will tell."""
        if not self.height and self._names != self._founding:
            self.reset()
