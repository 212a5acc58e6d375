# SPDX-License-Identifier: Apache-2.0
"""A notebook that a consortium shares: who wrote what, and about which topic.

Version 2 adds the topic. A record gains a field without a default, so the records of version 1 do
not fit any more: `file_old_note` moves each of them.
"""

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
    migration,
    query,
)

OLD_TOPIC = "general"


class NoteOfVersion1(Record):
    """A note as version 1 has kept it."""

    id: Identifier
    text: BoundedText
    organization: OrganizationCode


class Note(Record):
    """What a member wrote down."""

    id: Identifier
    text: BoundedText
    organization: OrganizationCode
    topic: BoundedText


class NoteWritten(Event):
    """en: {organization} wrote {id} about {topic}: {text}.

    zh: {organization} 就“{topic}”记录 {id}：{text}。
    """

    id: Identifier
    text: BoundedText
    organization: OrganizationCode
    topic: BoundedText


class NoteExists(Refusal, code="E_DUP"):
    """en: {id} is written already.

    zh: {id} 已存在。
    """

    id: Identifier


class Notes(Contract, name="notes", version=2, label=Label(zh="记事", en="Notes")):
    """Keeps notes by topic under ids that nobody can take twice."""

    notes = Table(Note, key="id", label=Label(zh="记事", en="Notes"))

    @action(
        role=ANY_MEMBER,
        label=Label(zh="记录", en="Write a note"),
        emits=(NoteWritten,),
        refuses=(NoteExists,),
    )
    def write(self, ctx: Context, id: Identifier, text: BoundedText, topic: BoundedText) -> None:  # noqa: A002
        """en: Write a note about a topic.

        zh: 就一个主题写一条记事。
        """
        if self.notes.contains(id):
            raise NoteExists(id=id)
        organization = ctx.signer.organization
        self.notes.add(Note(id=id, text=text, organization=organization, topic=topic))
        ctx.emit(NoteWritten(id=id, text=text, organization=organization, topic=topic))

    @query
    def read(self, id: Identifier) -> Note:  # noqa: A002
        """en: Read a note.

        zh: 读取一条记事。
        """
        return self.notes.require(id)

    @migration(from_version=1, table="notes")
    def file_old_note(self, old: NoteOfVersion1) -> Note:
        """Notes without a topic are general."""
        return Note(id=old.id, text=old.text, organization=old.organization, topic=OLD_TOPIC)
