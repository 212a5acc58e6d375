# SPDX-License-Identifier: Apache-2.0
"""What keeps and brings back sealed files works with; the command line gives it to a package.

- A module `keeper` beside a contract, with a function `run_round` of the form of `KeepingRound`,
  acts for an organisation that keeps copies: `tally NAME keep`.
- A module `restoring` beside it, of the form of `Restoring`, says what is kept and where, and tries
  whether it comes back: `tally NAME export-car`, `restore`, `drill` and `read`.

They know neither network nor disk: ledger, bytes and ways to fetch are ports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tallystick.contracts.parts.possession import KeptFile, PossessionAnswer
from tallystick.contracts.take_aways import TableReader


class ActingLedger(TableReader, Protocol):
    """Tables of the contract, and actions signed by the keeper."""

    def act(self, method: str, **arguments: Any) -> Any:  # noqa: ANN401
        """Call an action and return what it answers.

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


@dataclass(frozen=True, slots=True)
class SealedObject:
    """A sealed file that a contract keeps."""

    name: str
    """As the contract calls it."""
    file: KeptFile
    holders: tuple[str, ...]
    """Who should have it, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking holders for a file."""

    holder: str | None
    """Who gave the right bytes; None: nobody."""
    wrong: tuple[str, ...]
    """Who gave other bytes."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a restore drill came to."""

    drill: str
    object: str
    holder: str | None
    """From whom the file came back; None: from nobody."""
    wrong: tuple[str, ...]
    """Who gave other bytes."""
    is_reported: bool
    """Whether the ledger was told; not if nobody gave anything: another try may find somebody."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What a read by a grant came to."""

    read: str
    object: str
    file: KeptFile
    holder: str | None
    """Who gave the right bytes; None: nobody, and the read is open on the ledger."""
    damaged: tuple[tuple[str, int], ...]
    """Who gave other bytes, and the first slice that differs; reported with the end of the read."""


@dataclass(frozen=True, slots=True)
class DrawnFile:
    """The file that a drill has drawn."""

    object: SealedObject
    shown: Mapping[str, Any]
    """Its line of the day with the path, as the report of the drill takes it."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What came of a read: who gave the right bytes, and where others' differ."""

    holder: str | None
    damaged: tuple[tuple[str, int], ...]
    """Who gave other bytes, and the first slice that differs."""


class Restoring(Protocol):
    """The module `restoring` beside a contract.

    A drill and a read are done at once by a key at hand (`run_drill`, `run_read`), or in steps
    where somebody looks at each signature before it is given.
    """

    def object_named(self, tables: TableReader, name: str) -> SealedObject | None:
        """Return an object by its name; None if there is none."""
        ...

    def object_at(self, tables: TableReader, cid: str) -> SealedObject | None:
        """Return the object whose sealed file has an address; None if there is none."""
        ...

    def operator_of(self, tables: TableReader, holder: str) -> str:
        """Return the organisation that keeps what a holder has."""
        ...

    def check_directory(self, tables: TableReader, day: str, directory: bytes) -> None:
        """Refuse a directory that is not that day's; raises `Refused`."""
        ...

    def drawn_file(self, tables: TableReader, drill: str, directory: bytes) -> DrawnFile:
        """Return what a drill has drawn; raises `Refused` where the directory is not its day's."""
        ...

    def drill_report(
        self, drill: str, drawn: DrawnFile, found: Fetched
    ) -> Mapping[str, Any] | None:
        """Return what `report_drill` takes; None where nobody gave anything."""
        ...

    def file_to_read(self, tables: TableReader, read: str) -> SealedObject | None:
        """Return what a read that was opened is of; None if there is no such read."""
        ...

    def bring(self, store: SealedBytes, sources: SealedSources, wanted: SealedObject) -> Brought:
        """Take a file from the first holder who gives the right bytes, and note the others."""
        ...

    def read_report(self, read: str, brought: Brought) -> Mapping[str, Any] | None:
        """Return what `finish_read` takes; None where nobody gave the right bytes."""
        ...

    def run_drill(
        self,
        ledger: ActingLedger,
        store: SealedBytes,
        sources: SealedSources,
        day: str,
        directory: bytes,
    ) -> Drilled:
        """Draw one line of a day by chance, bring its file back from a holder, and report that.

        Raises:
            Refused: the directory is not that day's, or the contract said no.
        """
        ...

    def run_read(
        self,
        ledger: ActingLedger,
        store: SealedBytes,
        sources: SealedSources,
        grant: str,
        purpose: str,
    ) -> ReadBack:
        """Record a use of a grant, fetch the file, and report who gave it and who damaged it.

        Raises:
            Refused: the contract said no.
        """
        ...


def fetch_sealed(
    store: SealedBytes, sources: SealedSources, file: KeptFile, holders: Iterable[str]
) -> Fetched:
    """Take a file from the first holder who gives the right bytes; others' are not kept."""
    wrong: list[str] = []
    for holder in holders:
        pieces = sources.fetch(holder, file)
        if pieces is not None and store.take(file, pieces):
            return Fetched(holder, tuple(wrong))
        if pieces is not None:
            wrong.append(holder)
    return Fetched(None, tuple(wrong))
