# SPDX-License-Identifier: Apache-2.0
"""Brings objects back: what is kept under which name and address, and the restore drill.

`tally custody export-car`, `restore`, `drill` and `read` work with it. Only records are read,
each by its key, so that every one can be asked for with a proof.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tallystick.contracts import Contradiction, TableReader, asdict, required_record
from tallystick.contracts.parts import (
    ActingLedger,
    BatchTree,
    Brought,
    DrawnFile,
    Drilled,
    Fetched,
    Grant,
    ReadBack,
    SealedBytes,
    SealedObject,
    SealedSources,
    fetch_sealed,
    leaf_digest,
)
from tallystick.industries.custody.archive_records import Drill, Manifest, ManifestEntry
from tallystick.industries.custody.challenging import file_of
from tallystick.industries.custody.records import CidUse, ObjectRead, StorageNode, StoredObject
from tallystick.industries.custody.rules import entry_digest

_SLICE: Final = 1_024
_MARK: Final = 8
"""Bytes of a slice's digest that are kept: 5 GiB have five million slices."""
_NUMBERS: Final = frozenset({"sequence", "size"})


def object_named(tables: TableReader, name: str) -> SealedObject | None:
    """See `Restoring.object_named`: the holders are its nodes, then its owner."""
    stored = tables.record("objects", StoredObject, name)
    if stored is None:
        return None
    return SealedObject(stored.id, file_of(stored), (*stored.nodes, stored.owner))


def object_at(tables: TableReader, cid: str) -> SealedObject | None:
    """See `Restoring.object_at`."""
    used = tables.record("cids", CidUse, cid)
    return None if used is None else object_named(tables, used.object)


def operator_of(tables: TableReader, holder: str) -> str:
    """See `Restoring.operator_of`: a node's operator; an owner keeps its files itself."""
    node = tables.record("nodes", StorageNode, holder)
    return holder if node is None else node.operator


def check_directory(tables: TableReader, day: str, directory: bytes) -> None:
    """See `Restoring.check_directory`; raises `Contradiction`."""
    lines_of_day(tables, day, directory)


def drawn_file(tables: TableReader, drill: str, directory: bytes) -> DrawnFile:
    """See `Restoring.drawn_file`: only nodes are asked, because the owner has its file anyway.

    Raises:
        Contradiction: these are not the lines of the drill's day.
    """
    drawn = required_record(tables, "drills", Drill, drill)
    return _drawn(tables, drawn.index, *lines_of_day(tables, drawn.manifest, directory))


def drill_report(drill: str, drawn: DrawnFile, found: Fetched) -> Mapping[str, Any] | None:
    """See `Restoring.drill_report`: of who gave the right bytes, else of who gave others."""
    node = found.holder or next(iter(found.wrong), None)
    if node is None:
        return None
    is_intact = found.holder is not None
    return {"drill": drill, "shown": drawn.shown, "node": node, "is_intact": is_intact}


def run_drill(
    ledger: ActingLedger,
    store: SealedBytes,
    sources: SealedSources,
    day: str,
    directory: bytes,
) -> Drilled:
    """See `Restoring.run_drill`.

    Args:
        ledger: signs as the auditor, or as the owner.
        store: where the file comes back to.
        sources: of the nodes.
        day: the manifest.
        directory: its lines in their order, as `directory_of` writes them.

    Raises:
        Contradiction: these are not the lines of that day.
        Refused: as `draw_drill` and `report_drill`.
    """
    lines = lines_of_day(ledger, day, directory)
    drill = ledger.act("draw_drill", manifest=day)
    drawn = _drawn(ledger, drill["index"], *lines)
    found = fetch_sealed(store, sources, drawn.object.file, drawn.object.holders)
    report = drill_report(drill["id"], drawn, found)
    if report is not None:
        ledger.act("report_drill", **report)
    return Drilled(
        drill=drill["id"],
        object=drawn.object.name,
        holder=found.holder,
        wrong=found.wrong,
        is_reported=report is not None,
    )


def lines_of_day(
    tables: TableReader, day: str, directory: bytes
) -> tuple[list[ManifestEntry], BatchTree]:
    """Return the lines of a day and the tree over them.

    Raises:
        Contradiction: these are not the lines of that day.
    """
    manifest = required_record(tables, "manifests", Manifest, day)
    entries = entries_of(directory)
    tree = BatchTree([entry_digest(one) for one in entries]) if entries else None
    if tree is None or (tree.root, len(entries)) != (manifest.root, manifest.entries):
        raise Contradiction(subject=day, what="directory")
    return entries, tree


def _drawn(
    tables: TableReader, index: int, entries: Sequence[ManifestEntry], tree: BatchTree
) -> DrawnFile:
    line = entries[index]
    shown = {"index": index, "entry": asdict(line), "path": list(tree.path(index))}
    return DrawnFile(_at_nodes(tables, line.object), shown)


def _at_nodes(tables: TableReader, name: str) -> SealedObject:
    """Return an object with its nodes as holders."""
    stored = required_record(tables, "objects", StoredObject, name)
    return SealedObject(stored.id, file_of(stored), stored.nodes)


def run_read(
    ledger: ActingLedger, store: SealedBytes, sources: SealedSources, grant: str, purpose: str
) -> ReadBack:
    """See `Restoring.run_read`: node after node, until one gives the right bytes (AFC-1).

    Raises:
        Refused: as `open_read` and `finish_read`.
    """
    read, name = _begun(ledger, grant, purpose)
    wanted = _at_nodes(ledger, name)
    brought = bring(store, sources, wanted)
    report = read_report(read, brought)
    if report is not None:
        ledger.act("finish_read", **report)
    return ReadBack(read, name, wanted.file, brought.holder, brought.damaged)


def file_to_read(tables: TableReader, read: str) -> SealedObject | None:
    """See `Restoring.file_to_read`."""
    opened = tables.record("reads", ObjectRead, read)
    return None if opened is None else _at_nodes(tables, opened.object)


def bring(store: SealedBytes, sources: SealedSources, wanted: SealedObject) -> Brought:
    """See `Restoring.bring`: node after node, until one gives the right bytes (AFC-1)."""
    wrong: list[tuple[str, _Marks]] = []
    right, holder = _Marks(), None
    for node in wanted.holders:
        marks, pieces = _Marks(), sources.fetch(node, wanted.file)
        if pieces is not None and store.take(wanted.file, marks.noting(pieces)):
            right, holder = marks, node
            break
        if pieces is not None:
            wrong.append((node, marks))
    return Brought(holder, tuple((node, marks.first_other(right)) for node, marks in wrong))


def read_report(read: str, brought: Brought) -> Mapping[str, Any] | None:
    """See `Restoring.read_report`."""
    if brought.holder is None:
        return None
    reported = [{"node": node, "index": index} for node, index in brought.damaged]
    return {"read": read, "node": brought.holder, "corrupted": reported}


def _begun(ledger: ActingLedger, grant: str, purpose: str) -> tuple[str, str]:
    """Return a read and its object; one that broke off goes on, without another use."""
    given = ledger.record("grants_grants", Grant, grant)
    if given is not None and given.purpose == purpose:
        for one in ledger.rows("reads", ObjectRead, grant=grant):
            if one.done_at is None:
                return one.id, one.object
    opened = ledger.act("open_read", grant=grant, purpose=purpose)
    return opened["id"], opened["object"]


class _Marks:
    """Digests of the slices of what was given, to tell later where it differs."""

    def __init__(self) -> None:
        self._marks = bytearray()

    def noting(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the pieces on, and note their slices as far as they come."""
        rest = b""
        for piece in pieces:
            yield piece
            rest += piece
            whole = len(rest) // _SLICE * _SLICE
            self._note(rest[:whole])
            rest = rest[whole:]
        self._note(rest)

    def _note(self, data: bytes) -> None:
        starts = range(0, len(data), _SLICE)
        for at in starts:
            self._marks += bytes.fromhex(leaf_digest(data[at : at + _SLICE]))[:_MARK]

    def first_other(self, right: _Marks) -> int:
        """Return the first slice that is not as in the right bytes, or is missing."""
        places = range(0, min(len(self._marks), len(right._marks)), _MARK)
        differ = (
            at for at in places if self._marks[at : at + _MARK] != right._marks[at : at + _MARK]
        )
        found = next(differ, len(self._marks)) // _MARK
        return min(found, max(0, len(right._marks) // _MARK - 1))


def directory_of(entries: Iterable[ManifestEntry]) -> bytes:
    """Return a day's lines as a file: JSON, one object a line, in the order of the tree."""
    return "".join(f"{json.dumps(asdict(one))}\n" for one in entries).encode()


def entries_of(directory: bytes) -> list[ManifestEntry]:
    """Return the lines of such a file; none if it is no such file, which then fits no day."""
    try:
        lines = [json.loads(line) for line in directory.splitlines()]
        return [ManifestEntry(**line) for line in lines if _is_line(line)]
    except (ValueError, TypeError):
        return []


def _is_line(line: dict[str, object]) -> bool:
    """Return whether a line has numbers and texts where they belong; another has no digest."""
    return all(type(value) is (int if name in _NUMBERS else str) for name, value in line.items())
