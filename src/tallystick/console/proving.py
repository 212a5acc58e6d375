# SPDX-License-Identifier: Apache-2.0
"""Proofs as the console checks them: by the client's own rules, against the trust file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Protocol, TypeAlias

import msgspec
from msgspec import Meta

from tallystick.client import (
    Check,
    CheckResult,
    FileFacts,
    SignedOriginal,
    Trust,
    Verification,
    Wording,
    open_trust,
    verify,
)
from tallystick.console.ledger import Json, Ledger, at
from tallystick.errors import NotFound, Unavailable
from tallystick.interchange.packages import PROOF_BYTES_MAX

Checklists: TypeAlias = list[tuple[str, Verification]]


class ProofCheck(Protocol):
    """Checks a receipt, certificate or package from a file; given by who serves the console."""

    def __call__(self, path: Path, *, original: SignedOriginal | None = None) -> Checklists:
        """Return checklists; `original` is what a signature is over."""


_NAME_MAX: Final = 1_000
_PROOFS_MAX: Final = 8
_ALGORITHMS: Final = {"sha256": "SHA-256", "sm3": "SM3"}


@dataclass(frozen=True, slots=True)
class CertificateKind:
    """A certificate that a contract's package has to offer."""

    name: str
    """As `tally CONTRACT export` takes it."""
    label: Mapping[str, str]
    table: str
    """Of whose records it tells."""
    is_ready: Callable[[Json], bool]
    """Tells from a record whether there is something to tell of it."""


CertificateKinds: TypeAlias = Callable[[str], Sequence[CertificateKind]]
"""Names the certificates that a contract's package has to offer; given by who serves the console.
It needs no seal: papers were made elsewhere too."""


class Certificates(Protocol):
    """Makes sealed certificates of records; given by who serves the console."""

    def is_ready(self) -> bool:
        """Tell whether there is a seal to make them under."""

    def kinds(self, contract: str) -> Sequence[CertificateKind]:
        """Return what a contract's package has to offer; none where it is not installed."""

    def make(self, contract: str, kind: str, subject: str, portal: str) -> bytes:
        """Return a certificate about a record; its QR code leads to a page at `portal`."""


@dataclass(frozen=True, slots=True)
class TakeAwayKind:
    """A file that a contract's package has to offer."""

    name: str
    """As `tally CONTRACT export` takes it."""
    label: Mapping[str, str]
    table: str | None
    """Of whose records it tells; None: the subject is something else, which the label says."""
    suffix: str
    """How the file's name ends."""
    is_ready: Callable[[Json], bool]
    """Tells from a record whether there is something to tell of it."""
    judged_by: str | None = None
    """Table whose record of the same key tells that; None: the record that the file is about."""


class TakeAways(Protocol):
    """Makes such files; given by who serves the console."""

    def kinds(self, contract: str) -> Sequence[TakeAwayKind]:
        """Return what a contract's package has to offer; none where it is not installed."""

    def make(self, contract: str, kind: str, subject: str) -> bytes:
        """Return the content of a file.

        Raises:
            NotFound: there is no such subject, or nothing to tell of it.
            Unverified: the node's tables contradict each other, or a proof does not hold.
        """


class AwayOriginal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An original that stays with who has it: what its package must say of it."""

    name: Annotated[str, Meta(min_length=1, max_length=_NAME_MAX)]
    """Of its file."""
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    sha512: Annotated[str, Meta(pattern="^[0-9a-f]{128}$")]
    beside: Annotated[
        dict[str, Annotated[bytes, Meta(max_length=PROOF_BYTES_MAX)]], Meta(max_length=_PROOFS_MAX)
    ]
    """Proofs that lie beside it, by the suffix of their names: `.tsr`, `.p7s`."""


class Packer(Protocol):
    """Packs cases and deposits around originals, which stay in the reader's browser.

    Given by who serves the console; each way raises `NotFound` where there is no such thing.
    """

    @property
    def suffixes(self) -> Sequence[str]:
        """How the names of proofs end that lie beside originals."""

    def table_of(self, contract: str) -> str | None:
        """Return the table whose records a contract's package hands over as cases, if any."""

    def listed(self, contract: str, subject: str) -> Sequence[Mapping[str, object]]:
        """Return what the index of a case lists: deposit, hash and name of each original."""

    def bundle(self, contract: str, subject: str, originals: Sequence[AwayOriginal]) -> bytes:
        """Return the bundle of a case around these originals, of which it needs one at least."""

    def package(
        self, deposits: Sequence[str], matter: str, originals: Sequence[AwayOriginal]
    ) -> bytes:
        """Return a package around the originals of deposits, all of which are needed.

        It bears the number of the matter if it holds all deposits of one.
        """

    def custody(self, deposits: Sequence[str], matter: str) -> bytes:
        """Return the chain of custody of deposits, as CASE JSON-LD."""


class Prover:
    """Checks what readers bring; the node supplies receipts and is not believed either."""

    def __init__(self, ledger: Ledger, trust: Path) -> None:
        """Ask this node, and believe this trust file."""
        self._ledger = ledger
        self._trust = trust
        self._opened: tuple[tuple[int, int, int], Trust] | None = None

    async def check_hash(self, facts: FileFacts, first: Json | None = None) -> Verification:
        """Return who deposited a content first, verified from the receipt.

        Args:
            facts: of the content.
            first: its first deposit, if it has been looked for already.

        Raises:
            TallystickError, Unavailable: the node does not answer.
            FileProblem: the trust file cannot be read.
        """
        digest = facts.sha256.hex()
        deposit = first or await first_deposit(self._ledger, sha256=digest)
        if deposit is None:
            return unknown_content("sha256", digest)
        transaction = await depositing_transaction(self._ledger, deposit["id"])
        receipt = await self._ledger.raw(
            at("transactions", transaction, "receipt"), "application/json"
        )
        return verify(facts, receipt=receipt, trust=self._opened_trust())

    def _opened_trust(self) -> Trust:
        """Return the trust file's content, which is checked again only when the file changed."""
        try:
            facts = self._trust.stat()
        except OSError:
            return open_trust(self._trust)  # which says what is wrong with it
        version = facts.st_ino, facts.st_mtime_ns, facts.st_size
        if self._opened is None or self._opened[0] != version:
            self._opened = version, open_trust(self._trust)
        return self._opened[1]


async def first_deposit(ledger: Ledger, **digest: str) -> Json | None:
    """Return the earliest deposit of a content, the one that counts; None if there is none.

    Args:
        ledger: The node.
        digest: `sha256` or `sm3` in hexadecimal.

    Raises:
        TallystickError, Unavailable: the node does not answer.
    """
    deposits = at("contracts", "evidence", "tables", "deposits")
    rows = await ledger.get(deposits, **digest, order="oldest", limit=1)
    return rows["items"][0] if rows["items"] else None


async def depositing_transaction(ledger: Ledger, number: str) -> str:
    """Return the id of the transaction that made a deposit; raises as `Ledger.get`."""
    place = at("contracts", "evidence", "tables", "deposits", number)
    history = await ledger.get(f"{place}/history", limit=500)
    return str(history["items"][-1]["id"])


def unknown_content(algorithm: str, digest: str) -> Verification:
    """Return the checklist of a content that nobody put on record."""
    name = _ALGORITHMS[algorithm]
    evidence = Wording(
        f"the node knows no deposit of {name} {digest}",
        f"节点上没有 {name} 为 {digest} 的存证",
    )
    return Verification((Check("file", CheckResult.FAILED, evidence, NotFound.code),))


def no_certificate_kinds(_contract: str) -> Sequence[CertificateKind]:
    """Know no kinds of certificates, where nobody told the console of any."""
    return ()


def no_proof_check(
    path: Path,
    *,
    original: SignedOriginal | None = None,  # noqa: ARG001
) -> Checklists:
    """Refuse a proof where nobody gave the console a way to check it; raises `Unavailable`."""
    raise Unavailable(f"this console checks hashes only, not {path.name}")
