# SPDX-License-Identifier: Apache-2.0
"""Questions about objects, copies and days that a single caller asks by key."""

from __future__ import annotations

from tallystick.contracts import Identifier, Label, Record, query
from tallystick.contracts.parts import Document
from tallystick.industries.custody.archive_records import Archive, Manifest, ShownEntry
from tallystick.industries.custody.records import Challenge, Placement, StoredObject
from tallystick.industries.custody.rules import entry_digest, index_of, place_at
from tallystick.industries.custody.tables import CustodyTables


class ObjectAnswer(Record):
    """An object with its document and its copies."""

    object: StoredObject
    document: Document
    copies: tuple[Placement, ...]


class Queries(CustodyTables):
    """The chapter of questions."""

    @query(label=Label(zh="查看对象", en="Show an object"))
    def show_object(self, object: Identifier) -> ObjectAnswer:  # noqa: A002
        """en: Returns an object, how long it must be kept, and where its copies are.

        zh: 返回对象、留存与保全情况及副本所在。
        """
        kept = self.objects.require(object)
        return ObjectAnswer(
            object=kept,
            document=self.files.documents.require(object),
            copies=tuple(self.copies_of(kept)),
        )

    @query(label=Label(zh="查看挑战", en="Show a challenge"))
    def show_challenge(self, challenge: Identifier) -> Challenge:
        """en: Returns a challenge: which slice of what, from which seed, until when.

        zh: 返回挑战的对象、切片、种子与期限。
        """
        return self.challenges.require(challenge)

    @query(label=Label(zh="查看档案", en="Show an archive"))
    def show_archive(self, owner: Identifier) -> Archive:
        """en: Returns an owner's chain of days: how many, and the newest.

        zh: 返回机构的日清单链：已锚定日数与最新一日。
        """
        return self.archives.require(owner)

    @query(label=Label(zh="查看日清单", en="Show a day"))
    def show_manifest(self, manifest: Identifier) -> Manifest:
        """en: Returns a day's root and numbers by terminal.

        zh: 返回某日清单根与各终端序号。
        """
        return self.manifests.require(manifest)

    @query(label=Label(zh="查找序号位置", en="Where a number must stand"))
    def find_number(self, manifest: Identifier, terminal: Identifier, sequence: int) -> int | None:
        """en: Returns the place of a terminal's number in a day; null if it cannot be there.

        zh: 返回终端某序号在当日清单中的位置；不应出现则为空。
        """
        return index_of(self.manifests.require(manifest).terminals, terminal, sequence)

    @query(label=Label(zh="核验清单记录", en="Check a line"))
    def check_entry(self, manifest: Identifier, shown: ShownEntry) -> bool:
        """en: Returns whether a line is in a day, at the place of its terminal and number.

        zh: 核验某条记录是否在当日清单及其应在位置。
        """
        kept = self.manifests.require(manifest)
        self.days.check_member(manifest, entry_digest(shown.entry), shown.index, shown.path)
        entry = shown.entry
        return (entry.terminal, entry.sequence) == place_at(kept.terminals, shown.index)
