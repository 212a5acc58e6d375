# SPDX-License-Identifier: Apache-2.0
"""Private records: what the ledger knows of data that only some organisations may read.

This is the ledger's half. It keeps the digest of the sealed bytes, by which a store knows that it
has the right ones; a commitment to the plaintext (`private_commitment`), by which a reader can
show later what was in it; who the recipients are; and whether the record was erased.

The ledger holds no key and no wrapped key, because what stands in the log cannot be erased. Sealed
bytes and wrapped keys are in the stores of the organisations, and erasing means that they destroy
them; on the ledger a tombstone says that they must have. Blocks, receipts and proofs stay valid.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.parts.identity import check_organization
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    ByteCount,
    Name,
    OrganizationCode,
    Timestamp,
    ValueDigest,
)
from tallystick.errors import LimitExceeded

RECIPIENTS_MAX: Final = 100


class SealedData(Record):
    """What the owner states about data it has sealed."""

    ciphertext: ValueDigest
    """SHA-256 of the sealed bytes."""
    plaintext: ValueDigest
    """`private_commitment(record, plaintext, nonce)`: tells nothing without the nonce."""
    size: ByteCount
    """Of the sealed bytes."""


class PrivateRecord(SealedData):
    """A private record as everybody sees it."""

    id: Name
    owner: OrganizationCode
    recipients: Annotated[tuple[OrganizationCode, ...], Meta(max_length=RECIPIENTS_MAX)]
    """Who has a key, sorted; the owner has one in any case."""
    declared_at: Timestamp
    erased_at: Timestamp | None = None
    erased_by: Name | None = None
    """The person, as `organization/member`."""


class PrivateDeclared(Event):
    """en: {owner} declared the private record {record} for {recipients}.

    zh: {owner} 登记非公开记录 {record}，接收方为 {recipients}。
    """

    record: Name
    owner: OrganizationCode
    recipients: tuple[OrganizationCode, ...]


class RecipientAdded(Event):
    """en: {owner} gave {recipient} the private record {record}.

    zh: {owner} 将非公开记录 {record} 提供给 {recipient}。
    """

    record: Name
    owner: OrganizationCode
    recipient: OrganizationCode


class PrivateErased(Event):
    """en: {person} erased the private record {record}; its keys are to be destroyed.

    zh: {person} 删除非公开记录 {record}，相应密钥应予销毁。
    """

    record: Name
    person: Name


class NotTheRecordOwner(Refusal, code="E_ROLE"):
    """en: The private record {record} belongs to {owner}.

    zh: 非公开记录 {record} 属于 {owner}。
    """

    record: Name
    owner: OrganizationCode


class NotARecipient(Refusal, code="E_ROLE"):
    """en: {organization} is not a recipient of the private record {record}.

    zh: {organization} 不是非公开记录 {record} 的接收方。
    """

    record: Name
    organization: OrganizationCode


class AlreadyRecipient(Refusal, code="E_DUP"):
    """en: {recipient} is a recipient of the private record {record} already.

    zh: {recipient} 已是非公开记录 {record} 的接收方。
    """

    record: Name
    recipient: OrganizationCode


class RecordErased(Refusal, code="E_STATE"):
    """en: The private record {record} was erased at {erased_at}.

    zh: 非公开记录 {record} 已于 {erased_at} 删除。
    """

    record: Name
    erased_at: Timestamp


class SealedDataDiffers(Refusal, code="E_HASH"):
    """en: These are not the sealed bytes of the private record {record}.

    zh: 与非公开记录 {record} 的密文不符。
    """

    record: Name


class PrivateRecords(Part):
    """Private records of a contract: `secrets = PrivateRecords(label=...)`.

    ```python
    self.secrets.declare(ctx, "P-1", sealed, recipients=[bank, regulator])
    self.secrets.add_recipient(ctx, "P-1", auditor)
    self.secrets.erase(ctx, "P-1")
    ```
    """

    events = (PrivateDeclared, RecipientAdded, PrivateErased)
    refusals = (
        *(NotTheRecordOwner, NotARecipient, AlreadyRecipient),
        *(RecordErased, SealedDataDiffers),
    )

    records = Table(PrivateRecord, key="id", label=Label(zh="非公开记录", en="Private records"))

    def __init__(self, *, erase_roles: tuple[str, ...] = (), label: Label | None = None) -> None:
        """Take the roles that may have a record of others erased, such as an authority's."""
        super().__init__(label=label)
        self.erase_roles = erase_roles

    def declare(
        self, ctx: Context, record: str, sealed: SealedData, *, recipients: Sequence[str]
    ) -> PrivateRecord:
        """Keep a private record of the signer's organisation.

        Raises:
            Duplicate: there is such a record.
            InvalidOrganization: a recipient's code is wrong.
            LimitExceeded: more than 100 recipients.
            AlreadyRecipient: one is named twice.
        """
        ordered = _sorted(recipients)
        for one, following in pairwise(ordered):
            if one == following:
                raise AlreadyRecipient(record=record, recipient=one)
        kept = self.records.add(
            PrivateRecord(
                id=record,
                owner=ctx.signer.organization,
                recipients=ordered,
                ciphertext=sealed.ciphertext,
                plaintext=sealed.plaintext,
                size=sealed.size,
                declared_at=ctx.block_time_ms,
            )
        )
        self.announce(PrivateDeclared(record=record, owner=kept.owner, recipients=kept.recipients))
        return kept

    def add_recipient(self, ctx: Context, record: str, recipient: str) -> PrivateRecord:
        """Let one more organisation read; only the owner may, and nobody can be taken away.

        Raises:
            UnknownRecord: there is no such record.
            NotTheRecordOwner: it belongs to another organisation.
            RecordErased: it was erased.
            AlreadyRecipient: the organisation reads it already.
            InvalidOrganization: its code is wrong.
            LimitExceeded: there are 100 recipients.
        """
        kept = self._present(record)
        if kept.owner != ctx.signer.organization:
            raise NotTheRecordOwner(record=record, owner=kept.owner)
        if recipient in kept.recipients:
            raise AlreadyRecipient(record=record, recipient=recipient)
        added = replace(kept, recipients=_sorted((*kept.recipients, recipient)))
        self.announce(RecipientAdded(record=record, owner=kept.owner, recipient=recipient))
        return self.records.replace(added)

    def erase(self, ctx: Context, record: str) -> PrivateRecord:
        """Leave a tombstone; for the owner, and members with one of the `erase_roles`.

        Raises:
            UnknownRecord: there is no such record.
            NotTheRecordOwner: the signer is neither.
            RecordErased: it was erased before.
        """
        kept = self._present(record)
        may_erase = any(role in ctx.signer.roles for role in self.erase_roles)
        if kept.owner != ctx.signer.organization and not may_erase:
            raise NotTheRecordOwner(record=record, owner=kept.owner)
        self.announce(PrivateErased(record=record, person=ctx.person))
        return self.records.replace(
            replace(kept, erased_at=ctx.block_time_ms, erased_by=ctx.person)
        )

    def require_reader(self, record: str, organization: str) -> PrivateRecord:
        """Return the record if the organisation may have its bytes and key; a store asks this.

        Raises:
            UnknownRecord: there is no such record.
            RecordErased: nobody may any more.
            NotARecipient: the organisation may not.
        """
        kept = self._present(record)
        if organization not in (kept.owner, *kept.recipients):
            raise NotARecipient(record=record, organization=organization)
        return kept

    def check_bytes(self, record: str, ciphertext: str) -> PrivateRecord:
        """Return the record if bytes with this SHA-256 are its sealed bytes; erased or not.

        Raises:
            UnknownRecord: there is no such record.
            SealedDataDiffers: they are others.
        """
        kept = self.records.require(record)
        if kept.ciphertext != ciphertext:
            raise SealedDataDiffers(record=record)
        return kept

    def _present(self, record: str) -> PrivateRecord:
        kept = self.records.require(record)
        if kept.erased_at is not None:
            raise RecordErased(record=record, erased_at=kept.erased_at)
        return kept


def _sorted(recipients: Sequence[str]) -> tuple[str, ...]:
    """Return recipients in order.

    Raises:
        LimitExceeded: there are too many.
        InvalidOrganization: one has a wrong code.
    """
    if len(recipients) > RECIPIENTS_MAX:
        raise LimitExceeded("too many recipients", field="recipients", found=str(len(recipients)))
    return tuple(sorted(check_organization(one) for one in recipients))
