# SPDX-License-Identifier: Apache-2.0
"""What a keeper of sealed files works with; `tally NAME keep` gives it to a contract's package.

A package that has a module `keeper` beside its contract, with a function of the form of
`KeepingRound`, lets a program act for an organisation that keeps copies. It knows neither network
nor disk: ledger, bytes and ways to fetch are ports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from tallystick.contracts.parts.possession import KeptFile, PossessionAnswer
from tallystick.contracts.take_aways import TableReader


class ActingLedger(TableReader, Protocol):
    """Tables of the contract, and actions signed by the keeper."""

    def act(self, method: str, **arguments: Any) -> None:  # noqa: ANN401
        """Call an action.

        Raises:
            Refused: the contract said no.
        """
        ...


class SealedBytes(Protocol):
    """What the keeper has: sealed bytes by address, checked when they come and go."""

    def take(self, file: KeptFile, pieces: Iterable[bytes]) -> bool:
        """Keep bytes if they are exactly this file's; return whether they are."""
        ...

    def has(self, file: KeptFile) -> bool:
        """Return whether all bytes of a file are there and right; reads them."""
        ...

    def prove(self, file: KeptFile, index: int) -> PossessionAnswer | None:
        """Return a slice and its path; None if it is not there, or damaged."""
        ...

    def forget(self, file: KeptFile) -> bool:
        """Destroy the bytes of a file, damaged ones too; return whether there were any."""
        ...


class SealedSources(Protocol):
    """Where sealed bytes can be fetched."""

    def fetch(self, holder: str, file: KeptFile) -> Iterable[bytes] | None:
        """Return the bytes that a holder gives, unchecked; None if it gives none."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """What one round did: names of files, and of questions that were answered."""

    pinned: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    """Found damaged, and said so."""
    forgotten: tuple[str, ...] = ()
    refused_sources: tuple[tuple[str, str], ...] = ()
    """File and holder that gave other bytes than those of its address."""
    unfetched: tuple[str, ...] = ()
    """Offered, and nobody gave the right bytes."""
    rejected: tuple[str, ...] = ()
    """What the ledger refused, by code: another round came first, or it is too late."""


class KeepingRound(Protocol):
    """One round of a keeper: does all that is to be done now."""

    def __call__(
        self, operator: str, ledger: ActingLedger, store: SealedBytes, sources: SealedSources
    ) -> Kept:
        """Act for the organisation `operator`; a round that breaks off is done again."""
        ...
