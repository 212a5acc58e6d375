# SPDX-License-Identifier: Apache-2.0
"""The register of taken assets: other contracts lock, everybody may ask whether one is free."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from msgspec import Meta

from tallystick.contracts.context import Context
from tallystick.contracts.contract import ANY_MEMBER, Contract, action, query
from tallystick.contracts.label import Help, Label
from tallystick.contracts.parts.asset_lock import (
    ASSETS_CONTRACT,
    LockState,
    fingerprints_of,
    lock_claim,
)
from tallystick.contracts.parts.network_proofs import NetworkProofArgument, NetworkProofs
from tallystick.contracts.records import Record
from tallystick.contracts.registers.reservations import (
    RESERVED_MAX,
    Fingerprints,
    GivenBack,
    Reservations,
    Reserved,
    reservation_claim,
)
from tallystick.contracts.values import (
    Identifier,
    Name,
    ValueDigest,
)
from tallystick.contracts.wording import Words, words

ASSETS_RESERVER: Final = "assets.reserver"
"""Role that reserves for a channel and gives back: of who holds the things, as a keeper does."""

_WORDS: Final[Words] = MappingProxyType(
    words(
        channel=("通道的网络编号", "Network id of the channel"),
        reservation=("预留编号", "Reservation"),
        salt=("盐值", "Salt"),
    )
)

FingerprintsArgument = Annotated[Fingerprints, Label(zh="资产指纹", en="Fingerprints")]
SaltArgument = Annotated[
    ValueDigest,
    Label(zh="盐值", en="Salt"),
    Help(zh="64 位随机十六进制数，须妥善保存", en="64 random hexadecimal digits; keep them."),
]


class Availability(StrEnum):
    """What whoever asks may know."""

    FREE = "free"
    TAKEN = "taken"
    YOURS = "yours"


class Answer(Record):
    """Whether an asset is free; never who has it."""

    fingerprint: ValueDigest
    availability: Availability


class Assets(
    Contract,
    name=ASSETS_CONTRACT,
    version=2,
    label=Label(zh="资产唯一性登记", en="Unique assets"),
):
    """en: One register of taken assets for all contracts: one thing is pledged or financed once.

    zh: 全部合约共用的资产占用登记：同一资产只能质押或融资一次。
    """

    words = _WORDS
    locks = Reservations()
    proofs = NetworkProofs(label=Label(zh="其他网络的证明", en="Proofs of other networks"))

    @action(role=ASSETS_RESERVER, label=Label(zh="预留", en="Reserve"))
    def reserve(
        self,
        ctx: Context,
        fingerprints: FingerprintsArgument,
        claim: Annotated[
            ValueDigest,
            Label(zh="声明", en="Claim"),
            Help(zh="见 `claim`", en="As `claim` gives it."),
        ],
    ) -> Reserved:
        """en: Takes assets for a channel that only the claim names; others see that they are taken.

        zh: 为某通道占用资产；通道仅以摘要表示，他方只知已占用。
        """
        return self.locks.reserve(ctx, fingerprints, claim)

    @action(role=ANY_MEMBER, label=Label(zh="承认预留", en="Recognise a reservation"))
    def recognise(self, ctx: Context, proof: NetworkProofArgument, salt: SaltArgument) -> Reserved:
        """en: On the channel: lets assets be locked here that the registry has reserved.

        zh: 在通道上办理：凭登记网络的回执，允许在本网络占用所预留的资产。
        """
        shown = self.proofs.recognise(ctx, proof, contract=ASSETS_CONTRACT, method="reserve")
        return self.locks.recognise(ctx, shown, salt)

    @action(role=ASSETS_RESERVER, label=Label(zh="交还", en="Give back"))
    def give_back(
        self,
        ctx: Context,
        reservation: Annotated[Identifier, Label(zh="预留编号", en="Reservation")],
        fingerprints: FingerprintsArgument,
    ) -> GivenBack:
        """en: On the channel: gives free assets back, so that the registry can free them.

        zh: 在通道上办理：交还空闲资产，以便登记网络释放。
        """
        del ctx  # whoever reserves may also give back
        return self.locks.give_back(reservation, fingerprints)

    @action(role=ANY_MEMBER, label=Label(zh="释放", en="Free"))
    def free(self, ctx: Context, proof: NetworkProofArgument) -> Reserved:
        """en: Frees assets that a channel has given back, by its receipt.

        zh: 凭通道的回执，释放其已交还的资产。
        """
        shown = self.proofs.recognise(ctx, proof, contract=ASSETS_CONTRACT, method="give_back")
        return self.locks.free(shown)

    @query(label=Label(zh="计算指纹", en="Fingerprints"))
    def fingerprints(
        self,
        kind: Annotated[Identifier, Label(zh="类别", en="Kind")],
        identifiers: Annotated[
            tuple[Name, ...],
            Meta(min_length=1, max_length=RESERVED_MAX),
            Label(zh="标识", en="Identifiers"),
        ],
    ) -> tuple[ValueDigest, ...]:
        """en: Returns the fingerprints of things that are each known by one identifier.

        zh: 返回各资产的指纹，每项资产以一个标识表示。
        """
        return tuple(fingerprints_of(kind, identifiers))

    @query(label=Label(zh="计算声明", en="Make a claim"))
    def claim(self, channel: Name, salt: SaltArgument) -> ValueDigest:
        """en: Returns the claim for a channel; ask the own node, which sees channel and salt.

        zh: 计算指向某通道的声明；请仅向本机构节点查询，因其可见通道与盐值。
        """
        return reservation_claim(channel, salt)

    @query(label=Label(zh="是否空闲", en="Is it free?"))
    def ask(self, fingerprint: ValueDigest) -> Answer:
        """en: Tells whether an asset is free or taken, and nothing else.

        zh: 仅告知该资产空闲或已被占用。
        """
        is_free = self.locks.is_free(fingerprint)
        found = Availability.FREE if is_free else Availability.TAKEN
        return Answer(fingerprint=fingerprint, availability=found)

    @query(label=Label(zh="是否为本方占用", en="Is it mine?"))
    def ask_own(
        self, fingerprint: ValueDigest, contract: Identifier, case: Name, holder: Name
    ) -> Answer:
        """en: The same for who knows the case: tells a lock of its own from another's.

        zh: 供知悉案件编号的一方查询：区分本方与他方的占用。
        """
        lock = self.locks.locks.get(fingerprint)
        if lock is None:
            return Answer(fingerprint=fingerprint, availability=Availability.FREE)
        is_own = lock.claim == lock_claim(contract, case, holder)
        is_held = lock.state is LockState.LOCKED
        found = Availability.YOURS if is_own and is_held else Availability.TAKEN
        return Answer(fingerprint=fingerprint, availability=found)
