# SPDX-License-Identifier: Apache-2.0
"""Depositing files: from what is known of a file to the arguments of the evidence contract."""

from __future__ import annotations

import mimetypes
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypedDict

from tallystick.client.exchange import Flow
from tallystick.client.files import FileFacts, FileSource, is_hash_text
from tallystick.client.reading import Filter, Listing, records, time_ms
from tallystick.client.records import Deposit, Item
from tallystick.client.session import Session
from tallystick.client.submission import committed, fetch_receipt, submit
from tallystick.encoding import Value
from tallystick.errors import UsageError
from tallystick.units import NAME_CHARACTERS_MAX

CONTRACT: Final = "evidence"
DEPOSITS_PATH: Final = "/v1/evidence/deposits"


class DepositDetails(TypedDict, total=False):
    """What the depositor says about a file; all of it optional."""

    title: str
    """What people call it; by default the file's name."""
    case: str
    """Number of the case or matter it belongs to."""
    kind: str
    method: str
    """How it was obtained."""
    media_type: str
    """By default guessed from the file's name."""
    file_name: str
    captured_at: datetime | int
    """When the depositor says it came about (a claim); aware, or unix milliseconds."""
    collector: Mapping[str, str]
    """Device, app, version, environment of the collection."""
    previous: str
    """Number of the previous deposit of the same matter."""
    note: str
    active_content: bool
    """Deposit a PDF with scripts as it is; else it is refused."""
    size: int
    """Bytes; needed when only a hash is deposited."""


def deposit_args(facts: FileFacts, details: DepositDetails) -> dict[str, Value]:
    """Return the arguments of `evidence.deposit` for a file.

    Raises:
        UsageError: the size is not known, or a time has no zone.
    """
    given: dict[str, Any] = dict(details)
    stated_size = given.pop("size", None)
    size = stated_size if facts.size is None else facts.size
    if size is None:
        raise UsageError(
            "a hash alone needs the size of its file", field="size", hint="Give size=BYTES."
        )
    name = given.pop("file_name", None) or _plain_name(facts.name)
    captured_at = given.pop("captured_at", None)
    collector = given.pop("collector", None)
    digest = facts.sha256.hex()
    args: dict[str, Value] = {
        "sha256": digest,
        "size": size,
        "title": given.pop("title", None) or name or f"sha256:{digest[:16]}",
        "case_number": given.pop("case", None),
        "sm3": facts.sm3.hex() if facts.sm3 else None,
        "file_name": name,
        "media_type": given.pop("media_type", None) or _media_type(name),
        "captured_at": None if captured_at is None else time_ms(captured_at),
        "collector": None if collector is None else dict(collector),
        **given,
    }
    if not args.get("active_content"):
        args["active_content"] = None  # as of every other file, nothing is said
    return {key: _composed(value) for key, value in args.items() if value is not None}


def deposit(
    session: Session, facts: FileFacts, details: DepositDetails, path: Path | None = None
) -> Flow[Deposit]:
    """Deposit a file's hash and return its receipt, verified against the same file.

    Raises:
        Duplicate: the depositor has it in the same case already; `found` names the deposit.
        Refused: another rule of the contract said no.
        NotFinal, Unavailable, Unverified: as `submit` and `fetch_receipt`.
    """
    raw = yield from session.signed(CONTRACT, "deposit", deposit_args(facts, details))
    placed = yield from submit(session, raw)
    receipt = yield from fetch_receipt(session, placed.id, original=facts)
    done = committed(placed, receipt)
    return Deposit(done.transaction, done.receipt, done.result, done.events, facts, path)


def deposits(filters: Mapping[str, Filter]) -> Listing[Item]:
    """Return the list of deposits; `case` filters by case number."""
    renamed = {{"case": "case_number"}.get(name, name): value for name, value in filters.items()}
    return records(DEPOSITS_PATH, renamed)


def path_of(source: FileSource) -> Path | None:
    """Return the path that a source is, None if it is content or a hash."""
    if isinstance(source, Path | str) and not is_hash_text(source):
        return Path(source)
    return None


def _media_type(name: str | None) -> str | None:
    # The ledger has one spelling; `...macroEnabled.12` is guessed with a capital.
    found = mimetypes.guess_type(name)[0] if name else None
    return None if found is None else found.lower()


def _plain_name(name: str | None) -> str | None:
    """Return a file's name as the ledger takes it: composed, printable, not too long."""
    if not name:
        return None
    composed = unicodedata.normalize("NFC", name)
    plain = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in composed)
    return plain[:NAME_CHARACTERS_MAX].strip() or None


def _composed(value: Value) -> Value:
    """Return texts in Unicode form C, the only one that contracts take."""
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
