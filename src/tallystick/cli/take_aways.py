# SPDX-License-Identifier: Apache-2.0
"""Reads a campaign from a node for `tally charity export`, and packs its history for auditors."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final, TypeVar

import msgspec

from tallystick.cli.catalogue import say
from tallystick.cli.installed import GROUP
from tallystick.client import Net, TransactionRecord
from tallystick.errors import NotFound, Refused, UnknownContract, Unverified
from tallystick.interchange import tables as csv_tables

Record = TypeVar("Record", bound=msgspec.Struct)

CONTRACT: Final = "charity"
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""No file of the package bears the time of packing: the same history gives the same bytes."""
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


class NodeTables:
    """The tables of the charity contract at a node, as its records."""

    def __init__(self, net: Net) -> None:
        """Read through a connection."""
        self._net = net

    def rows(self, table: str, kind: type[Record], /, **equal: str) -> Sequence[Record]:
        """Return the rows of a table in which these columns have these values."""
        found = self._net.table(f"{CONTRACT}.{table}").where(**equal)
        return [_record(one.to_dict(), kind) for one in found]

    def require(self, campaign: str) -> None:
        """Refuse to go on without a campaign.

        Raises:
            NotFound: there is none of this number.
        """
        if self._net.table(f"{CONTRACT}.campaigns").find(campaign) is None:
            message = say("charity.no_campaign", campaign=campaign)
            raise NotFound(message, field="CAMPAIGN", found=campaign)


def campaign_file(net: Net, kind: str, campaign: str, today: date) -> bytes:
    """Return one of the files that the contract's package makes of a campaign.

    Raises:
        UnknownContract: the charity contract is not installed here.
        NotFound: there is no such campaign, or it has paid nothing to publish.
        Unverified: the tables do not add up to the book.
    """
    exports, tables = _exports(), NodeTables(net)
    tables.require(campaign)
    try:
        facts = exports.read_campaign(tables, campaign)
        content: bytes = exports.FILES[kind](facts, today)
    except Refused as refusal:
        # No refusal of the ledger: its facts have no words of their own here.
        kind_of_error = Unverified if refusal.code == "E_HASH" else NotFound
        raise kind_of_error(refusal.message, field="CAMPAIGN", found=campaign) from refusal
    return content


def audit_package(net: Net, campaign: str) -> bytes:
    """Return a ZIP file: the events of a campaign as CSV, and the receipt of each transaction.

    Raises:
        NotFound: there is no such campaign.
        Unverified: a receipt does not check out.
    """
    NodeTables(net).require(campaign)
    found = {one.id: one for one in _history(net, campaign)}
    ordered = sorted(found.values(), key=lambda one: (one.height, one.index))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "events.csv", _events(net.transaction(one.id) for one in ordered))
        for one in ordered:
            receipt = net.receipt(one.id).record.to_json()
            _add(archive, f"receipts/{one.id}.receipt.json", receipt.encode())
    return packed.getvalue()


def _exports() -> Any:  # noqa: ANN401  # a module of a package that need not be installed
    """Return the exports that stand beside the contract in its package."""
    for point in entry_points(group=GROUP, name=CONTRACT):
        return import_module(f"{point.module}.exports")
    raise UnknownContract(say("contract.not_installed", contract=CONTRACT), found=CONTRACT)


def _record(row: dict[str, Any], kind: type[Record]) -> Record:
    """Return a row as a record; columns that the views add are left out."""
    known = {name: row[name] for name in kind.__struct_fields__ if name in row}
    return msgspec.convert(known, kind)


def _history(net: Net, campaign: str) -> Iterator[TransactionRecord]:
    """Yield the transactions of a campaign, some more than once.

    All that touches its money changes its book, and what else happens changes it, a list or an
    entitlement.
    """
    for table in ("campaigns", "books"):
        yield from net.table(f"{CONTRACT}.{table}").history(campaign)
    for table in ("batches", "entitlements"):
        rows = net.table(f"{CONTRACT}.{table}")
        for row in rows.where(campaign=campaign):
            yield from rows.history(row["id"])


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
