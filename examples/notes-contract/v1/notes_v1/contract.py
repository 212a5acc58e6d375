# SPDX-License-Identifier: Apache-2.0
"""A notebook that a consortium shares: who wrote what."""

from __future__ import annotations

from tallystick.contracts import (
    ANY_MEMBER,
    BoundedText,
    Context,
    Contract,
    Event,
    Identifier,
    Label,
    OrganizationCode,
    Record,
    Refusal,
    Table,
    action,
    query,
)


class Note(Record):
    """What a member wrote down."""

    id: Identifier
    text: BoundedText
    organization: OrganizationCode


class NoteWritten(Event):
    """en: {organization} wrote {id}: {text}.

    zh: {organization} 记录 {id}：{text}。
    """

    id: Identifier
    text: BoundedText
    organization: OrganizationCode


class NoteExists(Refusal, code="E_DUP"):
    """en: {id} is written already.

    zh: {id} 已存在。
    """

    id: Identifier


class Notes(Contract, name="notes", version=1, label=Label(zh="记事", en="Notes")):
    """Keeps notes under ids that nobody can take twice."""

    notes = Table(Note, key="id", label=Label(zh="记事", en="Notes"))

    @action(
        role=ANY_MEMBER,
        label=Label(zh="记录", en="Write a note"),
        emits=(NoteWritten,),
        refuses=(NoteExists,),
    )
    def write(self, ctx: Context, id: Identifier, text: BoundedText) -> None:  # noqa: A002
        """en: Write a note.

        zh: 写一条记事。
        """
        if self.notes.contains(id):
            raise NoteExists(id=id)
        organization = ctx.signer.organization
        self.notes.add(Note(id=id, text=text, organization=organization))
        ctx.emit(NoteWritten(id=id, text=text, organization=organization))

    @query
    def read(self, id: Identifier) -> Note:  # noqa: A002
        """en: Read a note.

        zh: 读取一条记事。
        """
        return self.notes.require(id)
