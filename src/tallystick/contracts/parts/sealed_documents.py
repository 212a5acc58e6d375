# SPDX-License-Identifier: Apache-2.0
"""Sealed documents: one register, shared by all contracts, of files that stay off the ledger.

- A document is what the part `Documents` says it is: hashes of the plaintext, versions, retention,
  holds, tombstone. Here each version also has its *sealed copy*: the address (CID), size and slices
  root of the ciphertext. File name and key are in wraps, off the ledger.
- An address is registered once: who declares another's ciphertext as a document of their own would
  get to read or erase it.
- Who may hold the sealed copies besides the owner stands in `holders`: organisations with grants,
  and those asked to keep it without reading it.
- Rotation seals the same plaintext anew, as the next version; the copy before is withdrawn, and
  nodes destroy it. What was opened before is out of reach.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from msgspec import Meta
from msgspec.structs import replace

from tallystick.contracts.context import Context
from tallystick.contracts.label import Label
from tallystick.contracts.parts.documents import (
    Document,
    DocumentFile,
    Documents,
    DocumentVersion,
)
from tallystick.contracts.parts.identity import check_organization
from tallystick.contracts.records import Event, Record
from tallystick.contracts.refusals import Refusal
from tallystick.contracts.tables import Table
from tallystick.contracts.values import (
    ByteCount,
    ContentAddress,
    Count,
    Digest,
    MediaType,
    Name,
    OrganizationCode,
    Timestamp,
    ValueDigest,
)

DOCUMENTS_CONTRACT: Final = "documents"
GRANTS_MAX: Final = 100
"""Grants of one document to one organisation that stand at a time."""


class SealedFile(Record):
    """What an owner states about a file it has sealed."""

    sha256: Digest
    """Of the plaintext."""
    plain_size: ByteCount
    """Of the plaintext."""
    media_type: MediaType
    cid: ContentAddress
    """Of the ciphertext."""
    size: ByteCount
    """Of the ciphertext."""
    slices_root: ValueDigest
    """Over slices of the ciphertext: docs/spec/document.md."""
    active_content: bool = False
    """The plaintext is a file with a script, an action or a program inside, kept as it is."""


class SealedCopy(Record):
    """The ciphertext of a version, by its address."""

    document: Name
    version: Count
    cid: ContentAddress
    size: ByteCount
    slices_root: ValueDigest
    openings: Count = 0
    """How often it was opened."""
    rotates: Count | None = None
    """The version that this one seals anew."""
    withdrawn_at: Timestamp | None = None
    """Since then nobody gets it and nodes destroy it: it was sealed anew."""
    active_content: bool = False
    """Its owner says that opening it could run something, and keeps it as it is."""


class DocumentAddress(Record):
    """Which document an address belongs to; for ever."""

    cid: ContentAddress
    document: Name
    version: Count


class DocumentHolder(Record):
    """An organisation, not the owner, whose node may hold the sealed copies of a document."""

    document: Name
    organization: OrganizationCode
    grants: Annotated[tuple[Name, ...], Meta(max_length=GRANTS_MAX)] = ()
    """Grants by which it may open it; none: it cannot."""
    keeps: bool = False
    """Whether it was asked to keep the sealed copies, without reading them."""


class DocumentRotated(Event):
    """en: {owner} sealed version {withdrawn} of {document} anew, as version {version}.

    zh: {owner} 将 {document} 第 {withdrawn} 版重新密封为第 {version} 版。
    """

    document: Name
    owner: OrganizationCode
    withdrawn: Count
    version: Count


class KeeperNamed(Event):
    """en: {organization} may keep the sealed copies of {document}.

    zh: {organization} 可保管 {document} 的密文。
    """

    document: Name
    organization: OrganizationCode


class KeeperDismissed(Event):
    """en: {organization} no longer keeps the sealed copies of {document}.

    zh: {organization} 不再保管 {document} 的密文。
    """

    document: Name
    organization: OrganizationCode


class AddressTaken(Refusal, code="E_DUP"):
    """en: The sealed file {cid} is registered already: seal the file anew.

    zh: 密文 {cid} 已登记，请重新密封文件。
    """

    cid: ContentAddress


class CopyWithdrawn(Refusal, code="E_STATE"):
    """en: Version {version} of {document} was sealed anew: use a later version.

    zh: {document} 第 {version} 版已重新密封，请使用更新的版本。
    """

    document: Name
    version: Count
    withdrawn_at: Timestamp


class AlreadyKeeper(Refusal, code="E_DUP"):
    """en: {organization} keeps the sealed copies of {document} already.

    zh: {organization} 已在保管 {document} 的密文。
    """

    document: Name
    organization: OrganizationCode


class NotAKeeper(Refusal, code="E_MISSING"):
    """en: {organization} was not asked to keep the sealed copies of {document}.

    zh: 未曾委托 {organization} 保管 {document} 的密文。
    """

    document: Name
    organization: OrganizationCode


class SealedDocuments(Documents):
    """The shared register of sealed documents: `files = SealedDocuments()`.

    ```python
    self.files.put(ctx, "D-7", sealed_file)
    self.files.find_copy(cid)
    self.files.require_copy("D-7")
    self.files.keep_at("D-7", custodian)
    ```
    """

    home = DOCUMENTS_CONTRACT
    events: ClassVar[tuple[type[Event], ...]] = (
        *Documents.events,
        DocumentRotated,
        KeeperNamed,
        KeeperDismissed,
    )
    refusals: ClassVar[tuple[type[Refusal], ...]] = (
        *Documents.refusals,
        AddressTaken,
        CopyWithdrawn,
        AlreadyKeeper,
        NotAKeeper,
    )

    copies = Table(
        SealedCopy, key=("document", "version"), label=Label(zh="密文", en="Sealed copies")
    )
    addresses = Table(DocumentAddress, key="cid", label=Label(zh="地址", en="Addresses"))
    holders = Table(
        DocumentHolder,
        key=("document", "organization"),
        label=Label(zh="密文持有方", en="Holders of sealed copies"),
    )

    def put(
        self, ctx: Context, document: str, sealed: SealedFile, *, retain_until: int | None = None
    ) -> Document:
        """Register a sealed file as a new document of the signer's organisation.

        Raises:
            Duplicate: there is such a document already.
            AddressTaken: the ciphertext is registered.
        """
        kept = self.add(ctx, document, _file_of(sealed), retain_until=retain_until)
        self._add_copy(kept, sealed)
        return kept

    def put_version(self, ctx: Context, document: str, sealed: SealedFile) -> Document:
        """Register another content as the next version; only the owner may.

        Raises:
            UnknownRecord, NotTheOwner, AlreadyDeleted: as `amend`.
            AddressTaken: the ciphertext is registered.
        """
        kept = self.amend(ctx, document, _file_of(sealed))
        self._add_copy(kept, sealed)
        return kept

    def rotate(self, ctx: Context, document: str, version: int, sealed: SealedFile) -> Document:
        """Register a version's content, sealed anew, as the next version; withdraw the copy before.

        Raises:
            UnknownRecord: there is no such document or version.
            NotTheOwner, AlreadyDeleted: as `amend`.
            CopyWithdrawn: that version was sealed anew before.
            DocumentDiffers: it is another content.
            AddressTaken: the ciphertext is registered.
        """
        self.check_file(document, sealed.sha256, version=version)
        before = self.require_copy(document, version)
        kept = self.amend(ctx, document, _file_of(sealed))
        # The content is the same, so what was said of it stands.
        marked = replace(sealed, active_content=sealed.active_content or before.active_content)
        self._add_copy(kept, marked, rotates=version)
        self.copies.replace(replace(before, withdrawn_at=ctx.block_time_ms))
        self.announce(
            DocumentRotated(
                document=document, owner=kept.owner, withdrawn=version, version=kept.version
            )
        )
        return kept

    def require_copy(self, document: str, version: int | None = None) -> SealedCopy:
        """Return the sealed copy of a version, the newest by default, if it can still be had.

        Works in actions and in queries.

        Raises:
            UnknownRecord: there is no such document or version.
            AlreadyDeleted: the document was erased.
            CopyWithdrawn: the version was sealed anew.
        """
        kept = self._present(document)
        copy = self.copies.require(document, kept.version if version is None else version)
        if copy.withdrawn_at is not None:
            raise CopyWithdrawn(
                document=document, version=copy.version, withdrawn_at=copy.withdrawn_at
            )
        return copy

    def find_copy(self, cid: str) -> SealedCopy | None:
        """Return the sealed copy at an address, withdrawn or erased too; None if there is none.

        Works in actions and in queries.
        """
        address = self.addresses.get(cid)
        return None if address is None else self.copies.get(address.document, address.version)

    def find_version(self, cid: str) -> DocumentVersion | None:
        """Return the version, with the plaintext's hash, whose ciphertext is at an address."""
        address = self.addresses.get(cid)
        return None if address is None else self.versions.get(address.document, address.version)

    def require_owned(self, ctx: Context, document: str) -> Document:
        """Return a document that was not erased, if it belongs to the signer's organisation.

        Raises:
            UnknownRecord, NotTheOwner, AlreadyDeleted: it is not so.
        """
        return self._owned(ctx, document)

    def keep_at(self, document: str, organization: str) -> DocumentHolder:
        """Let an organisation's node keep the sealed copies; whether it may is the caller's rule.

        Raises:
            UnknownRecord, AlreadyDeleted: there is nothing to keep.
            InvalidOrganization: its code is wrong.
            AlreadyKeeper: it keeps them already, or owns the document.
        """
        kept = self._present(document)
        holder = self._holder(document, check_organization(organization))
        if holder.keeps or organization == kept.owner:
            raise AlreadyKeeper(document=document, organization=organization)
        self.announce(KeeperNamed(document=document, organization=organization))
        return self.holders.put(replace(holder, keeps=True))

    def let_go(self, document: str, organization: str) -> DocumentHolder:
        """End an organisation's keeping; its node destroys the copies unless it has a grant.

        Raises:
            NotAKeeper: it was not asked to keep them.
        """
        holder = self._holder(document, organization)
        if not holder.keeps:
            raise NotAKeeper(document=document, organization=organization)
        self.announce(KeeperDismissed(document=document, organization=organization))
        return self.holders.put(replace(holder, keeps=False))

    def _holder(self, document: str, organization: str) -> DocumentHolder:
        found = self.holders.get(document, organization)
        return found or DocumentHolder(document=document, organization=organization)

    def _add_copy(
        self, document: Document, sealed: SealedFile, *, rotates: int | None = None
    ) -> None:
        if self.addresses.contains(sealed.cid):
            raise AddressTaken(cid=sealed.cid)
        self.addresses.add(
            DocumentAddress(cid=sealed.cid, document=document.id, version=document.version)
        )
        self.copies.add(
            SealedCopy(
                document=document.id,
                version=document.version,
                cid=sealed.cid,
                size=sealed.size,
                slices_root=sealed.slices_root,
                rotates=rotates,
                active_content=sealed.active_content,
            )
        )


def _file_of(sealed: SealedFile) -> DocumentFile:
    return DocumentFile(
        sha256=sealed.sha256,
        size=sealed.plain_size,
        media_type=sealed.media_type,
        locator=sealed.cid,
    )
