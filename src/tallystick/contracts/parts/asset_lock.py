# SPDX-License-Identifier: Apache-2.0
"""The unique-asset lock: one thing, one encumbrance, across all contracts of the network.

An asset is known by its fingerprint alone, the digest of its kind and identifiers, so the same
invoice, bill of lading or case of bottles has the same one wherever it turns up. A lock says that
the asset is taken, and keeps only a digest of by whom; block order decides who was first. A free
asset has no record at all, so that its absence can be proven like any key's.

Where a vote put the register of another network above this one (a channel), an asset of the kinds
that the vote names is locked here only while that network has it reserved for this one:
see `registers/reservations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import ClassVar, Final, Self
from unicodedata import normalize

from tallystick.contracts.context import Context
from tallystick.contracts.digests import digest_of
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.session import Session
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    Identifier,
    Name,
    Timestamp,
    ValueDigest,
)
from tallystick.errors import InvalidValue

ASSETS_CONTRACT: Final = "assets"
RESERVED_KIND: Final = "reserved"
"""Kind of a lock that one network holds for another; of what, is not told."""
_SEPARATORS: Final = re.compile(r"[\s\-_./·]+")


class LockState(StrEnum):
    """What a lock means for whoever asks."""

    LOCKED = "LOCKED"
    CONSUMED = "CONSUMED"
    """Used up for ever: paid, delivered, retired."""


class AssetLock(Record):
    """That an asset is taken."""

    fingerprint: ValueDigest
    kind: Identifier
    state: LockState
    claim: ValueDigest
    """Digest of contract, case and holder: who knows them can recognise its own lock."""
    since: Timestamp


class Admission(Record):
    """That the registry above this network has reserved an asset for it."""

    fingerprint: ValueDigest
    reservation: Identifier


class RegistryAbove(Record, forbid_unknown_fields=False):
    """Whose register stands above this network's, as governance wrote it."""

    contract: Identifier
    network: Name
    kinds: tuple[Identifier, ...]


class AssetLocked(Event):
    """en: An asset of kind {kind} was locked ({fingerprint}).

    zh: {kind} 类资产已锁定（{fingerprint}）。
    """

    fingerprint: ValueDigest
    kind: Identifier


class AssetReleased(Event):
    """en: An asset of kind {kind} was released ({fingerprint}).

    zh: {kind} 类资产已释放（{fingerprint}）。
    """

    fingerprint: ValueDigest
    kind: Identifier


class AssetConsumed(Event):
    """en: An asset of kind {kind} was used up ({fingerprint}).

    zh: {kind} 类资产已核销（{fingerprint}）。
    """

    fingerprint: ValueDigest
    kind: Identifier


class AssetTaken(Refusal, code="E_LOCKED"):
    """en: The asset {fingerprint} is already in use.

    zh: 资产 {fingerprint} 已被占用。
    """

    fingerprint: ValueDigest


class NotYourLock(Refusal, code="E_STATE"):
    """en: {case} does not hold the asset {fingerprint}.

    zh: {case} 并未占用资产 {fingerprint}。
    """

    fingerprint: ValueDigest
    case: Name


class AssetNotReserved(Refusal, code="E_MISSING"):
    """en: The registry has not reserved the asset {fingerprint} for this network.

    zh: 登记网络尚未为本网络预留资产 {fingerprint}。
    """

    fingerprint: ValueDigest


class AssetLocks(Part):
    """The register of taken assets, shared by all contracts: `locks = AssetLocks()`.

    ```python
    fingerprint = fingerprint_of("invoice", seller, number)
    self.locks.lock(ctx, fingerprint, kind="invoice", case=loan.id, holder=ctx.signer.organization)
    ```
    """

    home = ASSETS_CONTRACT
    events: ClassVar[tuple[type[Event], ...]] = (AssetLocked, AssetReleased, AssetConsumed)
    refusals: ClassVar[tuple[type[Refusal], ...]] = (AssetTaken, NotYourLock, AssetNotReserved)

    locks = Table(AssetLock, key="fingerprint", label=Label(zh="资产锁", en="Asset locks"))
    admissions = Table(Admission, key="fingerprint", label=Label(zh="已预留", en="Admissions"))

    def bind(self, contract: str, session: Session) -> Self:
        """Return this part at work on a session; for the host, not for authors."""
        registries = Table(RegistryAbove, key="contract")
        registries.name = "registries"
        bound = super().bind(contract, session)
        vars(bound)["_registries"] = registries.bind("governance", session)
        return bound

    def registry(self) -> RegistryAbove | None:
        """Return whose register stands above this one's, None if none does."""
        registries: Table[RegistryAbove] = vars(self)["_registries"]
        return registries.get(ASSETS_CONTRACT)

    def lock(
        self, ctx: Context, fingerprint: str, *, kind: str, case: str, holder: str
    ) -> AssetLock:
        """Take an asset for a case.

        Raises:
            AssetTaken: it is taken, by whatever contract.
            AssetNotReserved: the registry above has not reserved it for this network.
        """
        kept = self._take(ctx, fingerprint, kind=kind, claim=self.claim(case, holder))
        self.announce(AssetLocked(fingerprint=fingerprint, kind=kind))
        return kept

    def release(self, fingerprint: str, *, case: str, holder: str) -> None:
        """Let an asset go.

        Raises:
            NotYourLock: this contract has not locked it for this case and holder.
        """
        own = self._own(fingerprint, case, holder)
        self.locks.remove(fingerprint)
        self.announce(AssetReleased(fingerprint=fingerprint, kind=own.kind))

    def consume(self, ctx: Context, fingerprint: str, *, case: str, holder: str) -> None:
        """Use an asset up: nobody can take it again.

        Raises:
            NotYourLock: this contract has not locked it for this case and holder.
        """
        own = self._own(fingerprint, case, holder)
        self.locks.replace(
            AssetLock(
                fingerprint=fingerprint,
                kind=own.kind,
                state=LockState.CONSUMED,
                claim=own.claim,
                since=ctx.block_time_ms,
            )
        )
        self.announce(AssetConsumed(fingerprint=fingerprint, kind=own.kind))

    def is_free(self, fingerprint: str) -> bool:
        """Return whether nobody has taken an asset."""
        return not self.locks.contains(fingerprint)

    def is_locked_for(self, fingerprint: str, *, case: str, holder: str) -> bool:
        """Return whether this contract holds an asset for this case and holder."""
        kept = self.locks.get(fingerprint)
        is_own = kept is not None and kept.claim == self.claim(case, holder)
        return kept is not None and is_own and kept.state is LockState.LOCKED

    def claim(self, case: str, holder: str) -> str:
        """Return the digest under which this contract holds assets for a case and holder."""
        return lock_claim(self.contract, case, holder)

    def _take(self, ctx: Context, fingerprint: str, *, kind: str, claim: str) -> AssetLock:
        if self.locks.contains(fingerprint):
            raise AssetTaken(fingerprint=fingerprint)
        above = self.registry()
        is_above = above is not None and kind in {*above.kinds, RESERVED_KIND}
        if is_above and not self.admissions.contains(fingerprint):
            raise AssetNotReserved(fingerprint=fingerprint)
        return self.locks.add(
            AssetLock(
                fingerprint=fingerprint,
                kind=kind,
                state=LockState.LOCKED,
                claim=claim,
                since=ctx.block_time_ms,
            )
        )

    def _own(self, fingerprint: str, case: str, holder: str) -> AssetLock:
        if not self.is_locked_for(fingerprint, case=case, holder=holder):
            raise NotYourLock(fingerprint=fingerprint, case=case)
        return self.locks.require(fingerprint)


def fingerprint_of(kind: str, *identifiers: str) -> str:
    """Return the fingerprint of an asset, the same for every spelling of its identifiers.

    Wide and narrow forms, case, spaces and the separators ``- _ . / ·`` make no difference.

    Raises:
        InvalidValue: no identifier, or one of which nothing is left.
    """
    normalised = [normalised_identifier(one) for one in identifiers]
    if not normalised or not all(normalised):
        raise InvalidValue("an asset needs identifiers", field="identifiers", found=kind)
    return digest_of("asset", kind, *normalised)


def normalised_identifier(text: str) -> str:
    """Return an identifier without what people write in more than one way."""
    return _SEPARATORS.sub("", normalize("NFKC", text)).upper()


def fingerprints_of(kind: str, identifiers: Iterable[str]) -> list[str]:
    """Return the fingerprint of each of many assets of a kind, each known by one identifier."""
    return [fingerprint_of(kind, one) for one in identifiers]


def lock_claim(contract: str, case: str, holder: str) -> str:
    """Return the digest that a lock keeps in place of who holds it."""
    return digest_of("asset-claim", contract, case, holder)
