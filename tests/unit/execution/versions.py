# SPDX-License-Identifier: Apache-2.0
"""Three versions of one contract, as packages installed side by side offer them."""

from __future__ import annotations

from typing import TypeAlias

from tallystick.contracts import (
    ANY_MEMBER,
    BoundedText,
    Context,
    Contract,
    Event,
    Label,
    Record,
    Refusal,
    Table,
    action,
    migration,
    query,
)

Short: TypeAlias = BoundedText
DO = Label(zh="做", en="Do")


class FirstNote(Record):
    """A note as version 1 keeps it."""

    id: str
    text: str


class Tally(Record):
    """How many notes a text was seen in; version 2 is the first to count."""

    id: str
    count: int


class Note(Record):
    """A note as later versions keep it."""

    id: str
    text: str
    colour: str


class Kept(Event):
    """en: {id} is kept.

    zh: 已保存 {id}。
    """

    id: str


class Coloured(Event):
    """en: {id} is {colour}.

    zh: {id} 为 {colour}。
    """

    id: str
    colour: str


class Dull(Refusal, code="E_DULL"):
    """en: {id} is dull.

    zh: {id} 过于平淡。
    """

    id: str


class NotesOne(Contract, name="notes", version=1):
    """The first version."""

    notes = Table(FirstNote, key="id")
    drafts = Table(FirstNote, key="id")

    @action(role=ANY_MEMBER, label=DO, emits=(Kept,), refuses=(Dull,))
    def write(self, ctx: Context, id: BoundedText, text: BoundedText) -> None:  # noqa: A002
        """Keep a note, or a draft."""
        if text == "dull":
            raise Dull(id=id)
        (self.drafts if id.startswith("draft") else self.notes).put(FirstNote(id=id, text=text))
        ctx.emit(Kept(id=id))

    @query
    def read(self, id: str) -> str:  # noqa: A002
        """Return a note's text."""
        return self.notes.require(id).text


class NotesTwo(Contract, name="notes", version=2):
    """Notes have a colour; drafts are gone; equal texts are counted."""

    notes = Table(Note, key="id")
    tallies = Table(Tally, key="id")

    @action(role=ANY_MEMBER, label=DO, emits=(Coloured,))
    def write(self, ctx: Context, id: Short, text: Short, colour: Short) -> None:  # noqa: A002
        """Keep a note."""
        self.notes.put(Note(id=id, text=text, colour=colour))
        ctx.emit(Coloured(id=id, colour=colour))

    @query
    def read(self, id: str) -> str:  # noqa: A002
        """Return a note's text and colour."""
        note = self.notes.require(id)
        return f"{note.text} {note.colour}"

    @migration(from_version=1, table="notes")
    def _colour(self, old: FirstNote) -> Note | None:
        """Old notes are grey; empty ones go; one that asks for trouble gets it."""
        if old.text == "trouble":
            raise ValueError(old.id)
        if old.text == "stray":
            return Note(id="elsewhere", text=old.text, colour="grey")
        if old.text == "gone":
            return None
        seen = self.tallies.get(old.text)
        count = 1 if seen is None else seen.count + 1
        self.tallies.put(Tally(id=old.text, count=count))
        if old.text == "undone":
            self.tallies.remove(old.text)
        return Note(id=old.id, text=old.text, colour="grey")

    @migration(from_version=1, table="drafts")
    def _drop_draft(self, old: FirstNote) -> None:
        """Drafts are kept no more."""


class NotesThree(NotesTwo, name="notes", version=3):
    """Repairs the migration of version 2."""

    @migration(from_version=1, table="notes")
    def _colour(self, old: FirstNote) -> Note | None:
        """Old notes are grey, whatever they say."""
        return Note(id=old.id, text=old.text, colour="grey")
