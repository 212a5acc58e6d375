# SPDX-License-Identifier: Apache-2.0
"""Grants of sealed documents: who may open which of them, what for, in a period, so many times.

The ledger records each opening before a node hands out a wrap: a node asks for a fresh one. A grant
that was revoked, has expired or was used up opens nothing more; what its grantee has opened before
cannot be taken back, nor what it copied.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.parts.grants import (
    GrantExpired,
    GrantIsRevoked,
    GrantNotYet,
    GrantUsedUp,
    NotTheGrantee,
    NotTheGrantor,
    OtherPurpose,
    check_bounds,
    check_revocable,
    check_terms,
)
from tallystick.contracts.parts.identity import check_organization
from tallystick.contracts.parts.sealed_documents import (
    GRANTS_MAX,
    DocumentHolder,
    SealedDocuments,
)
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import Count, Name, OrganizationCode, Timestamp
from tallystick.errors import LimitExceeded
from tallystick.units import INTEGER_MAX

DOCUMENTS_MAX: Final = 100
"""Documents of one grant."""


class DocumentGrantTerms(Record):
    """What is granted, and its bounds."""

    grantee: OrganizationCode
    documents: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=DOCUMENTS_MAX)]
    purpose: Name
    """An opening names exactly the same."""
    valid_from: Timestamp
    """First moment of an opening."""
    valid_until: Timestamp
    """Last moment of an opening."""
    max_uses: Annotated[int, Meta(ge=1, le=INTEGER_MAX)] | None = None
    """How many openings at most, of all its documents together; null: as many as needed."""


class DocumentGrant(DocumentGrantTerms):
    """A grant as it stands."""

    id: Name
    grantor: OrganizationCode
    uses: Count = 0
    revoked_at: Timestamp | None = None


class DocumentOpening(Record):
    """That a member opened a document, once."""

    document: Name
    version: Count
    number: Count
    """From 1, without gaps, for each version."""
    organization: OrganizationCode
    member: Name
    grant: Name | None
    """Null: it is the owner's own."""
    purpose: Name
    at: Timestamp


class DocumentsGranted(Event):
    """en: {grantor} granted {grantee} the opening of {documents} for {purpose} ({grant}).

    zh: {grantor} 授权 {grantee} 为 {purpose} 打开 {documents}（{grant}）。
    """

    grant: Name
    grantor: OrganizationCode
    grantee: OrganizationCode
    documents: tuple[Name, ...]
    purpose: Name


class DocumentOpened(Event):
    """en: {organization}/{member} opened version {version} of {document} for {purpose}.

    zh: {organization}/{member} 为 {purpose} 打开 {document} 第 {version} 版。
    """

    document: Name
    version: Count
    number: Count
    organization: OrganizationCode
    member: Name
    grant: Name | None
    purpose: Name


class DocumentGrantRevoked(Event):
    """en: {grantor} revoked {grant}: {grantee} may open {documents} no more by it.

    zh: {grantor} 撤销授权 {grant}，{grantee} 不得再凭其打开 {documents}。
    """

    grant: Name
    grantor: OrganizationCode
    grantee: OrganizationCode
    documents: tuple[Name, ...]


class DocumentNotGranted(Refusal, code="E_PURPOSE"):
    """en: {grant} does not cover {document}.

    zh: {grant} 不包含文件 {document}。
    """

    grant: Name
    document: Name


class GrantedDocuments(SealedDocuments):
    """Sealed documents with their grants: `files = GrantedDocuments(hold_roles=("court",))`.

    ```python
    self.files.grant(ctx, "G-1", DocumentGrantTerms(grantee=bank, documents=("D-7",), ...))
    self.files.open(ctx, "D-7", grant="G-1", purpose="credit check")
    self.files.revoke(ctx, "G-1")
    ```
    """

    events: ClassVar[tuple[type[Event], ...]] = (
        *SealedDocuments.events,
        DocumentsGranted,
        DocumentOpened,
        DocumentGrantRevoked,
    )
    refusals: ClassVar[tuple[type[Refusal], ...]] = (
        *(*SealedDocuments.refusals, NotTheGrantee, NotTheGrantor, GrantNotYet, GrantExpired),
        *(GrantIsRevoked, OtherPurpose, GrantUsedUp, DocumentNotGranted),
    )

    grants = Table(DocumentGrant, key="id", label=Label(zh="授权", en="Grants"))
    openings = Table(
        DocumentOpening,
        key=("document", "version", "number"),
        label=Label(zh="打开记录", en="Openings"),
    )

    def grant(self, ctx: Context, grant: str, terms: DocumentGrantTerms) -> DocumentGrant:
        """Grant the opening of documents of the signer's organisation.

        Raises:
            Duplicate: there is such a grant.
            UnknownRecord, NotTheOwner, AlreadyDeleted: one of the documents cannot be granted.
            InvalidOrganization: the grantee's code is wrong.
            InvalidValue: it would end before it begins.
            LimitExceeded: 100 grants of one document to this organisation stand.
        """
        check_terms(terms.valid_from, terms.valid_until)
        grantee = check_organization(terms.grantee)
        for document in terms.documents:
            self.require_owned(ctx, document)
            self._add_to_holder(ctx, document, grantee, grant)
        kept = self.grants.add(
            DocumentGrant(
                id=grant,
                grantor=ctx.signer.organization,
                grantee=grantee,
                documents=terms.documents,
                purpose=terms.purpose,
                valid_from=terms.valid_from,
                valid_until=terms.valid_until,
                max_uses=terms.max_uses,
            )
        )
        self.announce(
            DocumentsGranted(
                grant=grant,
                grantor=kept.grantor,
                grantee=grantee,
                documents=kept.documents,
                purpose=kept.purpose,
            )
        )
        return kept

    def open(
        self,
        ctx: Context,
        document: str,
        *,
        grant: str | None,
        purpose: str,
        version: int | None = None,
    ) -> DocumentOpening:
        """Record that the signer opens a version, the newest by default; the owner needs no grant.

        Raises:
            UnknownRecord: there is no such document, version or grant.
            AlreadyDeleted: the document was erased.
            CopyWithdrawn: the version was sealed anew.
            NotTheOwner: without a grant, by another organisation.
            DocumentNotGranted: the grant is of other documents.
            Refused: outside a bound of the grant, see `check_bounds`.
        """
        copy = self.require_copy(document, version)
        if grant is None:
            self.require_owned(ctx, document)
        else:
            self._use(ctx, grant, document, purpose)
        opening = DocumentOpening(
            document=document,
            version=copy.version,
            number=copy.openings + 1,
            organization=ctx.signer.organization,
            member=ctx.signer.member,
            grant=grant,
            purpose=purpose,
            at=ctx.block_time_ms,
        )
        self.copies.replace(replace(copy, openings=opening.number))
        self.announce(
            DocumentOpened(
                document=document,
                version=opening.version,
                number=opening.number,
                organization=opening.organization,
                member=opening.member,
                grant=grant,
                purpose=purpose,
            )
        )
        return self.openings.add(opening)

    def revoke(self, ctx: Context, grant: str) -> DocumentGrant:
        """Take a grant back, from now on; only its grantor may.

        Nodes destroy the grantee's wraps. What it has opened it may have kept: seal the documents
        anew (`rotate`), so that what it has opens nothing that is still stored.

        Raises:
            UnknownRecord: there is no such grant.
            NotTheGrantor: another organisation gave it.
            GrantIsRevoked: it was taken back before.
        """
        kept = self.grants.require(grant)
        check_revocable(ctx, grant, kept.grantor, kept.revoked_at)
        for document in kept.documents:
            holder = self._holder(document, kept.grantee)
            left = tuple(one for one in holder.grants if one != grant)
            self.holders.put(replace(holder, grants=left))
        self.announce(
            DocumentGrantRevoked(
                grant=grant,
                grantor=kept.grantor,
                grantee=kept.grantee,
                documents=kept.documents,
            )
        )
        return self.grants.replace(replace(kept, revoked_at=ctx.block_time_ms))

    def _use(self, ctx: Context, grant: str, document: str, purpose: str) -> None:
        kept = self.grants.require(grant)
        check_bounds(ctx, kept, purpose)
        if document not in kept.documents:
            raise DocumentNotGranted(grant=grant, document=document)
        self.grants.replace(replace(kept, uses=kept.uses + 1))

    def _add_to_holder(self, ctx: Context, document: str, grantee: str, grant: str) -> None:
        """Name the grantee as a holder; its grants that have expired are no longer listed."""
        holder = self._holder(document, grantee)
        if grant in holder.grants:
            return  # the document is named twice
        standing = tuple(one for one in holder.grants if self._stands(ctx, one))
        if len(standing) >= GRANTS_MAX:
            raise LimitExceeded(
                "too many grants of this document to this organisation stand",
                field="documents",
                expected=f"at most {GRANTS_MAX}",
                found=document,
            )
        self.holders.put(
            DocumentHolder(
                document=document,
                organization=grantee,
                grants=(*standing, grant),
                keeps=holder.keeps,
            )
        )

    def _stands(self, ctx: Context, grant: str) -> bool:
        return self.grants.require(grant).valid_until >= ctx.block_time_ms
