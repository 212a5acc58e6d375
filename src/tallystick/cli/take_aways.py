# SPDX-License-Identifier: Apache-2.0
"""Makes the files that the module `exports` beside a contract describes, from what a node says."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Final

import msgspec

from tallystick.cli.catalogue import both
from tallystick.cli.exported_tables import NodeTables, ProvenTables, has_subject
from tallystick.client import Extract, Net, TransactionRecord
from tallystick.contracts import ExtractTakeAway, FileTakeAway, Refusal, TakeAway
from tallystick.encoding import parse_json
from tallystick.errors import NotFound, Refused, Unverified, UsageError
from tallystick.interchange import tables as csv_tables

_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""No file of the package bears the time of packing: the same history gives the same bytes."""
_UNTRUE: Final = "E_HASH"
"""The code by which a maker says that the tables contradict each other."""
_HEADER: Final = (
    "transaction",
    "height",
    "time",
    "organization",
    "member",
    "method",
    "code",
    "event",
    "fields",
    "zh",
    "en",
)


class Maker:
    """Makes the files of one contract."""

    def __init__(self, net: Net, contract: str, kinds: Mapping[str, TakeAway]) -> None:
        """Read from a node; `kinds` is what the contract's package offers."""
        self._net = net
        self._contract = contract
        self._kinds = kinds

    def make(self, kind: str, subject: str, today: date) -> bytes:
        """Return the content of a file.

        Raises:
            UsageError: there is no such kind of file.
            NotFound: there is no such subject, or nothing to tell of it.
            Unverified: the tables contradict each other, or a proof or receipt does not hold.
        """
        take_away = self._kinds.get(kind)
        if take_away is None:
            raise self._no_kind(kind)
        if isinstance(take_away, ExtractTakeAway):
            return self.extract(kind, subject).to_json()
        self._require(take_away.table, subject)
        with _told(subject):
            tables = NodeTables(self._net, self._contract)
            if isinstance(take_away, FileTakeAway):
                return take_away.make(tables, subject, today)
            return self._package(take_away.records(tables, subject))

    def extract(self, kind: str, subject: str) -> Extract:
        """Return an extract; errors are those of `make`."""
        take_away = self._kinds.get(kind)
        if not isinstance(take_away, ExtractTakeAway):
            raise self._no_kind(kind)
        self._require(take_away.table, subject)
        with _told(subject):
            return self._extract(take_away, kind, subject)

    def _require(self, table: str | None, subject: str) -> None:
        if table is not None and not has_subject(self._net, f"{self._contract}.{table}", subject):
            en, zh = both("export.no_subject", table=table, subject=subject)
            raise NotFound(en, field="SUBJECT", found=subject, message_zh=zh)

    def _no_kind(self, kind: str) -> UsageError:
        en, zh = both("export.no_kind", kind=kind)
        return UsageError(en, field="KIND", expected=", ".join(self._kinds), message_zh=zh)

    def _extract(self, take_away: ExtractTakeAway, kind: str, subject: str) -> Extract:
        """Return facts with what proves them: every record that was read, and who made it so."""
        tables = ProvenTables(self._net, self._contract)
        facts = msgspec.to_builtins(dict(take_away.facts(tables, subject)))
        traced = [
            (one.table, one.key)
            for one in tables.records
            if one.contract == self._contract and one.table in take_away.traced
        ]
        receipts = [
            parse_json(self._net.receipt(one.id).record.to_json())
            for one in self._history(traced)
            if one.height <= tables.height
        ]
        made = Extract(
            contract=self._contract,
            kind=kind,
            subject=subject,
            facts=facts,
            records=tuple(tables.records),
            receipts=tuple(one for one in receipts if isinstance(one, dict)),
        )
        return self._net.with_names(made)

    def _history(self, records: Iterable[tuple[str, str]]) -> list[TransactionRecord]:
        """Return the transactions that made and changed records, each once, oldest first."""
        found: dict[str, TransactionRecord] = {}
        for table, key in records:
            rows = self._net.table(f"{self._contract}.{table}")
            found |= {one.id: one for one in rows.history(key)}
        return sorted(found.values(), key=lambda one: (one.height, one.index))

    def _package(self, records: Iterable[tuple[str, str]]) -> bytes:
        """Return a ZIP file: the events as CSV, and the receipt of each transaction."""
        ordered = self._history(records)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, "events.csv", _events(self._net.transaction(one.id) for one in ordered))
            for one in ordered:
                receipt = self._net.receipt(one.id).record.to_json()
                _add(archive, f"receipts/{one.id}.receipt.json", receipt.encode())
        return packed.getvalue()


@contextmanager
def _told(subject: str) -> Iterator[None]:
    """Tell what a maker refuses: no refusal of the ledger, so it has no words of its own here."""
    try:
        yield
    except Refused as refusal:
        kind_of_error = Unverified if refusal.code == _UNTRUE else NotFound
        raise kind_of_error(
            refusal.message, field="SUBJECT", found=subject, message_zh=chinese_of(refusal)
        ) from refusal


def chinese_of(refused: Refused) -> str | None:
    """Return a maker's refusal in Chinese; None where it is a node's, which says it itself."""
    return refused.in_words().zh if isinstance(refused, Refusal) else None


def suffix_of(take_away: TakeAway) -> str:
    """Return how the name of such a file ends."""
    if isinstance(take_away, FileTakeAway):
        return take_away.suffix
    return ".extract.json" if isinstance(take_away, ExtractTakeAway) else ".zip"


def _events(transactions: Iterator[TransactionRecord]) -> bytes:
    """Return a CSV file with a row for each event; what a spreadsheet would compute is text."""
    rows: list[tuple[str | int | None, ...]] = []
    for one in transactions:
        head = (one.id, one.height, one.time.isoformat(), one.organization, one.member)
        for event in one.events:
            fields = json.dumps(event.fields, ensure_ascii=False, sort_keys=True)
            said = event.sentence
            texts = ("", "") if said is None else (said.zh, said.en)
            rows.append((*head, one.method, one.code, event.name, fields, *texts))
    return csv_tables.write_csv(_HEADER, rows)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
