# SPDX-License-Identifier: Apache-2.0
"""The register of sealed documents: who owns, may open, must keep, and has erased which file.

No file name, no plaintext and no key is here: names and keys are in wraps, which nodes hold and
destroy. Other contracts name documents by id or CID and read them with the part `SealedDocuments`.
"""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta

from tallystick.contracts.context import Context
from tallystick.contracts.contract import ANY_MEMBER, Contract, action, query
from tallystick.contracts.label import Help, Label
from tallystick.contracts.parts.document_grants import (
    DocumentGrant,
    DocumentGrantTerms,
    DocumentOpening,
    GrantedDocuments,
)
from tallystick.contracts.parts.documents import Document
from tallystick.contracts.parts.sealed_documents import (
    DOCUMENTS_CONTRACT,
    DocumentHolder,
    SealedCopy,
    SealedFile,
)
from tallystick.contracts.records import Record
from tallystick.contracts.values import (
    ContentAddress,
    Count,
    Digest,
    Identifier,
    MediaType,
    Name,
    OrganizationCode,
    Timestamp,
)

DOCUMENTS_COURT: Final = "documents.court"
"""Role that puts documents of others on legal hold: of a court, a regulator, an arbitrator."""

DocumentArgument = Annotated[Identifier, Label(zh="文件编号", en="Document")]
FileArgument = Annotated[SealedFile, Label(zh="密文", en="Sealed file")]
OrganizationArgument = Annotated[OrganizationCode, Label(zh="机构", en="Organisation")]
GrantArgument = Annotated[Identifier, Label(zh="授权编号", en="Grant")]
VersionArgument = Annotated[int, Meta(ge=1, le=1_000_000_000), Label(zh="版本", en="Version")]


class DocumentShown(Record):
    """A document and one of its versions, together."""

    document: Document
    version: Count
    sha256: Digest
    """Of the plaintext."""
    media_type: MediaType
    copy: SealedCopy


class DocumentRegister(
    Contract,
    name=DOCUMENTS_CONTRACT,
    version=1,
    label=Label(zh="密封文件登记", en="Sealed documents"),
):
    """en: Files that stay private: their hashes, addresses, grants, openings, holds and erasure.

    zh: 保密文件登记：哈希、密文地址、授权、打开记录、保全与删除。
    """

    files = GrantedDocuments(hold_roles=(DOCUMENTS_COURT,))

    @action(role=ANY_MEMBER, label=Label(zh="登记文件", en="Register a document"))
    def put(
        self,
        ctx: Context,
        document: DocumentArgument,
        file: FileArgument,
        retain_until: Annotated[
            Timestamp | None,
            Label(zh="保存至", en="Keep until"),
            Help(zh="此前不得删除", en="Not erased before."),
        ] = None,
    ) -> Document:
        """en: Registers a sealed file as a document of the own organisation.

        zh: 将密封文件登记为本机构文件。
        """
        return self.files.put(ctx, document, file, retain_until=retain_until)

    @action(role=ANY_MEMBER, label=Label(zh="登记新版本", en="Register a version"))
    def put_version(self, ctx: Context, document: DocumentArgument, file: FileArgument) -> Document:
        """en: Registers another content as the next version; the ones before stay.

        zh: 将新内容登记为下一版本，原版本保留。
        """
        return self.files.put_version(ctx, document, file)

    @action(role=ANY_MEMBER, label=Label(zh="重新密封", en="Seal anew"))
    def rotate(
        self,
        ctx: Context,
        document: DocumentArgument,
        version: VersionArgument,
        file: FileArgument,
    ) -> Document:
        """en: Registers the same content under a new key; the copy before is withdrawn.

        zh: 以新密钥登记同一内容，原密文作废。
        """
        return self.files.rotate(ctx, document, version, file)

    @action(role=ANY_MEMBER, label=Label(zh="授权", en="Grant"))
    def grant(
        self,
        ctx: Context,
        grant: GrantArgument,
        terms: Annotated[DocumentGrantTerms, Label(zh="授权条件", en="Terms")],
    ) -> DocumentGrant:
        """en: Lets another organisation open documents, for a purpose and a time.

        zh: 授权其他机构在期限内为指定目的打开文件。
        """
        return self.files.grant(ctx, grant, terms)

    @action(role=ANY_MEMBER, label=Label(zh="撤销授权", en="Revoke"))
    def revoke(self, ctx: Context, grant: GrantArgument) -> DocumentGrant:
        """en: Takes a grant back from now on; what was opened before cannot be taken back.

        zh: 自此撤销授权；此前已打开的内容无法收回。
        """
        return self.files.revoke(ctx, grant)

    @action(role=ANY_MEMBER, label=Label(zh="打开", en="Open"))
    def open(
        self,
        ctx: Context,
        document: DocumentArgument,
        grant: Annotated[Identifier | None, Label(zh="授权编号", en="Grant")] = None,
        purpose: Annotated[Name, Label(zh="目的", en="Purpose")] = "own use",
        version: Annotated[
            Annotated[int, Meta(ge=1, le=1_000_000_000)] | None, Label(zh="版本", en="Version")
        ] = None,
    ) -> DocumentOpening:
        """en: Records an opening, without which no node hands out the key.

        zh: 登记打开记录；无此记录，节点不提供密钥。
        """
        return self.files.open(ctx, document, grant=grant, purpose=purpose, version=version)

    @action(role=ANY_MEMBER, label=Label(zh="延长保存期限", en="Keep longer"))
    def extend(
        self,
        ctx: Context,
        document: DocumentArgument,
        retain_until: Annotated[Timestamp, Label(zh="保存至", en="Keep until")],
    ) -> Document:
        """en: Keeps a document longer; nobody can shorten it.

        zh: 延长保存期限，期限不得缩短。
        """
        return self.files.extend(ctx, document, retain_until)

    @action(role=DOCUMENTS_COURT, label=Label(zh="保全", en="Hold"))
    def hold(
        self,
        ctx: Context,
        document: DocumentArgument,
        reason: Annotated[Name, Label(zh="理由", en="Reason")],
    ) -> Document:
        """en: Forbids erasing a document until the same organisation lifts it.

        zh: 禁止删除文件，直至同一机构解除。
        """
        return self.files.hold(ctx, document, reason)

    @action(role=DOCUMENTS_COURT, label=Label(zh="解除保全", en="Lift the hold"))
    def unhold(self, ctx: Context, document: DocumentArgument) -> Document:
        """en: Lifts the own organisation's hold; those of others stand.

        zh: 解除本机构的保全，其他机构的保全不受影响。
        """
        return self.files.unhold(ctx, document)

    @action(role=ANY_MEMBER, label=Label(zh="删除", en="Erase"))
    def erase(self, ctx: Context, document: DocumentArgument) -> Document:
        """en: Leaves a tombstone; every node destroys its sealed copies and wraps.

        zh: 留下删除标记，各节点销毁密文与密钥封装。
        """
        return self.files.delete(ctx, document)

    @action(role=ANY_MEMBER, label=Label(zh="委托保管", en="Name a keeper"))
    def keep_at(
        self, ctx: Context, document: DocumentArgument, organization: OrganizationArgument
    ) -> DocumentHolder:
        """en: Lets another organisation keep the sealed copies, without reading them.

        zh: 委托其他机构保管密文，但不得打开。
        """
        self.files.require_owned(ctx, document)
        return self.files.keep_at(document, organization)

    @action(role=ANY_MEMBER, label=Label(zh="终止保管", en="Dismiss a keeper"))
    def let_go(
        self, ctx: Context, document: DocumentArgument, organization: OrganizationArgument
    ) -> DocumentHolder:
        """en: Ends an organisation's keeping; its node destroys what it kept.

        zh: 终止保管，其节点销毁所保管的密文。
        """
        self.files.require_owned(ctx, document)
        return self.files.let_go(document, organization)

    @query(label=Label(zh="查看文件", en="Show a document"))
    def show(self, document: Identifier, version: int | None = None) -> DocumentShown:
        """en: Shows a document and a version, the newest by default; erased ones too.

        zh: 查看文件及其版本（默认最新），已删除的也可查看。
        """
        kept = self.files.documents.require(document)
        number = kept.version if version is None else version
        file = self.files.versions.require(document, number)
        return DocumentShown(
            document=kept,
            version=number,
            sha256=file.sha256,
            media_type=file.media_type,
            copy=self.files.copies.require(document, number),
        )

    @query(label=Label(zh="按地址查找", en="Find by address"))
    def find(self, cid: ContentAddress) -> DocumentShown | None:
        """en: Shows the document whose sealed copy is at an address, or nothing.

        zh: 按密文地址查找文件，无则为空。
        """
        copy = self.files.find_copy(cid)
        return None if copy is None else self.show(copy.document, copy.version)
