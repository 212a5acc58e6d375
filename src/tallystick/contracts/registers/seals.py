# SPDX-License-Identifier: Apache-2.0
"""The seals of organisations: whose each is, since when, until when, and which were revoked.

A seal is an X.509 certificate that signs certificates on paper and PDF. It needs no authority: the
ledger says whose it is, with a proof of the state, and keeps the whole history. A seal that was
replaced stays good for what it sealed before; one that was revoked is good for nothing.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.contract import Contract, action, query
from tallystick.contracts.label import Help, Label
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Count, Name, OrganizationCode, Timestamp
from tallystick.model import ROLE_ADMINISTRATOR

SEALS_CONTRACT: Final = "seals"
_BYTES_MIN, _BYTES_MAX = 200, 4096

SealCertificate: TypeAlias = Annotated[bytes, Meta(min_length=_BYTES_MIN, max_length=_BYTES_MAX)]
"""An X.509 certificate, DER. Who publishes it and who believes it reads it; the ledger does not."""


class PublishedSeal(Record):
    """One seal of an organisation."""

    organization: OrganizationCode
    version: Count
    """1 for its first seal."""
    certificate: SealCertificate
    published_at: Timestamp
    published_by: Name
    """The person, as `organization/member`."""
    retired_at: Timestamp | None = None
    """Since then it seals nothing new: a newer one was published, or it was revoked."""
    revoked_at: Timestamp | None = None
    """Since then nothing that it sealed is believed: its key may be in other hands."""
    reason: Name | None = None


class NewestSeal(Record):
    """The version of an organisation's seal that counts."""

    organization: OrganizationCode
    version: Count


class SealPublished(Event):
    """en: {organization} published its seal {version}.

    zh: {organization} 公布第 {version} 号电子签章。
    """

    organization: OrganizationCode
    version: Count


class SealRevoked(Event):
    """en: {organization} revoked its seal {version}: {reason}.

    zh: {organization} 撤销第 {version} 号电子签章：{reason}。
    """

    organization: OrganizationCode
    version: Count
    reason: Name


class NoSeal(Refusal, code="E_MISSING"):
    """en: {organization} has no seal {version}.

    zh: {organization} 没有第 {version} 号电子签章。
    """

    organization: OrganizationCode
    version: Count


class SealKnown(Refusal, code="E_DUP"):
    """en: {organization} has published this seal already, or revoked it.

    zh: {organization} 已公布过该签章，或该签章已撤销。
    """

    organization: OrganizationCode
    version: Count


class Seals(
    Contract,
    name=SEALS_CONTRACT,
    version=1,
    label=Label(zh="电子签章登记", en="Seals"),
):
    """en: One register of the seals that organisations set on certificates, with its history.

    zh: 各机构用于证书的电子签章及其公布、更换与撤销历史。
    """

    seals = Table(
        PublishedSeal, key=("organization", "version"), label=Label(zh="电子签章", en="Seals")
    )
    newest = Table(NewestSeal, key="organization", label=Label(zh="现行版", en="Newest versions"))

    @action(
        role=ROLE_ADMINISTRATOR,
        label=Label(zh="公布电子签章", en="Publish a seal"),
        emits=(SealPublished,),
        refuses=(SealKnown,),
    )
    def publish(
        self,
        ctx: Context,
        certificate: Annotated[
            SealCertificate,
            Label(zh="签章证书", en="Certificate"),
            Help(zh="X.509 证书（DER）", en="X.509, DER."),
        ],
    ) -> PublishedSeal:
        """en: Publishes the organisation's seal; the one before it is retired.

        zh: 公布本机构电子签章，原签章同时停用。
        """
        organization = ctx.signer.organization
        newest = self.newest.get(organization)
        last = 0 if newest is None else newest.version
        for version in range(1, last + 1):
            before = self.seals.require(organization, version)
            if before.certificate == certificate:
                raise SealKnown(organization=organization, version=version)
            if before.retired_at is None:
                self.seals.replace(replace(before, retired_at=ctx.block_time_ms))
        published = PublishedSeal(
            organization=organization,
            version=last + 1,
            certificate=certificate,
            published_at=ctx.block_time_ms,
            published_by=ctx.person,
        )
        self.newest.put(NewestSeal(organization=organization, version=published.version))
        ctx.emit(SealPublished(organization=organization, version=published.version))
        return self.seals.add(published)

    @action(
        role=ROLE_ADMINISTRATOR,
        label=Label(zh="撤销电子签章", en="Revoke a seal"),
        emits=(SealRevoked,),
        refuses=(NoSeal, SealKnown),
    )
    def revoke(self, ctx: Context, version: Count, reason: Name) -> PublishedSeal:
        """en: Revokes one of the organisation's seals: nothing that it sealed is believed any more.

        zh: 撤销本机构的一枚电子签章，其签署的文件此后均不再被采信。
        """
        organization = ctx.signer.organization
        kept = self.seals.get(organization, version)
        if kept is None:
            raise NoSeal(organization=organization, version=version)
        if kept.revoked_at is not None:
            raise SealKnown(organization=organization, version=version)
        ctx.emit(SealRevoked(organization=organization, version=version, reason=reason))
        now = ctx.block_time_ms
        retired = now if kept.retired_at is None else kept.retired_at
        return self.seals.replace(replace(kept, revoked_at=now, retired_at=retired, reason=reason))

    @query(label=Label(zh="现行签章", en="The seal in force"))
    def show(self, organization: OrganizationCode) -> PublishedSeal:
        """en: Returns the seal that an organisation sets now.

        zh: 返回某机构现行的电子签章。
        """
        newest = self.newest.get(organization)
        version = 0 if newest is None else newest.version
        kept = None if newest is None else self.seals.require(organization, version)
        if kept is None or kept.retired_at is not None:
            raise NoSeal(organization=organization, version=version)
        return kept
