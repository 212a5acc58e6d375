# SPDX-License-Identifier: Apache-2.0
"""Who may read what a call touches: the ledger's records, and the sealed data beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from tallystick.api.catalogue import Catalogue
from tallystick.api.changes import RecordChange
from tallystick.api.records import Sentence
from tallystick.contracts.parts import (
    DOCUMENTS_CONTRACT,
    Document,
    DocumentHolder,
    PrivateRecord,
)
from tallystick.model import Organization

EVERY_MEMBER: Final = Sentence(zh="全体成员", en="every member")


class ReaderRecord(Struct, frozen=True, kw_only=True):
    """An organisation that may open sealed data."""

    organization: str
    name: Sentence | None


class SealedReaders(Struct, frozen=True, kw_only=True):
    """Who may open the sealed data of one record."""

    contract: str
    table: str
    key: str
    organizations: list[ReaderRecord]


class Readers(Struct, frozen=True, kw_only=True):
    """Who may read what."""

    ledger: Annotated[
        Sentence, Meta(description="Who reads the records and events themselves: every member.")
    ]
    sealed: Annotated[
        list[SealedReaders],
        Meta(description="Of each record that stands for sealed data: who may open that data."),
    ]
    sentence: Sentence


def readers_of(
    changes: Iterable[RecordChange],
    catalogue: Catalogue,
    organizations: Mapping[str, Organization],
) -> Readers:
    """Return who may read what these changes leave behind.

    Args:
        changes: of one call.
        catalogue: tells which tables stand for sealed data.
        organizations: names by code.
    """
    sealed: list[SealedReaders] = []
    for change in changes:
        codes = _codes(change, catalogue)
        if codes is not None:
            named = [_reader(code, organizations) for code in codes]
            sealed.append(
                SealedReaders(
                    contract=change.contract,
                    table=change.table,
                    key=change.key,
                    organizations=named,
                )
            )
    return Readers(ledger=EVERY_MEMBER, sealed=sealed, sentence=_sentence(sealed))


def _codes(change: RecordChange, catalogue: Catalogue) -> list[str] | None:
    """Return the organisations that may open the data of a record; None if it has none."""
    table = catalogue.table(change.contract, change.table)
    find = None if table is None else _OPENERS.get(table.record)
    if find is None or change.after is None:
        return None
    if change.contract != DOCUMENTS_CONTRACT and find is not _private:
        return None  # the part `Documents` alone seals nothing
    return _distinct(find(change.after))


def _private(record: Mapping[str, Any]) -> list[object]:
    if record.get("erased_at") is not None:
        return []
    return [record.get("owner"), *(record.get("recipients") or ())]


def _document(record: Mapping[str, Any]) -> list[object]:
    return [] if record.get("deleted_at") is not None else [record.get("owner")]


def _holder(record: Mapping[str, Any]) -> list[object]:
    return [record.get("organization")] if record.get("grants") else []


_OPENERS: Final[Mapping[str, Callable[[Mapping[str, Any]], list[object]]]] = {
    PrivateRecord.__name__: _private,
    Document.__name__: _document,
    DocumentHolder.__name__: _holder,
}
"""By the class name of a record: who may open what is sealed beside it."""


def _distinct(codes: Iterable[object]) -> list[str]:
    return list(dict.fromkeys(code for code in codes if isinstance(code, str)))


def _reader(code: str, organizations: Mapping[str, Organization]) -> ReaderRecord:
    known = organizations.get(code)
    name = None if known is None else Sentence(zh=known.name.zh, en=known.name.en)
    return ReaderRecord(organization=code, name=name)


def _sentence(sealed: list[SealedReaders]) -> Sentence:
    if not sealed:
        return Sentence(zh="全体成员均可读取", en="every member of the network may read all of it")
    named = {one.organization: one.name for each in sealed for one in each.organizations}
    zh = "、".join(name.zh if name else code for code, name in named.items())
    en = ", ".join(name.en if name else code for code, name in named.items())
    return Sentence(
        zh=f"账本记录全体成员可读；密封内容可由以下机构打开：{zh or '无'}",
        en=f"every member may read the records; the sealed data may be opened by {en or 'nobody'}",
    )
