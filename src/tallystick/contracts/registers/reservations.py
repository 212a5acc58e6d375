# SPDX-License-Identifier: Apache-2.0
"""Assets that one network reserves for another: the lock registry of confidential channels.

The registry keeps a salted digest in place of the channel, so it shows *taken* and nothing else.
A reservation has a number that is never given again, and these steps, each proven to the next:

    registry  reserve     the asset is taken there, for whoever can open the claim
    channel   recognise   from now on contracts of the channel may lock it
    channel   give_back   it is free on the channel, which can never recognise that number again
    registry  release     the asset is free

So at every moment at most one network can lock an asset, in whatever order the steps arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from tallystick.contracts.context import Context
from tallystick.contracts.digests import digest_of
from tallystick.contracts.label import Label
from tallystick.contracts.parts.asset_lock import (
    RESERVED_KIND,
    Admission,
    AssetLocks,
    AssetTaken,
)
from tallystick.contracts.parts.network_proofs import ProvenCall
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    Count,
    Identifier,
    Name,
    ValueDigest,
)

RESERVED_MAX: Final = 200

Fingerprints: TypeAlias = Annotated[
    tuple[ValueDigest, ...], Meta(min_length=1, max_length=RESERVED_MAX)
]


class Reserved(Record):
    """What the registry answers: under which number it took how many assets."""

    reservation: Identifier
    count: Count


class GivenBack(Record):
    """What a channel answers: the number, and the salt with which the registry knows its claim."""

    reservation: Identifier
    salt: ValueDigest
    count: Count


class Reservation(Record):
    """A reservation that this channel has recognised."""

    id: Identifier
    """The registry's number."""
    salt: ValueDigest


class ReserveCall(Record):
    """Arguments of `assets.reserve`, as a proof shows them."""

    fingerprints: Fingerprints
    claim: ValueDigest


class GiveBackCall(Record):
    """Arguments of `assets.give_back`, as a proof shows them."""

    reservation: Identifier
    fingerprints: Fingerprints


class AssetsReserved(Event):
    """en: {count} assets were reserved ({reservation}).

    zh: 已预留 {count} 项资产（{reservation}）。
    """

    reservation: Identifier
    count: Count


class AssetsFreed(Event):
    """en: {count} assets of {reservation} are free again.

    zh: {reservation} 中的 {count} 项资产已恢复空闲。
    """

    reservation: Identifier
    count: Count


class ReservationRecognised(Event):
    """en: {count} assets may be locked here now ({reservation}).

    zh: {count} 项资产自此可在本网络占用（{reservation}）。
    """

    reservation: Identifier
    count: Count


class AssetsGivenBack(Event):
    """en: {count} assets of {reservation} were given back to the registry.

    zh: {reservation} 中的 {count} 项资产已交还登记网络。
    """

    reservation: Identifier
    count: Count


class NotOfTheRegistry(Refusal, code="E_VALUE"):
    """en: The registry of this network is another one than {network}.

    zh: {network} 不是本网络的登记网络。
    """

    network: Name


class ReservedForOthers(Refusal, code="E_HASH"):
    """en: The claim is not for this network with this salt.

    zh: 该预留并非以此盐值指向本网络。
    """


class NotReservedSo(Refusal, code="E_STATE"):
    """en: The asset {fingerprint} is not reserved under {reservation}.

    zh: 资产 {fingerprint} 并未在 {reservation} 下预留。
    """

    fingerprint: ValueDigest
    reservation: Identifier


class Reservations(AssetLocks):
    """The register's own part; other contracts have `AssetLocks`, which obeys it."""

    events = (
        *AssetLocks.events,
        *(AssetsReserved, AssetsFreed, ReservationRecognised, AssetsGivenBack),
    )
    refusals = (*AssetLocks.refusals, NotOfTheRegistry, ReservedForOthers, NotReservedSo)

    reservations = Table(Reservation, key="id", label=Label(zh="预留", en="Reservations"))

    def reserve(self, ctx: Context, fingerprints: Sequence[str], claim: str) -> Reserved:
        """Registry: take assets for the network that the claim hides.

        Raises:
            AssetTaken: one is taken, or named twice.
            AssetNotReserved: this network is a channel itself, and has not reserved one.
        """
        number = ctx.next_id("RS")
        for one in fingerprints:
            self._take(ctx, one, kind=RESERVED_KIND, claim=_reserved_claim(number, claim))
        self.announce(AssetsReserved(reservation=number, count=len(fingerprints)))
        return Reserved(reservation=number, count=len(fingerprints))

    def recognise(self, ctx: Context, shown: ProvenCall, salt: str) -> Reserved:
        """Channel: let assets be locked here that the registry reserved.

        Raises:
            NotOfTheRegistry: another network shows this, or none stands above this one.
            ReservedForOthers: the claim names another network, or has another salt.
        """
        above = self.registry()
        if above is None or shown.network != above.network:
            raise NotOfTheRegistry(network=shown.network)
        asked, answer = shown.read_args(ReserveCall), shown.read_result(Reserved)
        if asked.claim != reservation_claim(ctx.network, salt):
            raise ReservedForOthers
        number = answer.reservation
        self.reservations.add(Reservation(id=number, salt=salt))
        for one in asked.fingerprints:
            self.admissions.add(Admission(fingerprint=one, reservation=number))
        self.announce(ReservationRecognised(reservation=number, count=answer.count))
        return answer

    def give_back(self, reservation: str, fingerprints: Sequence[str]) -> GivenBack:
        """Channel: lock these assets no more, so that the registry may free them.

        Raises:
            UnknownRecord: no such reservation was recognised.
            AssetTaken: one is locked here.
            NotReservedSo: one is not of this reservation, or was given back.
        """
        kept = self.reservations.require(reservation)
        for one in fingerprints:
            admission = self.admissions.get(one)
            if admission is None or admission.reservation != reservation:
                raise NotReservedSo(fingerprint=one, reservation=reservation)
            if self.locks.contains(one):
                raise AssetTaken(fingerprint=one)
            self.admissions.remove(one)
        self.announce(AssetsGivenBack(reservation=reservation, count=len(fingerprints)))
        return GivenBack(reservation=reservation, salt=kept.salt, count=len(fingerprints))

    def free(self, shown: ProvenCall) -> Reserved:
        """Registry: free what the channel has given back.

        Raises:
            NotReservedSo: one is not reserved for that network under that number.
        """
        asked, answer = shown.read_args(GiveBackCall), shown.read_result(GivenBack)
        number = answer.reservation
        claim = _reserved_claim(number, reservation_claim(shown.network, answer.salt))
        for one in asked.fingerprints:
            lock = self.locks.get(one)
            if lock is None or lock.claim != claim:
                raise NotReservedSo(fingerprint=one, reservation=number)
            self.locks.remove(one)
        self.announce(AssetsFreed(reservation=number, count=len(asked.fingerprints)))
        return Reserved(reservation=number, count=len(asked.fingerprints))


def reservation_claim(network: str, salt: str) -> str:
    """Return the claim by which a channel recognises assets that are reserved for it.

    Args:
        network: Network id of the channel.
        salt: 64 hexadecimal digits, random and used once: whoever knows it can find the channel
            by trying, and without it the channel can never recognise nor give back.
    """
    return digest_of("asset-reservation", network, salt)


def _reserved_claim(reservation: str, claim: str) -> str:
    """Return what the lock keeps: no claim that somebody sends can pass for a contract's own."""
    return digest_of("asset-reserved", reservation, claim)
