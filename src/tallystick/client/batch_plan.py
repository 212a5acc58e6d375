# SPDX-License-Identifier: Apache-2.0
"""A batch of deposits: its plan from a folder or a CSV file, and the records of its results."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Unpack, cast

from tallystick.client.active_files import check_deposited
from tallystick.client.evidence import DepositDetails, deposit_args
from tallystick.client.files import FileFacts, digest_file
from tallystick.client.home import file_problem, read_file
from tallystick.client.records import VerifiedReceipt
from tallystick.client.verify_offline import LOG_PROOF_SUFFIX, RECEIPT_SUFFIX, STATEMENT_SUFFIX
from tallystick.encoding import Value
from tallystick.errors import FileProblem, Malformed, TallystickError, UsageError

_CSV_SIZE_MAX: Final = 256 * 1024 * 1024
_RECEIPTS: Final = (RECEIPT_SUFFIX, STATEMENT_SUFFIX, LOG_PROOF_SUFFIX)
_COLLECTOR: Final = ("device", "app", "version", "environment")
_TEXTS: Final = (
    "title",
    "case",
    "kind",
    "method",
    "media_type",
    "file_name",
    "previous",
    "note",
)
CSV_COLUMNS: Final = ("path", "sha256", "size", *_TEXTS, "captured_at", *_COLLECTOR)
"""Columns of a batch file: `path`, or `sha256` and `size`; all others are optional."""
Matter = tuple[bytes, str]
"""SHA-256 of a content, and the case it belongs to (empty for none)."""
PlanProgress = Callable[[int, int, str], None]
"""Called before each file with (files done, files in all, name)."""


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One file to deposit."""

    name: str
    """Path within the folder, or as the CSV file has it."""
    facts: FileFacts
    details: DepositDetails
    path: Path | None = None
    """Where the file is; None when only its hash is known."""

    @property
    def args(self) -> dict[str, Value]:
        """What will be signed for it."""
        return deposit_args(self.facts, self.details)

    @property
    def matter(self) -> Matter:
        """Content and case: an organisation deposits each pair once."""
        return self.facts.sha256, self.details.get("case") or ""


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """What a batch will do."""

    items: tuple[BatchItem, ...]
    repeated: tuple[tuple[str, str], ...]
    """(name, name of an earlier item with the same content in the same case): left out."""
    problems: tuple[tuple[str, TallystickError], ...]
    """(name, why it cannot be deposited)."""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(item.facts.size or 0 for item in self.items)


class BatchState(StrEnum):
    """What became of an item."""

    DEPOSITED = "deposited"
    EXISTING = "already deposited"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BatchResult:
    """An item and what became of it."""

    item: BatchItem
    state: BatchState
    deposit_id: str | None = None
    """Number of its deposit, the earlier one if it existed."""
    transaction_id: str | None = None
    receipt: VerifiedReceipt | None = None
    """Of the transaction that deposited it; shared by the files of its group."""
    error: TallystickError | None = None
    """Why it failed."""


def plan_folder(
    folder: str | Path,
    *,
    with_sm3: bool = False,
    progress: PlanProgress | None = None,
    **details: Unpack[DepositDetails],
) -> BatchPlan:
    """Return a plan for every file below a folder, sorted by path.

    Hidden files, receipts and links to folders are left out.

    Args:
        folder: Where to look.
        with_sm3: Compute SM3 beside SHA-256.
        progress: Called before each file.
        **details: What is said of every file, such as `case=`.

    Raises:
        FileProblem: it is not a folder.
    """
    top = Path(folder)
    if not top.is_dir():
        raise FileProblem(f"{top}: not a folder", field="path", expected="a folder")
    unreadable: list[OSError] = []
    paths = sorted(_files_below(top, unreadable.append))
    sources = [_Source(str(path.relative_to(top)), path, details) for path in paths]
    plan = _plan(sources, with_sm3, progress)
    problems = [(str(e.filename), file_problem(Path(e.filename), e)) for e in unreadable]
    return BatchPlan(plan.items, plan.repeated, (*plan.problems, *problems))


def plan_csv(
    path: str | Path,
    *,
    with_sm3: bool = False,
    progress: PlanProgress | None = None,
    **details: Unpack[DepositDetails],
) -> BatchPlan:
    """Return a plan for the rows of a CSV file with the columns `CSV_COLUMNS`.

    Paths are relative to the file's folder; the text is UTF-8 or, as Chinese spreadsheets write
    it, GB 18030. A cell wins over `details`.

    Raises:
        FileProblem: it cannot be read, or is not CSV.
        UsageError: a column is not known, or neither `path` nor `sha256` is there.
    """
    place = Path(path)
    sources: list[_Source] = []
    problems: list[tuple[str, TallystickError]] = []
    for line, row in _rows(place):
        try:
            sources.append(_source_of_row(place, row, details))
        except TallystickError as error:
            problems.append((f"{place.name}:{line}", error))
    plan = _plan(sources, with_sm3, progress)
    return BatchPlan(plan.items, plan.repeated, (*problems, *plan.problems))


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    path: Path | None
    details: DepositDetails
    facts: FileFacts | None = None


def _plan(
    sources: Iterable[_Source],
    with_sm3: bool,  # noqa: FBT001  # passed on
    progress: PlanProgress | None,
) -> BatchPlan:
    """Hash what must be hashed, and leave out what is there twice."""
    listed = list(sources)
    by_matter: dict[Matter, BatchItem] = {}
    repeated: list[tuple[str, str]] = []
    problems: list[tuple[str, TallystickError]] = []
    for done, source in enumerate(listed):
        if progress is not None:
            progress(done, len(listed), source.name)
        try:
            item = _item(source, with_sm3=with_sm3)
        except TallystickError as error:
            problems.append((source.name, error))
            continue
        first = by_matter.setdefault(item.matter, item)
        if first is not item:
            repeated.append((item.name, first.name))
    return BatchPlan(tuple(by_matter.values()), tuple(repeated), tuple(problems))


def _item(source: _Source, *, with_sm3: bool) -> BatchItem:
    facts = source.facts
    if source.path is not None:
        facts = digest_file(source.path, with_sm3=with_sm3)
        if source.facts is not None and source.facts.sha256 != facts.sha256:
            raise FileProblem(
                f"{source.path}: not the file that the list names",
                field="sha256",
                expected=source.facts.sha256.hex(),
                found=facts.sha256.hex(),
            )
    if facts is None:
        raise UsageError("a path or a sha256 is needed", field="path")
    item = BatchItem(source.name, facts, check_deposited(source.path, source.details), source.path)
    deposit_args(item.facts, item.details)  # whatever is missing is said now
    return item


def _files_below(folder: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=on_error):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and not name.endswith(_RECEIPTS):
                yield Path(parent) / name


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, cells that are not empty)."""
    data = read_file(path, size_max=_CSV_SIZE_MAX)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [name.strip() for name in reader.fieldnames or ()]
        _check_columns(path, columns)
        reader.fieldnames = columns
        for row in reader:
            if None in row:
                raise FileProblem(
                    f"{path}:{reader.line_num}: more cells than columns", field="path"
                )
            cells = {name: (cell or "").strip() for name, cell in row.items()}
            if any(cells.values()):
                yield reader.line_num, {name: cell for name, cell in cells.items() if cell}
    except csv.Error as error:
        raise FileProblem(f"{path}: not a CSV file: {error}", field="path") from error


def _check_columns(path: Path, columns: list[str]) -> None:
    unknown = [name for name in columns if name not in CSV_COLUMNS]
    if unknown or not {"path", "sha256"} & set(columns):
        raise UsageError(
            f"{path}: {'unknown column ' + repr(unknown[0][:40]) if unknown else 'no path column'}",
            field="columns",
            expected=", ".join(CSV_COLUMNS),
            found=", ".join(columns)[:200],
        )


def _source_of_row(path: Path, row: Mapping[str, str], details: DepositDetails) -> _Source:
    said = cast("DepositDetails", {**details, **{n: row[n] for n in _TEXTS if n in row}})
    collector = {name: row[name] for name in _COLLECTOR if name in row}
    if collector:
        said["collector"] = collector
    if "captured_at" in row:
        said["captured_at"] = _moment(row["captured_at"])
    size = _size(row["size"]) if "size" in row else None
    facts = FileFacts.of_hash(row["sha256"], size=size) if "sha256" in row else None
    place = path.parent / row["path"] if "path" in row else None
    return _Source(row.get("path") or row.get("sha256", ""), place, said, facts)


def _size(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Malformed("size: not a number of bytes", field="size", found=text[:40])
    return int(text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _bad_moment(text) from error
    if moment.tzinfo is None:
        raise _bad_moment(text)
    return moment


def _bad_moment(text: str) -> Malformed:
    return Malformed(
        "captured_at: not a time with its zone",
        field="captured_at",
        expected="for example 2026-11-22T08:30:04+08:00",
        found=text[:40],
    )
