# SPDX-License-Identifier: Apache-2.0
"""The public sealing keys of organisations: to whom private data is sealed, and since when.

A key is read with a proof of the state, so no node can put its own in another's place. The secret
half is never here; that an organisation publishes a key it does not have harms nobody else.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.contract import Contract, action, query
from tallystick.contracts.label import Format, Help, Label
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Count, Name, OrganizationCode, Timestamp
from tallystick.model import ROLE_ADMINISTRATOR

SEALING_KEYS_CONTRACT: Final = "sealing_keys"

SealingPublicKey: TypeAlias = Annotated[
    str,
    Meta(pattern="^age1[02-9ac-hj-np-z]{58}$", min_length=62, max_length=62),
    Format("age-recipient"),
]
"""An age recipient of X25519. Its checksum is checked by who publishes and by who seals."""


class PublishedSealingKey(Record):
    """One sealing key of an organisation."""

    organization: OrganizationCode
    version: Count
    """1 for its first key."""
    public_key: SealingPublicKey
    published_at: Timestamp
    published_by: Name
    """The person, as `organization/member`."""
    retired_at: Timestamp | None = None
    """Since then nothing is sealed to it: a newer key was published, or none."""


class NewestSealingKey(Record):
    """The version of an organisation's key that counts."""

    organization: OrganizationCode
    version: Count


class SealingKeyPublished(Event):
    """en: {organization} published its sealing key {version}.

    zh: {organization} 公布第 {version} 号密封公钥。
    """

    organization: OrganizationCode
    version: Count
    public_key: SealingPublicKey


class SealingKeyRetired(Event):
    """en: {organization} retired its sealing key {version}.

    zh: {organization} 停用第 {version} 号密封公钥。
    """

    organization: OrganizationCode
    version: Count


class NoSealingKey(Refusal, code="E_MISSING"):
    """en: {organization} has no sealing key in force.

    zh: {organization} 没有在用的密封公钥。
    """

    organization: OrganizationCode


class SealingKeyInForce(Refusal, code="E_DUP"):
    """en: {organization} has published this sealing key already.

    zh: {organization} 已公布过该密封公钥。
    """

    organization: OrganizationCode


class SealingKeys(
    Contract,
    name=SEALING_KEYS_CONTRACT,
    version=1,
    label=Label(zh="密封公钥登记", en="Sealing keys"),
):
    """en: One register of the keys that private data is sealed to, with its history.

    zh: 各机构用于接收非公开数据的密封公钥及其历史。
    """

    keys = Table(
        PublishedSealingKey,
        key=("organization", "version"),
        label=Label(zh="密封公钥", en="Sealing keys"),
    )
    newest = Table(
        NewestSealingKey, key="organization", label=Label(zh="现行版", en="Newest versions")
    )

    @action(
        role=ROLE_ADMINISTRATOR,
        label=Label(zh="公布密封公钥", en="Publish a key"),
        emits=(SealingKeyPublished,),
        refuses=(SealingKeyInForce,),
    )
    def publish(
        self,
        ctx: Context,
        public_key: Annotated[
            SealingPublicKey,
            Label(zh="密封公钥", en="Sealing key"),
            Help(zh="以 age1 开头的公钥", en="The public half, age1..."),
        ],
    ) -> PublishedSealingKey:
        """en: Publishes the organisation's sealing key; the one before it is retired.

        zh: 公布本机构密封公钥，原公钥同时停用。
        """
        organization = ctx.signer.organization
        before = self._newest(organization)
        if before is not None and before.public_key == public_key and before.retired_at is None:
            raise SealingKeyInForce(organization=organization)
        if before is not None and before.retired_at is None:
            self.keys.replace(replace(before, retired_at=ctx.block_time_ms))
        published = PublishedSealingKey(
            organization=organization,
            version=1 if before is None else before.version + 1,
            public_key=public_key,
            published_at=ctx.block_time_ms,
            published_by=ctx.person,
        )
        self.newest.put(NewestSealingKey(organization=organization, version=published.version))
        ctx.emit(
            SealingKeyPublished(
                organization=organization, version=published.version, public_key=public_key
            )
        )
        return self.keys.add(published)

    @action(
        role=ROLE_ADMINISTRATOR,
        label=Label(zh="停用密封公钥", en="Retire the key"),
        emits=(SealingKeyRetired,),
        refuses=(NoSealingKey,),
    )
    def retire(self, ctx: Context) -> PublishedSealingKey:
        """en: Retires the organisation's sealing key without a new one: nothing is sealed to it.

        zh: 停用本机构密封公钥且不公布新公钥，此后不再接收密封数据。
        """
        kept = self._in_force(ctx.signer.organization)
        ctx.emit(SealingKeyRetired(organization=kept.organization, version=kept.version))
        return self.keys.replace(replace(kept, retired_at=ctx.block_time_ms))

    @query(label=Label(zh="现行公钥", en="The key in force"))
    def show(self, organization: OrganizationCode) -> PublishedSealingKey:
        """en: Returns the key that an organisation's private data is sealed to now.

        zh: 返回某机构现行的密封公钥。
        """
        return self._in_force(organization)

    def _in_force(self, organization: str) -> PublishedSealingKey:
        kept = self._newest(organization)
        if kept is None or kept.retired_at is not None:
            raise NoSealingKey(organization=organization)
        return kept

    def _newest(self, organization: str) -> PublishedSealingKey | None:
        newest = self.newest.get(organization)
        return None if newest is None else self.keys.require(organization, newest.version)
