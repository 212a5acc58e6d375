# SPDX-License-Identifier: Apache-2.0
"""Extracts: facts about one thing, with the records and transactions that prove them, in one file.

Whoever has the file and the trust file of the network checks it without a node: every record by
its proof under one signed checkpoint, every transaction by its receipt. That the facts follow from
the records is shown by making them again, which the package of the contract can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tallystick.client.proven_record import ProvenRecord, read_proven_record
from tallystick.client.registered_names import registered_names
from tallystick.client.trust import TrustSource, open_trust
from tallystick.client.verify_offline import verify
from tallystick.encoding import Value, format_json, parse_json
from tallystick.errors import InvalidProof, Malformed
from tallystick.model import Name, parse_checkpoint

EXTRACT_FORMAT: Final = "tallystick.extract.v1"
EXTRACT_BYTES_MAX: Final = 64 * 1024 * 1024
_INDENT: Final = 2


@dataclass(frozen=True, slots=True)
class Extract:
    """Facts about one thing at one height, and what proves them."""

    contract: str
    kind: str
    """Which of the contract's files: `receipt`, `loan`."""
    subject: str
    """What it is about: `WR-2026-000001`."""
    facts: Mapping[str, Value]
    records: tuple[ProvenRecord, ...]
    """All under one checkpoint; at least one."""
    receipts: tuple[Mapping[str, Value], ...]
    """Of the transactions that made the records so, oldest first, as receipt files have them."""
    organizations: tuple[ProvenRecord, ...] = ()
    """Membership records of organisations that the facts name by their codes, proven likewise."""

    @property
    def checkpoint(self) -> str:
        """The signed checkpoint that all records are proven under."""
        return self.records[0].checkpoint

    @property
    def names(self) -> dict[str, Name]:
        """What organisations are called, by code; proven once `check_records` has passed.

        Raises:
            InvalidProof: a record is none of an organisation.
        """
        return registered_names(self.organizations)

    def to_json(self) -> bytes:
        """Return the file: sorted keys, two spaces, UTF-8; the same extract, the same bytes."""
        head = parse_checkpoint(self.checkpoint)
        plain: dict[str, object] = {
            "format": EXTRACT_FORMAT,
            "contract": self.contract,
            "kind": self.kind,
            "subject": self.subject,
            "network": head.origin,
            "height": head.height,
            "time_ms": head.time,
            "facts": dict(self.facts),
            "checkpoint": self.checkpoint,
            "records": [_without_checkpoint(one) for one in self.records],
            "receipts": [dict(one) for one in self.receipts],
        }
        if self.organizations:
            plain["organizations"] = [_without_checkpoint(one) for one in self.organizations]
        text = format_json({name: plain[name] for name in sorted(plain)}, indent=_INDENT)
        return f"{text}\n".encode()

    def check_records(self, trust: TrustSource) -> None:
        """Check the proof of every record without any network, also of those of organisations.

        Raises:
            InvalidCheckpoint: the checkpoint is not signed by a key of the network.
            InvalidProof: a proof does not hold, or a record of an organisation is none.
        """
        trusted = open_trust(trust)
        registered_names(self.organizations)
        for record in (*self.records, *self.organizations):
            record.check(trusted)

    def check_receipts(self, trust: TrustSource) -> None:
        """Check every receipt without any network.

        Raises:
            TallystickError: of the first check that failed, as `Verification.raise_for_failure`.
        """
        trusted = open_trust(trust)
        for receipt in self.receipts:
            verify(receipt, trust=trusted).raise_for_failure()

    def record(self, contract: str, table: str, key: str) -> ProvenRecord:
        """Return a record of it.

        Raises:
            InvalidProof: it is not in the extract.
        """
        for one in self.records:
            if (one.contract, one.table, one.key) == (contract, table, key):
                return one
        raise InvalidProof("the extract lacks a record", field=f"{contract}/{table}/{key}")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: str
    contract: str
    kind: str
    subject: str
    network: str
    height: int
    time_ms: int
    facts: dict[str, Any]
    checkpoint: str
    records: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    organizations: list[dict[str, Any]] = []


def read_extract(data: bytes) -> Extract:
    """Return the extract in a file; nothing of it has been checked.

    Raises:
        InvalidProof: it is no extract, or says another height or network than its checkpoint.
    """
    try:
        read = msgspec.convert(parse_json(data, name="extract"), _File)
    except (msgspec.ValidationError, Malformed) as error:
        raise InvalidProof(f"not an extract: {error}", field="extract") from error
    if read.format != EXTRACT_FORMAT or not read.records:
        raise InvalidProof("not an extract", field="format", expected=EXTRACT_FORMAT)
    head = parse_checkpoint(read.checkpoint)
    if (read.network, read.height, read.time_ms) != (head.origin, head.height, head.time):
        raise InvalidProof(
            "the extract says another network, height or time than its checkpoint", field="height"
        )
    records, organizations = (
        tuple(read_proven_record({**one, "checkpoint": read.checkpoint}) for one in listed)
        for listed in (read.records, read.organizations)
    )
    return Extract(
        contract=read.contract,
        kind=read.kind,
        subject=read.subject,
        facts=read.facts,
        records=records,
        receipts=tuple(read.receipts),
        organizations=organizations,
    )


def _without_checkpoint(record: ProvenRecord) -> dict[str, Value]:
    plain = record.to_dict()
    del plain["checkpoint"]
    return plain
