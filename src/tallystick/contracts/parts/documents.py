# SPDX-License-Identifier: Apache-2.0
"""Documents: the hash on the ledger, the file with its owner.

- A new version stands beside the old ones; what was once stated stays verifiable.
- A file is kept until `retain_until` and as long as any legal hold stands. Deletion means that the
  owner may remove the file from its store: the ledger keeps a tombstone and the hashes, with which
  a copy that turns up can still be checked.
- A legal hold is put by an organisation whose member has one of the part's `hold_roles`, and
  lifted by the same organisation alone; several may stand at once.

Refused deletions are E_STATE: it is the document's state (retained, on hold, deleted) that forbids
them, and the facts say which and until when.
"""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.part import Part
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    ByteCount,
    Count,
    Digest,
    MediaType,
    Name,
    OrganizationCode,
    SM3Digest,
    Timestamp,
)
from tallystick.errors import RoleMissing


class DocumentFile(Record):
    """A file, by its content."""

    sha256: Digest
    size: ByteCount
    media_type: MediaType
    locator: Name
    """Where its owner keeps it: an address that tells nothing about the content."""
    sm3: SM3Digest | None = None
    """The same content in SM3, where GB/T 32905 is asked for."""


class Document(Record):
    """A document whatever its version."""

    id: Name
    owner: OrganizationCode
    version: Count
    """The newest; versions are counted from 1."""
    retain_until: Timestamp | None
    """From this moment on it may be deleted; null: from the start."""
    legal_holds: Count = 0
    deleted_at: Timestamp | None = None
    deleted_by: Name | None = None
    """The person, as `organization/member`."""


class DocumentVersion(DocumentFile):
    """A version of a document; never changed, never removed."""

    id: Name
    version: Count
    added_at: Timestamp
    added_by: Name


class LegalHold(Record):
    """An organisation's order that nothing be deleted."""

    document: Name
    organization: OrganizationCode
    reason: Name
    since: Timestamp


class DocumentAdded(Event):
    """en: {owner} added version {version} of {document}, SHA-256 {sha256}.

    zh: {owner} 登记 {document} 第 {version} 版，SHA-256 为 {sha256}。
    """

    document: Name
    version: Count
    owner: OrganizationCode
    sha256: Digest


class DocumentHeld(Event):
    """en: {organization} put {document} on legal hold: {reason}.

    zh: {organization} 对 {document} 作出保全：{reason}。
    """

    document: Name
    organization: OrganizationCode
    reason: Name


class HoldLifted(Event):
    """en: {organization} lifted its legal hold of {document}.

    zh: {organization} 解除对 {document} 的保全。
    """

    document: Name
    organization: OrganizationCode


class RetentionExtended(Event):
    """en: {owner} keeps {document} until {retain_until}.

    zh: {owner} 将 {document} 的保存期限延长至 {retain_until}。
    """

    document: Name
    owner: OrganizationCode
    retain_until: Timestamp


class DocumentDeleted(Event):
    """en: {person} deleted {document}; its hashes stay.

    zh: {person} 删除 {document}，哈希值保留。
    """

    document: Name
    person: Name


class NotTheOwner(Refusal, code="E_ROLE"):
    """en: {document} belongs to {owner}.

    zh: {document} 属于 {owner}。
    """

    document: Name
    owner: OrganizationCode


class DocumentDiffers(Refusal, code="E_HASH"):
    """en: The file is not version {version} of {document}: its SHA-256 is {sha256}.

    zh: 该文件不是 {document} 第 {version} 版：其 SHA-256 为 {sha256}。
    """

    document: Name
    version: Count
    sha256: Name
    """Of the file that was to be checked."""


class StillRetained(Refusal, code="E_STATE"):
    """en: {document} must be kept until {retain_until}.

    zh: {document} 须保存至 {retain_until}。
    """

    document: Name
    retain_until: Timestamp


class RetentionShortened(Refusal, code="E_LIMIT"):
    """en: {document} must be kept until {retain_until}; {asked} would be earlier.

    zh: {document} 须保存至 {retain_until}，不得缩短至 {asked}。
    """

    document: Name
    retain_until: Timestamp
    asked: Timestamp


class UnderLegalHold(Refusal, code="E_STATE"):
    """en: {document} is under {legal_holds} legal hold(s).

    zh: {document} 处于 {legal_holds} 项保全之下。
    """

    document: Name
    legal_holds: Count


class AlreadyDeleted(Refusal, code="E_STATE"):
    """en: {document} was deleted at {deleted_at}.

    zh: {document} 已于 {deleted_at} 删除。
    """

    document: Name
    deleted_at: Timestamp


class Documents(Part):
    """Documents of a contract: `files = Documents(hold_roles=("court",), label=...)`.

    ```python
    self.files.add(ctx, "D-1", DocumentFile(sha256=..., size=..., media_type=..., locator=...))
    self.files.amend(ctx, "D-1", newer)
    self.files.check_file("D-1", sha256)
    ```
    """

    events: ClassVar[tuple[type[Event], ...]] = (
        DocumentAdded,
        DocumentHeld,
        HoldLifted,
        RetentionExtended,
        DocumentDeleted,
    )
    refusals: ClassVar[tuple[type[Refusal], ...]] = (
        *(NotTheOwner, DocumentDiffers, StillRetained, RetentionShortened),
        *(UnderLegalHold, AlreadyDeleted),
    )

    documents = Table(Document, key="id", label=Label(zh="文件", en="Documents"))
    versions = Table(DocumentVersion, key=("id", "version"), label=Label(zh="版本", en="Versions"))
    holds = Table(
        LegalHold, key=("document", "organization"), label=Label(zh="保全", en="Legal holds")
    )

    def __init__(self, *, hold_roles: tuple[str, ...] = (), label: Label | None = None) -> None:
        """Take the roles that may put a document on legal hold; none: nobody can."""
        super().__init__(label=label)
        self.hold_roles = hold_roles

    def add(
        self, ctx: Context, document: str, file: DocumentFile, *, retain_until: int | None = None
    ) -> Document:
        """Keep a new document of the signer's organisation.

        Raises:
            Duplicate: there is such a document.
        """
        owner = ctx.signer.organization
        kept = self.documents.add(
            Document(id=document, owner=owner, version=1, retain_until=retain_until)
        )
        self._add_version(ctx, kept, file)
        return kept

    def amend(self, ctx: Context, document: str, file: DocumentFile) -> Document:
        """Keep a new version beside the old ones; only the owner may.

        Raises:
            UnknownRecord: there is no such document.
            NotTheOwner: it belongs to another organisation.
            AlreadyDeleted: it was deleted.
        """
        kept = self._owned(ctx, document)
        amended = self.documents.replace(replace(kept, version=kept.version + 1))
        self._add_version(ctx, amended, file)
        return amended

    def extend(self, ctx: Context, document: str, retain_until: int) -> Document:
        """Keep a document longer; only the owner may, and nobody can shorten it.

        Raises:
            UnknownRecord: there is no such document.
            NotTheOwner: it belongs to another organisation.
            AlreadyDeleted: it was deleted.
            RetentionShortened: it must be kept longer already.
        """
        kept = self._owned(ctx, document)
        if kept.retain_until is not None and retain_until < kept.retain_until:
            raise RetentionShortened(
                document=document, retain_until=kept.retain_until, asked=retain_until
            )
        self.announce(
            RetentionExtended(document=document, owner=kept.owner, retain_until=retain_until)
        )
        return self.documents.replace(replace(kept, retain_until=retain_until))

    def check_file(
        self, document: str, sha256: str, *, version: int | None = None
    ) -> DocumentVersion:
        """Return the version, the newest by default, if a file with this hash is it.

        Works in actions and in queries, and after deletion too.

        Raises:
            UnknownRecord: there is no such document or version.
            DocumentDiffers: it is another file, if only by one byte.
        """
        number = self.documents.require(document).version if version is None else version
        kept = self.versions.require(document, number)
        if kept.sha256 != sha256:
            raise DocumentDiffers(document=document, version=number, sha256=sha256)
        return kept

    def hold(self, ctx: Context, document: str, reason: str) -> Document:
        """Forbid deletion until the signer's organisation allows it again.

        Raises:
            UnknownRecord: there is no such document.
            RoleMissing: the signer has none of the `hold_roles`.
            AlreadyDeleted: it was deleted.
            Duplicate: the organisation has put it on hold already.
        """
        self._check_may_hold(ctx)
        kept = self._present(document)
        organization = ctx.signer.organization
        self.holds.add(
            LegalHold(
                document=document,
                organization=organization,
                reason=reason,
                since=ctx.block_time_ms,
            )
        )
        self.announce(DocumentHeld(document=document, organization=organization, reason=reason))
        return self.documents.replace(replace(kept, legal_holds=kept.legal_holds + 1))

    def unhold(self, ctx: Context, document: str) -> Document:
        """Lift the hold of the signer's organisation; those of others stand.

        Raises:
            UnknownRecord: there is no such document, or no hold of this organisation.
            RoleMissing: the signer has none of the `hold_roles`.
        """
        self._check_may_hold(ctx)
        kept = self.documents.require(document)
        self.holds.remove(document, ctx.signer.organization)
        self.announce(HoldLifted(document=document, organization=ctx.signer.organization))
        return self.documents.replace(replace(kept, legal_holds=kept.legal_holds - 1))

    def delete(self, ctx: Context, document: str) -> Document:
        """Leave a tombstone; only the owner may, and only what need not be kept.

        Raises:
            UnknownRecord: there is no such document.
            NotTheOwner: it belongs to another organisation.
            AlreadyDeleted: it was deleted before.
            UnderLegalHold: an organisation holds it.
            StillRetained: its `retain_until` is not reached.
        """
        kept = self._owned(ctx, document)
        if kept.legal_holds:
            raise UnderLegalHold(document=document, legal_holds=kept.legal_holds)
        if kept.retain_until is not None and ctx.block_time_ms < kept.retain_until:
            raise StillRetained(document=document, retain_until=kept.retain_until)
        self.announce(DocumentDeleted(document=document, person=ctx.person))
        return self.documents.replace(
            replace(kept, deleted_at=ctx.block_time_ms, deleted_by=ctx.person)
        )

    def _add_version(self, ctx: Context, document: Document, file: DocumentFile) -> None:
        self.versions.add(
            DocumentVersion(
                id=document.id,
                version=document.version,
                sha256=file.sha256,
                size=file.size,
                media_type=file.media_type,
                locator=file.locator,
                sm3=file.sm3,
                added_at=ctx.block_time_ms,
                added_by=ctx.person,
            )
        )
        self.announce(
            DocumentAdded(
                document=document.id,
                version=document.version,
                owner=document.owner,
                sha256=file.sha256,
            )
        )

    def _present(self, document: str) -> Document:
        kept = self.documents.require(document)
        if kept.deleted_at is not None:
            raise AlreadyDeleted(document=document, deleted_at=kept.deleted_at)
        return kept

    def _owned(self, ctx: Context, document: str) -> Document:
        kept = self._present(document)
        if kept.owner != ctx.signer.organization:
            raise NotTheOwner(document=document, owner=kept.owner)
        return kept

    def _check_may_hold(self, ctx: Context) -> None:
        if not any(role in ctx.signer.roles for role in self.hold_roles):
            raise RoleMissing(
                "a legal hold needs a role", field="roles", found=" ".join(self.hold_roles)
            )
