# SPDX-License-Identifier: Apache-2.0
"""The register of taken assets: other contracts lock, everybody may ask whether one is free."""

from __future__ import annotations

from enum import StrEnum

from tallystick.contracts.contract import Contract, query
from tallystick.contracts.label import Label
from tallystick.contracts.parts.asset_lock import ASSETS_CONTRACT, AssetLocks, LockState, lock_claim
from tallystick.contracts.records import Record
from tallystick.contracts.values import Digest, Identifier, Name


class Availability(StrEnum):
    """What whoever asks may know."""

    FREE = "free"
    TAKEN = "taken"
    YOURS = "yours"


class Answer(Record):
    """Whether an asset is free; never who has it."""

    fingerprint: Digest
    availability: Availability


class Assets(
    Contract,
    name=ASSETS_CONTRACT,
    version=1,
    label=Label(zh="资产唯一性登记", en="Unique assets"),
):
    """en: One register of taken assets for all contracts: one thing is pledged or financed once.

    zh: 全部合约共用的资产占用登记：同一资产只能质押或融资一次。
    """

    locks = AssetLocks()

    @query(label=Label(zh="是否空闲", en="Is it free?"))
    def ask(self, fingerprint: Digest) -> Answer:
        """en: Tells whether an asset is free or taken, and nothing else.

        zh: 仅告知该资产空闲或已被占用。
        """
        is_free = self.locks.is_free(fingerprint)
        found = Availability.FREE if is_free else Availability.TAKEN
        return Answer(fingerprint=fingerprint, availability=found)

    @query(label=Label(zh="是否为本方占用", en="Is it mine?"))
    def ask_own(
        self, fingerprint: Digest, contract: Identifier, case: Name, holder: Name
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
