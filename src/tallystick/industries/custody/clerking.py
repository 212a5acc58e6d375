# SPDX-License-Identifier: Apache-2.0
"""What a clerk of the owner does: declare, prove a plaintext, anchor a day, show lines.

`tally custody put`, `declare`, `commit`, `archive-day` and `show-lines` work with it. It knows
neither network nor disk; what is missing for a call is read from the ledger by its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from tallystick.contracts import TableReader, asdict, required_record
from tallystick.contracts.parts import BatchTree
from tallystick.industries.custody.archive_records import (
    Archive,
    Audit,
    Gap,
    ManifestEntry,
    Terminal,
    TerminalDay,
)
from tallystick.industries.custody.records import StoredObject
from tallystick.industries.custody.refusals import BadManifest, GapUnexplained
from tallystick.industries.custody.restoring import entries_of, lines_of_day
from tallystick.industries.custody.rules import check_run, entry_digest, plain_commitment

_SHOWN_MAX: Final = 50
Causes = Mapping[tuple[str, int], tuple[int, str]]
"""Last number and cause of a gap, by its terminal and first number."""


def commitment(name: str, sha256: str, salt: bytes) -> str:
    """Return what stands on the ledger for the plaintext of an object."""
    return plain_commitment(name, sha256, salt)


def commitment_on_ledger(tables: TableReader, name: str) -> str | None:
    """Return what the ledger has for the plaintext of an object; None if there is no object."""
    stored = tables.record("objects", StoredObject, name)
    return None if stored is None else stored.plain


def day_of_lines(
    tables: TableReader, owner: str, directory: bytes, causes: Causes
) -> Mapping[str, Any]:
    """Return root, size and terminals of a day for `anchor_day`, from its lines.

    The lines stand by terminal, each terminal's by number, and go on where its last day ended. A
    terminal without lines is named too: a day that leaves one out is refused.

    Raises:
        BadManifest: they are no lines, or in another order.
        GapUnexplained: a number is missing, and no cause is given (AFC-7).
        SequenceOverlap: a number comes a second time.
    """
    entries = _lines(directory)
    runs = []
    for name, numbers in _by_terminal(tables, owner, entries).items():
        kept = required_record(tables, "terminals", Terminal, name)
        run = _run(name, kept.next, numbers, causes)
        check_run(run, kept.next)
        runs.append(asdict(run) | {"gaps": [asdict(one) for one in run.gaps]})
    tree = BatchTree([entry_digest(one) for one in entries])
    return {"root": tree.root, "size": sum(one.size for one in entries), "terminals": runs}


def missing_in(
    tables: TableReader, owner: str, directory: bytes, causes: Causes
) -> list[tuple[str, int, int]]:
    """Return the numbers without a line and without a cause: terminal, first and last of each run.

    Raises:
        BadManifest: they are no lines, or in another order.
    """
    missing = []
    for name, numbers in _by_terminal(tables, owner, _lines(directory)).items():
        spans = _spans(name, causes)
        at = required_record(tables, "terminals", Terminal, name).next
        for number in (*numbers, *(first for first, _ in spans)):
            missing += [(name, *run) for run in _unexplained(at, number, spans)]
            at = max(at, number + 1)
    return missing


def lines_to_show(tables: TableReader, audit: str, directory: bytes) -> list[list[dict[str, Any]]]:
    """Return the lines that an audit still asks for, with their paths, so many for each call.

    Raises:
        Contradiction: these are not the lines of the audited day.
    """
    drawn = required_record(tables, "audits", Audit, audit)
    entries, tree = lines_of_day(tables, drawn.manifest, directory)
    done = {*drawn.found, *drawn.missing}
    answered = {*drawn.asked_found, *drawn.asked_missing}
    wanted = {index for index in drawn.indices if index not in done}
    wanted |= {
        index
        for index, one in enumerate(entries)
        if one.business_key in drawn.asked and one.business_key not in answered
    }
    shown = [
        {"index": index, "entry": asdict(entries[index]), "path": list(tree.path(index))}
        for index in sorted(wanted)
    ]
    return [shown[at : at + _SHOWN_MAX] for at in range(0, len(shown), _SHOWN_MAX)]


def _lines(directory: bytes) -> list[ManifestEntry]:
    """Return the lines of a day; raises `BadManifest` if one is none."""
    entries = entries_of(directory)
    lines = directory.count(b"\n") + (not directory.endswith(b"\n") and bool(directory))
    if len(entries) != lines:
        raise BadManifest(what="a line that is none")
    return entries


def _by_terminal(
    tables: TableReader, owner: str, entries: Iterable[ManifestEntry]
) -> dict[str, list[int]]:
    """Return the numbers of each terminal, in the order of the day; all that must report.

    Raises:
        BadManifest: the lines of a terminal stand apart.
    """
    archive = required_record(tables, "archives", Archive, owner)
    numbers: dict[str, list[int]] = {}
    last = None
    for one in entries:
        if one.terminal != last and one.terminal in numbers:
            raise BadManifest(what="lines of a terminal apart")
        last = one.terminal
        numbers.setdefault(last, []).append(one.sequence)
    return numbers | {name: [] for name in archive.terminals if name not in numbers}


def _run(name: str, expected: int, numbers: Iterable[int], causes: Causes) -> TerminalDay:
    """Return a terminal's numbers of a day; whatever is missing among them must have a cause."""
    gaps = tuple(
        Gap(first=first, count=last - first + 1, cause=cause)
        for (terminal, first), (last, cause) in sorted(causes.items())
        if terminal == name
    )
    spans = _spans(name, causes)
    listed = list(numbers)
    at = expected
    for number in listed:
        for missing, _ in _unexplained(at, number, spans):
            raise GapUnexplained(terminal=name, sequence=missing)
        if number < at or any(first <= number <= last for first, last in spans):
            raise BadManifest(what=f"number {number} of {name}")
        at = number + 1
    if any(gap.count < 1 for gap in gaps):
        raise BadManifest(what=f"gap of {name}")
    return TerminalDay(terminal=name, first=expected, entries=len(listed), gaps=gaps)


def _spans(name: str, causes: Causes) -> list[tuple[int, int]]:
    """Return the gaps of a terminal that have a cause: first and last number, in order."""
    return sorted(
        (first, last) for (terminal, first), (last, _) in causes.items() if terminal == name
    )


def _unexplained(at: int, end: int, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of numbers from `at` and before `end` that is in no gap."""
    for first, last in spans:
        if at < first and at < end:
            yield at, min(first, end) - 1
        at = max(at, last + 1)
    if at < end:
        yield at, end - 1
